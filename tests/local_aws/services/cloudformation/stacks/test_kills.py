"""kill -9 at any moment: the operation goes on at the next start, nothing twice, nothing lost."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LocalServer, start_server
from tests.local_aws.services.cloudformation.stacks.support import (
    busy,
    database,
    databases,
    physical,
    reasons,
    settle,
    status,
    story,
    template,
    wait_for,
    workgroup,
)

pytestmark = pytest.mark.restart
COUNT = 6


def chain(prefix: str, word: str = "first", *, broken: bool = False) -> str:
    """Databases one after the other, with topics whose names are made up beside them."""
    made: dict[str, Any] = {}
    for i in range(COUNT):
        needs: Any = [f"D{i - 1}"] if i else []
        made[f"D{i}"] = database(f"{prefix}_{i}", word, DependsOn=needs)
        made[f"T{i}"] = {"Type": "AWS::SNS::Topic", "DependsOn": f"D{i}"}
    if broken:
        made["Broken"] = workgroup("a b", DependsOn=f"D{COUNT - 1}")
    return template(**made)


class Killed:
    """A server that ends again and again while something goes on."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server = start_server(data)

    @property
    def cf(self) -> Any:
        return self.server.client("cloudformation")

    def through(self, stack: str, *ends: Callable[[LocalServer], None]) -> str:
        """End the server so, each time after it has come a little further; the status at last."""
        for end in ends:
            before = len(story(self.cf, stack))
            wait_for(lambda n=before: self.moved(stack, n))  # type: ignore[misc]
            end(self.server)
            self.server = start_server(self.data)
        return settle(self.cf, stack)

    def moved(self, stack: str, before: int) -> bool:
        return len(story(self.cf, stack)) > before + 3 or not busy(status(self.cf, stack))


def kill(server: LocalServer) -> None:
    server.process.kill()
    server.process.wait()


def stop(server: LocalServer) -> None:
    """Politely: its connections end first, which is no failure of what they were asked for."""
    server.stop()


def test_operations_go_on_after_kills_and_stops(tmp_path: Path) -> None:
    run = Killed(tmp_path / "data")
    try:
        run.cf.create_stack(StackName="one", TemplateBody=chain("k"))
        assert run.through("one", kill, stop) == "CREATE_COMPLETE", reasons(run.cf, "one")
        assert not [line for line in story(run.cf, "one") if "FAILED" in line]
        check_once(run.server, "first")
        run.cf.update_stack(StackName="one", TemplateBody=chain("k", "second", broken=True))
        assert run.through("one", kill, kill) == "UPDATE_ROLLBACK_COMPLETE"
        check_once(run.server, "first")
        found = run.cf.describe_stacks(StackName="one")["Stacks"][0]["StackId"]
        run.cf.delete_stack(StackName="one")
        assert run.through(found, kill) == "DELETE_COMPLETE"
        assert not [one for one in databases(run.server) if one.startswith("k_")]
        assert run.server.client("sns").list_topics()["Topics"] == []
    finally:
        run.server.stop()


def check_once(server: LocalServer, word: str) -> None:
    """Every resource is there, as it should be, and there is one of each."""
    glue = server.client("glue")
    for i in range(COUNT):
        assert glue.get_database(Name=f"k_{i}")["Database"]["Description"] == word
    topics = {one["TopicArn"] for one in server.client("sns").list_topics()["Topics"]}
    ids = physical(server.client("cloudformation"), "one")
    assert topics == {ids[f"T{i}"] for i in range(COUNT)}


def test_a_creation_that_takes_too_long_is_rolled_back(tmp_path: Path) -> None:
    """The minute that a caller may give at least is made shorter while the server is away."""
    run = Killed(tmp_path / "data")
    try:
        run.cf.create_stack(StackName="one", TemplateBody=chain("k"), TimeoutInMinutes=1)
        wait_for(lambda: run.moved("one", 1))
        kill(run.server)
        with sqlite3.connect(run.data / "state" / "cloudformation.sqlite3") as db:
            db.execute("UPDATE operations SET body = json_set(body, '$.options.deadline', 1)")
        run.server = start_server(run.data)
        assert settle(run.cf, "one") == "ROLLBACK_COMPLETE"
        told = reasons(run.cf, "one", "ROLLBACK_IN_PROGRESS")["one"]
        assert told.startswith("Stack creation time exceeded the specified timeout")
        assert not [one for one in databases(run.server) if one.startswith("k_")]
    finally:
        run.server.stop()

"""kill -9 at any moment: the operation goes on at the next start, nothing twice, nothing lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from tests.conftest import LocalServer, start_server
from tests.local_aws.services.cloudformation.stacks.support import (
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
COUNT = 8


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
    """A server that is killed again and again while something goes on."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server = start_server(data)

    @property
    def cf(self) -> Any:
        return self.server.client("cloudformation")

    def kill_when(self, ready: Callable[[], bool]) -> None:
        wait_for(ready)
        self.server.process.kill()
        self.server.process.wait()
        self.server = start_server(self.data)

    def lines(self, stack: str) -> int:
        try:
            return len(story(self.cf, stack))
        except (ClientError, HTTPClientError):
            return 0

    def through(self, stack: str, kills: int) -> str:
        """Kill the server so often, each time after it has come a little further."""
        for _ in range(kills):
            before = self.lines(stack)
            self.kill_when(lambda n=before: self.lines(stack) > n + 3 or self.at_rest(stack))  # type: ignore[misc]
        return settle(self.cf, stack)

    def at_rest(self, stack: str) -> bool:
        return not status(self.cf, stack).endswith("_IN_PROGRESS")


def test_operations_go_on_after_kills(tmp_path: Path) -> None:
    run = Killed(tmp_path / "data")
    try:
        run.cf.create_stack(StackName="one", TemplateBody=chain("k"))
        assert run.through("one", 2) == "CREATE_COMPLETE", reasons(run.cf, "one")
        check_once(run.server, "first")
        run.cf.update_stack(StackName="one", TemplateBody=chain("k", "second", broken=True))
        assert run.through("one", 2) == "UPDATE_ROLLBACK_COMPLETE"
        check_once(run.server, "first")
        found = run.cf.describe_stacks(StackName="one")["Stacks"][0]["StackId"]
        run.cf.delete_stack(StackName="one")
        assert run.through(found, 1) == "DELETE_COMPLETE"
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


def test_a_server_that_is_stopped_politely_fails_nothing(tmp_path: Path) -> None:
    run = Killed(tmp_path / "data")
    try:
        run.cf.create_stack(StackName="one", TemplateBody=chain("k"))
        wait_for(lambda: run.lines("one") > 4)
        run.server.stop()
        time.sleep(0.1)
        run.server = start_server(run.data)
        assert settle(run.cf, "one") == "CREATE_COMPLETE"
        assert not [line for line in story(run.cf, "one") if "FAILED" in line]
        check_once(run.server, "first")
    finally:
        run.server.stop()

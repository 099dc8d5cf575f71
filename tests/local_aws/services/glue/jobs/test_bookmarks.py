"""Bookmarks between runs; the script plays the part of the awsglue library."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Glue

COMMITS = """
import json, os, sys
from pathlib import Path
folder = Path(os.environ["LOCAL_AWS_GLUE_BOOKMARKS"])
def read(name):
    file = folder / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None
print(json.dumps({name: read(name) for name in ("before", "from", "to")}))
print(read("run")["option"], read("run")["attempt"])
count = (read("before") or {"count": 0})["count"] + 1
(folder / "after.writing").write_text(json.dumps({"count": count}))
(folder / "after.writing").replace(folder / "after.json")
if "--fail" in sys.argv:
    raise ValueError("after the commit")
"""
HAS_NONE = 'import os\nprint(os.environ.get("LOCAL_AWS_GLUE_BOOKMARKS"))'
ENABLE = {"--job-bookmark-option": "job-bookmark-enable"}
PAUSE = {"--job-bookmark-option": "job-bookmark-pause"}


@pytest.fixture
def name(glue: Glue) -> str:
    return glue.job(COMMITS, DefaultArguments=ENABLE)


def given(glue: Glue, run: dict[str, Any]) -> dict[str, Any]:
    """The states that the run's script found."""
    return dict(json.loads(glue.log(run["Id"])[0]))


def bookmark(glue: Glue, name: str, **members: Any) -> dict[str, Any]:
    return dict(glue.client.get_job_bookmark(JobName=name, **members)["JobBookmarkEntry"])


def test_a_run_goes_on_from_the_one_before(glue: Glue, name: str) -> None:
    first, second = glue.run(name), glue.run(name)
    assert given(glue, first) == {"before": None, "from": None, "to": None}
    assert given(glue, second)["before"] == {"count": 1}
    entry = bookmark(glue, name)
    assert json.loads(entry.pop("JobBookmark")) == {"count": 2}
    assert bookmark(glue, name, RunId=first["Id"])["Version"] == 1
    assert entry == {
        "JobName": name,
        "Version": 2,
        "Run": 2,
        "Attempt": 0,
        "RunId": second["Id"],
        "PreviousRunId": first["Id"],
    }


def test_disabled_is_the_default(glue: Glue) -> None:
    name = glue.job(HAS_NONE)
    assert glue.log(glue.run(name)["Id"]) == ["None"]
    with pytest.raises(ClientError, match=f"Continuation for job {name} not found") as error:
        bookmark(glue, name)
    assert error.value.response["Error"]["Code"] == "EntityNotFoundException"


def test_a_commit_stands_though_the_run_fails(glue: Glue, name: str) -> None:
    run = glue.run(name, Arguments={"--fail": "1"})
    assert run["JobRunState"] == "FAILED"
    assert json.loads(bookmark(glue, name)["JobBookmark"]) == {"count": 1}


def test_pause_reads_and_does_not_write(glue: Glue, name: str) -> None:
    glue.run(name)
    for _ in range(2):
        paused = glue.run(name, Arguments=PAUSE)
        assert given(glue, paused)["before"] == {"count": 1}
        assert glue.log(paused["Id"])[1] == "job-bookmark-pause 0"
    assert json.loads(bookmark(glue, name)["JobBookmark"]) == {"count": 1}


def test_pause_between_two_runs(glue: Glue, name: str) -> None:
    runs = [glue.run(name)["Id"] for _ in range(3)]
    ends = {"--job-bookmark-from": runs[0], "--job-bookmark-to": runs[1]}
    found = given(glue, glue.run(name, Arguments=PAUSE | ends))
    assert (found["from"], found["to"]) == ({"count": 1}, {"count": 2})


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({"--job-bookmark-from": "jr_none"}, "both or neither"),
        ({"--job-bookmark-from": "jr_none", "--job-bookmark-to": "jr_none"}, "jr_none not found"),
    ],
)
def test_ends_that_are_none(glue: Glue, name: str, ends: dict[str, str], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        glue.start(name, Arguments=PAUSE | ends)


def test_reset(glue: Glue, name: str) -> None:
    glue.run(name)
    entry = glue.client.reset_job_bookmark(JobName=name)["JobBookmarkEntry"]
    assert (entry["JobName"], entry["Run"]) == (name, 0)
    with pytest.raises(ClientError, match="Continuation"):
        bookmark(glue, name)
    assert given(glue, glue.run(name))["before"] is None


def test_reset_to_a_run(glue: Glue, name: str) -> None:
    runs = [glue.run(name)["Id"] for _ in range(3)]
    entry = glue.client.reset_job_bookmark(JobName=name, RunId=runs[0])["JobBookmarkEntry"]
    assert (entry["RunId"], entry["Run"]) == (runs[0], 1)
    assert given(glue, glue.run(name))["before"] == {"count": 1}


def test_reset_of_none(glue: Glue, name: str) -> None:
    with pytest.raises(ClientError, match="Continuation"):
        glue.client.reset_job_bookmark(JobName=name)


def test_a_deleted_jobs_bookmark_goes_with_it(glue: Glue, name: str) -> None:
    glue.run(name)
    job = glue.client.get_job(JobName=name)["Job"]
    glue.client.delete_job(JobName=name)
    glue.client.create_job(Name=name, Role="r", Command=job["Command"])
    with pytest.raises(ClientError, match="Continuation"):
        bookmark(glue, name)


@pytest.mark.parametrize("state", ["no JSON", "\\xff"])
def test_a_state_that_nobody_could_read(glue: Glue, state: str) -> None:
    text = f"""
import os
from pathlib import Path
(Path(os.environ["LOCAL_AWS_GLUE_BOOKMARKS"]) / "after.json").write_bytes(b"{state}")
"""
    name = glue.job(text, DefaultArguments=ENABLE)
    run = glue.run(name)
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith("The job bookmark could not be kept: ")
    with pytest.raises(ClientError, match="Continuation"):
        bookmark(glue, name)


def test_a_state_that_is_no_file(glue: Glue) -> None:
    text = 'import os\nos.mkfifo(os.environ["LOCAL_AWS_GLUE_BOOKMARKS"] + "/after.json")'
    run = glue.run(glue.job(text, DefaultArguments=ENABLE))
    assert run["JobRunState"] == "SUCCEEDED"

"""The runs' processes without HTTP: time-outs, retries, a process that dies."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.databrew import plan as plans
from local_aws.services.databrew import worker
from local_aws.services.databrew.model import Store
from local_aws.services.databrew.runs import Runner
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.model import S3Store

JOB = {
    "Name": "job",
    "Type": "RECIPE",
    "Outputs": [{"Format": "CSV", "Location": {"Bucket": "lake", "Key": "out"}}],
}
DATASET = {
    "Name": "data",
    "Format": "CSV",
    "Input": {"S3InputDefinition": {"Bucket": "lake", "Key": "in.csv"}},
}


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    platform = Platform(tmp_path, 1, Credentials("a", "b"))
    platform.s3 = S3Store(platform)
    platform.logs = LogStore(platform)
    platform.s3.create_bucket("lake")
    platform.s3.put("lake", "in.csv", b"a\n1\n")
    made = Runner(platform, Store(platform))
    yield made
    made.stop()


def finish(runner: Runner, **job: Any) -> dict[str, Any]:
    """Run once, to its end."""
    document = {"job": JOB | job, "dataset": DATASET, "steps": [], "StartedOn": time.time()}
    runner.store.add_run("db_1", "job", document)
    runner.submit("db_1")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        run = runner.store.run("db_1")
        if "CompletedOn" in run:
            return run
        time.sleep(0.02)
    raise AssertionError(run)


def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put another program in the worker's place."""
    path = tmp_path / "worker.py"
    path.write_text(text)
    monkeypatch.setattr(worker, "__file__", str(path))


def test_a_run_succeeds(runner: Runner) -> None:
    run = finish(runner)
    assert (run["State"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
    assert len(list(runner.platform.s3.list("lake", "out/"))) == 1
    runner.stop()
    assert list(runner.platform.scratch("databrew").iterdir()) == []


def test_a_run_that_takes_too_long_is_ended(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(plans, "DEFAULT_TIMEOUT_MINUTES", 0.005)
    run = finish(runner)
    assert run["State"] == "TIMEOUT"
    assert run["ErrorMessage"] == "The job run exceeded its timeout of 0.3 seconds"
    assert not Path(f"/proc/{run['pid']}").exists()


def test_a_failed_run_is_tried_again(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "tries"
    script(tmp_path, monkeypatch, f"open({str(marker)!r}, 'a').write('x'); raise SystemExit(3)")
    run = finish(runner, MaxRetries=2)
    assert (run["State"], run["Attempt"], marker.read_text()) == ("FAILED", 2, "xxx")
    assert run["ErrorMessage"] == "The run's process ended with code 3 and without a result"


def test_stop_ends_what_runs_and_says_so(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, "import time; time.sleep(60)")
    runner.store.add_run(
        "db_1", "job", {"job": JOB, "dataset": DATASET, "steps": [], "StartedOn": time.time()}
    )
    runner.submit("db_1")
    while runner.store.run("db_1")["State"] != "RUNNING":
        time.sleep(0.02)
    runner.stop()
    run = runner.store.run("db_1")
    assert run["State"] == "FAILED"
    assert "local_aws ended" in run["ErrorMessage"]


def test_overwrite_removes_the_jobs_older_files_only(runner: Runner) -> None:
    s3 = runner.platform.s3
    for key in ("out/job_part00000.csv", "out/job_part00001.csv", "out/other_part00000.csv"):
        s3.put("lake", key, b"old")
    output = {"Format": "CSV", "Overwrite": True, "Location": {"Bucket": "lake", "Key": "out"}}
    assert finish(runner, Outputs=[output])["State"] == "SUCCEEDED"
    keys = [found.key for found in s3.list("lake", "out/")]
    assert keys == ["out/job_part00000.csv", "out/other_part00000.csv"]
    assert s3.read("lake", "out/job_part00000.csv") == b"a\n1\n"


def test_a_kill_between_two_files_ends_with_both(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, put = runner.platform.s3, runner.platform.s3.put
    killed = threading.Event()

    def put_one(bucket: str, key: str, body: Any, **options: Any) -> Any:
        if killed.is_set():
            raise SystemExit  # neither this file nor anything that comes after it
        killed.set()
        return put(bucket, key, body, **options)

    outputs = [{**JOB["Outputs"][0], "Location": {"Bucket": "lake", "Key": k}} for k in "ab"]
    document = {"job": JOB | {"Outputs": outputs}, "dataset": DATASET, "steps": [],
                "StartedOn": time.time()}  # fmt: skip
    monkeypatch.setattr(store, "put", put_one)
    monkeypatch.setattr(runner, "_clean", lambda _run_id: None)
    runner.store.add_run("db_1", "job", document)
    with pytest.raises(SystemExit):
        runner._guarded("db_1")
    assert runner.store.run("db_1")["State"] == "RUNNING"
    monkeypatch.setattr(store, "put", put)

    def whole() -> list[bytes]:
        return [store.read("lake", file.key) for k in "ab" for file in store.list("lake", f"{k}/")]

    assert whole() == [b"a\n1\n"]
    again = Runner(runner.platform, Store(runner.platform))
    again.start()
    again.stop()
    assert again.store.run("db_1")["State"] == "SUCCEEDED"
    assert whole() == [b"a\n1\n", b"a\n1\n"]
    assert list((runner.platform.data_dir / "state" / "databrew-runs").iterdir()) == []

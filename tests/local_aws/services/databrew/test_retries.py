"""A run whose process is killed is tried again, and chance in it does no harm."""

import csv
import io
import os
import signal
import time
from typing import Any

from tests.conftest import LocalServer
from tests.local_aws.services.databrew.test_runs import ROLE, Lake, children

ROWS = 500


def step(operation: str, **parameters: Any) -> dict[str, Any]:
    return {"Action": {"Operation": operation, "Parameters": parameters}}


def kill_first_attempt(run: str) -> None:
    """As soon as it is there: a process takes longer to start than to be seen."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in children(run):
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.002)
    raise AssertionError(f"no process of {run}")


def test_a_retry_of_chance_leaves_one_whole_output(aws: LocalServer) -> None:
    lake = Lake(aws, "n,word\n" + "".join(f"{i},w{i}\n" for i in range(ROWS)))
    steps = [
        step("SHUFFLE_ROWS", sourceColumns='["word"]'),
        step("RANDOM_BETWEEN", lowerBound="1", upperBound="6", targetColumn="die"),
        step("NOW", targetColumn="now"),
    ]
    job = lake.recipe_job(steps, Overwrite=True)
    outputs = lake.databrew.describe_job(Name=job)["Outputs"]
    lake.databrew.update_recipe_job(Name=job, Outputs=outputs, RoleArn=ROLE, MaxRetries=1)
    run = lake.start(job)
    kill_first_attempt(run)
    found = lake.wait(job, run)
    assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
    assert found["Attempt"] == 1
    keys = lake.keys("clean/")
    assert len(keys) == 1
    rows = list(csv.DictReader(io.StringIO(lake.read(keys[0]).decode())))
    assert [row["n"] for row in rows] == [str(i) for i in range(ROWS)]
    assert {row["word"] for row in rows} == {f"w{i}" for i in range(ROWS)}
    assert {row["die"] for row in rows} == set("123456")
    assert len({row["now"] for row in rows}) == 1

    assert lake.run(job)["State"] == "SUCCEEDED"
    again = list(csv.DictReader(io.StringIO(lake.read(keys[0]).decode())))
    assert [row["die"] for row in again] != [row["die"] for row in rows]

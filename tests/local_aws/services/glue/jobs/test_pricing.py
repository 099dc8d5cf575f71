import doctest
from types import ModuleType
from typing import Any

import pytest

from local_aws.services.glue.jobs import installer, pricing
from local_aws.services.glue.jobs.definition import define
from local_aws.services.glue.jobs.pricing import dpu_seconds, estimate


@pytest.mark.parametrize("module", [pricing, installer])
def test_the_examples_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


def test_flex_is_cheaper() -> None:
    run = {"MaxCapacity": 10.0, "ExecutionTime": 3600}
    assert estimate(run).usd == pytest.approx(4.4)
    assert estimate(run | {"ExecutionClass": "FLEX"}).usd == pytest.approx(2.9)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"ExecutionClass": "FLEX", "NumberOfWorkers": 4, "WorkerType": "G.2X"}, True),
        ({"DefaultArguments": {"--enable-auto-scaling": "true"}}, True),
        ({}, False),
    ],
)
def test_dpu_seconds_where_aws_gives_them(given: dict[str, Any], shown: bool) -> None:
    job = define(
        "j",
        {"Role": "r", "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/x.py"}} | given,
    )
    plan = job | {"Arguments": job.get("DefaultArguments", {})}
    found = dpu_seconds(job, plan, 30)
    assert found == ({"DPUSeconds": 30 * job["MaxCapacity"]} if shown else {})

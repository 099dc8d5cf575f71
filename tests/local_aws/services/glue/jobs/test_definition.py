from typing import Any

import pytest

from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.jobs.definition import define

SCRIPT = "s3://bucket/script.py"


def request(kind: str = "glueetl", **members: Any) -> dict[str, Any]:
    return {"Role": "r", "Command": {"Name": kind, "ScriptLocation": SCRIPT}} | members


def test_defaults() -> None:
    job = define("j", request())
    assert job["GlueVersion"] == "5.1"
    assert job["Timeout"] == 480
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert job["Command"]["PythonVersion"] == "3"
    assert (job["WorkerType"], job["NumberOfWorkers"], job["MaxCapacity"]) == ("G.1X", 10, 10.0)


def test_python_shell_has_capacity_and_no_workers() -> None:
    job = define("j", request("pythonshell"))
    assert job["MaxCapacity"] == 0.0625
    assert "WorkerType" not in job


def test_workers_give_the_capacity() -> None:
    job = define("j", request(WorkerType="G.2X", NumberOfWorkers=3))
    assert job["MaxCapacity"] == 6.0


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"GlueVersion": "2.0"}, "GlueVersion 2.0"),
        ({"GlueVersion": "6.0"}, "GlueVersion 6.0"),
        ({"SecurityConfiguration": "s"}, "SecurityConfiguration"),
        ({"Connections": {"Connections": ["c"]}}, "Connections"),
        ({"SourceControlDetails": {"Provider": "GITHUB"}}, "SourceControlDetails"),
        ({"JobMode": "NOTEBOOK"}, "NOTEBOOK"),
        ({"Timeout": 0}, "Timeout"),
        ({"WorkerType": "G.1X", "MaxCapacity": 2.0}, "Max Capacity"),
        ({"Command": {"Name": "gluestreaming", "ScriptLocation": SCRIPT}}, "gluestreaming"),
        ({"Command": {"Name": "glueray", "ScriptLocation": SCRIPT}}, "glueray"),
        ({"Command": {"Name": "glueetl", "ScriptLocation": "/tmp/x.py"}}, "/tmp/x.py"),
        (
            {"Command": {"Name": "glueetl", "ScriptLocation": SCRIPT, "PythonVersion": "2"}},
            "PythonVersion 2",
        ),
        ({"DefaultArguments": {"--extra-jars": "s3://b/x.jar"}}, "--extra-jars"),
    ],
)
def test_refused_by_name(members: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputException, match=said):
        define("j", request() | members)

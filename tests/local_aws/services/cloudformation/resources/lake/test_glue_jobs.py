"""AWS::Glue::Job and AWS::Glue::Connection."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import handler_of
from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import ACCOUNT, Stack

JOB = "AWS::Glue::Job"
CONNECTION = "AWS::Glue::Connection"
SMALLEST = {
    "Role": "arn:aws:iam::123456789012:role/glue",
    "Command": {"Name": "pythonshell", "ScriptLocation": "s3://scripts/job.py"},
}


def shown(aws: LocalServer, name: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("glue").get_job(JobName=name)["Job"]
    return {k: v for k, v in found.items() if k not in ("CreatedOn", "LastModifiedOn")}


def test_a_job_is_made_as_the_template_says(aws: LocalServer, resource: Stack, name: str) -> None:
    job = resource(JOB, env="dev")
    given: dict[str, Any] = {
        "Name": name,
        "Role": SMALLEST["Role"],
        "Command": {
            "Name": "glueetl",
            "ScriptLocation": "s3://scripts/job.py",
            "PythonVersion": 3,
        },
        "DefaultArguments": {"--rows": 10, "--enable-metrics": True},
        "ExecutionProperty": {"MaxConcurrentRuns": "3"},
        "GlueVersion": "5.0",
        "MaxRetries": "1",
        "NumberOfWorkers": "2",
        "WorkerType": "G.1X",
        "Timeout": "30",
        "Tags": {"team": "data"},
    }
    assert job.create(**given).physical_id == name
    found = shown(aws, name)
    assert found["DefaultArguments"] == {"--rows": "10", "--enable-metrics": "true"}
    assert found["ExecutionProperty"] == {"MaxConcurrentRuns": 3}
    assert (found["MaxRetries"], found["NumberOfWorkers"], found["Timeout"]) == (1, 2, 30)
    read = job.read()
    assert read["Tags"] == {"team": "data"}
    assert read["GlueVersion"] == "5.0"
    assert not {"MaxCapacity", "AllocatedCapacity"} & set(read)
    job.delete()
    assert job.gone
    job.delete()


def test_what_an_update_leaves_out_goes_back_to_the_default(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    job, fresh = resource(JOB), resource(JOB)
    job.create(
        Name=name,
        **SMALLEST,
        MaxCapacity="1",
        MaxRetries=2,
        Timeout=5,
        Description="x",
        DefaultArguments={"--a": "b"},
        Tags={"a": "1"},
    )
    job.update(Name=name, **SMALLEST)
    fresh.create(Name=f"{name}f", **SMALLEST)
    assert shown(aws, name) | {"Name": f"{name}f"} == shown(aws, f"{name}f")
    read = job.read()
    assert "Tags" not in read
    assert read["MaxCapacity"] == 0.0625


def test_what_glue_here_does_not_run_is_not_made(resource: Stack, name: str) -> None:
    job = resource(JOB)
    assert not {"Connections", "SecurityConfiguration", "MaintenanceWindow"} & job.handler.takes
    with pytest.raises(ClientError, match="gluestreaming"):
        job.create(Name=name, **SMALLEST | {"Command": {"Name": "gluestreaming"}})
    assert job.identify() is None


@pytest.mark.parametrize("noun", ["SecurityConfiguration", "Trigger", "Workflow", "Registry"])
def test_what_glue_here_has_not_is_no_type(noun: str) -> None:
    assert handler_of(f"AWS::Glue::{noun}") is None
    assert handler_of("AWS::LakeFormation::Permissions") is None


def test_a_jobs_second_try_takes_what_the_first_made(resource: Stack, name: str) -> None:
    job, other = resource(JOB), resource(JOB)
    made = job.create(Name=name, **SMALLEST)
    assert job.retry() == made
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        other.create(Name=name, **SMALLEST)


def connection(name: str, **properties: str) -> dict[str, Any]:
    given = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": properties}
    return {"CatalogId": ACCOUNT, "ConnectionInput": given}


def test_a_connection_is_made_changed_and_deleted(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    made = resource(CONNECTION, env="dev")
    url = "jdbc:postgresql://db:5432/shop"
    given = connection(name, JDBC_CONNECTION_URL=url, SECRET_ID="shop", PASSWORD="hunter2")
    assert made.create(**given, Tags={"a": "1"}).physical_id == name
    read = made.read()
    assert read["Tags"] == {"a": "1"}
    assert read["CatalogId"] == ACCOUNT
    told = read["ConnectionInput"]["ConnectionProperties"]
    assert told == given["ConnectionInput"]["ConnectionProperties"]
    text = '{"PASSWORD": "hunter2"}'
    made.update(
        **connection(name)
        | {"ConnectionInput": given["ConnectionInput"] | {"ConnectionProperties": text}}
    )
    assert made.read()["ConnectionInput"]["ConnectionProperties"] == {}
    made.update(**connection(name, JDBC_CONNECTION_URL=url))
    found = aws.client("glue").get_connection(Name=name)["Connection"]
    assert found["ConnectionProperties"] == {"JDBC_CONNECTION_URL": url}
    made.delete()
    assert made.identify() is None
    made.delete()


def test_a_network_connection_needs_no_properties(resource: Stack, name: str) -> None:
    made = resource(CONNECTION)
    made.create(CatalogId=ACCOUNT, ConnectionInput={"Name": name, "ConnectionType": "NETWORK"})
    read = made.read()
    assert read["ConnectionInput"]["ConnectionType"] == "NETWORK"
    made.delete()

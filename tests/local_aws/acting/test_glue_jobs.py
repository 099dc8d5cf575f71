"""A Glue job's run in its role: what Python calls, what Spark opens, what is logged."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.acting.conftest import ACCOUNT, Lake, Statement, without
from tests.local_aws.conftest import allow

SHELL = """
import boto3, os, sys
bucket = sys.argv[sys.argv.index("--bucket") + 1]
names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
keys = " ".join(os.environ[name] for name in names)
boto3.client("s3").put_object(Bucket=bucket, Key="clean/shell", Body=keys.encode())
print(boto3.client("sts").get_caller_identity()["Arn"])
"""
SPARK = """
import sys
from pyspark.sql import SparkSession

root = "s3://" + sys.argv[sys.argv.index("--bucket") + 1]
spark = SparkSession.builder.getOrCreate()
rows = spark.read.csv(f"{root}/data/t/")
attempts = [
    lambda: rows.write.mode("overwrite").parquet(f"{root}/clean/t/"),
    lambda: spark.read.csv(f"{root}/hidden/").count(),
    lambda: spark.read.csv(f"{root}/secret/").count(),
    lambda: rows.write.mode("overwrite").parquet(f"{root}/kept/"),
    lambda: rows.write.parquet(f"{root}/other/"),
]
told = []
for attempt in attempts:
    try:
        attempt()
    except Exception as error:
        told.append(next(line for line in str(error).splitlines() if "authorized" in line))
raise Exception(" | ".join(told))
"""


def enough(lake: Lake) -> list[Statement]:
    """What a run needs that reads a folder and writes another."""
    logs = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws-glue/jobs/*"
    return [
        allow(["s3:ListBucket"], lake.arn),
        allow(["s3:GetObject"], [f"{lake.arn}/data/*", f"{lake.arn}/scripts/*"]),
        allow(["s3:PutObject"], f"{lake.arn}/clean/*"),
        allow(["s3:DeleteObject"], f"{lake.arn}/clean/*"),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], logs),
    ]


def make(lake: Lake, role: str, script: str, command: str) -> str:
    """The name of a new job."""
    server, name = lake.server, f"{lake.database}-{role[-8:]}"
    key = f"scripts/{command}.py"
    server.client("s3").put_object(Bucket=lake.bucket, Key=key, Body=script.encode())
    server.client("glue").create_job(
        Name=name,
        Role=role,
        Command={
            "Name": command,
            "ScriptLocation": f"s3://{lake.bucket}/{key}",
            "PythonVersion": "3.9" if command == "pythonshell" else "3",
        },
        **({} if command == "pythonshell" else {"GlueVersion": "5.0"}),
    )
    return name


def run(lake: Lake, name: str, **arguments: str) -> dict[str, Any]:
    """The end of a run of the job."""
    glue = lake.server.client("glue")
    given = {f"--{key}": value for key, value in arguments.items()}
    run_id = glue.start_job_run(JobName=name, Arguments=given)["JobRunId"]
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found: dict[str, Any] = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        if found["JobRunState"] not in ("STARTING", "RUNNING", "WAITING"):
            return found
        time.sleep(0.1)
    raise AssertionError("the run did not end")


def shell(lake: Lake, role: str) -> dict[str, Any]:
    return run(lake, make(lake, role, SHELL, "pythonshell"), bucket=lake.bucket)


def session_of(role: str) -> str:
    name = role.rpartition("/")[2]
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/GlueJobRunnerSession"


def test_pythons_calls_are_the_roles(lake: Lake, role_of: Any) -> None:
    role = role_of("glue", *enough(lake))
    found = shell(lake, role)
    assert found["JobRunState"] == "SUCCEEDED", found["ErrorMessage"]
    events = lake.server.client("logs").get_log_events(
        logGroupName="/aws-glue/python-jobs/output"
        if "python" in found["LogGroupName"]
        else f"{found['LogGroupName']}/output",
        logStreamName=found["Id"],
    )["events"]
    assert [event["message"] for event in events] == [session_of(role)]
    assert_are_nobodys(lake)


def assert_are_nobodys(lake: Lake) -> None:
    """The keys that the run wrote down: they ended with it."""
    written = lake.server.client("s3").get_object(Bucket=lake.bucket, Key="clean/shell")
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    keys = dict(zip(names, written["Body"].read().decode().split(), strict=True))
    assert keys["aws_access_key_id"].startswith("ASIA")
    with pytest.raises(ClientError, match="security token included in the request is invalid"):
        lake.server.client("sts", **keys).get_caller_identity()


def test_python_may_not(lake: Lake, role_of: Any) -> None:
    role = role_of("glue", *without(enough(lake), "s3:PutObject"))
    found = shell(lake, role)
    assert found["JobRunState"] == "FAILED"
    assert found["ErrorMessage"].startswith("Error Category: PERMISSION_ERROR; ")
    assert (
        f"when calling the PutObject operation: User: {session_of(role)} is not authorized to"
        " perform: s3:PutObject on resource: " in found["ErrorMessage"]
    )


def test_a_script_that_may_not_be_read(lake: Lake, role_of: Any) -> None:
    statements = enough(lake)
    statements[1]["Resource"] = f"{lake.arn}/data/*"
    found = shell(lake, role_of("glue", *statements))
    assert found["ErrorMessage"].startswith(
        f"LAUNCH ERROR | Error downloading from S3 for bucket: {lake.bucket},"
        " key: scripts/pythonshell.py.User: "
    )
    assert "Status Code: 403; Error Code: AccessDenied" in found["ErrorMessage"]


def test_a_run_goes_on_without_its_logs(lake: Lake, role_of: Any) -> None:
    found = shell(lake, role_of("glue", *without(enough(lake), "logs:PutLogEvents")))
    assert found["JobRunState"] == "SUCCEEDED", found["ErrorMessage"]


def test_a_role_that_does_not_trust_glue(lake: Lake, role_of: Any) -> None:
    role = role_of("databrew", *enough(lake))
    with pytest.raises(ClientError) as caught:
        shell(lake, role)
    assert caught.value.response["Error"]["Message"] == (
        f"Role {role} should be given assume role permissions for Glue Service."
    )


@pytest.mark.spark
def test_what_spark_opens(lake: Lake, role_of: Any) -> None:
    """In one run: what the role may, then what it may not list, read, overwrite and write."""
    s3, statements = lake.server.client("s3"), enough(lake)
    for key in ("hidden/a.csv", "secret/a.csv", "kept/a.csv"):
        s3.put_object(Bucket=lake.bucket, Key=key, Body=b"3,three\n")
    seen = ["data/*", "clean/*", "secret/*", "kept/*", "other/*"]
    statements[0]["Condition"] = {"StringLike": {"s3:prefix": seen}}
    role = role_of("glue", *statements)
    found = run(lake, make(lake, role, SPARK, "glueetl"), bucket=lake.bucket)
    denied = {
        "s3:ListBucket": lake.arn,
        "s3:GetObject": f"{lake.arn}/secret/a.csv",
        "s3:DeleteObject": f"{lake.arn}/kept/a.csv",
    }
    for action, resource in denied.items():
        assert (
            f"User: {session_of(role)} is not authorized to perform: {action} on resource:"
            f' "{resource}" because no identity-based policy allows the {action} action'
            " (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)"
        ) in found["ErrorMessage"]
    assert f'perform: s3:PutObject on resource: "{lake.arn}/other/' in found["ErrorMessage"]
    assert found["ErrorMessage"].startswith("Error Category: PERMISSION_ERROR; ")
    written = s3.list_objects_v2(Bucket=lake.bucket)["Contents"]
    keys = [item["Key"] for item in written if item["Key"].endswith(".parquet")]
    assert keys
    assert all(key.startswith("clean/t/") for key in keys)

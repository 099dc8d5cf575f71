"""The record of decisions, as a server with --record-calls writes it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.access.evaluate import Query
from local_aws.access.principal import root_of
from local_aws.access.record import Line, Record, read
from tests.conftest import LocalServer, start_server
from tests.local_aws.conftest import allow, keys_of, policy

ROOT = "arn:aws:iam::123456789012:root"
PASSED = "arn:aws:iam::123456789012:role/passed"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalServer, Path]]:
    folder = tmp_path_factory.mktemp("record")
    server = start_server(folder / "data", None, "--record-calls", str(folder / "calls"))
    yield server, folder / "calls"
    server.stop()


@pytest.fixture
def lines(recorded: tuple[LocalServer, Path]) -> Any:
    """``lines()``: what was decided since the test began."""
    before = len(list(read(recorded[1])))
    return lambda: list(read(recorded[1]))[before:]


def said(found: list[Line]) -> list[tuple[str, str, bool]]:
    return [(line.action, line.resource, line.allowed) for line in found]


def test_root_is_recorded_by_the_names_of_iam(
    recorded: tuple[LocalServer, Path], lines: Any
) -> None:
    server, _ = recorded
    s3 = server.client("s3")
    s3.create_bucket(Bucket="record")
    s3.put_object(Bucket="record", Key="a/b", Body=b"x")
    s3.list_objects_v2(Bucket="record", Prefix="a/")
    s3.delete_objects(Bucket="record", Delete={"Objects": [{"Key": "a/b"}]})
    server.client("sts").get_caller_identity()
    server.client("sqs").list_queues()
    server.client("glue").get_databases()
    found = lines()
    assert said(found) == [
        ("s3:CreateBucket", "arn:aws:s3:::record", True),
        ("s3:PutObject", "arn:aws:s3:::record/a/b", True),
        ("s3:ListBucket", "arn:aws:s3:::record", True),
        ("s3:DeleteObject", "arn:aws:s3:::record/a/b", True),
        ("sts:GetCallerIdentity", "*", True),
        ("sqs:ListQueues", "*", True),
        ("glue:GetDatabases", "arn:aws:glue:us-east-1:123456789012:catalog", True),
        ("glue:GetDatabases", "arn:aws:glue:us-east-1:123456789012:database/*", True),
    ]
    assert {(line.principal, line.role, line.source) for line in found} == {(ROOT, "", "request")}
    assert found[2].conditions["s3:prefix"] == ("a/",)


def test_a_policy_of_a_bucket_is_roots_even_where_it_denies(
    recorded: tuple[LocalServer, Path], lines: Any
) -> None:
    s3 = recorded[0].client("s3")
    s3.create_bucket(Bucket="record-shut")
    everybody = {"Principal": "*", "Action": "s3:*", "Effect": "Deny", "Resource": "*"}
    s3.put_bucket_policy(Bucket="record-shut", Policy=policy(everybody))
    s3.delete_bucket_policy(Bucket="record-shut")
    assert said(lines())[-1] == ("s3:DeleteBucketPolicy", "arn:aws:s3:::record-shut", True)


def test_a_role_is_recorded_with_what_its_policies_asked_for(
    recorded: tuple[LocalServer, Path], lines: Any
) -> None:
    server, _ = recorded
    iam = server.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="recorder", AssumeRolePolicyDocument=policy(trust))["Role"][
        "Arn"
    ]
    passing = allow(
        ["iam:PassRole", "glue:*"],
        "*",
        Condition={"StringEqualsIfExists": {"iam:PassedToService": "glue.amazonaws.com"}},
    )
    iam.put_role_policy(RoleName="recorder", PolicyName="p", PolicyDocument=policy(passing))
    given = server.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    keys = keys_of(given)
    target = {"S3Targets": [{"Path": "s3://record/"}]}
    server.client("glue", **keys).create_crawler(
        Name="c", Role=PASSED, DatabaseName="d", Targets=target
    )
    with pytest.raises(ClientError):
        server.client("databrew", **keys).list_jobs()
    assumed, created, passed, refused = lines()[-4:]
    assert said([assumed]) == [("sts:AssumeRole", role, True)]
    assert created.action == "glue:CreateCrawler"
    assert said([passed, refused]) == [
        ("iam:PassRole", PASSED, True),
        ("databrew:ListJobs", "*", False),
    ]
    assert passed.conditions["iam:passedtoservice"] == ("glue.amazonaws.com",)
    assert passed.role == refused.role == "recorder"
    assert passed.principal == "arn:aws:sts::123456789012:assumed-role/recorder/me"


def test_a_line_that_a_kill_cut_off_ends_the_reading(tmp_path: Path) -> None:
    record = Record(tmp_path / "calls")
    query = Query(root_of("123456789012"), "s3:GetObject", "arn:aws:s3:::a/ü", lambda _: None)
    started = time.time()
    record.note(query, allowed=True)
    with (tmp_path / "calls").open("a") as file:
        file.write('{"time": "2026-')
    found = list(read(tmp_path / "calls"))
    assert said(found) == [("s3:GetObject", "arn:aws:s3:::a/ü", True)]
    assert found[0].time > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(started - 1))


def test_without_a_file_nothing_is_watched() -> None:
    query = Query(root_of("123456789012"), "s3:GetObject", "*", lambda _: None)
    assert Record().watch(query) is query


def test_what_an_engine_does_is_recorded_as_well(
    recorded: tuple[LocalServer, Path], lines: Any
) -> None:
    """By the service that acts, also as root; a line says through which service."""
    server, _ = recorded
    server.client("s3").create_bucket(Bucket="record-athena")
    athena = server.client("athena")
    query = athena.start_query_execution(
        QueryString="CREATE DATABASE recorded",
        ResultConfiguration={"OutputLocation": "s3://record-athena/r/"},
    )["QueryExecutionId"]
    state = "QUEUED"
    while state in ("QUEUED", "RUNNING"):
        found = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        state = found["Status"]["State"]
        time.sleep(0.02)
    assert state == "SUCCEEDED", found
    acted = [line for line in lines() if line.source == "athena.amazonaws.com"]
    assert {line.principal for line in acted} == {ROOT}
    done = {(line.action, line.resource) for line in acted}
    assert ("s3:GetBucketLocation", "arn:aws:s3:::record-athena") in done
    assert ("glue:CreateDatabase", f"arn:aws:glue:us-east-1:{ROOT[13:25]}:catalog") in done
    assert ("s3:PutObject", f"arn:aws:s3:::record-athena/r/{query}.txt") in done

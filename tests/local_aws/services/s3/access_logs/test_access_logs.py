"""Server access logs, from PutBucketLogging to the object in the target bucket."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server
from tests.local_aws.conftest import allow, deny, new_user, policy

FIELD = re.compile(rb'\[[^\]]*\]|"[^"]*"|\S+')
NAMES = [
    *("owner", "bucket", "time", "client", "requester", "request_id", "operation", "key", "uri"),
    *("status", "error", "sent", "size", "total", "turnaround", "referer", "agent", "version"),
    *("host_id", "signature", "cipher", "auth", "host", "tls", "point", "acl"),
]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that delivers at once."""
    folder = tmp_path_factory.mktemp("access_logs") / "data"
    running = start_server(folder, None, "--access-log-seconds", "0.1")
    yield running
    running.stop()


@pytest.fixture
def source(quick: LocalServer) -> str:
    name = f"source-{uuid.uuid4().hex[:10]}"
    quick.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def target(quick: LocalServer) -> str:
    name = f"logs-{uuid.uuid4().hex[:10]}"
    quick.client("s3").create_bucket(Bucket=name)
    service = {"Service": "logging.s3.amazonaws.com"}
    statement = allow("s3:PutObject", f"arn:aws:s3:::{name}/*", Principal=service)
    quick.client("s3").put_bucket_policy(Bucket=name, Policy=policy(statement))
    return name


def switch_on(server: LocalServer, source: str, target: str, **more: Any) -> None:
    enabled = {"TargetBucket": target, "TargetPrefix": "log/", **more}
    server.client("s3").put_bucket_logging(
        Bucket=source, BucketLoggingStatus={"LoggingEnabled": enabled}
    )


def delivered(server: LocalServer, target: str, count: int) -> list[dict[str, str]]:
    """The lines of all logs in the target, once there are so many; the oldest first."""
    s3, deadline = server.client("s3"), time.monotonic() + 20
    while time.monotonic() < deadline:
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=target).get("Contents", [])]
        lines = b"".join(s3.get_object(Bucket=target, Key=key)["Body"].read() for key in keys)
        if lines.count(b"\n") >= count:
            return [fields(one) for one in lines.splitlines()]
        time.sleep(0.05)
    raise AssertionError(f"{lines.count(10)} lines of {count}")


def fields(line: bytes) -> dict[str, str]:
    values = [value.decode() for value in FIELD.findall(line)]
    assert len(values) == len(NAMES)
    return dict(zip(NAMES, values, strict=True))


def test_requests_are_told(quick: LocalServer, source: str, target: str) -> None:
    s3 = quick.client("s3")
    switch_on(quick, source, target)
    s3.put_object(Bucket=source, Key="a b/é", Body=b"12345")
    s3.get_object(Bucket=source, Key="a b/é", Range="bytes=1-2")["Body"].read()
    with pytest.raises(ClientError):
        s3.get_object(Bucket=source, Key="absent")
    s3.list_objects_v2(Bucket=source, Prefix="a b")
    person = new_user(quick)
    with pytest.raises(ClientError):
        person.client("s3").delete_object(Bucket=source, Key="a b/é")
    status, put, get, missing, listed, refused = delivered(quick, target, 6)
    assert status["operation"] == "REST.PUT.LOGGING_STATUS"
    assert put["operation"] == "REST.PUT.OBJECT"
    assert (put["key"], put["status"], put["size"]) == ("a%2520b/%25C3%25A9", "200", "5")
    assert (put["bucket"], put["owner"], put["requester"]) == (source, *[put["owner"]] * 2)
    assert (put["signature"], put["auth"], put["client"]) == ("SigV4", "AuthHeader", "127.0.0.1")
    assert (get["status"], get["sent"], get["size"]) == ("206", "2", "5")
    assert (missing["status"], missing["error"]) == ("404", "NoSuchKey")
    assert listed["operation"] == "REST.GET.BUCKET"
    assert "prefix=a%20b" in listed["uri"]
    assert (refused["status"], refused["error"]) == ("403", "AccessDenied")
    assert refused["requester"] == person.arn


def test_a_client_cannot_write_lines_of_its_own(
    quick: LocalServer, source: str, target: str
) -> None:
    switch_on(quick, source, target)
    client = quick.client("s3", region_name="us-east-1")

    def lie(request: Any, **_: Any) -> None:
        request.headers["User-Agent"] = 'x" 200 - "'

    client.meta.events.register("before-send.s3", lie)
    client.put_object(Bucket=source, Key="line\nfeed", Body=b"")
    line = delivered(quick, target, 2)[1]
    assert line["key"] == "line%250Afeed"
    assert line["agent"] == '"x%22 200 - %22"'


def test_keys_by_day_and_source(quick: LocalServer, source: str, target: str) -> None:
    by_event = {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}
    switch_on(quick, source, target, TargetObjectKeyFormat=by_event)
    delivered(quick, target, 1)
    (one,) = quick.client("s3").list_objects_v2(Bucket=target)["Contents"]
    day = r"\d{4}/\d\d/\d\d/\d{4}-\d\d-\d\d-00-00-00-[0-9A-F]{16}"
    assert re.fullmatch(f"log/123456789012/us-east-1/{source}/{day}", one["Key"])


def test_who_may_not_write_delivers_nothing(quick: LocalServer, source: str, target: str) -> None:
    """As on AWS: neither without a policy, nor into a bucket that encrypts with KMS."""
    s3, open_target = quick.client("s3"), target
    closed = f"closed-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=closed)
    switch_on(quick, source, closed)
    other = f"other-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=other)
    switch_on(quick, other, open_target)
    delivered(quick, open_target, 1)
    time.sleep(0.3)
    assert "Contents" not in s3.list_objects_v2(Bucket=closed)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(
        Bucket=open_target, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    s3.put_object(Bucket=other, Key="a", Body=b"")
    time.sleep(0.5)
    assert len(s3.list_objects_v2(Bucket=open_target)["Contents"]) == 1


def test_a_canned_acl_lets_logs_in(quick: LocalServer, source: str, target: str) -> None:
    """As CDK makes the buckets of logs. A policy's Deny still counts."""
    s3, by_acl = quick.client("s3"), f"acl-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=by_acl, ObjectOwnership="ObjectWriter", ACL="log-delivery-write")
    switch_on(quick, source, by_acl)
    delivered(quick, by_acl, 1)
    grants = s3.get_bucket_acl(Bucket=by_acl)["Grants"]
    assert [one["Permission"] for one in grants] == ["FULL_CONTROL", "WRITE", "READ_ACP"]
    with pytest.raises(ClientError, match="InvalidArgument"):
        s3.put_object(Bucket=by_acl, Key="a", ACL="log-delivery-write")
    no = deny("s3:PutObject", f"arn:aws:s3:::{by_acl}/*", Principal="*")
    s3.put_bucket_policy(Bucket=by_acl, Policy=policy(no))
    before = len(s3.list_objects_v2(Bucket=by_acl)["Contents"])
    switch_on(quick, source, target)
    switch_on(quick, target, by_acl)
    delivered(quick, target, 1)
    time.sleep(0.3)
    assert len(s3.list_objects_v2(Bucket=by_acl)["Contents"]) == before


def test_the_condition_on_the_source_counts(quick: LocalServer, source: str, target: str) -> None:
    service = {"Service": "logging.s3.amazonaws.com"}
    condition = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::elsewhere"}}
    statement = allow(
        "s3:PutObject", f"arn:aws:s3:::{target}/*", Principal=service, Condition=condition
    )
    quick.client("s3").put_bucket_policy(Bucket=target, Policy=policy(statement))
    switch_on(quick, source, target)
    time.sleep(0.5)
    assert "Contents" not in quick.client("s3").list_objects_v2(Bucket=target)


def test_switched_on_and_off(quick: LocalServer, source: str, target: str) -> None:
    s3 = quick.client("s3")
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=source)
    switch_on(quick, source, target)
    enabled = s3.get_bucket_logging(Bucket=source)["LoggingEnabled"]
    assert enabled == {"TargetBucket": target, "TargetPrefix": "log/"}
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=source)


def test_what_cannot_be_logged_to(quick: LocalServer, source: str) -> None:
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        switch_on(quick, source, "no-such-bucket-there-is")
    grant = {"Grantee": {"Type": "Group", "URI": "http://x"}, "Permission": "READ"}
    with pytest.raises(ClientError, match=r"NotImplemented.*TargetGrants"):
        switch_on(quick, source, source, TargetGrants=[grant])


@pytest.mark.restart
def test_a_kill_loses_no_line(tmp_path: Any) -> None:
    server = start_server(tmp_path / "data")
    s3 = server.client("s3")
    s3.create_bucket(Bucket="source")
    s3.create_bucket(Bucket="target")
    service = {"Service": "logging.s3.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject"}
    statement["Resource"] = "arn:aws:s3:::target/*"
    s3.put_bucket_policy(Bucket="target", Policy=json.dumps({"Statement": statement}))
    switch_on(server, "source", "target")
    s3.put_object(Bucket="source", Key="a", Body=b"")
    server.process.kill()
    server.process.wait()
    again = start_server(tmp_path / "data", server.port, "--access-log-seconds", "0.1")
    try:
        lines = delivered(again, "target", 2)
    finally:
        again.stop()
    assert [line["operation"] for line in lines] == ["REST.PUT.LOGGING_STATUS", "REST.PUT.OBJECT"]

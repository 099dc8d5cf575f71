"""Events of a bucket at SNS, SQS and EventBridge, through boto3 and AWS's command line."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.context import Credentials, Platform
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.notifications import configuration
from local_aws.services.s3.settings import NOTIFICATION
from tests.conftest import LocalServer, start_server


@dataclass
class Queue:
    """A queue and what was read from it."""

    client: Any
    url: str
    arn: str

    @classmethod
    def of(cls, server: LocalServer) -> "Queue":
        client = server.client("sqs")
        url = client.create_queue(QueueName=f"events-{uuid.uuid4().hex[:12]}")["QueueUrl"]
        return cls(client, url, f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}")

    def messages(self, count: int) -> list[dict[str, Any]]:
        """The next messages; fails where they do not come, or more do."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            answer = self.client.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=20
            )
            assert "Messages" in answer, f"{len(found)} of {count} messages came: {found}"
            for message in answer["Messages"]:
                self.client.delete_message(
                    QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"]
                )
                found.append(json.loads(message["Body"]))
        assert len(found) == count, found
        return found

    def records(self, count: int) -> list[dict[str, Any]]:
        return [message["Records"][0] for message in self.messages(count)]


@pytest.fixture
def queue(aws: LocalServer) -> Queue:
    return Queue.of(aws)


def tell(s3: Any, bucket: str, arn: str, events: list[str], **rules: str) -> None:
    entry: dict[str, Any] = {"QueueArn": arn, "Events": events, "Id": "told"}
    if rules:
        named = [{"Name": name, "Value": value} for name, value in rules.items()]
        entry["Filter"] = {"Key": {"FilterRules": named}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [entry]}
    )


def test_an_object_that_was_created(s3: Any, bucket: str, queue: Queue) -> None:
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*"], prefix="in/", suffix=".csv")
    [test] = queue.messages(1)
    assert (test["Event"], test["Bucket"]) == ("s3:TestEvent", bucket)
    s3.put_object(Bucket=bucket, Key="out/a.csv", Body=b"x")
    s3.put_object(Bucket=bucket, Key="in/a.txt", Body=b"x")
    put = s3.put_object(Bucket=bucket, Key="in/a é+.csv", Body=b"hello")
    [record] = queue.records(1)
    assert record["eventVersion"] == "2.1"
    assert record["eventSource"] == "aws:s3"
    assert record["awsRegion"] == "us-east-1"
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["userIdentity"]["principalId"]
    assert record["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}
    request_id = put["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    assert record["responseElements"]["x-amz-request-id"] == request_id
    assert record["s3"]["configurationId"] == "told"
    assert record["s3"]["bucket"]["arn"] == f"arn:aws:s3:::{bucket}"
    thing = record["s3"]["object"]
    assert int(thing.pop("sequencer"), 16)
    assert thing == {"key": "in/a+%C3%A9%2B.csv", "size": 5, "eTag": put["ETag"].strip('"')}


def test_each_way_to_create_and_remove(s3: Any, bucket: str, queue: Queue) -> None:
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"])
    queue.messages(1)
    target = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**target, Body=b"x")
    s3.copy_object(Bucket=bucket, Key="b", CopySource=target)
    upload = {"Bucket": bucket, "Key": "c"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    completed = s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    s3.put_object_tagging(**target, Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
    s3.delete_object_tagging(**target)
    s3.delete_object(**target)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    records = queue.records(7)
    assert [(r["eventName"], r["s3"]["object"]["key"]) for r in records] == [
        ("ObjectCreated:Put", "a"),
        ("ObjectCreated:Copy", "b"),
        ("ObjectCreated:CompleteMultipartUpload", "c"),
        ("ObjectTagging:Put", "a"),
        ("ObjectTagging:Delete", "a"),
        ("ObjectRemoved:Delete", "a"),
        ("ObjectRemoved:Delete", "b"),
    ]
    assert records[2]["s3"]["object"]["eTag"] == completed["ETag"].strip('"')
    assert records[3]["eventVersion"] == "2.3"
    sequencers = [r["s3"]["object"]["sequencer"] for r in records]
    assert sequencers == sorted(sequencers)


def test_a_versioned_bucket(s3: Any, bucket: str, queue: Queue) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"])
    queue.messages(1)
    target = {"Bucket": bucket, "Key": "a"}
    version = s3.put_object(**target, Body=b"x")["VersionId"]
    marker = s3.delete_object(**target)["VersionId"]
    s3.delete_object(**target, VersionId=version)
    records = queue.records(3)
    assert [(r["eventName"], r["s3"]["object"]["versionId"]) for r in records] == [
        ("ObjectCreated:Put", version),
        ("ObjectRemoved:DeleteMarkerCreated", marker),
        ("ObjectRemoved:Delete", version),
    ]


def test_nothing_is_told_of_what_failed(s3: Any, bucket: str, queue: Queue, refused: Any) -> None:
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*"])
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    refused(s3.put_object, "PreconditionFailed", Bucket=bucket, Key="a", Body=b"y", IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="b", Body=b"z")
    keys = [r["s3"]["object"]["key"] for m in queue.messages(3) for r in m.get("Records", [])]
    assert keys == ["a", "b"]


def test_a_topic(aws: LocalServer, s3: Any, bucket: str, queue: Queue) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    entry = {"TopicArn": topic, "Events": ["s3:ObjectCreated:Put"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [entry]}
    )
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    test, told = queue.messages(2)
    assert json.loads(test["Message"])["Event"] == "s3:TestEvent"
    assert (told["Subject"], told["TopicArn"]) == ("Amazon S3 Notification", topic)
    assert json.loads(told["Message"])["Records"][0]["s3"]["object"]["key"] == "a"


def test_event_bridge(aws: LocalServer, s3: Any, bucket: str, queue: Queue) -> None:
    events, rule = aws.client("events"), f"r-{uuid.uuid4().hex[:8]}"
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    unheard = {"Id": "n", "Arn": "arn:aws:sns:us-east-1:123456789012:moto-does-not-tell"}
    events.put_targets(Rule=rule, Targets=[unheard, {"Id": "q", "Arn": queue.arn}])
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert found["EventBridgeConfiguration"] == {}
    put = s3.put_object(Bucket=bucket, Key="in/a b", Body=b"hello")
    s3.delete_object(Bucket=bucket, Key="in/a b")
    created, deleted = queue.messages(2)
    assert created.pop("id") != deleted["id"]
    assert created.pop("time").endswith("Z")
    detail = created.pop("detail")
    assert created == {
        "version": "0",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{bucket}"],
    }
    assert int(detail["object"].pop("sequencer"), 16)
    assert detail["object"] == {"key": "in/a b", "size": 5, "etag": put["ETag"].strip('"')}
    assert (detail["reason"], detail["requester"]) == ("PutObject", "123456789012")
    assert detail["source-ip-address"] == "127.0.0.1"
    assert deleted["detail-type"] == "Object Deleted"
    assert deleted["detail"]["deletion-type"] == "Permanently Deleted"
    assert deleted["detail"]["reason"] == "DeleteObject"


def test_many_writers_of_one_key(s3: Any, bucket: str, queue: Queue) -> None:
    """The last event of a key is that of its last write."""
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*"])
    queue.messages(1)
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: s3.put_object(Bucket=bucket, Key="a", Body=str(n).encode()), range(40)
            )
        )
    records = sorted(queue.records(40), key=lambda r: str(r["s3"]["object"]["sequencer"]))
    last = records[-1]["s3"]["object"]["eTag"]
    assert s3.head_object(Bucket=bucket, Key="a")["ETag"] == f'"{last}"'


def test_a_destination_that_is_gone_holds_up_nobody(
    aws: LocalServer, s3: Any, bucket: str, queue: Queue
) -> None:
    gone = Queue.of(aws)
    entries = [
        {"QueueArn": gone.arn, "Events": ["s3:ObjectCreated:Put"]},
        {"QueueArn": queue.arn, "Events": ["s3:ObjectRemoved:Delete"]},
    ]
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": entries}
    )
    queue.messages(1)
    gone.client.delete_queue(QueueUrl=gone.url)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a")
    assert queue.records(1)[0]["eventName"] == "ObjectRemoved:Delete"


def test_destinations_that_are_not_there(s3: Any, bucket: str, queue: Queue, refused: Any) -> None:
    def put(kind: str, arn: str, **options: Any) -> dict[str, Any]:
        member = {"TopicConfigurations": "TopicArn", "QueueConfigurations": "QueueArn"}[kind]
        return {
            "Bucket": bucket,
            "NotificationConfiguration": {kind: [{member: arn, "Events": ["s3:ObjectCreated:*"]}]},
            **options,
        }

    call = s3.put_bucket_notification_configuration
    topic = "arn:aws:sns:us-east-1:123456789012:absent"
    error = refused(call, "InvalidArgument", **put("TopicConfigurations", topic))["Error"]
    assert error["Message"] == "Unable to validate the following destination configurations"
    assert error["ArgumentName1"] == topic
    assert error["ArgumentValue1"] == "The destination topic does not exist"
    refused(call, "InvalidArgument", **put("QueueConfigurations", f"{queue.arn}x"))
    refused(call, "InvalidArgument", **put("QueueConfigurations", topic))
    elsewhere = queue.arn.replace("us-east-1", "eu-west-1")
    refused(call, "InvalidArgument", **put("QueueConfigurations", elsewhere))
    refused(call, "InvalidArgument", **put("QueueConfigurations", f"{queue.arn}.fifo"))
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "TopicConfigurations" not in found
    call(**put("TopicConfigurations", topic, SkipDestinationValidation=True))
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert found["TopicConfigurations"][0]["TopicArn"] == topic


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([{"Events": ["s3:ObjectCreated:Sung"]}], "InvalidArgument"),
        ([{"Events": ["s3:Replication:*"]}], "NotImplemented"),
        ([{"Events": ["s3:ObjectCreated:*"]}, {"Events": ["s3:ObjectCreated:Put"]}], "overlap"),
        (
            [
                {"Events": ["s3:ObjectCreated:*"], "prefix": "a", "suffix": ".csv"},
                {"Events": ["s3:ObjectCreated:*"], "prefix": "a/b"},
            ],
            "overlap",
        ),
        (
            [
                {"Events": ["s3:ObjectCreated:*"], "prefix": "a"},
                {"Events": ["s3:ObjectCreated:*"], "prefix": "b"},
            ],
            "",
        ),
        (
            [
                {"Events": ["s3:ObjectCreated:*"], "suffix": "a"},
                {"Events": ["s3:ObjectCreated:*"], "suffix": "b"},
            ],
            "",
        ),
        ([{"Events": ["s3:ObjectCreated:*"]}, {"Events": ["s3:ObjectRemoved:*"]}], ""),
        (
            [
                {"Events": ["s3:ObjectCreated:*"], "Id": "same"},
                {"Events": ["s3:ObjectRemoved:*"], "Id": "same"},
            ],
            "InvalidArgument",
        ),
        ([{"Events": ["s3:ObjectCreated:*"], "prefix": "x" * 1025}], "InvalidArgument"),
    ],
)
def test_what_a_configuration_may_say(
    s3: Any, bucket: str, queue: Queue, refused: Any, entries: list[dict[str, Any]], code: str
) -> None:
    made = []
    for entry in entries:
        rules = [
            {"Name": name, "Value": entry[name]} for name in ("prefix", "suffix") if name in entry
        ]
        kept = {name: entry[name] for name in ("Events", "Id") if name in entry}
        made.append({"QueueArn": queue.arn, "Filter": {"Key": {"FilterRules": rules}}, **kept})
    whole = {"Bucket": bucket, "NotificationConfiguration": {"QueueConfigurations": made}}
    call = s3.put_bucket_notification_configuration
    if not code:
        call(**whole)
        found = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
        assert all(one.pop("Id") for one in found)
        assert [one.get("Filter", {}).get("Key", {}).get("FilterRules", []) for one in found] == [
            one["Filter"]["Key"]["FilterRules"] for one in made
        ]
        assert [one["Events"] for one in found] == [one["Events"] for one in made]
        return
    error = refused(call, "InvalidArgument" if code == "overlap" else code, **whole)["Error"]
    assert (code == "overlap") == ("ambiguously defined" in error["Message"])


def test_lambda_is_refused_by_name(s3: Any, bucket: str, refused: Any) -> None:
    entry = {
        "LambdaFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Events": ["s3:ObjectCreated:*"],
    }
    error = refused(
        s3.put_bucket_notification_configuration,
        "NotImplemented",
        Bucket=bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [entry]},
    )
    assert "Lambda" in error["Error"]["Message"]


def test_the_configuration_is_taken_away(s3: Any, bucket: str, queue: Queue) -> None:
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*"])
    queue.messages(1)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    tell(s3, bucket, queue.arn, ["s3:ObjectCreated:*"])
    assert queue.messages(1)[0]["Event"] == "s3:TestEvent"


def test_the_command_line(aws: LocalServer, s3: Any, bucket: str, queue: Queue) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | aws.env
    entry = {"QueueArn": queue.arn, "Events": ["s3:ObjectCreated:*"]}
    document = json.dumps({"QueueConfigurations": [entry]})

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "awscli", "s3api", *arguments, "--bucket", bucket]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("put-bucket-notification-configuration", "--notification-configuration", document)
    shown = json.loads(run("get-bucket-notification-configuration"))
    assert shown["QueueConfigurations"][0]["QueueArn"] == queue.arn
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    run("wait", "bucket-exists")
    run("wait", "object-exists", "--key", "a")
    assert queue.messages(2)[1]["Records"][0]["s3"]["object"]["key"] == "a"


def quiet_backend(tmp_path: Path) -> Backend:
    """Without a thread that tells, so that what is to be told can be seen."""
    platform = Platform(tmp_path, 0, Credentials("key", "secret"))
    platform.s3 = S3Store(platform)
    backend = Backend.of(platform)
    backend.store.create_bucket("lake")
    return backend


def test_versions_and_engine_files(tmp_path: Path) -> None:
    backend = quiet_backend(tmp_path)
    document = b"<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>"
    assert configuration.targets(document)
    backend.settings.put("lake", NOTIFICATION, document)
    backend.store.set_versioning("lake", "Enabled")
    first = backend.store.put("lake", "a", b"x")
    (tmp_path / "s3/lake/engine.csv").write_text("1")
    assert [info.key for info in backend.store.list("lake")] == ["a", "engine.csv"]
    marker = backend.store.delete("lake", "a")
    backend.store.delete("lake", "a", version=first.version)
    rows = backend.store.db.all("SELECT event FROM outbox ORDER BY id")
    told = [json.loads(row["event"]) for row in rows]
    assert [(event["name"], event["version"]) for event in told] == [
        ("ObjectCreated:Put", first.version),
        ("ObjectRemoved:DeleteMarkerCreated", marker.version),
        ("ObjectRemoved:Delete", first.version),
    ]


@pytest.mark.restart
def test_no_event_of_an_acknowledged_write_is_lost_in_a_kill(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    s3, queue = server.client("s3"), Queue.of(server)
    s3.create_bucket(Bucket="lake")
    tell(s3, "lake", queue.arn, ["s3:ObjectCreated:*"])
    acknowledged: list[str] = []

    def write(worker: int) -> None:
        with contextlib.suppress(ClientError, OSError, Exception):
            for number in range(10_000):
                key = f"{worker}-{number}"
                s3.put_object(Bucket="lake", Key=key, Body=b"x")
                acknowledged.append(key)
                if len(acknowledged) == 100:
                    server.process.send_signal(signal.SIGKILL)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    server.process.wait()
    assert len(acknowledged) >= 100

    server = start_server(tmp_path / "data", server.port)
    try:
        queue.client = server.client("sqs")
        waiting = set(acknowledged)
        while waiting:
            answer = queue.client.receive_message(
                QueueUrl=queue.url, MaxNumberOfMessages=10, WaitTimeSeconds=20
            )
            assert "Messages" in answer, f"lost: {sorted(waiting)}"
            for message in answer["Messages"]:
                for record in json.loads(message["Body"]).get("Records", []):
                    waiting.discard(record["s3"]["object"]["key"])
                queue.client.delete_message(
                    QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"]
                )
    finally:
        server.stop()

"""Mixed load on a server that is killed, and what each client knows of its own keys and names.

A `Worker` owns its keys, tables and names, so what it was told is all there is to know of them.
`sure` holds what was acknowledged; `possible` what a request that got no answer may have made of
it. After a restart each must be one of those, whole; then it is what is known from there on.
"""

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

PART = 5 << 20
SAMPLE = 6
GONE = None
MISSING = {"NoSuchKey", "404", "EntityNotFoundException", "ResourceNotFoundException",
           "NoSuchEntity", "NoSuchTagSet", "NotFoundException"}  # fmt: skip

Value = Any
Reader = Callable[[], Value]


class Cut(Exception):
    """The server was killed during a request."""


@dataclass
class Known:
    """What may be found under one name."""

    read: Reader
    sure: Value = GONE
    possible: list[Value] = field(default_factory=list)

    def check(self) -> str:
        """What is wrong, or nothing."""
        found = self.read()
        allowed = [self.sure, *self.possible]
        if found not in allowed:
            return f"found {short(found)}, expected one of {[short(one) for one in allowed]}"
        self.sure, self.possible = found, []
        return ""


def short(value: Value) -> str:
    text = repr(value)
    return text if len(text) < 300 else text[:300] + "..."


class Worker:
    """One client: makes changes until the server is killed, then looks at what is left."""

    def __init__(self, name: str, clients: Callable[[str], Any], seed: int) -> None:
        self.name, self.client = name, clients
        self.random = random.Random(f"{seed}-{name}")
        self.known: dict[str, Known] = {}
        self.changed: dict[str, None] = {}
        self.acknowledged = 0
        self.serial = 0

    def act(self) -> None:
        """One change. Raises Cut where the server went away meanwhile."""
        raise NotImplementedError

    def verify(self, everything: bool = False) -> list[str]:
        """Compare what changed since the last time, and a sample of the rest, or all of it."""
        rest = [name for name in self.known if name not in self.changed]
        sample = rest if everything else self.random.sample(rest, min(len(rest), SAMPLE))
        found = ((name, self.known[name].check()) for name in [*self.changed, *sample])
        wrong = [f"{self.name}: {name}: {what}" for name, what in found if what]
        self.changed.clear()
        return wrong

    def change(self, name: str, read: Reader, value: Value, call: Callable[[], Any]) -> Any:
        """Ask for one change of one name; it counts once it is acknowledged."""
        known = self.known.setdefault(name, Known(read))
        self.changed[name] = None
        known.possible.append(value)
        answer = answered(call)
        known.sure, known.possible = value, []
        self.acknowledged += 1
        return answer

    def fresh(self, stem: str) -> str:
        self.serial += 1
        return f"{stem}-{self.name}-{self.serial}"


def answered(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError:
        raise  # an answer, if not the one that was wanted
    except Exception as error:  # no answer: each client library has its own word for that
        raise Cut(str(error)) from error


def missing(read: Callable[[], Value]) -> Reader:
    """As `read`, and GONE where the server says that there is none."""

    def reader() -> Value:
        try:
            return read()
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            return GONE

    return reader


@dataclass
class Resumable:
    """A multipart upload that a kill interrupted."""

    key: str
    upload: str
    parts: dict[int, bytes]


class S3Worker(Worker):
    """Objects of a few keys: the fewer, the more a key's history matters."""

    def __init__(self, name: str, clients: Callable[[str], Any], seed: int, bucket: str) -> None:
        super().__init__(name, clients, seed)
        self.s3, self.bucket = clients("s3"), bucket
        self.open: list[Resumable] = []

    def act(self) -> None:
        if self.open and self.random.random() < 0.7:
            return self.resume(self.open.pop())
        acts = (self.put, self.put, self.put, self.put_large, self.delete, self.copy, self.tag,
                self.put_if_none, self.upload, self.odd)  # fmt: skip
        return self.random.choice(acts)()

    def verify(self, everything: bool = False) -> list[str]:
        wrong = super().verify(everything)
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"{self.name}/")
        found = {one["Key"] for one in listed.get("Contents", [])}
        expected = {key for key, known in self.known.items() if known.sure}
        if found != expected:
            wrong.append(f"{self.name}: listed and known differ in {found ^ expected}")
        return wrong

    def key(self) -> str:
        return f"{self.name}/{self.random.randrange(12)}"

    def content(self, size: int) -> bytes:
        self.serial += 1
        line = f"{self.name}:{self.serial};".encode()
        return (line * (size // len(line) + 1))[:size]

    def value(self, content: bytes, of: str, tags: str = "", etag: str = "") -> Value:
        digest = hashlib.md5(content).hexdigest()
        return (len(content), digest, etag or digest, of, tags)

    def look(self, key: str) -> Reader:
        def read() -> Value:
            got = self.s3.get_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
            content = got["Body"].read()
            tagging = self.s3.get_object_tagging(Bucket=self.bucket, Key=key)["TagSet"]
            tags = "&".join(f"{tag['Key']}={tag['Value']}" for tag in tagging)
            etag = got["ETag"].strip('"')
            return (len(content), hashlib.md5(content).hexdigest(), etag,
                    got["Metadata"].get("of", ""), tags)  # fmt: skip

        return missing(read)

    def put(self, key: str = "", size: int = 0, **conditions: Any) -> None:
        key = key or self.key()
        content = self.content(size or self.random.choice((10, 10, 1000, 70_000)))
        of, tags = self.fresh("put"), self.random.choice(("", "a=b"))
        self.change(
            key,
            self.look(key),
            self.value(content, of, tags),
            lambda: self.s3.put_object(
                Bucket=self.bucket, Key=key, Body=content, Metadata={"of": of}, Tagging=tags,
                **conditions,
            ),
        )  # fmt: skip

    def put_large(self) -> None:
        self.put(size=self.random.randrange(1 << 20, 9 << 20))

    def odd(self) -> None:
        self.put(f"{self.name}//odd {self.random.randrange(3)}")

    def put_if_none(self) -> None:
        key = self.key()
        if (known := self.known.get(key)) and (known.sure, known.possible) != (GONE, []):
            return self.put_if_match(key)
        return self.put(key, IfNoneMatch="*")

    def put_if_match(self, key: str) -> None:
        known = self.known[key]
        if not known.possible and known.sure:
            self.put(key, IfMatch=known.sure[2])

    def delete(self) -> None:
        key = self.key()
        self.change(
            key, self.look(key), GONE, lambda: self.s3.delete_object(Bucket=self.bucket, Key=key)
        )

    def copy(self) -> None:
        source, target = self.key(), self.key()
        known = self.known.get(source)
        if source == target or known is None or known.possible or not known.sure:
            return
        of, (size, digest, _, _, tags) = self.fresh("copy"), known.sure
        self.change(
            target,
            self.look(target),
            (size, digest, digest, of, tags),
            lambda: self.s3.copy_object(
                Bucket=self.bucket, Key=target, CopySource=f"{self.bucket}/{source}",
                MetadataDirective="REPLACE", Metadata={"of": of},
            ),
        )  # fmt: skip

    def tag(self) -> None:
        key = self.key()
        known = self.known.get(key)
        if known is None or known.possible or not known.sure:
            return
        word = self.fresh("t")
        tags = {"TagSet": [{"Key": "tag", "Value": word}]}
        self.change(
            key,
            self.look(key),
            (*known.sure[:4], f"tag={word}"),
            lambda: self.s3.put_object_tagging(Bucket=self.bucket, Key=key, Tagging=tags),
        )

    def upload(self) -> None:
        key = self.key()
        made = answered(
            lambda: self.s3.create_multipart_upload(
                Bucket=self.bucket, Key=key, Metadata={"of": "upload"}
            )
        )
        parts = {1: self.content(PART), 2: self.content(1000)}
        begun = Resumable(key, made["UploadId"], parts)
        self.open.append(begun)  # from here on it has to survive
        self.resume(self.open.pop(), self.random.random() < 0.2)

    def resume(self, begun: Resumable, abort: bool = False) -> None:
        """Go on with what the server says it has of the upload."""
        try:
            self.finish(begun, abort)
        except Cut:
            self.open.append(begun)
            raise

    def finish(self, begun: Resumable, abort: bool) -> None:
        named = {"Bucket": self.bucket, "Key": begun.key, "UploadId": begun.upload}
        try:
            listed = answered(lambda: self.s3.list_parts(**named)).get("Parts", [])
        except ClientError as error:  # completed or aborted by a request that got no answer
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise
            return
        there = {part["PartNumber"]: part["ETag"] for part in listed}
        for number, content in begun.parts.items():
            quoted = f'"{hashlib.md5(content).hexdigest()}"'
            if there.get(number) != quoted:
                assert number not in there, f"part {number} of {begun.key} is torn"
                answered(
                    lambda n=number, c=content: self.s3.upload_part(**named, PartNumber=n, Body=c)
                )
                there[number] = quoted
        if abort:
            answered(lambda: self.s3.abort_multipart_upload(**named))
            return
        self.complete(begun, named, there)

    def complete(self, begun: Resumable, named: dict[str, Any], there: dict[int, str]) -> None:
        content = b"".join(begun.parts.values())
        digests = b"".join(hashlib.md5(part).digest() for part in begun.parts.values())
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(begun.parts)}"
        claims = [{"PartNumber": number, "ETag": there[number]} for number in sorted(there)]
        self.change(
            begun.key,
            self.look(begun.key),
            self.value(content, "upload", "", etag),
            lambda: self.s3.complete_multipart_upload(**named, MultipartUpload={"Parts": claims}),
        )


class CatalogWorker(Worker):
    """Tables and their partitions, log events, bucket settings."""

    def __init__(self, name: str, clients: Callable[[str], Any], seed: int, bucket: str) -> None:
        super().__init__(name, clients, seed)
        self.glue, self.logs, self.s3, self.bucket = (
            clients("glue"), clients("logs"), clients("s3"), bucket
        )  # fmt: skip

    def act(self) -> None:
        self.random.choice((self.table, self.table, self.partitions, self.event, self.setting))()

    def look_table(self, name: str) -> Reader:
        def read() -> Value:
            table = self.glue.get_table(DatabaseName="lake", Name=name)["Table"]
            return table["Parameters"]["of"]

        return missing(read)

    def table(self) -> None:
        name, of = f"{self.name}_{self.random.randrange(4)}", self.fresh("t")
        made: dict[str, Any] = {"Name": name, "Parameters": {"of": of}}
        key = {"Name": "day", "Type": "string"}
        made |= {"PartitionKeys": [key], "StorageDescriptor": {"Columns": [{"Name": "a"}]}}
        known = self.known.get(f"table {name}")
        call = self.glue.update_table if known and known.sure else self.glue.create_table
        self.change(
            f"table {name}",
            self.look_table(name),
            of,
            lambda: call(DatabaseName="lake", TableInput=made),
        )

    def partitions(self) -> None:
        table = f"{self.name}_{self.random.randrange(4)}"
        known = self.known.get(f"table {table}")
        if not known or known.possible or not known.sure:
            return
        values = [self.fresh("p") for _ in range(self.random.choice((1, 20)))]

        def read() -> Value:
            expression = f"day IN ({', '.join(repr(value) for value in values)})"
            found = self.glue.get_partitions(
                DatabaseName="lake", TableName=table, Expression=expression
            )["Partitions"]
            return sorted(one["Values"][0] for one in found) or GONE

        made = [{"Values": [value], "StorageDescriptor": {}} for value in values]
        self.change(
            f"partitions {values[0]} and {len(values) - 1} more",
            read,
            sorted(values),
            lambda: self.glue.batch_create_partition(
                DatabaseName="lake", TableName=table, PartitionInputList=made
            ),
        )

    def event(self) -> None:
        stream, message = f"stream-{self.name}", self.fresh("message")
        known = self.known.get("log stream")
        if known is None or not known.sure:

            def read() -> Value:
                return (
                    True
                    if self.logs.describe_log_streams(
                        logGroupName="lake", logStreamNamePrefix=stream
                    )["logStreams"]
                    else GONE
                )

            self.change("log stream", read, True, lambda: self.logs.create_log_stream(
                logGroupName="lake", logStreamName=stream))  # fmt: skip
        now = time.time_ns() // 1_000_000

        def found() -> Value:
            events = self.logs.get_log_events(
                logGroupName="lake", logStreamName=stream, startTime=now, endTime=now + 1
            )["events"]
            return [event["message"] for event in events] or GONE

        self.change(f"log {message}", found, [message], lambda: self.logs.put_log_events(
            logGroupName="lake", logStreamName=stream,
            logEvents=[{"timestamp": now, "message": message}]))  # fmt: skip

    def setting(self) -> None:
        name, word = f"{self.bucket}-{self.name}", self.fresh("s")

        def read() -> Value:
            return self.s3.get_bucket_tagging(Bucket=name)["TagSet"]

        tags = [{"Key": "of", "Value": word}]
        self.change("bucket's tags", missing(read), tags, lambda: self.s3.put_bucket_tagging(
            Bucket=name, Tagging={"TagSet": tags}))  # fmt: skip


class ControlWorker(Worker):
    """What moto keeps: IAM, Secrets Manager, SNS, SQS, EventBridge, KMS."""

    def act(self) -> None:
        acts = (self.role, self.secret, self.topic, self.rule, self.message, self.alias)
        self.random.choice(acts)()

    def role(self) -> None:
        iam, name = self.client("iam"), self.fresh("role")
        trust = '{"Version": "2012-10-17", "Statement": []}'
        self.change(
            name,
            missing(lambda: iam.get_role(RoleName=name)["Role"]["RoleName"]),
            name,
            lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust),
        )

    def secret(self) -> None:
        client, name = self.client("secretsmanager"), f"secret-{self.random.randrange(3)}"
        known, text = self.known.get(name), self.fresh("s")
        call = client.create_secret
        named = {"Name": name}
        if known and known.sure:
            call, named = client.put_secret_value, {"SecretId": name}
        self.change(
            name,
            missing(lambda: client.get_secret_value(SecretId=name)["SecretString"]),
            text,
            lambda: call(**named, SecretString=text),
        )

    def topic(self) -> None:
        client, name = self.client("sns"), self.fresh("topic")

        def read() -> Value:
            found = client.get_paginator("list_topics").paginate().search("Topics[].TopicArn")
            return name if any(arn.endswith(f":{name}") for arn in found) else GONE

        self.change(name, read, name, lambda: client.create_topic(Name=name))

    def rule(self) -> None:
        client, name = self.client("events"), f"rule-{self.random.randrange(3)}"
        every = f"rate({self.random.randrange(2, 999)} days)"
        self.change(
            name,
            missing(lambda: client.describe_rule(Name=name)["ScheduleExpression"]),
            every,
            lambda: client.put_rule(Name=name, ScheduleExpression=every),
        )

    def message(self) -> None:
        client, name = self.client("sqs"), self.fresh("queue")
        url = answered(lambda: client.create_queue(QueueName=name))["QueueUrl"]

        def read() -> Value:
            counted = client.get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )
            return counted["Attributes"]["ApproximateNumberOfMessages"]

        known = self.known.setdefault(name, Known(read, "0"))
        assert known.sure == "0"
        self.change(name, read, "1", lambda: client.send_message(QueueUrl=url, MessageBody="m"))

    def alias(self) -> None:
        client, name = self.client("kms"), f"alias/{self.fresh('key')}"
        key = answered(client.create_key)["KeyMetadata"]["KeyId"]
        sealed = answered(lambda: client.encrypt(KeyId=key, Plaintext=b"x"))["CiphertextBlob"]

        def read() -> Value:
            client.describe_key(KeyId=name)
            return client.decrypt(CiphertextBlob=sealed)["Plaintext"]

        self.change(
            name,
            missing(read),
            b"x",
            lambda: client.create_alias(AliasName=name, TargetKeyId=key),
        )


class QueryWorker(Worker):
    """Athena: tables made by queries, and queries under way at the kill."""

    def __init__(self, name: str, clients: Callable[[str], Any], seed: int) -> None:
        super().__init__(name, clients, seed)
        self.athena = clients("athena")
        self.running: list[str] = []

    def act(self) -> None:
        table, rows = self.fresh("made").replace("-", "_"), self.random.randrange(1, 9999)
        sql = f"CREATE TABLE {table} AS SELECT * FROM UNNEST(sequence(1, {rows})) AS t (n)"
        count = f"SELECT count(*) FROM {table}"

        def read() -> Value:
            ended, value = self.run(count)
            return value if ended["State"] == "SUCCEEDED" else GONE

        def made() -> None:
            ended, _ = self.run(sql)
            assert ended["State"] == "SUCCEEDED", ended

        self.change(table, read, str(rows), made)

    def verify(self, everything: bool = False) -> list[str]:
        wrong = []
        for query in self.running:
            status = self.athena.get_query_execution(QueryExecutionId=query)
            status = status["QueryExecution"]["Status"]
            if status["State"] not in ("SUCCEEDED", "FAILED") or (
                status["State"] == "FAILED" and "stopped" not in status["StateChangeReason"]
            ):
                wrong.append(f"{self.name}: query {query} is {status}")
        self.running.clear()
        return wrong + super().verify(everything)

    def run(self, sql: str) -> tuple[dict[str, Any], str]:
        """Run to the end; its status and the one value of its answer."""
        query = answered(
            lambda: self.athena.start_query_execution(
                QueryString=sql,
                QueryExecutionContext={"Database": "lake"},
                ResultConfiguration={"OutputLocation": "s3://lake-load/athena/"},
            )
        )["QueryExecutionId"]
        self.running.append(query)
        status = {"State": "QUEUED"}
        while status["State"] in ("QUEUED", "RUNNING"):
            time.sleep(0.02)
            got = answered(lambda: self.athena.get_query_execution(QueryExecutionId=query))
            status = got["QueryExecution"]["Status"]
        self.running.remove(query)
        if status["State"] != "SUCCEEDED" or not sql.startswith("SELECT"):
            return status, ""
        rows = self.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return status, rows[1]["Data"][0]["VarCharValue"]

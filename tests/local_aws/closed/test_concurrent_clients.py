"""Sixteen clients at once, on keys of their own and on shared ones: nothing lost, nothing torn."""

import hashlib
import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import LocalServer

CLIENTS = 16
ROUNDS = 25
LOST = ("PreconditionFailed", "ConditionalRequestConflict")
SHARED = [f"shared/{number}" for number in range(6)]
PART = 5 << 20
SESSION = boto3.Session(region_name="us-east-1")


def body(size: int) -> bytes:
    """Bytes that begin with their own hash."""
    data = random.randbytes(size)
    return hashlib.sha256(data).hexdigest().encode() + data


def whole(data: bytes) -> bool:
    return hashlib.sha256(data[64:]).hexdigest().encode() == data[:64]


class Client:
    """One of the sixteen: it remembers what its own keys must hold."""

    def __init__(self, server: LocalServer, bucket: str, number: int) -> None:
        config = Config(retries={"max_attempts": 1}, read_timeout=120)
        environment = server.env
        self.s3: Any = SESSION.client(
            "s3",
            endpoint_url=server.endpoint,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=config,
        )
        self.bucket = bucket
        self.prefix = f"own/{number:02}/"
        self.random = random.Random(number)
        self.own: dict[str, bytes] = {}

    def run(self) -> None:
        steps: list[Callable[[], None]] = [
            self.put, self.put, self.put_shared, self.get, self.get, self.get_shared,
            self.get_shared, self.copy, self.copy_shared, self.delete, self.delete_shared,
        ]  # fmt: skip
        self.put()
        for _ in range(ROUNDS):
            self.random.choice(steps)()
        self.multipart()

    def size(self) -> int:
        return self.random.choice((0, 10, 5_000, 300_000, 1_500_000))

    def key(self) -> str:
        return f"{self.prefix}{self.random.randrange(8)}"

    def put(self) -> None:
        key, data = self.key(), body(self.size())
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        self.own[key] = data

    def put_shared(self) -> None:
        key = self.random.choice(SHARED)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body(self.size()))

    def get(self) -> None:
        key = self.key()
        assert self.read(key) == self.own.get(key)

    def get_shared(self) -> None:
        data = self.read(self.random.choice(SHARED))
        assert data is None or whole(data)

    def read(self, key: str) -> bytes | None:
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
            data: bytes = answer["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None
        assert len(data) == answer["ContentLength"]
        assert hashlib.md5(data).hexdigest() == answer["ETag"].strip('"')
        return data

    def copy(self) -> None:
        source, key = self.random.choice(sorted(self.own) or [""]), self.key()
        if source and source != key:
            there = {"Bucket": self.bucket, "Key": source}
            self.s3.copy_object(Bucket=self.bucket, Key=key, CopySource=there)
            self.own[key] = self.own[source]

    def copy_shared(self) -> None:
        """A shared object to an own key: whatever it was, it is whole."""
        source, key = self.random.choice(SHARED), self.key()
        try:
            there = {"Bucket": self.bucket, "Key": source}
            self.s3.copy_object(Bucket=self.bucket, Key=key, CopySource=there)
        except ClientError as error:
            only(error, "NoSuchKey")
            return
        data = self.read(key)
        assert data is not None
        assert whole(data)
        self.own[key] = data

    def delete(self) -> None:
        key = self.key()
        self.s3.delete_object(Bucket=self.bucket, Key=key)
        self.own.pop(key, None)

    def delete_shared(self) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=self.random.choice(SHARED))

    def multipart(self) -> None:
        key, data = f"{self.prefix}multipart", body(PART + 1000)
        named = {"Bucket": self.bucket, "Key": key}
        upload = self.s3.create_multipart_upload(**named)["UploadId"]
        parts = []
        for number, start in ((2, PART), (1, 0)):
            piece = data[start : start + PART]
            tag = self.s3.upload_part(**named, UploadId=upload, PartNumber=number, Body=piece)
            parts.insert(0, {"PartNumber": number, "ETag": tag["ETag"]})
        self.s3.complete_multipart_upload(
            **named, UploadId=upload, MultipartUpload={"Parts": parts}
        )
        self.own[key] = data


def only(error: ClientError, *codes: str) -> None:
    """Raise the error where it is another one."""
    if error.response["Error"]["Code"] not in codes:
        raise error


def together(work: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(work)) as pool:
        return [done.result() for done in [pool.submit(one) for one in work]]


@pytest.fixture
def clients(aws: LocalServer) -> list[Client]:
    bucket = f"crowd-{uuid.uuid4().hex[:12]}"
    aws.client("s3").create_bucket(Bucket=bucket)
    return [Client(aws, bucket, number) for number in range(CLIENTS)]


def test_nothing_is_lost_and_nothing_torn(clients: list[Client]) -> None:
    together([client.run for client in clients])
    expected = {key: data for client in clients for key, data in client.own.items()}
    first = clients[0]
    pages = first.s3.get_paginator("list_objects_v2").paginate(Bucket=first.bucket)
    listed = {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}
    own = {key: size for key, size in listed.items() if key.startswith("own/")}
    assert own == {key: len(data) for key, data in expected.items()}
    for key, data in expected.items():
        assert first.s3.get_object(Bucket=first.bucket, Key=key)["Body"].read() == data
    for key in listed.keys() - own.keys():
        assert whole(first.read(key) or b"")
    uploads = first.s3.list_multipart_uploads(Bucket=first.bucket)
    assert "Uploads" not in uploads


def test_a_conditional_put_has_one_winner(clients: list[Client]) -> None:
    for number in range(10):
        bodies = [body(20_000) for _ in clients]
        key = f"once/{number}"
        results = together(
            [partial(create, *pair, key) for pair in zip(clients, bodies, strict=True)]
        )
        winners = [data for data, won in zip(bodies, results, strict=True) if won]
        assert winners == [clients[0].read(key)]


def create(client: Client, data: bytes, key: str) -> bool:
    """Whether this client's object is the one that was made."""
    try:
        client.s3.put_object(Bucket=client.bucket, Key=key, Body=data, IfNoneMatch="*")
    except ClientError as error:
        only(error, *LOST)
        return False
    return True


def test_a_chain_of_conditional_puts_loses_no_step(clients: list[Client]) -> None:
    """Sixteen add to one counter, each only where it is still as it was read (If-Match)."""
    first = clients[0]
    first.s3.put_object(Bucket=first.bucket, Key="counter", Body=b"0")
    together([partial(add, client, 5) for client in clients])
    assert first.read("counter") == b"%d" % (CLIENTS * 5)


def add(client: Client, times: int) -> None:
    done = 0
    while done < times:
        found = client.s3.get_object(Bucket=client.bucket, Key="counter")
        new = b"%d" % (int(found["Body"].read()) + 1)
        try:
            client.s3.put_object(
                Bucket=client.bucket, Key="counter", Body=new, IfMatch=found["ETag"]
            )
            done += 1
        except ClientError as error:
            only(error, *LOST)

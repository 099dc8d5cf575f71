"""A signer, a bucket with an object that hostile requests must not change, and a live check."""

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.conftest import LocalServer
from tests.local_aws.closed.client import Signer, ask

BODY = b"untouched"
HEALTH = b"GET /_local_aws/health HTTP/1.0\r\nHost: localhost\r\n\r\n"

# pytest --hypothesis-profile=deep tests/local_aws/closed/test_fuzz.py
settings.register_profile("deep", max_examples=3_000, deadline=None)


@pytest.fixture
def signer(server: LocalServer) -> Signer:
    return Signer(server.port)


@pytest.fixture
def target(aws: LocalServer) -> Iterator[str]:
    """The path of an object, which is as it was once the test has done its worst."""
    bucket = f"closed-{uuid.uuid4().hex[:12]}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="kept", Body=BODY)
    yield f"/{bucket}/kept"
    assert Signer(aws.port).ask("GET", f"/{bucket}/kept").body == BODY
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["kept"]
    assert (
        ask(aws.port, b"GET /_local_aws/health HTTP/1.0\r\nHost: localhost\r\n\r\n").status == 200
    )

"""A store without HTTP, and a client with a bucket of its own."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.context import Credentials, Platform
from local_aws.services.s3.model import S3Store


@pytest.fixture
def store(tmp_path: Path) -> S3Store:
    store = S3Store(Platform(tmp_path, 0, Credentials("key", "secret")))
    store.create_bucket("lake")
    return store


@pytest.fixture
def s3(aws: Any) -> Any:
    return aws.client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"test-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def folder(aws: Any, bucket: str) -> Path:
    """Where the bucket's files are: what an engine sees."""
    return Path(aws.data) / "s3" / bucket


@pytest.fixture
def refused() -> Any:
    """``refused(call, code, **arguments)``: the error's fields, once its code is right."""

    def call(operation: Any, code: str, **arguments: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            operation(**arguments)
        assert caught.value.response["Error"]["Code"] == code
        return caught.value.response

    return call

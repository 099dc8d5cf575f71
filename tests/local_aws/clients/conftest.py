"""A bucket of its own for each test, and what each client wants to be told of the server."""

import uuid
from typing import Any

import pytest
from pyarrow import fs


@pytest.fixture
def bucket(aws: Any) -> str:
    name = f"client-{uuid.uuid4().hex[:12]}"
    aws.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def object_store(aws: Any) -> dict[str, str]:
    """The options of Rust's object_store, which polars and delta-rs take."""
    return {
        "aws_endpoint_url": aws.endpoint,
        "aws_access_key_id": aws.env["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": aws.env["AWS_SECRET_ACCESS_KEY"],
        "aws_region": aws.env["AWS_REGION"],
        "aws_allow_http": "true",
    }


@pytest.fixture
def arrow_fs(aws: Any) -> fs.S3FileSystem:
    return fs.S3FileSystem(
        endpoint_override=f"127.0.0.1:{aws.port}",
        scheme="http",
        access_key=aws.env["AWS_ACCESS_KEY_ID"],
        secret_key=aws.env["AWS_SECRET_ACCESS_KEY"],
        region=aws.env["AWS_REGION"],
    )

"""Presigned addresses of version 2: what boto3 makes in us-east-1 when nobody says otherwise."""

import http.client
import time
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.config import Config

KEY = "a b/ü+%.txt"


@pytest.fixture
def put(s3: Any, bucket: str) -> str:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"hello", ContentType="text/x")
    return bucket


def fetch(
    url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"{parts.path}?{parts.query}", body, named)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.headers)
    finally:
        connection.close()


def presign(s3: Any, name: str, bucket: str, seconds: int = 600, **more: str) -> str:
    params = {"Bucket": bucket, "Key": KEY, **more}
    url = str(s3.generate_presigned_url(name, Params=params, ExpiresIn=seconds))
    assert "AWSAccessKeyId=" in url
    return url


def test_it_reads(s3: Any, put: str) -> None:
    assert fetch(presign(s3, "get_object", put))[:2] == (200, b"hello")
    named = presign(s3, "get_object", put, ResponseContentType="text/y", VersionId="null")
    assert fetch(named)[2]["content-type"] == "text/y"


def test_it_writes(s3: Any, put: str) -> None:
    url = presign(s3, "put_object", put, ContentType="text/z", ACL="bucket-owner-full-control")
    status, answer, _ = fetch(url, "PUT", b"new", Content_Type="text/z")
    assert (status, answer) == (200, b"")
    found = s3.get_object(Bucket=put, Key=KEY)
    assert (found["Body"].read(), found["ContentType"]) == (b"new", "text/z")


def test_it_is_for_its_method_key_and_time(s3: Any, put: str) -> None:
    url = presign(s3, "get_object", put)
    assert fetch(url, "DELETE")[0] == 403
    assert fetch(url.replace(quote("ü"), "u"))[0] == 403
    assert fetch(url.replace("Expires=", "Expires=1"))[0] == 403
    short = presign(s3, "get_object", put, seconds=1)
    time.sleep(2.1)
    status, body, _ = fetch(short)
    assert (status, b"Request has expired" in body) == (403, True)


@pytest.mark.parametrize("extra", ["&acl", "&tagging", "&versionId=null", "&response-expires=x"])
def test_a_word_that_it_signs_cannot_be_added(s3: Any, put: str, extra: str) -> None:
    status, body, _ = fetch(presign(s3, "get_object", put) + extra)
    assert (status, b"SignatureDoesNotMatch" in body) == (403, True)


@pytest.mark.parametrize("extra", ["&attributes", "&encryption", "&legal-hold", "&x"])
def test_a_word_that_it_does_not_sign_is_refused(s3: Any, put: str, extra: str) -> None:
    status, body, _ = fetch(presign(s3, "get_object", put) + extra)
    assert (status, extra[1:].encode() in body) == (400, True)


def test_headers_cannot_be_added(s3: Any, put: str) -> None:
    url = presign(s3, "put_object", put)
    assert fetch(url, "PUT", b"x", x_amz_acl="public-read")[0] == 403


@pytest.mark.parametrize(
    "query",
    [
        "AWSAccessKeyId=nobody&Expires=9999999999&Signature=x",
        "AWSAccessKeyId=LAKETESTACCESSKEY&Expires=9999999999&Signature=%FF",
        "AWSAccessKeyId=LAKETESTACCESSKEY&Expires=9999999999&Signature=",
    ],
)
def test_forged(aws: Any, put: str, query: str) -> None:
    assert fetch(f"{aws.endpoint}/{put}/{quote(KEY)}?{query}")[0] == 403


@pytest.mark.parametrize("expires", ["", "x", "-1", "1e9", "9" * 40, "²"])
def test_a_time_that_is_none(aws: Any, put: str, expires: str) -> None:
    query = f"AWSAccessKeyId=LAKETESTACCESSKEY&Expires={quote(expires)}&Signature=x"
    assert fetch(f"{aws.endpoint}/{put}/{quote(KEY)}?{query}")[0] == 400


def test_a_bucket_in_the_host_name(aws: Any, put: str) -> None:
    s3 = aws.client(
        "s3",
        endpoint_url=f"http://localhost:{aws.port}",
        config=Config(s3={"addressing_style": "virtual"}),
    )
    url = presign(s3, "get_object", put)
    parts = urlsplit(url)
    assert parts.hostname == f"{put}.localhost"
    path = f"http://127.0.0.1:{aws.port}{parts.path}?{parts.query}"
    assert fetch(path, Host=parts.netloc)[:2] == (200, b"hello")


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("list_objects_v2", b"<Key>a%20b/"),
        ("list_object_versions", b"<Key>a%20b/"),
        ("get_bucket_location", b"<LocationConstraint"),
    ],
)
def test_it_reads_a_bucket(s3: Any, put: str, operation: str, answer: bytes) -> None:
    url = s3.generate_presigned_url(operation, Params={"Bucket": put})
    status, body, _ = fetch(url)
    assert (status, answer in body) == (200, True)

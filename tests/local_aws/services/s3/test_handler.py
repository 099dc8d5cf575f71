"""The wire below boto3: bodies that boto3 sends only over TLS, and those it never sends."""

import contextlib
import hashlib
import hmac
import http.client
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum

from tests.conftest import ACCESS_KEY, SECRET_KEY, start_server

UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


class Signer(S3SigV4Auth):
    """Signs whatever payload hash it is told."""

    def __init__(self, payload_hash: str) -> None:
        super().__init__(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1")
        self._payload_hash = payload_hash

    def payload(self, request: AWSRequest) -> str:
        return self._payload_hash


def signed_headers(
    aws: Any, method: str, path: str, payload_hash: str, headers: dict[str, str]
) -> dict[str, str]:
    url = f"{aws.endpoint}{path}"
    request = AWSRequest(method, url, headers={"Host": f"127.0.0.1:{aws.port}", **headers})
    Signer(payload_hash).add_auth(request)
    return dict(request.headers)


def send(
    aws: Any, method: str, path: str, body: bytes, payload_hash: str, **headers: str
) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    signed = signed_headers(aws, method, path, payload_hash, named)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
        connection.request(method, path, body, signed)
        answer = connection.getresponse()
        return answer.status, answer.read()


def trailer_body(data: bytes, spoil: bool = False) -> bytes:
    wrapper = AwsChunkedWrapper(
        BytesIO(data), Crc32Checksum, "x-amz-checksum-crc32", chunk_size=64 * 1024
    )
    body = bytes(wrapper.read())
    return body.replace(data[:5], data[:5].swapcase(), 1) if spoil else body


def test_a_crc_trailer_as_boto3_sends_it(aws: Any, s3: Any, bucket: str) -> None:
    data = b"hello" * 100_000
    headers = {
        "x_amz_trailer": "x-amz-checksum-crc32",
        "x_amz_decoded_content_length": str(len(data)),
        "content_encoding": "aws-chunked",
    }
    path = f"/{bucket}/a"
    status, body = send(aws, "PUT", path, trailer_body(data), UNSIGNED_TRAILER, **headers)
    assert (status, body) == (200, b"")
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got["Body"].read() == data
    assert got["ChecksumCRC32"]
    assert "ContentEncoding" not in got
    spoiled = trailer_body(data, spoil=True)
    status, body = send(aws, "PUT", path, spoiled, UNSIGNED_TRAILER, **headers)
    assert (status, b"<Code>BadDigest</Code>" in body) == (400, True)
    headers["x_amz_decoded_content_length"] = "1"
    status, body = send(aws, "PUT", path, trailer_body(data), UNSIGNED_TRAILER, **headers)
    assert (status, b"<Code>IncompleteBody</Code>" in body) == (400, True)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == data


def chunk_signed(aws: Any, path: str, chunks: list[bytes]) -> tuple[dict[str, str], bytes]:
    """A body whose chunks are signed one after the other, as the Java SDK does over HTTP."""
    length = {"x-amz-decoded-content-length": str(sum(map(len, chunks)))}
    headers = signed_headers(aws, "PUT", path, SIGNED, length)
    day = datetime.now(UTC).strftime("%Y%m%d")
    key = b"AWS4" + SECRET_KEY.encode()
    for part in (day, "us-east-1", "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    previous = headers["Authorization"].rpartition("Signature=")[2]
    base = ["AWS4-HMAC-SHA256-PAYLOAD", headers["X-Amz-Date"], f"{day}/us-east-1/s3/aws4_request"]
    empty = hashlib.sha256(b"").hexdigest()
    body = b""
    for chunk in [*chunks, b""]:
        text = "\n".join([*base, previous, empty, hashlib.sha256(chunk).hexdigest()])
        previous = hmac.new(key, text.encode(), "sha256").hexdigest()
        body += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), previous.encode(), chunk)
    return headers, body


@pytest.mark.parametrize(("spoil", "status"), [(False, 200), (True, 403)])
def test_signed_chunks(aws: Any, s3: Any, bucket: str, spoil: bool, status: int) -> None:
    chunks = [b"a" * 8192, b"b" * 100]
    headers, body = chunk_signed(aws, f"/{bucket}/a", chunks)
    if spoil:
        body = body.replace(b"bbb", b"ccc", 1)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
        connection.request("PUT", f"/{bucket}/a", body, headers)
        assert connection.getresponse().status == status
    stored = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    assert [found["Size"] for found in stored] == ([] if spoil else [8292])


def test_a_body_that_was_not_the_signed_one(aws: Any, s3: Any, bucket: str) -> None:
    signed = hashlib.sha256(b"hello").hexdigest()
    status, body = send(aws, "PUT", f"/{bucket}/a", b"other", signed)
    assert (status, b"<Code>XAmzContentSHA256Mismatch</Code>" in body) == (400, True)
    large = b"x" * (3 << 20)
    status, body = send(aws, "PUT", f"/{bucket}/a", large, signed)
    assert (status, b"<Code>XAmzContentSHA256Mismatch</Code>" in body) == (400, True)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/{bucket}/%ff", 400, b"InvalidURI"),
        ("GET", "/{bucket}/../../etc/passwd", 404, b"NoSuchKey"),
        ("GET", "/{bucket}/%2e%2e/%2e%2e/etc/passwd", 404, b"NoSuchKey"),
        ("GET", "/%2e%2e/state/s3.sqlite3", 404, b"NoSuchBucket"),
        ("GET", "/..", 404, b"NoSuchBucket"),
        ("DELETE", "/{bucket}?replication=", 501, b"NotImplemented"),
        ("DELETE", "/{bucket}?location=", 405, b"MethodNotAllowed"),
        ("PATCH", "/{bucket}/a", 405, b"MethodNotAllowed"),
        ("POST", "/{bucket}", 412, b"PreconditionFailed"),
    ],
)
def test_odd_requests(
    aws: Any, s3: Any, bucket: str, method: str, path: str, status: int, code: bytes
) -> None:
    path = path.format(bucket=bucket)
    found, body = send(aws, method, path, b"", "UNSIGNED-PAYLOAD")
    assert (found, b"<Code>" + code + b"</Code>" in body) == (status, True)
    assert b"<RequestId>" in body
    assert b"<Resource>" in body
    s3.head_bucket(Bucket=bucket)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<Delete>",
        b"<Other/>",
        b"<Delete/>",
        b'<!DOCTYPE x [<!ENTITY e "boom">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b"\xff\xfe",
    ],
)
def test_documents_that_are_not_what_was_asked(aws: Any, bucket: str, document: bytes) -> None:
    status, body = send(aws, "POST", f"/{bucket}?delete=", document, "UNSIGNED-PAYLOAD")
    assert (status, b"<Code>MalformedXML</Code>" in body) == (400, True)


def test_a_document_that_is_too_large(aws: Any, bucket: str) -> None:
    document = b"<Delete>" + b" " * (5 << 20) + b"</Delete>"
    status, body = send(aws, "POST", f"/{bucket}?delete=", document, "UNSIGNED-PAYLOAD")
    assert (status, b"<Code>EntityTooLarge</Code>" in body) == (400, True)


def test_unsigned_requests_are_refused_as_s3_does(aws: Any, bucket: str) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
        connection.request("GET", f"/{bucket}")
        answer = connection.getresponse()
        assert (answer.status, b"<Code>AccessDenied</Code>" in answer.read()) == (403, True)


@pytest.mark.restart
def test_nothing_acknowledged_is_lost_in_a_kill(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    s3 = server.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="a/b", Body=b"hello", Metadata={"x": "1"})
    s3.put_object(Bucket="lake", Key="odd//key", Body=b"odd")
    upload = {"Bucket": "lake", "Key": "big"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]
    (tmp_path / "data/tmp/s3-left-over").write_bytes(b"half")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()

    server = start_server(tmp_path / "data", server.port)
    try:
        s3 = server.client("s3")
        got = s3.get_object(Bucket="lake", Key="a/b", ChecksumMode="ENABLED")
        assert (got["Body"].read(), got["Metadata"]) == (b"hello", {"x": "1"})
        parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        s3.complete_multipart_upload(**upload, MultipartUpload=parts)
        keys = [found["Key"] for found in s3.list_objects_v2(Bucket="lake")["Contents"]]
        assert keys == ["a/b", "big", "odd//key"]
        assert not (tmp_path / "data/tmp/s3-left-over").exists()
    finally:
        server.stop()


def test_the_aws_command_line(aws: Any, s3: Any, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "local/sub").mkdir(parents=True)
    (tmp_path / "local/a.txt").write_text("a")
    (tmp_path / "local/sub/é.txt").write_text("é")
    # The environment of the test, but none of the machine's own AWS configuration.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | aws.env
    command = [sys.executable, "-m", "awscli", "s3"]

    def sync(source: str, target: str) -> None:
        done = subprocess.run(
            [*command, "sync", source, target],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    sync("local", f"s3://{bucket}/x/")
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["x/a.txt", "x/sub/é.txt"]
    sync(f"s3://{bucket}/x/sub", "back")
    assert (tmp_path / "back/é.txt").read_text() == "é"


def test_a_presigned_body_is_what_its_header_says(aws: Any, bucket: str) -> None:
    """The address has no hash of the body; kept as it comes, chunks would be in the object."""
    s3 = aws.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a"})
    path, name = url.removeprefix(aws.endpoint), "x-amz-content-sha256"
    chunks = b"5\r\nhello\r\n0\r\n\r\n"
    for kind, body, status in (
        (UNSIGNED_TRAILER, chunks, 200),
        (hashlib.sha256(b"hello").hexdigest(), b"other", 400),
    ):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
            connection.request("PUT", path, body, {name: kind})
            assert connection.getresponse().status == status
        assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"hello"


def test_a_body_without_its_length_is_refused(aws: Any, s3: Any, bucket: str) -> None:
    """Nobody could tell what was meant: taken for empty, the bytes behind it would be lost."""
    headers = signed_headers(aws, "PUT", f"/{bucket}/a", "UNSIGNED-PAYLOAD", {})
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
        connection.putrequest("PUT", f"/{bucket}/a", skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(b"hello")
        answer = connection.getresponse()
        assert (answer.status, b"MissingContentLength" in answer.read()) == (411, True)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)

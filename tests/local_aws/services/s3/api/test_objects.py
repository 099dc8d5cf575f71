"""Operations on objects, through boto3."""

import datetime as dt
import hashlib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local_aws.services.s3.test_handler import send

BODY = bytes(range(256)) * 40
DAY = dt.timedelta(days=1)
HOSTILE = [
    "../../../escape",
    "a/../b",
    "..",
    "//a",
    "a//b/",
    "nul\0key",
    "tab\tnew\nline",
    "100%/ +?#&=;é",
    "\U0001f600/x",
    ".~k/aa/bb",
    "<&>\"'",
    "a" * 1024,
]


def test_put_and_get(s3: Any, bucket: str) -> None:
    put = s3.put_object(
        Bucket=bucket,
        Key="a/b.csv",
        Body=BODY,
        ContentType="text/csv",
        CacheControl="no-cache",
        ContentEncoding="gzip",
        Metadata={"run": "1", "Case": "kept"},
    )
    assert put["ETag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a/b.csv")
    assert got["Body"].read() == BODY
    assert got["ETag"] == put["ETag"]
    assert (got["ContentType"], got["CacheControl"], got["ContentEncoding"]) == (
        "text/csv",
        "no-cache",
        "gzip",
    )
    assert got["Metadata"] == {"run": "1", "case": "kept"}
    head = s3.head_object(Bucket=bucket, Key="a/b.csv")
    assert (head["ContentLength"], head["ETag"]) == (len(BODY), put["ETag"])
    assert abs(head["LastModified"] - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_an_empty_object(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="empty")
    assert s3.get_object(Bucket=bucket, Key="empty")["Body"].read() == b""


def test_a_missing_key(s3: Any, bucket: str, refused: Any) -> None:
    error = refused(s3.get_object, "NoSuchKey", Bucket=bucket, Key="absent")["Error"]
    assert error["Key"] == "absent"
    refused(s3.head_object, "404", Bucket=bucket, Key="absent")
    assert (
        s3.delete_object(Bucket=bucket, Key="absent")["ResponseMetadata"]["HTTPStatusCode"] == 204
    )


def test_an_engines_file_is_an_object(s3: Any, bucket: str, folder: Path) -> None:
    (folder / "curated").mkdir()
    (folder / "curated/part-0.parquet").write_bytes(BODY)
    [found] = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert found["ETag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="curated/part-0.parquet")
    assert (got["ETag"], got["Body"].read()) == (found["ETag"], BODY)
    s3.delete_object(Bucket=bucket, Key="curated/part-0.parquet")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("key", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_keys(s3: Any, bucket: str, folder: Path, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    others = list(folder.parent.parent.parent.rglob("*escape*"))
    assert others == []
    if "\0" not in key and "\n" not in key:  # no XML document can name those
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
        assert [found["Key"] for found in answer["Deleted"]] == [key]
    else:
        s3.delete_object(Bucket=bucket, Key=key)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_key_that_is_too_long(s3: Any, bucket: str, refused: Any) -> None:
    refused(s3.put_object, "KeyTooLongError", Bucket=bucket, Key="a" * 1025, Body=b"x")


@pytest.mark.parametrize(
    ("header", "expected", "content_range"),
    [
        ("bytes=0-9", BODY[:10], "bytes 0-9/10240"),
        ("bytes=10200-99999", BODY[10200:], "bytes 10200-10239/10240"),
        ("bytes=10239-", BODY[-1:], "bytes 10239-10239/10240"),
        ("bytes=-5", BODY[-5:], "bytes 10235-10239/10240"),
        ("bytes=-99999", BODY, "bytes 0-10239/10240"),
        ("bytes=9-0", BODY, None),
        ("lines=1-2", BODY, None),
        ("bytes=0-1,5-6", BODY, None),
    ],
)
def test_ranges(
    s3: Any, bucket: str, header: str, expected: bytes, content_range: str | None
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    got = s3.get_object(Bucket=bucket, Key="a", Range=header)
    assert got["Body"].read() == expected
    assert got.get("ContentRange") == content_range
    assert got["ResponseMetadata"]["HTTPStatusCode"] == (206 if content_range else 200)
    assert ("ChecksumCRC32" in got) == (content_range is None)


@pytest.mark.parametrize("header", ["bytes=10240-", "bytes=20000-30000", "bytes=-0"])
def test_ranges_beyond_the_end(s3: Any, bucket: str, refused: Any, header: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    error = refused(s3.get_object, "InvalidRange", Bucket=bucket, Key="a", Range=header)
    assert error["Error"]["ActualObjectSize"] == "10240"


def test_conditional_reads(s3: Any, bucket: str, refused: Any) -> None:
    etag = s3.put_object(Bucket=bucket, Key="a", Body=BODY)["ETag"]
    now = s3.head_object(Bucket=bucket, Key="a")["LastModified"]
    target = {"Bucket": bucket, "Key": "a"}
    s3.get_object(**target, IfMatch=etag, IfUnmodifiedSince=now - DAY)
    s3.get_object(**target, IfNoneMatch='"other"', IfModifiedSince=now + DAY)
    refused(s3.get_object, "PreconditionFailed", **target, IfMatch='"other"')
    refused(s3.get_object, "PreconditionFailed", **target, IfUnmodifiedSince=now - DAY)
    refused(s3.get_object, "304", **target, IfNoneMatch=etag)
    refused(s3.head_object, "304", **target, IfModifiedSince=now)


def test_conditional_writes(s3: Any, bucket: str, refused: Any) -> None:
    target = {"Bucket": bucket, "Key": "a"}
    refused(s3.put_object, "NoSuchKey", **target, Body=b"0", IfMatch='"x"')
    etag = s3.put_object(**target, Body=b"1", IfNoneMatch="*")["ETag"]
    refused(s3.put_object, "PreconditionFailed", **target, Body=b"2", IfNoneMatch="*")
    refused(s3.put_object, "PreconditionFailed", **target, Body=b"2", IfMatch='"x"')
    assert s3.get_object(**target)["Body"].read() == b"1"
    s3.put_object(**target, Body=b"2", IfMatch=etag)
    assert s3.get_object(**target)["Body"].read() == b"2"


def test_response_headers_of_a_request(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    got = s3.get_object(
        Bucket=bucket,
        Key="a",
        ResponseContentType="text/html",
        ResponseContentDisposition="attachment",
    )
    assert (got["ContentType"], got["ContentDisposition"]) == ("text/html", "attachment")


def test_delete_objects(s3: Any, bucket: str) -> None:
    keys = [f"k/{number}" for number in range(20)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key)
    doomed = [{"Key": key} for key in [*keys[:10], "absent"]]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed})
    assert [found["Key"] for found in answer["Deleted"]] == [*keys[:10], "absent"]
    quiet = {"Objects": [{"Key": keys[10]}, {"Key": "x", "VersionId": "1"}], "Quiet": True}
    answer = s3.delete_objects(Bucket=bucket, Delete=quiet)
    assert "Deleted" not in answer
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [("x", "NoSuchVersion")]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 9


def test_object_tagging(s3: Any, bucket: str, refused: Any) -> None:
    target = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**target, Body=b"x", Tagging="one=1&two=a%20b")
    tags = s3.get_object_tagging(**target)["TagSet"]
    assert tags == [{"Key": "one", "Value": "1"}, {"Key": "two", "Value": "a b"}]
    assert s3.head_object(**target)["TagCount"] == 2
    s3.put_object_tagging(**target, Tagging={"TagSet": tags[:1]})
    assert s3.get_object_tagging(**target)["TagSet"] == tags[:1]
    s3.delete_object_tagging(**target)
    assert s3.get_object_tagging(**target)["TagSet"] == []
    many = [{"Key": str(number), "Value": ""} for number in range(11)]
    refused(s3.put_object_tagging, "InvalidRequest", **target, Tagging={"TagSet": many})
    refused(s3.get_object_tagging, "NoSuchKey", Bucket=bucket, Key="absent")


def test_object_attributes(s3: Any, bucket: str) -> None:
    put = s3.put_object(Bucket=bucket, Key="a", Body=BODY, ChecksumAlgorithm="SHA256")
    found = s3.get_object_attributes(
        Bucket=bucket, Key="a", ObjectAttributes=["ETag", "ObjectSize", "Checksum"]
    )
    assert (found["ETag"], found["ObjectSize"]) == (put["ETag"].strip('"'), len(BODY))
    assert found["Checksum"]["ChecksumSHA256"] == put["ChecksumSHA256"]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums(s3: Any, bucket: str, algorithm: str) -> None:
    name = f"Checksum{algorithm}"
    put = s3.put_object(Bucket=bucket, Key="a", Body=BODY, ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got["Body"].read() == BODY
    assert got[name] == put[name]
    assert s3.head_object(Bucket=bucket, Key="a").get(name) is None
    [found] = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert found["ChecksumAlgorithm"] == [algorithm]


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("CRC32", "NhCmhg==", "AAAAAA=="),
        ("CRC32C", "mnG7TA==", "AAAAAA=="),
        ("CRC64NVME", "M3eFcAZSQlc=", "AAAAAAAAAAA="),
        ("SHA1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ],
)
def test_a_checksum_that_the_client_computed(
    s3: Any, bucket: str, refused: Any, name: str, right: str, wrong: str
) -> None:
    target = {"Bucket": bucket, "Key": "a", "Body": b"hello"}
    refused(s3.put_object, "BadDigest", **target, **{f"Checksum{name}": wrong})
    refused(s3.put_object, "InvalidRequest", **target, **{f"Checksum{name}": "short"})
    refused(s3.head_object, "404", Bucket=bucket, Key="a")
    assert s3.put_object(**target, **{f"Checksum{name}": right})[f"Checksum{name}"] == right


def test_content_md5(s3: Any, bucket: str, refused: Any) -> None:
    target = {"Bucket": bucket, "Key": "a", "Body": b"hello"}
    s3.put_object(**target, ContentMD5="XUFAKrxLKna5cZ2REBfFkg==")
    refused(s3.put_object, "BadDigest", **target, ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
    refused(s3.put_object, "InvalidDigest", **target, ContentMD5="no")


def test_what_we_would_not_do_is_refused(s3: Any, bucket: str, refused: Any) -> None:
    target = {"Bucket": bucket, "Key": "a", "Body": b"x"}
    refused(s3.put_object, "AccessControlListNotSupported", **target, ACL="public-read")
    refused(s3.put_object, "NotImplemented", **target, StorageClass="GLACIER")
    refused(s3.put_object, "MetadataTooLarge", **target, Metadata={"x": "y" * 2048})
    s3.put_object(**target, ACL="bucket-owner-full-control", StorageClass="STANDARD_IA")
    assert s3.head_object(Bucket=bucket, Key="a")["StorageClass"] == "STANDARD_IA"


def fetch(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    method = "GET" if body is None else "PUT"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("key", ["a/b c+é.txt", "x//..%2F"])
def test_presigned_addresses(aws: Any, bucket: str, key: str) -> None:
    s3 = aws.client("s3", config=Config(signature_version="s3v4"))
    target = {"Bucket": bucket, "Key": key}
    assert fetch(s3.generate_presigned_url("put_object", target), BODY)[0] == 200
    url = s3.generate_presigned_url("get_object", target)
    assert fetch(url) == (200, BODY)
    status, body = fetch(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=3601"))
    assert status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in body


def test_virtual_hosted_addresses(aws: Any, bucket: str) -> None:
    import http.client

    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    s3 = aws.client("s3", config=config, endpoint_url=f"http://localhost:{aws.port}")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"})
    aws.client("s3").put_object(Bucket=bucket, Key="a", Body=BODY)
    host = f"{bucket}.localhost:{aws.port}"
    assert url.startswith(f"http://{host}/a?")
    connection = http.client.HTTPConnection("127.0.0.1", aws.port)
    connection.request("GET", url.removeprefix(f"http://{host}"), headers={"Host": host})
    assert connection.getresponse().read() == BODY
    connection.close()


@pytest.mark.parametrize("header", ["bytes={}-", "bytes=-{}", "bytes=0-{}"])
def test_a_range_of_more_digits_than_any_number_is_ignored(
    s3: Any, bucket: str, header: str
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    got = s3.get_object(Bucket=bucket, Key="a", Range=header.format("9" * 5000))
    assert (got["ResponseMetadata"]["HTTPStatusCode"], got["Body"].read()) == (200, BODY)


def test_part_numbers_of_a_read(s3: Any, bucket: str, refused: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    s3.put_object(Bucket=bucket, Key="empty")
    target = {"Bucket": bucket, "Key": "a"}
    assert s3.get_object(**target, PartNumber=1)["Body"].read() == BODY
    assert "ContentRange" not in s3.get_object(Bucket=bucket, Key="empty", PartNumber=1)
    refused(s3.get_object, "InvalidPartNumber", **target, PartNumber=2)
    for number in (0, 10_001):
        refused(s3.get_object, "InvalidArgument", **target, PartNumber=number)
    refused(s3.get_object, "InvalidRequest", **target, PartNumber=1, Range="bytes=0-1")


def test_a_response_header_that_no_header_can_hold(s3: Any, bucket: str, refused: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    target = {"Bucket": bucket, "Key": "a"}
    name = 'attachment; filename="\u20ac.txt"'
    error = refused(s3.get_object, "InvalidArgument", **target, ResponseContentDisposition=name)[
        "Error"
    ]
    assert error["ArgumentName"] == "response-content-disposition"
    latin = s3.get_object(**target, ResponseContentDisposition='attachment; filename="\xe9.txt"')
    assert latin["Body"].read() == b"x"


def test_an_empty_condition_is_not_met(aws: Any, bucket: str) -> None:
    s3 = aws.client("s3", region_name="us-east-1")
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.meta.events.register(
        "before-sign.s3.PutObject", lambda request, **_: request.headers.add_header("If-Match", "")
    )
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="a", Body=b"2")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_conditional_deletes(s3: Any, bucket: str, refused: Any) -> None:
    target = {"Bucket": bucket, "Key": "a"}
    for condition in ("*", '"x"'):
        error = refused(s3.delete_object, "NoSuchKey", **target, IfMatch=condition)
        assert error["Error"]["Key"] == "a"
    etag = s3.put_object(**target, Body=b"1")["ETag"]
    refused(s3.delete_object, "PreconditionFailed", **target, IfMatch='"x"')
    refused(s3.delete_object, "NotImplemented", **target, IfMatchSize=7)
    assert s3.get_object(**target)["Body"].read() == b"1"
    s3.delete_object(**target, IfMatch=etag)
    refused(s3.get_object, "NoSuchKey", **target)


def test_a_document_that_is_refused_deletes_nothing(aws: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    body = b"<Delete><Object><Key>a</Key></Object><Object><Name>b</Name></Object></Delete>"
    status, answer = send(aws, "POST", f"/{bucket}?delete=", body, hashlib.sha256(body).hexdigest())
    assert (status, b"MalformedXML" in answer) == (400, True)
    s3.head_object(Bucket=bucket, Key="a")


def test_an_error_of_a_key_that_xml_cannot_write(s3: Any, bucket: str, refused: Any) -> None:
    for key in ("\uffff", "\ufffe", "\x01"):
        refused(s3.get_object, "NoSuchKey", Bucket=bucket, Key=key)


def test_attributes_that_there_are_not(s3: Any, bucket: str, refused: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    target = {"Bucket": bucket, "Key": "a"}
    refused(s3.get_object_attributes, "InvalidArgument", **target, ObjectAttributes=["Colour"])


def test_a_write_takes_no_version_id(aws: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    path, digest = f"/{bucket}/a?versionId=null", hashlib.sha256(b"2").hexdigest()
    assert send(aws, "PUT", path, b"2", digest)[0] == 400
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"

"""Multipart uploads, through boto3."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from tests.local_aws.services.s3.test_handler import send

MB = 1 << 20
FIRST, SECOND = b"a" * (5 * MB), b"b" * 1000


@pytest.fixture
def upload(s3: Any, bucket: str) -> dict[str, Any]:
    answer = s3.create_multipart_upload(
        Bucket=bucket, Key="x/big", ContentType="text/csv", Metadata={"run": "1"}
    )
    return {"Bucket": bucket, "Key": "x/big", "UploadId": answer["UploadId"]}


def put_parts(s3: Any, upload: dict[str, Any], *bodies: bytes) -> dict[str, Any]:
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in enumerate(bodies, 1)
    ]
    return {"Parts": parts}


def test_an_upload(s3: Any, upload: dict[str, Any], folder: Path) -> None:
    parts = put_parts(s3, upload, FIRST, SECOND)
    done = s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    digests = b"".join(hashlib.md5(body).digest() for body in (FIRST, SECOND))
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"'
    assert (folder / "x/big").read_bytes() == FIRST + SECOND
    target = {"Bucket": upload["Bucket"], "Key": upload["Key"]}
    head = s3.head_object(**target)
    assert (head["ContentType"], head["Metadata"]) == ("text/csv", {"run": "1"})
    second = s3.get_object(**target, PartNumber=2)
    assert second["Body"].read() == SECOND
    assert (second["PartsCount"], second["ContentLength"]) == (2, 1000)
    assert [path.name for path in folder.iterdir()] == ["x"]


def test_completing_again_is_no_error(s3: Any, upload: dict[str, Any], refused: Any) -> None:
    parts = put_parts(s3, upload, SECOND)
    first = s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    again = s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert again["ETag"] == first["ETag"]
    s3.put_object(Bucket=upload["Bucket"], Key=upload["Key"], Body=b"other")
    refused(s3.complete_multipart_upload, "NoSuchUpload", **upload, MultipartUpload=parts)


def test_a_part_again_replaces_it(s3: Any, upload: dict[str, Any]) -> None:
    put_parts(s3, upload, b"old")
    parts = put_parts(s3, upload, b"new")
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    got = s3.get_object(Bucket=upload["Bucket"], Key=upload["Key"])
    assert got["Body"].read() == b"new"


def test_refusals(s3: Any, upload: dict[str, Any], refused: Any) -> None:
    small = put_parts(s3, upload, b"small", SECOND)
    complete = s3.complete_multipart_upload
    refused(complete, "EntityTooSmall", **upload, MultipartUpload=small)
    swapped = {"Parts": small["Parts"][::-1]}
    refused(complete, "InvalidPartOrder", **upload, MultipartUpload=swapped)
    foreign = {"Parts": [{"PartNumber": 1, "ETag": '"x"'}]}
    refused(complete, "InvalidPart", **upload, MultipartUpload=foreign)
    refused(complete, "MalformedXML", **upload, MultipartUpload={"Parts": []})
    refused(s3.upload_part, "InvalidArgument", **upload, PartNumber=10001, Body=b"x")
    refused(s3.list_parts, "NoSuchUpload", **(upload | {"UploadId": "absent"}))
    refused(s3.list_parts, "NoSuchUpload", **(upload | {"Key": "other"}))
    refused(s3.head_object, "404", Bucket=upload["Bucket"], Key=upload["Key"])


def test_abort(s3: Any, upload: dict[str, Any], refused: Any, folder: Path) -> None:
    put_parts(s3, upload, SECOND)
    s3.abort_multipart_upload(**upload)
    refused(s3.list_parts, "NoSuchUpload", **upload)
    refused(s3.upload_part, "NoSuchUpload", **upload, PartNumber=1, Body=b"x")
    assert list(folder.rglob("*-*")) == []
    assert "Contents" not in s3.list_objects_v2(Bucket=upload["Bucket"])


def test_conditional_complete(s3: Any, upload: dict[str, Any], refused: Any) -> None:
    parts = put_parts(s3, upload, SECOND)
    s3.put_object(Bucket=upload["Bucket"], Key=upload["Key"], Body=b"there")
    refused(
        s3.complete_multipart_upload,
        "PreconditionFailed",
        **upload,
        MultipartUpload=parts,
        IfNoneMatch="*",
    )


def test_list_parts_in_pages(s3: Any, upload: dict[str, Any]) -> None:
    put_parts(s3, upload, b"1", b"22", b"333")
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})
    found = [(part["PartNumber"], part["Size"]) for page in pages for part in page["Parts"]]
    assert found == [(1, 1), (2, 2), (3, 3)]


def test_list_multipart_uploads(s3: Any, bucket: str) -> None:
    for key in ("a/1", "a/1", "a/2", "b", "c é"):
        s3.create_multipart_upload(Bucket=bucket, Key=key)
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2}
    )
    assert [u["Key"] for page in pages for u in page["Uploads"]] == [
        "a/1",
        "a/1",
        "a/2",
        "b",
        "c é",
    ]
    folded = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [found["Prefix"] for found in folded["CommonPrefixes"]] == ["a/"]
    assert [found["Key"] for found in folded["Uploads"]] == ["b", "c é"]


def test_upload_part_copy(s3: Any, upload: dict[str, Any], refused: Any) -> None:
    source = {"Bucket": upload["Bucket"], "Key": "source é"}
    s3.put_object(**source, Body=b"0123456789")
    copy = s3.upload_part_copy(
        **upload, PartNumber=1, CopySource=source, CopySourceRange="bytes=2-5"
    )
    part = {"PartNumber": 1, "ETag": copy["CopyPartResult"]["ETag"]}
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    got = s3.get_object(Bucket=upload["Bucket"], Key=upload["Key"])
    assert got["Body"].read() == b"2345"
    again = s3.create_multipart_upload(Bucket=upload["Bucket"], Key="y")
    refused(
        s3.upload_part_copy,
        "InvalidArgument",
        Bucket=upload["Bucket"],
        Key="y",
        UploadId=again["UploadId"],
        PartNumber=1,
        CopySource=source,
        CopySourceRange="bytes=5-10",
    )


def test_boto3_transfers_with_its_default_checksums(s3: Any, bucket: str) -> None:
    data = hashlib.sha256(b"seed").digest() * (13 * MB // 32)
    config = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB)
    s3.upload_fileobj(BytesIO(data), bucket, "big", Config=config)
    head = s3.head_object(Bucket=bucket, Key="big", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"')
    assert head["ChecksumCRC32"].endswith("-3")
    assert head["ChecksumType"] == "COMPOSITE"
    back = BytesIO()
    s3.download_fileobj(bucket, "big", back, Config=config)
    assert back.getvalue() == data


@pytest.mark.parametrize("kind", ["COMPOSITE", "FULL_OBJECT"])
def test_checksums_of_the_whole(s3: Any, bucket: str, kind: str) -> None:
    import base64
    import zlib

    target = {"Bucket": bucket, "Key": "a"}
    created = s3.create_multipart_upload(**target, ChecksumAlgorithm="CRC32", ChecksumType=kind)
    upload = target | {"UploadId": created["UploadId"]}
    parts = []
    for number, body in enumerate((FIRST, SECOND), 1):
        part = s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm="CRC32")
        known = {name: part[name] for name in ("ETag", "ChecksumCRC32")}
        parts.append({"PartNumber": number, **known})
    whole = base64.b64encode(zlib.crc32(FIRST + SECOND).to_bytes(4, "big")).decode()
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["ChecksumType"] == kind
    assert (done["ChecksumCRC32"] == whole) == (kind == "FULL_OBJECT")
    assert s3.get_object(**target, ChecksumMode="ENABLED")["Body"].read() == FIRST + SECOND


@pytest.mark.parametrize("number", ["\xb2", "\u0663", "9" * 5000, "-1", "1.0"])
def test_a_part_number_that_is_none(aws: Any, upload: dict[str, Any], number: str) -> None:
    body = (
        f"<CompleteMultipartUpload><Part><PartNumber>{number}</PartNumber><ETag>x</ETag></Part>"
        "</CompleteMultipartUpload>"
    ).encode()
    path = f"/{upload['Bucket']}/{upload['Key']}?uploadId={upload['UploadId']}"
    status, answer = send(aws, "POST", path, body, hashlib.sha256(body).hexdigest())
    assert (status, b"MalformedXML" in answer) == (400, True)


def test_a_copied_range_of_too_many_digits(s3: Any, upload: dict[str, Any], refused: Any) -> None:
    s3.put_object(Bucket=upload["Bucket"], Key="source", Body=b"x")
    refused(
        s3.upload_part_copy,
        "InvalidArgument",
        **upload,
        PartNumber=1,
        CopySource={"Bucket": upload["Bucket"], "Key": "source"},
        CopySourceRange=f"bytes=0-{'9' * 5000}",
    )


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_a_checksum_of_the_whole_is_held_against_the_parts(
    s3: Any, bucket: str, refused: Any, algorithm: str
) -> None:
    target = {"Bucket": bucket, "Key": "a"}
    whole = s3.put_object(**target, Body=FIRST + SECOND, ChecksumAlgorithm=algorithm)
    created = s3.create_multipart_upload(
        **target, ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT"
    )
    upload, name = target | {"UploadId": created["UploadId"]}, f"Checksum{algorithm}"
    parts = []
    for number, body in enumerate((FIRST, SECOND), 1):
        part = s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        parts.append({"PartNumber": number, "ETag": part["ETag"], name: part[name]})
    claim = {"MultipartUpload": {"Parts": parts}, "ChecksumType": "FULL_OBJECT"}
    wrong = {name: parts[0][name]}
    refused(s3.complete_multipart_upload, "BadDigest", **upload, **claim, **wrong)
    other = {"ChecksumSHA1": "2jmj7l5rSw0yVb/vlWAYkK/YBwk="}
    refused(s3.complete_multipart_upload, "InvalidRequest", **upload, **claim, **other)
    done = s3.complete_multipart_upload(**upload, **claim, **{name: whole[name]})
    assert done[name] == whole[name]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_the_checksums_of_parts(s3: Any, bucket: str, algorithm: str) -> None:
    target, name = {"Bucket": bucket, "Key": "a"}, f"Checksum{algorithm}"
    created = s3.create_multipart_upload(**target, ChecksumAlgorithm=algorithm)
    upload = target | {"UploadId": created["UploadId"]}
    parts = []
    for number, body in enumerate((FIRST, SECOND), 1):
        part = s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        parts.append({"PartNumber": number, "ETag": part["ETag"], name: part[name]})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    got = s3.get_object(**target, PartNumber=2, ChecksumMode="ENABLED")
    assert (got["Body"].read(), got[name]) == (SECOND, parts[1][name])
    asked = target | {"ObjectAttributes": ["ObjectParts"]}
    told = s3.get_object_attributes(**asked)["ObjectParts"]
    assert (told["TotalPartsCount"], told["IsTruncated"]) == (2, False)
    sizes = (len(FIRST), len(SECOND))
    assert told["Parts"] == [
        {"PartNumber": number, "Size": size, name: parts[number - 1][name]}
        for number, size in enumerate(sizes, 1)
    ]
    first = s3.get_object_attributes(**asked, MaxParts=1)["ObjectParts"]
    assert (first["IsTruncated"], first["NextPartNumberMarker"]) == (True, 1)
    second = s3.get_object_attributes(**asked, MaxParts=1, PartNumberMarker=1)["ObjectParts"]
    assert [part["PartNumber"] for part in second["Parts"]] == [2]


@pytest.mark.parametrize("key", ["a\x01b", "\uffff", "é & <b>"])
def test_an_upload_of_a_key_that_xml_cannot_write(s3: Any, bucket: str, key: str) -> None:
    target = {"Bucket": bucket, "Key": key}
    upload = target | {"UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    s3.upload_part(**upload, PartNumber=1, Body=b"x")
    listed = s3.list_parts(**upload)["Parts"]
    parts = [{"PartNumber": 1, "ETag": listed[0]["ETag"]}]
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["Location"].startswith("http://127.0.0.1:")
    assert s3.get_object(**target)["Body"].read() == b"x"

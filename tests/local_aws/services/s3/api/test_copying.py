"""CopyObject, through boto3."""

from typing import Any

import pytest


@pytest.fixture
def source(s3: Any, bucket: str) -> dict[str, str]:
    s3.put_object(
        Bucket=bucket,
        Key="a b/é+.csv",
        Body=b"hello",
        ContentType="text/csv",
        Metadata={"run": "1"},
        Tagging="x=1",
        ChecksumAlgorithm="SHA256",
    )
    return {"Bucket": bucket, "Key": "a b/é+.csv"}


def test_a_copy_keeps_what_is_known(s3: Any, bucket: str, source: dict[str, str]) -> None:
    answer = s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    before = s3.head_object(**source, ChecksumMode="ENABLED")
    after = s3.get_object(Bucket=bucket, Key="copy", ChecksumMode="ENABLED")
    assert after["Body"].read() == b"hello"
    assert answer["CopyObjectResult"]["ETag"] == before["ETag"] == after["ETag"]
    for name in ("ContentType", "Metadata", "ChecksumSHA256"):
        assert after[name] == before[name]
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]


def test_a_copy_may_replace_what_is_known(s3: Any, bucket: str, source: dict[str, str]) -> None:
    s3.copy_object(
        Bucket=bucket,
        Key="copy",
        CopySource=source,
        MetadataDirective="REPLACE",
        Metadata={"run": "2"},
        ContentType="text/plain",
        TaggingDirective="REPLACE",
        Tagging="y=2",
    )
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert (head["Metadata"], head["ContentType"]) == ({"run": "2"}, "text/plain")
    tags = s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]
    assert tags == [{"Key": "y", "Value": "2"}]


def test_a_copy_onto_itself_must_change_something(
    s3: Any, source: dict[str, str], refused: Any
) -> None:
    refused(s3.copy_object, "InvalidRequest", **source, CopySource=source)
    s3.copy_object(**source, CopySource=source, MetadataDirective="REPLACE", Metadata={"n": "w"})
    assert s3.get_object(**source)["Body"].read() == b"hello"
    assert s3.head_object(**source)["Metadata"] == {"n": "w"}


def test_conditions_and_missing_sources(
    s3: Any, bucket: str, source: dict[str, str], refused: Any
) -> None:
    target = {"Bucket": bucket, "Key": "copy"}
    etag = s3.head_object(**source)["ETag"]
    s3.copy_object(**target, CopySource=source, CopySourceIfMatch=etag)
    refused(
        s3.copy_object,
        "PreconditionFailed",
        **target,
        CopySource=source,
        CopySourceIfNoneMatch=etag,
    )
    absent = {"Bucket": bucket, "Key": "absent"}
    refused(s3.copy_object, "NoSuchKey", **target, CopySource=absent)
    refused(s3.copy_object, "NoSuchBucket", **target, CopySource="no-bucket/key")
    refused(s3.copy_object, "InvalidArgument", **target, CopySource="nothing")


def test_a_source_of_another_owner(
    s3: Any, bucket: str, source: dict[str, str], refused: Any
) -> None:
    refused(
        s3.copy_object,
        "AccessDenied",
        Bucket=bucket,
        Key="b",
        CopySource=source,
        ExpectedSourceBucketOwner="999999999999",
    )

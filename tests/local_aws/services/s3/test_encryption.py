"""Which key an object is under, through boto3."""

import uuid
from typing import Any

import pytest

from tests.local_aws.services.s3.test_handler import send

ALGORITHMS = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")


def told(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ALGORITHMS if name in answer}


@pytest.fixture
def kms(aws: Any) -> Any:
    return aws.client("kms")


@pytest.fixture
def key(kms: Any) -> dict[str, Any]:
    found: dict[str, Any] = kms.create_key()["KeyMetadata"]
    return found


def set_default(s3: Any, bucket: str, bucket_key: bool | None = None, **default: str) -> None:
    rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": default}
    if bucket_key is not None:
        rule["BucketKeyEnabled"] = bucket_key
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_every_object_has_s3s_own_encryption(s3: Any, bucket: str, folder: Any) -> None:
    expected = {"ServerSideEncryption": "AES256"}
    target = {"Bucket": bucket, "Key": "a"}
    assert told(s3.put_object(**target, Body=b"x")) == expected
    assert told(s3.head_object(**target)) == expected
    assert told(s3.get_object(**target)) == expected
    copied = s3.copy_object(Bucket=bucket, Key="b", CopySource=target)
    assert told(copied) == expected
    (folder / "engine.csv").write_text("1")
    assert told(s3.head_object(Bucket=bucket, Key="engine.csv")) == expected


def test_the_buckets_default(s3: Any, bucket: str, key: dict[str, Any]) -> None:
    before = {"Bucket": bucket, "Key": "before"}
    s3.put_object(**before, Body=b"x")
    set_default(s3, bucket, True, SSEAlgorithm="aws:kms", KMSMasterKeyID=key["KeyId"])
    expected = {
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": key["Arn"],
        "BucketKeyEnabled": True,
    }
    target = {"Bucket": bucket, "Key": "a"}
    assert told(s3.put_object(**target, Body=b"x")) == expected
    assert told(s3.get_object(**target)) == expected
    assert told(s3.head_object(**before)) == {"ServerSideEncryption": "AES256"}
    assert told(s3.copy_object(Bucket=bucket, Key="c", CopySource=before)) == expected

    upload = {"Bucket": bucket, "Key": "parts"}
    created = s3.create_multipart_upload(**upload)
    assert told(created) == expected
    upload["UploadId"] = created["UploadId"]
    part = s3.upload_part(**upload, PartNumber=1, Body=b"x")
    assert told(part) == expected
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    assert told(s3.complete_multipart_upload(**upload, MultipartUpload=parts)) == expected

    s3.delete_bucket_encryption(Bucket=bucket)
    assert told(s3.put_object(**target, Body=b"x")) == {"ServerSideEncryption": "AES256"}


def test_the_request_goes_before_the_bucket(s3: Any, bucket: str, key: dict[str, Any]) -> None:
    set_default(s3, bucket, SSEAlgorithm="aws:kms", KMSMasterKeyID=key["Arn"])
    target = {"Bucket": bucket, "Key": "a", "Body": b"x"}
    assert told(s3.put_object(**target, ServerSideEncryption="AES256")) == {
        "ServerSideEncryption": "AES256"
    }
    managed = s3.put_object(**target, ServerSideEncryption="aws:kms")
    assert managed["SSEKMSKeyId"].startswith("arn:aws:kms:us-east-1:123456789012:key/")
    assert managed["SSEKMSKeyId"] != key["Arn"]
    again = s3.put_object(**target, ServerSideEncryption="aws:kms")
    assert again["SSEKMSKeyId"] == managed["SSEKMSKeyId"]


def test_a_key_by_its_alias(s3: Any, bucket: str, kms: Any, key: dict[str, Any]) -> None:
    alias = f"alias/lake-{uuid.uuid4().hex[:8]}"
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    for name in (alias, f"arn:aws:kms:us-east-1:123456789012:{alias}"):
        put = s3.put_object(
            Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=name
        )
        assert put["SSEKMSKeyId"] == key["Arn"]


def test_keys_that_cannot_encrypt(
    s3: Any, bucket: str, kms: Any, key: dict[str, Any], refused: Any
) -> None:
    def put(code: str, key_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = refused(
            s3.put_object,
            code,
            Bucket=bucket,
            Key="a",
            Body=b"x",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=key_id,
        )
        return answer

    for absent in (
        "alias/absent",
        str(uuid.uuid4()),
        f"arn:aws:kms:eu-west-1:123456789012:key/{uuid.uuid4()}",
    ):
        assert put("KMS.NotFoundException", absent)["ResponseMetadata"]["HTTPStatusCode"] == 400
    kms.disable_key(KeyId=key["KeyId"])
    put("KMS.DisabledException", key["KeyId"])
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    put("KMS.KMSInvalidStateException", key["KeyId"])
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_keys_of_the_customer(aws: Any, s3: Any, bucket: str) -> None:
    """boto3 sends them over TLS only, so the requests are made by hand."""
    named = {"x_amz_server_side_encryption_customer_algorithm": "AES256"}
    path = f"/{bucket}/a"
    status, body = send(aws, "PUT", path, b"x", "UNSIGNED-PAYLOAD", **named)
    assert (status, b"customer-algorithm is not supported" in body) == (501, True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    status, body = send(aws, "GET", path, b"", "UNSIGNED-PAYLOAD", **named)
    assert (status, b"<Code>InvalidRequest</Code>" in body) == (400, True)


def test_what_is_not_done_is_refused_by_name(s3: Any, bucket: str, refused: Any) -> None:
    target = {"Bucket": bucket, "Key": "a", "Body": b"x"}
    error = refused(s3.put_object, "NotImplemented", **target, ServerSideEncryption="aws:kms:dsse")
    assert "aws:kms:dsse" in error["Error"]["Message"]
    refused(s3.put_object, "InvalidArgument", **target, ServerSideEncryption="ROT13")
    refused(s3.put_object, "InvalidArgument", **target, SSEKMSKeyId="alias/x")
    refused(
        s3.put_object,
        "NotImplemented",
        **target,
        ServerSideEncryption="aws:kms",
        SSEKMSEncryptionContext="e30=",
    )


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([], "MalformedXML"),
        ([{}, {}], "MalformedXML"),
        ([{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "ROT13"}}], "MalformedXML"),
        ([{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}}], "NotImpl"),
        (
            [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "AES256",
                        "KMSMasterKeyID": "x",
                    }
                }
            ],
            "InvalidArgument",
        ),
    ],
)
def test_defaults_that_are_refused(
    s3: Any, bucket: str, refused: Any, rules: list[dict[str, Any]], code: str
) -> None:
    refused(
        s3.put_bucket_encryption,
        {"NotImpl": "NotImplemented"}.get(code, code),
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": rules},
    )
    found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    default = found["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert default == {"SSEAlgorithm": "AES256"}

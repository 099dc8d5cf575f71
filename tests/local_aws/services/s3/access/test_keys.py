"""Objects under SSE-KMS need their key as well, and its policy has the last word."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.access import document
from local_aws.services.s3.access import keys
from tests.local_aws.acting.conftest import lake, lake_key
from tests.local_aws.conftest import allow, policy

__all__ = ["lake", "lake_key"]
ACCOUNT = "arn:aws:iam::123456789012:root"


def denied(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"].startswith("AccessDenied")
    return str(caught.value.response["Error"]["Message"])


def test_reads_and_writes(lake: Any, lake_key: str, user: Any) -> None:
    person = user(allow("s3:*"))
    s3, place = person.client("s3"), {"Bucket": lake.bucket, "Key": "data/t/a.csv"}
    assert denied(s3.get_object, **place) == (
        f"User: {person.arn} is not authorized to perform: kms:Decrypt on the resource associated"
        " with this ciphertext because no identity-based policy allows the kms:Decrypt action"
    )
    assert denied(s3.put_object, Bucket=lake.bucket, Key="b", Body=b"") == (
        f"User: {person.arn} is not authorized to perform: kms:GenerateDataKey on resource:"
        f" {lake_key} because no identity-based policy allows the kms:GenerateDataKey action"
    )
    denied(s3.create_multipart_upload, Bucket=lake.bucket, Key="b")
    denied(s3.copy_object, Bucket=lake.bucket, Key="b", CopySource=place)
    assert s3.head_object(**place)["SSEKMSKeyId"] == lake_key
    plain = {"ServerSideEncryption": "AES256"}
    s3.put_object(Bucket=lake.bucket, Key="plain", Body=b"x", **plain)
    through = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    person.grant(
        allow("s3:*"), allow(["kms:Decrypt", "kms:GenerateDataKey"], lake_key, Condition=through)
    )
    assert s3.get_object(**place)["Body"].read() == b"1,one\n2,two\n"
    s3.copy_object(Bucket=lake.bucket, Key="b", CopySource=place)
    upload = s3.create_multipart_upload(Bucket=lake.bucket, Key="c")["UploadId"]
    part = {"Bucket": lake.bucket, "Key": "c", "UploadId": upload}
    etag = s3.upload_part(**part, PartNumber=1, Body=b"x")["ETag"]
    person.grant(allow("s3:*"), allow("kms:GenerateDataKey", lake_key))
    assert "kms:Decrypt" in denied(s3.upload_part, **part, PartNumber=2, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    assert "kms:Decrypt" in denied(s3.complete_multipart_upload, **part, MultipartUpload=parts)
    kms = person.client("kms")
    assert "kms:Encrypt" in denied(kms.encrypt, KeyId=lake_key, Plaintext=b"x")


def test_the_keys_policy_is_above_the_accounts(lake: Any, lake_key: str, user: Any) -> None:
    person = user(allow(["s3:*", "kms:*"]))
    s3, place = person.client("s3"), {"Bucket": lake.bucket, "Key": "data/t/a.csv"}
    kms, root = person.client("kms"), lake.server.client("kms")
    assert s3.get_object(**place)
    administers = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Sid": "a"}
    root.put_key_policy(
        KeyId=lake_key,
        PolicyName="default",
        Policy=policy(administers | {"Principal": {"AWS": f"{ACCOUNT[:-4]}user/somebody"}}),
    )
    assert "because no resource-based policy allows" in denied(s3.get_object, **place)
    assert "because no resource-based policy allows" in denied(kms.describe_key, KeyId=lake_key)
    root.put_key_policy(
        KeyId=lake_key,
        PolicyName="default",
        Policy=policy(administers | {"Principal": {"AWS": person.arn}}),
    )
    person.grant(allow("s3:*"))
    assert s3.get_object(**place)
    assert kms.describe_key(KeyId=lake_key)


def test_the_key_that_aws_manages_is_everybodys_through_s3(lake: Any, user: Any) -> None:
    s3 = user(allow("s3:*")).client("s3")
    place = {"Bucket": lake.bucket, "Key": "managed"}
    s3.put_object(**place, Body=b"x", ServerSideEncryption="aws:kms")
    assert s3.get_object(**place)["Body"].read() == b"x"


def test_a_policy_that_cannot_be_read_denies() -> None:
    assert (
        keys.policy_of("{").statements
        == document.parse(
            '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}',
            document.KEY,
        ).statements
    )


def test_a_policy_that_could_not_be_decided_with_is_refused(aws: Any) -> None:
    kms = aws.client("kms")
    unknown = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    document = policy(unknown | {"Condition": {"StringSounds": {"aws:username": "x"}}})
    for text in (document, "no policy"):
        with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
            kms.create_key(Policy=text)

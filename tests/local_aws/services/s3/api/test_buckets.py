"""Operations on buckets, through boto3."""

from typing import Any

import pytest

STATEMENT = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",'
    '"Resource":"arn:aws:s3:::*/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'
)


def test_list_buckets(s3: Any, bucket: str) -> None:
    answer = s3.list_buckets(Prefix=bucket)
    assert [found["Name"] for found in answer["Buckets"]] == [bucket]
    assert answer["Owner"]["ID"]


def test_list_buckets_in_pages(s3: Any, bucket: str) -> None:
    for suffix in "abc":
        s3.create_bucket(Bucket=f"{bucket}-{suffix}")
    pages = s3.get_paginator("list_buckets").paginate(
        Prefix=bucket, PaginationConfig={"PageSize": 2}
    )
    names = [[found["Name"] for found in page["Buckets"]] for page in pages]
    assert names == [[bucket, f"{bucket}-a"], [f"{bucket}-b", f"{bucket}-c"]]


def test_head_bucket_and_location(s3: Any, bucket: str, refused: Any) -> None:
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    assert refused(s3.head_bucket, "404", Bucket="absent-bucket")["Error"]["Message"] == "Not Found"


def test_create_bucket_again(s3: Any, bucket: str) -> None:
    assert s3.create_bucket(Bucket=bucket)["Location"] == f"/{bucket}"


def test_create_bucket_refusals(s3: Any, refused: Any) -> None:
    refused(s3.create_bucket, "InvalidBucketName", Bucket="No_Capitals")
    elsewhere = {"LocationConstraint": "eu-west-1"}
    refused(
        s3.create_bucket,
        "IllegalLocationConstraintException",
        Bucket="elsewhere",
        CreateBucketConfiguration=elsewhere,
    )
    code = "InvalidBucketAclWithObjectOwnership"
    refused(s3.create_bucket, code, Bucket="public", ACL="public-read")


def test_delete_bucket(s3: Any, bucket: str, refused: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    refused(s3.delete_bucket, "BucketNotEmpty", Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    refused(s3.list_objects_v2, "NoSuchBucket", Bucket=bucket)
    refused(s3.put_object, "NoSuchBucket", Bucket=bucket, Key="a", Body=b"x")


def test_tagging(s3: Any, bucket: str, refused: Any) -> None:
    refused(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=bucket)
    tags = [{"Key": "team", "Value": "lake & <co>"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    refused(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=bucket)
    twice = {"TagSet": tags * 2}
    refused(s3.put_bucket_tagging, "InvalidTag", Bucket=bucket, Tagging=twice)


def test_policy(s3: Any, bucket: str, refused: Any) -> None:
    refused(s3.get_bucket_policy, "NoSuchBucketPolicy", Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=STATEMENT)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == STATEMENT
    s3.delete_bucket_policy(Bucket=bucket)
    refused(s3.get_bucket_policy, "NoSuchBucketPolicy", Bucket=bucket)
    refused(s3.put_bucket_policy, "MalformedPolicy", Bucket=bucket, Policy="[]")
    refused(s3.put_bucket_policy, "MalformedPolicy", Bucket=bucket, Policy="{}")


def test_public_access_block(s3: Any, bucket: str, refused: Any) -> None:
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(block) == 4
    assert all(block.values())
    wanted = block | {"BlockPublicPolicy": False}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=wanted)
    found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert found == wanted
    s3.delete_public_access_block(Bucket=bucket)
    refused(s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", Bucket=bucket)


def test_encryption(s3: Any, bucket: str) -> None:
    def algorithm() -> str:
        found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        rule = found["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        return str(rule["SSEAlgorithm"])

    assert algorithm() == "AES256"
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert algorithm() == "aws:kms"
    s3.delete_bucket_encryption(Bucket=bucket)
    assert algorithm() == "AES256"


def test_ownership_controls(s3: Any, bucket: str, refused: Any) -> None:
    rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"] == rules
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    refused(s3.get_bucket_ownership_controls, "OwnershipControlsNotFoundError", Bucket=bucket)


def test_lifecycle(s3: Any, bucket: str, refused: Any) -> None:
    refused(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket=bucket)
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == [rule]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    refused(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket=bucket)


def test_acl(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    for answer in (s3.get_bucket_acl(Bucket=bucket), s3.get_object_acl(Bucket=bucket, Key="a")):
        [grant] = answer["Grants"]
        assert grant["Permission"] == "FULL_CONTROL"
        assert grant["Grantee"]["ID"] == answer["Owner"]["ID"]


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_bucket_inventory_configuration", {"Id": "x"}),
        ("delete_bucket_replication", {}),
        ("delete_bucket_website", {}),
        ("delete_bucket_analytics_configuration", {"Id": "x"}),
        ("restore_object", {"Key": "a"}),
        ("get_object_retention", {"Key": "a"}),
    ],
)
def test_what_is_not_supported_is_named(
    s3: Any, bucket: str, refused: Any, operation: str, arguments: dict[str, Any]
) -> None:
    error = refused(getattr(s3, operation), "NotImplemented", Bucket=bucket, **arguments)
    name = "".join(part.title() for part in operation.split("_"))
    assert error["Error"]["Message"] == f"{name} is not supported by local_aws"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501
    s3.head_bucket(Bucket=bucket)


def test_another_owner_is_refused(s3: Any, bucket: str, refused: Any) -> None:
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner="123456789012")
    refused(s3.list_objects_v2, "AccessDenied", Bucket=bucket, ExpectedBucketOwner="1" * 12)

"""AWS::S3::*."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]

ENCRYPTION = {
    "ServerSideEncryptionConfiguration": [
        {
            "BucketKeyEnabled": True,
            "ServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": "alias/some-key",
            },
        }
    ]
}
LIFECYCLE = {
    "Rules": [
        {
            "Id": "all",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        },
        {
            "Id": "some",
            "Status": "Disabled",
            "Prefix": "logs/",
            "TagFilters": [{"Key": "kind", "Value": "tmp"}],
            "ObjectSizeGreaterThan": "1024",
            "ExpirationInDays": 90,
            "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
            "NoncurrentVersionTransitions": [
                {"StorageClass": "GLACIER_IR", "TransitionInDays": 30}
            ],
        },
    ],
    "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K",
}
FULL = {
    "BucketEncryption": ENCRYPTION,
    "LifecycleConfiguration": LIFECYCLE,
    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": False,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": False,
    },
    "Tags": [{"Key": "team", "Value": "lake"}],
    "VersioningConfiguration": {"Status": "Enabled"},
}


def bucket_name() -> str:
    return f"cfn-{uuid.uuid4().hex}"


def test_bucket_is_made_with_all_its_settings_and_read_as_written(resource: New) -> None:
    bucket, name = resource("AWS::S3::Bucket"), bucket_name()
    made = bucket.create({"BucketName": name, **FULL})
    assert made.physical_id == name
    assert made.attributes == {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.us-east-1.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.us-east-1.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-us-east-1.amazonaws.com",
    }
    assert bucket.read() == {"BucketName": name, **FULL}
    assert bucket.identify() == made


def test_bucket_loses_what_its_template_loses(resource: New, aws: LocalServer) -> None:
    bucket, name = resource("AWS::S3::Bucket"), bucket_name()
    bucket.create({"BucketName": name, **FULL})
    bucket.update({"BucketName": name})
    plain = resource("AWS::S3::Bucket")
    plain.create({})
    ignored = {"BucketName", "VersioningConfiguration"}
    now, new = (
        {key: value for key, value in one.read().items() if key not in ignored}
        for one in (bucket, plain)
    )
    assert now == new
    assert bucket.read()["VersioningConfiguration"] == {"Status": "Suspended"}


def test_bucket_is_named_by_its_stack_in_small_letters(resource: New) -> None:
    bucket = resource("AWS::S3::Bucket")
    bucket.work = replace(bucket.work, name="A" * 60 + "-MyBucket-0123456789AB")
    name = bucket.create({}).physical_id
    assert len(name) == 63
    assert name.endswith("-0123456789ab")
    assert name == name.lower()


def test_bucket_of_an_earlier_try_is_brought_on(resource: New, aws: LocalServer) -> None:
    name = bucket_name()
    aws.client("s3").create_bucket(Bucket=name)
    bucket = resource("AWS::S3::Bucket")
    bucket.create({"BucketName": name, **FULL}, retried=True)
    assert bucket.read() == {"BucketName": name, **FULL}


def test_bucket_with_objects_is_not_deleted(resource: New, aws: LocalServer) -> None:
    bucket = resource("AWS::S3::Bucket")
    name = bucket.create({}).physical_id
    aws.client("s3").put_object(Bucket=name, Key="kept", Body=b"x")
    with pytest.raises(ClientError, match="The bucket you tried to delete is not empty"):
        bucket.delete()
    aws.client("s3").delete_object(Bucket=name, Key="kept")
    bucket.delete()
    bucket.delete()
    assert bucket.read() is None


def test_bucket_takes_parameters_that_are_texts(resource: New) -> None:
    bucket = resource("AWS::S3::Bucket")
    bucket.create(
        {
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": "true"},
            "LifecycleConfiguration": {
                "Rules": [{"Status": "Enabled", "ExpirationInDays": "30", "Id": "x"}]
            },
        }
    )
    found = bucket.read()
    assert found["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert found["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30


def test_bucket_tells_a_queue(resource: New, aws: LocalServer) -> None:
    queue = aws.client("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue.rpartition('/')[2]}"
    told = {
        "QueueConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Queue": arn,
                "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".csv"}]}},
            }
        ]
    }
    bucket = resource("AWS::S3::Bucket")
    bucket.create({"NotificationConfiguration": told})
    assert bucket.read()["NotificationConfiguration"] == told
    bucket.update({})
    assert "NotificationConfiguration" not in bucket.read()


def test_bucket_has_the_acl_that_its_ownership_lets_it_have(
    resource: New, aws: LocalServer
) -> None:
    bucket = resource("AWS::S3::Bucket")
    open_to_all = {
        "AccessControl": "PublicRead",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": False},
    }
    name = bucket.create(open_to_all).physical_id
    assert len(aws.client("s3").get_bucket_acl(Bucket=name)["Grants"]) == 2
    bucket.update({key: open_to_all[key] for key in open_to_all if key != "AccessControl"})
    assert len(aws.client("s3").get_bucket_acl(Bucket=name)["Grants"]) == 1
    with pytest.raises(ClientError, match="does not allow ACLs"):
        resource("AWS::S3::Bucket").create({"AccessControl": "PublicRead"})


def test_bucket_whose_requests_are_logged(resource: New) -> None:
    logs = resource("AWS::S3::Bucket").create({}).physical_id
    bucket = resource("AWS::S3::Bucket")
    logging = {"DestinationBucketName": logs, "LogFilePrefix": "access/"}
    bucket.create({"LoggingConfiguration": logging})
    assert bucket.read()["LoggingConfiguration"] == logging
    dated = {
        **logging,
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    bucket.update({"LoggingConfiguration": dated})
    assert bucket.read()["LoggingConfiguration"] == dated
    bucket.update({})
    assert "LoggingConfiguration" not in bucket.read()


@pytest.mark.parametrize("name", ["Capitals", "a", "x" * 64, "../escape", "a b", "ünïcode", ""])
def test_bucket_name_that_s3_does_not_take(resource: New, name: str) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::S3::Bucket").create({"BucketName": name})


def test_tags_of_the_stack_are_no_drift(resource: New, aws: LocalServer) -> None:
    bucket = resource("AWS::S3::Bucket", tags={"env": "dev", "team": "other"})
    name = bucket.create({"Tags": FULL["Tags"]}).physical_id
    tag_set = aws.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tag_set} == {"env": "dev", "team": "lake"}
    assert bucket.read()["Tags"] == FULL["Tags"]
    bucket.update({}, tags={"env": "prod"})
    tag_set = aws.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    assert tag_set == [{"Key": "env", "Value": "prod"}]


def policy_of(bucket: str, effect: str = "Deny") -> dict[str, Any]:
    statement = {
        "Sid": "TlsOnly",
        "Effect": effect,
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_bucket_policy(resource: New, aws: LocalServer) -> None:
    bucket = resource("AWS::S3::Bucket").create({}).physical_id
    policy = resource("AWS::S3::BucketPolicy")
    assert policy.create({"Bucket": bucket, "PolicyDocument": policy_of(bucket)}).physical_id
    assert policy.read() == {"Bucket": bucket, "PolicyDocument": policy_of(bucket)}
    assert policy.identify() == policy.made
    with pytest.raises(ResourceFailed, match=f"already exists on bucket {bucket}"):
        resource("AWS::S3::BucketPolicy").create(policy.work.properties)
    changed = policy_of(bucket) | {"Id": "new"}
    policy.update({"Bucket": bucket, "PolicyDocument": json.dumps(changed)})
    assert policy.read()["PolicyDocument"] == changed
    policy.delete()
    policy.delete()
    assert policy.identify() is None


def test_bucket_policy_that_s3_refuses(resource: New) -> None:
    bucket = resource("AWS::S3::Bucket").create({}).physical_id
    public = policy_of(bucket, "Allow")
    public["Statement"][0].pop("Condition")
    for document in (public, {"Statement": []}, "{", policy_of("another")):
        with pytest.raises(ClientError):
            resource("AWS::S3::BucketPolicy").create({"Bucket": bucket, "PolicyDocument": document})
    missing = {"Bucket": bucket_name(), "PolicyDocument": policy_of(bucket)}
    with pytest.raises(ClientError, match="NoSuchBucket"):
        resource("AWS::S3::BucketPolicy").create(missing)

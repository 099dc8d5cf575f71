"""Buckets' settings: what AWS refuses of their documents, and what it says of those never set."""

from typing import Any

import pytest

from tests.local_aws.services.s3.test_handler import send

HEAD = "<LifecycleConfiguration>"


def put(aws: Any, bucket: str, word: str, document: str) -> tuple[int, str]:
    status, body = send(aws, "PUT", f"/{bucket}?{word}=", document.encode(), "UNSIGNED-PAYLOAD")
    return status, body.decode().partition("<Code>")[2].partition("</Code>")[0]


@pytest.mark.parametrize(
    ("word", "document"),
    [
        ("tagging", "<Tagging/>"),
        ("tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"),
        ("tagging", "<Tagging><TagSet><Other/></TagSet></Tagging>"),
        ("tagging", "<Tagging><TagSet/><TagSet/></Tagging>"),
        ("publicAccessBlock", "<PublicAccessBlockConfiguration><Other/></X>"),
        ("publicAccessBlock", "<PublicAccessBlockConfiguration><Other/>"),
        (
            "publicAccessBlock",
            "<PublicAccessBlockConfiguration><BlockPublicAcls>maybe</BlockPublicAcls>"
            "</PublicAccessBlockConfiguration>",
        ),
        ("ownershipControls", "<OwnershipControls/>"),
        (
            "ownershipControls",
            "<OwnershipControls><Rule><ObjectOwnership>Mine</ObjectOwnership></Rule>"
            "</OwnershipControls>",
        ),
        ("encryption", "<ServerSideEncryptionConfiguration><Rule><Foo/></Rule></X>"),
        ("encryption", "<ServerSideEncryptionConfiguration><Rule><Foo/></Rule>"),
        ("lifecycle", "<LifecycleConfiguration/>"),
        ("lifecycle", "<LifecycleConfiguration><Rule/></LifecycleConfiguration>"),
        ("requestPayment", "<RequestPaymentConfiguration/>"),
    ],
)
def test_documents_outside_the_grammar(aws: Any, bucket: str, word: str, document: str) -> None:
    assert put(aws, bucket, word, document) == (400, "MalformedXML")


def test_public_access_block_has_four_members(aws: Any, s3: Any, bucket: str) -> None:
    document = (
        "<PublicAccessBlockConfiguration><BlockPublicAcls>TRUE</BlockPublicAcls>"
        "</PublicAccessBlockConfiguration>"
    )
    assert put(aws, bucket, "publicAccessBlock", document) == (200, "")
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }


def test_system_tags_are_refused(s3: Any, bucket: str, refused: Any) -> None:
    tags = {"TagSet": [{"Key": "aws:x", "Value": "1"}]}
    refused(s3.put_bucket_tagging, "InvalidTag", Bucket=bucket, Tagging=tags)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("get_bucket_cors", "NoSuchCORSConfiguration"),
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_tagging", "NoSuchTagSet"),
    ],
)
def test_what_was_never_set(s3: Any, bucket: str, refused: Any, operation: str, code: str) -> None:
    error = refused(getattr(s3, operation), code, Bucket=bucket)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 404
    refused(getattr(s3, operation), "NoSuchBucket", Bucket=f"{bucket}-absent")


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("get_bucket_logging", {}),
        ("get_bucket_accelerate_configuration", {}),
        ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
        ("get_bucket_notification_configuration", {}),
    ],
)
def test_what_is_at_rest(
    s3: Any, bucket: str, refused: Any, operation: str, answer: dict[str, Any]
) -> None:
    found = getattr(s3, operation)(Bucket=bucket)
    del found["ResponseMetadata"]
    assert found == answer
    refused(getattr(s3, operation), "NoSuchBucket", Bucket=f"{bucket}-absent")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": []}}),
        ("put_bucket_website", {"WebsiteConfiguration": {}}),
        ("put_bucket_replication", {"ReplicationConfiguration": {"Role": "r", "Rules": []}}),
        ("put_object_lock_configuration", {}),
        ("put_bucket_accelerate_configuration", {"AccelerateConfiguration": {"Status": "Enabled"}}),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(
    s3: Any, bucket: str, refused: Any, operation: str, arguments: dict[str, Any]
) -> None:
    error = refused(getattr(s3, operation), "NotImplemented", Bucket=bucket, **arguments)
    name = "".join(part.title() for part in operation.split("_"))
    assert error["Error"]["Message"] == f"{name} is not supported by local_aws"


def test_the_owner_pays(s3: Any, bucket: str, refused: Any) -> None:
    s3.put_bucket_request_payment(
        Bucket=bucket, RequestPaymentConfiguration={"Payer": "BucketOwner"}
    )
    refused(
        s3.put_bucket_request_payment,
        "NotImplemented",
        Bucket=bucket,
        RequestPaymentConfiguration={"Payer": "Requester"},
    )


def test_settings_end_with_their_bucket(s3: Any, bucket: str, refused: Any) -> None:
    tags = [{"Key": "team", "Value": "lake"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    refused(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=bucket)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({}, "InvalidRequest"),
        ({"Expiration": {}}, "MalformedXML"),
        ({"Expiration": {"Days": 1, "ExpiredObjectDeleteMarker": True}}, "MalformedXML"),
        ({"Expiration": {"Days": 0}}, "InvalidArgument"),
        ({"Expiration": {"Date": "2030-01-01T01:00:00Z"}}, "InvalidArgument"),
        ({"Expiration": {"Days": 1}, "ID": "x" * 256}, "InvalidArgument"),
        ({"Expiration": {"Days": 1}, "Prefix": "x"}, "MalformedXML"),
        ({"Expiration": {"Days": 1}, "Filter": {"Prefix": "x", "And": {}}}, "MalformedXML"),
        ({"Expiration": {"Days": 1}, "Filter": {"And": {"Prefix": "x"}}}, "MalformedXML"),
        (
            {
                "Expiration": {"Days": 1},
                "Filter": {"And": {"ObjectSizeGreaterThan": 9, "ObjectSizeLessThan": 9}},
            },
            "InvalidRequest",
        ),
        (
            {
                "Expiration": {"ExpiredObjectDeleteMarker": True},
                "Filter": {"Tag": {"Key": "a", "Value": "b"}},
            },
            "InvalidRequest",
        ),
        (
            {
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                "Filter": {"Tag": {"Key": "a", "Value": "b"}},
            },
            "InvalidRequest",
        ),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 0}}, "InvalidArgument"),
        ({"NoncurrentVersionExpiration": {}}, "MalformedXML"),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 0}}, "InvalidArgument"),
        (
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 101}},
            "InvalidArgument",
        ),
        ({"Transitions": [{"Days": 90, "StorageClass": "GLACIER"}]}, "NotImplemented"),
        ({"Transitions": [{"Days": 90, "StorageClass": "DEEP_ARCHIVE"}]}, "NotImplemented"),
        ({"Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument"),
        ({"Transitions": [{"StorageClass": "STANDARD_IA"}]}, "MalformedXML"),
        (
            {
                "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
                "Expiration": {"Days": 30},
            },
            "InvalidArgument",
        ),
        (
            {
                "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
                "Expiration": {"Date": "2030-01-01T00:00:00Z"},
            },
            "InvalidRequest",
        ),
        (
            {
                "NoncurrentVersionTransitions": [
                    {"NoncurrentDays": 30, "StorageClass": "GLACIER"},
                ]
            },
            "NotImplemented",
        ),
    ],
)
def test_lifecycle_rules_that_are_refused(
    s3: Any, bucket: str, refused: Any, rule: dict[str, Any], code: str
) -> None:
    whole = {"Status": "Enabled", "Filter": {}} | rule
    refused(
        s3.put_bucket_lifecycle_configuration,
        code,
        Bucket=bucket,
        LifecycleConfiguration={"Rules": [whole]},
    )
    refused(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket=bucket)


def test_every_lifecycle_rule_comes_back(s3: Any, bucket: str, refused: Any) -> None:
    both = {"Prefix": "x/", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": 1}
    rules: list[dict[str, Any]] = [
        {
            "ID": "all",
            "Status": "Enabled",
            "Filter": {"And": both},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
            "Expiration": {"Days": 31},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 2},
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 2, "StorageClass": "GLACIER_IR"}],
        },
        {
            "Status": "Disabled",
            "Prefix": "old/",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]
    configuration = {"Rules": rules}
    put = s3.put_bucket_lifecycle_configuration
    answer = put(Bucket=bucket, LifecycleConfiguration=configuration)
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert found[0] == rules[0]
    assert found[1].pop("ID")
    assert found[1] == rules[1]
    twice = {"Rules": [rules[0], rules[0]]}
    refused(put, "InvalidArgument", Bucket=bucket, LifecycleConfiguration=twice)
    refused(
        put,
        "NotImplemented",
        Bucket=bucket,
        LifecycleConfiguration=configuration,
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )

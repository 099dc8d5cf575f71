"""The IAM actions of each operation of S3, and what each is done to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

ANY, BUCKET, OBJECT, SOURCE = "*", "bucket", "object", "copy source"


@dataclass(frozen=True)
class Need:
    """An action and the kind of its resource; with `header`, only where the request has it."""

    action: str
    resource: str
    header: str = ""

    def applies(self, headers: Mapping[str, str]) -> bool:
        """``If-Match: *`` asks whether there is an object; only an ETag needs it to be read."""
        if self.header == "if-match":
            return headers.get("if-match", "*").strip() != "*"
        return not self.header or self.header in headers


def _bucket(*actions: str) -> tuple[Need, ...]:
    return tuple(Need(f"s3:{action}", BUCKET) for action in actions)


def _object(*actions: str) -> tuple[Need, ...]:
    return tuple(Need(f"s3:{action}", OBJECT) for action in actions)


COMPARES = Need("s3:GetObject", OBJECT, "if-match")
WRITES = (
    Need("s3:PutObject", OBJECT),
    Need("s3:PutObjectTagging", OBJECT, "x-amz-tagging"),
    Need("s3:PutObjectAcl", OBJECT, "x-amz-acl"),
    COMPARES,
)
READS_SOURCE = (Need("s3:GetObject", SOURCE),)

ACTIONS: dict[str, tuple[Need, ...]] = {
    "ListBuckets": (Need("s3:ListAllMyBuckets", ANY),),
    # Objects.
    "GetObject": _object("GetObject"),
    "HeadObject": _object("GetObject"),
    "GetObjectAttributes": _object("GetObject", "GetObjectAttributes"),
    "PutObject": WRITES,
    "PostObject": WRITES,
    "CopyObject": READS_SOURCE + WRITES,
    "DeleteObject": (*_object("DeleteObject"), COMPARES),
    "DeleteObjects": (),  # each key is decided on its own, when the body is read
    "GetObjectAcl": _object("GetObjectAcl"),
    "PutObjectAcl": _object("PutObjectAcl"),
    "GetObjectTagging": _object("GetObjectTagging"),
    "PutObjectTagging": _object("PutObjectTagging"),
    "DeleteObjectTagging": _object("DeleteObjectTagging"),
    # Multipart uploads.
    "CreateMultipartUpload": WRITES,
    "UploadPart": _object("PutObject"),
    "UploadPartCopy": READS_SOURCE + _object("PutObject"),
    "CompleteMultipartUpload": (*_object("PutObject"), COMPARES),
    "AbortMultipartUpload": _object("AbortMultipartUpload"),
    "ListParts": _object("ListMultipartUploadParts"),
    "ListMultipartUploads": _bucket("ListBucketMultipartUploads"),
    # Buckets.
    "ListObjects": _bucket("ListBucket"),
    "ListObjectsV2": _bucket("ListBucket"),
    "ListObjectVersions": _bucket("ListBucketVersions"),
    "HeadBucket": _bucket("ListBucket"),
    "CreateBucket": (
        *_bucket("CreateBucket"),
        Need("s3:PutBucketAcl", BUCKET, "x-amz-acl"),
        Need("s3:PutBucketOwnershipControls", BUCKET, "x-amz-object-ownership"),
    ),
    "DeleteBucket": _bucket("DeleteBucket"),
    "GetBucketLocation": _bucket("GetBucketLocation"),
    "GetBucketAcl": _bucket("GetBucketAcl"),
    "PutBucketAcl": _bucket("PutBucketAcl"),
    "GetBucketVersioning": _bucket("GetBucketVersioning"),
    "PutBucketVersioning": _bucket("PutBucketVersioning"),
    "GetBucketTagging": _bucket("GetBucketTagging"),
    "PutBucketTagging": _bucket("PutBucketTagging"),
    "DeleteBucketTagging": _bucket("PutBucketTagging"),
    "GetBucketPolicy": _bucket("GetBucketPolicy"),
    "PutBucketPolicy": _bucket("PutBucketPolicy"),
    "DeleteBucketPolicy": _bucket("DeleteBucketPolicy"),
    "GetBucketPolicyStatus": _bucket("GetBucketPolicyStatus"),
    "GetPublicAccessBlock": _bucket("GetBucketPublicAccessBlock"),
    "PutPublicAccessBlock": _bucket("PutBucketPublicAccessBlock"),
    "DeletePublicAccessBlock": _bucket("PutBucketPublicAccessBlock"),
    "GetBucketEncryption": _bucket("GetEncryptionConfiguration"),
    "PutBucketEncryption": _bucket("PutEncryptionConfiguration"),
    "DeleteBucketEncryption": _bucket("PutEncryptionConfiguration"),
    "GetBucketOwnershipControls": _bucket("GetBucketOwnershipControls"),
    "PutBucketOwnershipControls": _bucket("PutBucketOwnershipControls"),
    "DeleteBucketOwnershipControls": _bucket("PutBucketOwnershipControls"),
    "GetBucketLifecycleConfiguration": _bucket("GetLifecycleConfiguration"),
    "PutBucketLifecycleConfiguration": _bucket("PutLifecycleConfiguration"),
    "DeleteBucketLifecycle": _bucket("PutLifecycleConfiguration"),
    "DeleteBucketLifecycleConfiguration": _bucket("PutLifecycleConfiguration"),
    "GetBucketNotificationConfiguration": _bucket("GetBucketNotification"),
    "PutBucketNotificationConfiguration": _bucket("PutBucketNotification"),
    "GetBucketCors": _bucket("GetBucketCORS"),
    "GetBucketLogging": _bucket("GetBucketLogging"),
    "PutBucketLogging": _bucket("PutBucketLogging"),
    "PutBucketRequestPayment": _bucket("PutBucketRequestPayment"),
    "GetBucketRequestPayment": _bucket("GetBucketRequestPayment"),
    "GetBucketAccelerateConfiguration": _bucket("GetAccelerateConfiguration"),
    "GetBucketWebsite": _bucket("GetBucketWebsite"),
    "GetBucketReplication": _bucket("GetReplicationConfiguration"),
    "GetObjectLockConfiguration": _bucket("GetBucketObjectLockConfiguration"),
}
"""Every operation of `ROUTES`, and AWS's next ones. What is not here only root may call."""

OF_VERSION = {
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
}
"""What an action becomes where the request names a version."""

ALWAYS_ROOTS = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
"""What no bucket policy takes from root, or nobody could mend a policy that denies everybody."""

LATE = ("PutObjectTagging", "PostObject")
"""Decided with the body: it has the tags that a policy may ask for, or a form's signature."""

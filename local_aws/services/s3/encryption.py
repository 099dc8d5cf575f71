"""Encryption at rest as S3 tells of it: which algorithm and key an object is under.

What S3 does: every object is encrypted, by the request's headers or the bucket's default
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html). What we do: record
and return it, and ask KMS for the key, so that a missing or disabled key fails a write as it does
on AWS. The difference: bytes lie on disk as they are, since engines read them there.
AES256 is what an object without a record has; only KMS is written down.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.s3 import documents
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.documents import Document
from local_aws.services.s3.errors import InvalidArgument, MalformedXML, NotSupported, S3Error
from local_aws.services.s3.store.objects import Attributes

OPERATION = "PutBucketEncryption"
ALGORITHM = "x-amz-server-side-encryption"
KEY = f"{ALGORITHM}-aws-kms-key-id"
BUCKET_KEY = f"{ALGORITHM}-bucket-key-enabled"
S3_KEYS, KMS = "AES256", "aws:kms"
UNSUPPORTED = ("aws:kms:dsse", "aws:fsx", "aws:backup")
MANAGED = "alias/aws/s3"
"""The key that S3 makes in an account for SSE-KMS without a key of its own."""


class KmsError(S3Error):
    """What KMS says to S3, which S3 passes on."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = f"KMS.{code}"


def checked(body: bytes) -> bytes:
    """The bucket's default as it is kept. As on AWS the key itself is not looked up here."""
    document = documents.read(OPERATION, body)
    if len(document["Rules"]) != 1:
        raise MalformedXML
    rule = document["Rules"][0]
    default = rule.setdefault("ApplyServerSideEncryptionByDefault", {"SSEAlgorithm": S3_KEYS})
    rule.setdefault("BucketKeyEnabled", False)
    _refuse(default["SSEAlgorithm"])
    if default["SSEAlgorithm"] == S3_KEYS and "KMSMasterKeyID" in default:
        raise InvalidArgument(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
            "aws:kms:dsse"
        )
    return documents.write(OPERATION, document)


def apply(s3: Backend, bucket: str, attributes: Attributes) -> Attributes:
    """The attributes of a new object with what the request or else the bucket says."""
    asked = any(name.startswith(ALGORITHM) for name in attributes.headers)
    if not asked and not s3.settings.held(bucket).get("encryption"):
        return attributes
    kept = {name: v for name, v in attributes.headers.items() if not name.startswith(ALGORITHM)}
    return replace(attributes, headers=kept | _wanted(s3, bucket, attributes.headers))


def key_of_new(s3: Backend, bucket: str, asked: dict[str, str]) -> str | None:
    """The ARN of the KMS key that a new object will be under. Raises as `apply` does."""
    return _wanted(s3, bucket, asked).get(KEY)


def key_of(s3: Backend, bucket: str, attributes: Attributes) -> str | None:
    """The ARN of the KMS key that an object is under.

    A file that an engine wrote has no headers: it is under its bucket's default.
    """
    return attributes.headers.get(KEY) or key_of_new(s3, bucket, {})


def _wanted(s3: Backend, bucket: str, asked: dict[str, str]) -> dict[str, str]:
    algorithm = asked.get(ALGORITHM)
    _check_request(algorithm, asked)
    body = s3.settings.held(bucket).get("encryption")
    rule = _rule(body) if body else {}
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    if algorithm is None:
        algorithm, key = default.get("SSEAlgorithm", S3_KEYS), default.get("KMSMasterKeyID")
    else:
        key = asked.get(KEY)
    if algorithm == S3_KEYS:
        return {}
    wanted = {ALGORITHM: algorithm, KEY: key_arn(s3.platform, key or MANAGED)}
    bucket_key = asked.get(BUCKET_KEY, str(rule.get("BucketKeyEnabled", False))).lower()
    return wanted | ({BUCKET_KEY: "true"} if bucket_key == "true" else {})


def _check_request(algorithm: str | None, asked: dict[str, str]) -> None:
    if algorithm is not None:
        _refuse(algorithm)
    if algorithm not in (None, S3_KEYS, KMS):
        raise InvalidArgument(
            "The encryption method specified is not supported", ALGORITHM, algorithm or ""
        )
    if algorithm != KMS and KEY in asked:
        raise InvalidArgument(
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
            "x-amz-server-side-encryption : aws:kms",
            ALGORITHM,
            algorithm or "null",
        )


def _refuse(algorithm: str) -> None:
    if algorithm in UNSUPPORTED:
        raise NotSupported(f"Server-side encryption with {algorithm}")


@lru_cache(64)
def _rule(body: bytes) -> Document:
    """Of a document that was put; one from before documents were checked has no effect."""
    try:
        rule: Document = documents.read(OPERATION, checked(body))["Rules"][0]
    except ServiceError:
        return {}
    return rule


def key_arn(platform: Platform, key_id: str) -> str:
    """The ARN of a key that is named by its id, its ARN or an alias. Raises KmsError."""
    if key_id.startswith("arn:") and not key_id.startswith(platform.arn("kms", "")):
        raise KmsError("NotFoundException", f"Invalid arn {key_id}")

    def find(backend: Any) -> Any:
        kms = backend("kms")
        try:
            return kms.keys[kms.any_id_to_key_id(key_id)]
        except (KeyError, AttributeError):  # an alias that moto does not know leads to None
            return None

    # Only the managed key is made by being asked for.
    key = platform.moto.call(find, changes=key_id == MANAGED)
    if key is None:
        raise KmsError("NotFoundException", f"Key '{key_id}' does not exist")
    if key.key_state == "PendingDeletion":
        raise KmsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state != "Enabled":
        raise KmsError("DisabledException", f"{key.arn} is disabled.")
    return str(key.arn)

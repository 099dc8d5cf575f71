"""What SSE-KMS asks for beside S3's own actions: the use of the object's key.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
Reading needs kms:Decrypt, writing kms:GenerateDataKey, and each part of an upload kms:Decrypt, as
the caller and through S3 (kms:ViaService). The encryption context is the object's ARN, or with a
bucket key the bucket's; policies find both here.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from local_aws.access import document, evaluate, facts
from local_aws.access.document import Policy, PolicyError
from local_aws.access.evaluate import Decision, Query
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import Principal
from local_aws.services.s3 import encryption
from local_aws.services.s3.access.facts import Target, source_of
from local_aws.services.s3.api import COPY_SOURCE
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import AccessDenied, S3Error
from local_aws.services.s3.http.request import S3Request

DECRYPT, GENERATE = "kms:Decrypt", "kms:GenerateDataKey"
READS = ("GetObject", "CopyObject", "UploadPartCopy")
WRITES = ("PutObject", "PostObject", "CopyObject", "CreateMultipartUpload")
PARTS = ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload")
OPERATIONS = frozenset((*READS, *WRITES, *PARTS))
CONTEXT = "kms:encryptioncontext:aws:s3:arn"
DENY_ALL = document.parse(
    '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}',
    document.KEY,
)


@dataclass(frozen=True)
class Use:
    """An action on a key (its ARN) for the sake of an object."""

    action: str
    key: str
    target: Target


def uses(s3: Backend, operation: str, request: S3Request) -> Iterator[Use]:
    """The uses of keys that a request needs; none for what is not there or not under KMS."""
    with suppress(S3Error):  # the operation itself says what is wrong
        if operation in READS:
            copies = COPY_SOURCE in request.headers
            version = request.query.get("versionId")
            there = source_of(request) if copies else Target(request.bucket, request.key, version)
            yield from reading(s3, there)
        new = Target(request.bucket, request.key)
        if operation in WRITES:
            yield from writing(s3, new, request.headers)
        elif operation in PARTS:
            upload = s3.uploads.get(request.bucket, request.key, request.query["uploadId"])
            key = upload.attributes.headers.get(encryption.KEY)
            yield from [Use(DECRYPT, key, new)] if key else []


def reading(s3: Backend, target: Target) -> Iterator[Use]:
    """Raises NoSuchBucket."""
    found = s3.store.stat(target.bucket, target.key, target.version)
    key = encryption.key_of(s3, target.bucket, found.attributes) if found else None
    if key:
        yield Use(DECRYPT, key, target)


def writing(s3: Backend, target: Target, headers: Mapping[str, str]) -> Iterator[Use]:
    """Raises KmsError where there is no such key."""
    asked = {k: v for k, v in headers.items() if k.startswith(encryption.ALGORITHM)}
    key = encryption.key_of_new(s3, target.bucket, asked)
    if key:
        yield Use(GENERATE, key, target)


def decide(s3: Backend, who: Principal, use: Use, lookup: Lookup, source: str) -> Decision:
    """By the key's policy and the principal's; a key that AWS manages for S3 serves everybody."""
    platform = s3.platform
    text = platform.moto.key_policy(use.key)
    region = platform.region
    own: dict[str, Values] = {
        "kms:viaservice": (f"s3.{region}.amazonaws.com",),
        "kms:calleraccount": (platform.account_id,),
        "kms:resourcealiases": platform.moto.key_aliases(use.key),
        CONTEXT: (f"arn:aws:s3:::{use.target.bucket}", _object(use.target)),
    }
    query = platform.record.watch(Query(who, use.action, use.key, facts.beside(own, lookup)))
    decision = _decide(query, text)
    platform.record.note(query, decision.allowed, source)
    return decision


def _object(target: Target) -> str:
    return f"arn:aws:s3:::{target.bucket}/{target.key}"


def _decide(query: Query, text: str | None) -> Decision:
    if query.principal.is_anonymous:
        return Decision(False)
    if text is None or query.principal.is_root:
        return Decision(True)
    return evaluate.decide_key(query, policy_of(text))


def policy_of(text: str) -> Policy:
    """A key's policy; one that cannot be read denies, since it may mean to."""
    try:
        return document.parse(text, document.KEY)
    except PolicyError:
        return DENY_ALL


def refusal(who: Principal, use: Use, decision: Decision) -> AccessDenied:
    """In S3's words: of a ciphertext it does not tell by which key it was made."""
    if who.is_anonymous:
        return AccessDenied()
    hidden = "the resource associated with this ciphertext"
    on = hidden if use.action == DECRYPT else f"resource: {use.key}"
    where = f"on {on}"
    return AccessDenied(
        f"User: {who.arn} is not authorized to perform: {use.action} {where} {decision.reason}"
    )

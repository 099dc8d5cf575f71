"""S3's condition keys, as far as a request has them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from local_aws.access import facts
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import ANONYMOUS
from local_aws.services.s3.api import COPY_SOURCE, copying
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import MalformedXML, NoSuchBucket, S3Error
from local_aws.services.s3.http import xml
from local_aws.services.s3.http.headers import of_encryption
from local_aws.services.s3.http.request import S3Request

HEADERS = (
    "if-match",
    "if-none-match",
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
)
"""Keys that are called as their headers, below ``s3:``."""

QUERY = ("prefix", "delimiter", "max-keys")
CREATES: dict[str, Values] = {
    **dict.fromkeys(("PutObject", "PostObject", "CopyObject"), ("true",)),
    "CompleteMultipartUpload": ("true",),
    **dict.fromkeys(("CreateMultipartUpload", "UploadPart", "UploadPartCopy"), ("false",)),
}
"""Of what s3:PutObject allows, what makes an object: it alone takes conditional headers."""

PARTS = ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload")
KEPT_BY_UPLOAD = tuple(h for h in HEADERS if "encryption" in h or "storage" in h)
EXISTING_TAG, REQUEST_TAG = "s3:existingobjecttag/", "s3:requestobjecttag/"
REQUEST_TAG_KEYS = "s3:requestobjecttagkeys"


@dataclass(frozen=True)
class Target:
    """What an action is done to: a bucket, or with a key an object, perhaps one version of it."""

    bucket: str
    key: str = ""
    version: str | None = None


def source_of(request: S3Request) -> Target:
    """By the very function that the copy uses, or another object could be read than decided."""
    header = request.headers[COPY_SOURCE]
    bucket, key = copying._address(header)[:2]
    _, named, version = header.partition("?versionId=")
    return Target(bucket, key, version if named else None)


def lookup_of(
    s3: Backend,
    operation: str,
    request: S3Request,
    target: Target,
    now: dt.datetime,
) -> Lookup:
    """The values of a condition key. Nothing is worked out before a policy asks for it."""
    known: dict[str, Values] = {}
    lazy: dict[str, Callable[[str], Values | None]] = {
        EXISTING_TAG: lambda key: _existing_tag(s3, target, key),
        REQUEST_TAG: lambda key: _request_tag(operation, request, key),
        "s3:objectcreationoperation": lambda _: CREATES.get(operation),
        "s3:signatureage": lambda _: _signature_age(request, now),
        REQUEST_TAG_KEYS: lambda _: tuple(k for k, _ in _request_tags(operation, request)),
    }

    def lookup(key: str) -> Values | None:
        if not known:
            known.update(_of_request(request, now))
            known.update({"s3:versionid": (target.version,)} if target.version else {})
        if key in known:
            return known[key]
        for prefix, find in lazy.items():
            if key.startswith(prefix):
                return find(key.removeprefix(prefix))
        if operation in PARTS and key.removeprefix("s3:") in KEPT_BY_UPLOAD:
            return _of_upload(s3, request, key.removeprefix("s3:"))
        return None

    return lookup


def _of_request(request: S3Request, now: dt.datetime) -> dict[str, Values]:
    auth, headers = request.auth, request.headers
    principal = auth.principal if auth else ANONYMOUS
    region = auth.region if auth else ""
    found = facts.of_request(principal, request.network, headers, region, now)
    found |= {f"s3:{name}": (headers[name],) for name in HEADERS if name in headers}
    found |= {
        f"s3:{name.lower()}": (request.query[name],) for name in QUERY if name in request.query
    }
    source = unquote(headers.get("x-amz-copy-source", "")).removeprefix("/")
    if source:
        # Policies are written both ways.
        found["s3:x-amz-copy-source"] = (source, f"/{source}")
    if request.network.secure:
        found["s3:tlsversion"] = ("1.3",)
    if auth:
        found["s3:signatureversion"] = ("AWS4-HMAC-SHA256",)
        found["s3:authtype"] = ("REST-QUERY-STRING" if auth.presigned else "REST-HEADER",)
    return found


def _signature_age(request: S3Request, now: dt.datetime) -> Values | None:
    """In milliseconds."""
    if request.auth is None:
        return None
    signed = dt.datetime.strptime(request.auth.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    return (str(max(int((now - signed).total_seconds() * 1000), 0)),)


def _existing_tag(s3: Backend, target: Target, tag: str) -> Values | None:
    try:
        found = target.key and s3.store.stat(target.bucket, target.key, target.version)
    except NoSuchBucket:
        return None
    tags = found.attributes.tags if found else {}
    return next(((value,) for key, value in tags.items() if key.lower() == tag), None)


def _request_tag(operation: str, request: S3Request, tag: str) -> Values | None:
    tags = _request_tags(operation, request)
    return next(((value,) for key, value in tags if key.lower() == tag), None)


def _request_tags(operation: str, request: S3Request) -> list[tuple[str, str]]:
    """Tags of the header, or of the body of PutObjectTagging."""
    if operation != "PutObjectTagging":
        return parse_qsl(request.headers.get("x-amz-tagging", ""), keep_blank_values=True)
    try:
        sets = xml.parse(request.body, "Tagging").all("TagSet")
        return [(tag.need("Key"), tag.need("Value")) for one in sets for tag in one.all("Tag")]
    except MalformedXML:
        return []


def _of_upload(s3: Backend, request: S3Request, header: str) -> Values | None:
    """A part has its upload's encryption, which only the upload's start could say."""
    try:
        upload = s3.uploads.get(request.bucket, request.key, request.query["uploadId"])
    except S3Error:
        return None
    value = (upload.attributes.headers | of_encryption(upload.attributes)).get(header)
    return (value,) if value else None

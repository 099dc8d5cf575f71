"""Objects' attributes in the headers of requests and replies."""

from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from local_aws.services.s3 import documents
from local_aws.services.s3.errors import (
    InvalidArgument,
    InvalidRequest,
    InvalidTag,
    NotSupported,
    S3Error,
)
from local_aws.services.s3.http import checksums
from local_aws.services.s3.store.objects import DEFAULT_TYPE, Attributes, ObjectInfo

META = "x-amz-meta-"
ENCRYPTION = "x-amz-server-side-encryption"
MAX_METADATA = 2048
MAX_OBJECT_TAGS, MAX_BUCKET_TAGS = 10, 50
KEPT = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-website-redirect-location",
    "x-amz-storage-class",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
)
# Classes that are read at once. Archives would need RestoreObject to be honest.
STORAGE_CLASSES = (
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
)
UNSUPPORTED = (
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-context",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold",
    "x-amz-write-offset-bytes",
)
OVERRIDES = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)


class MetadataTooLarge(S3Error):
    code = "MetadataTooLarge"
    status = 400

    def __init__(self, size: int) -> None:
        super().__init__(
            "Your metadata headers exceed the maximum allowed metadata size",
            Size=size,
            MaxSizeAllowed=MAX_METADATA,
        )


class InvalidStorageClass(S3Error):
    code = "InvalidStorageClass"
    status = 400


def attributes(headers: Mapping[str, str]) -> Attributes:
    """What a write says of its object; refuses what we would not do."""
    _refuse_unsupported(headers)
    kept = {name: headers[name] for name in KEPT if headers.get(name)}
    encoding = [part.strip() for part in kept.pop("content-encoding", "").split(",")]
    encoding = [part for part in encoding if part and part != "aws-chunked"]
    if encoding:
        kept["content-encoding"] = ",".join(encoding)
    return Attributes(
        content_type=headers.get("content-type") or DEFAULT_TYPE,
        headers=kept,
        metadata=_metadata(headers),
        tags=tags_of_header(headers.get("x-amz-tagging", "")),
        acl=headers.get("x-amz-acl", ""),
    )


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    found = {
        name.removeprefix(META): value for name, value in headers.items() if name.startswith(META)
    }
    size = sum(len(name) + len(value) for name, value in found.items())
    if size > MAX_METADATA:
        raise MetadataTooLarge(size)
    return found


def _refuse_unsupported(headers: Mapping[str, str]) -> None:
    for name in UNSUPPORTED:
        if name in headers:
            raise NotSupported(f"The header {name}")
    storage_class = headers.get("x-amz-storage-class") or "STANDARD"
    if storage_class in ("GLACIER", "DEEP_ARCHIVE"):
        raise NotSupported(f"The storage class {storage_class}")
    if storage_class not in STORAGE_CLASSES:
        raise InvalidStorageClass("The storage class you specified is not valid")


def refuse_customer_keys(headers: Mapping[str, str]) -> None:
    """No object here is under a key that its reader would have to bring."""
    if f"{ENCRYPTION}-customer-algorithm" in headers:
        raise InvalidRequest("The encryption parameters are not applicable to this object.")


def tags_of_header(value: str) -> dict[str, str]:
    return check_tags(parse_qsl(value, keep_blank_values=True), MAX_OBJECT_TAGS)


def object_tags(body: bytes) -> dict[str, str]:
    """The tags of a Tagging document, also one in a form."""
    return tags_of("PutObjectTagging", body, MAX_OBJECT_TAGS)


def tags_of(operation: str, body: bytes, limit: int) -> dict[str, str]:
    """The tags of the document that an operation takes."""
    found = documents.read(operation, body)["TagSet"]
    return check_tags([(tag["Key"], tag["Value"]) for tag in found], limit)


def check_tags(pairs: list[tuple[str, str]], maximum: int) -> dict[str, str]:
    tags = dict(pairs)
    if len(tags) != len(pairs):
        raise InvalidTag("Cannot provide multiple Tags with the same key")
    if len(tags) > maximum:
        raise InvalidRequest(f"Object tags cannot be greater than {maximum}")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128:
            raise InvalidTag("The TagKey you have provided is invalid", TagKey=key)
        if len(value) > 256:
            raise InvalidTag("The TagValue you have provided is invalid", TagValue=value)
    return tags


def of_object(info: ObjectInfo) -> dict[str, str]:
    """The headers of GetObject and HeadObject, less those of the body's length."""
    known = info.attributes
    headers = {
        "etag": quoted(info.etag),
        "last-modified": http_date(info.last_modified),
        "accept-ranges": "bytes",
        "content-type": known.content_type,
        ENCRYPTION: "AES256",
        **{name: value for name, value in known.headers.items() if value != "STANDARD"},
        **{META + name: header_text(value) for name, value in known.metadata.items()},
    }
    if known.tags:
        headers["x-amz-tagging-count"] = str(len(known.tags))
    return headers


def of_checksums(known: Attributes) -> dict[str, str]:
    if not known.checksums:
        return {}
    sums = {checksums.PREFIX + name: value for name, value in known.checksums.items()}
    return sums | {"x-amz-checksum-type": known.checksum_type or checksums.FULL_OBJECT}


def of_encryption(known: Attributes) -> dict[str, str]:
    kept = {name: value for name, value in known.headers.items() if name.startswith(ENCRYPTION)}
    return kept or {ENCRYPTION: "AES256"}


def overrides(query: Mapping[str, str]) -> dict[str, str]:
    """`response-content-type` and the like of a (presigned) GET."""
    found = {name: query[f"response-{name}"] for name in OVERRIDES if f"response-{name}" in query}
    if any(char in value for value in found.values() for char in "\r\n\0"):
        raise InvalidRequest("A response header must be one line.")
    for name, value in found.items():
        if any(char > "\xff" for char in value):
            raise InvalidArgument(
                "Header value cannot be represented using ISO-8859-1.", f"response-{name}", value
            )
    return found


def header_text(value: str) -> str:
    """Other services may set metadata that no header can hold; S3 encodes it as RFC 2047 does."""
    if value.isprintable() and value.isascii():
        return value
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return Header(value, "utf-8", maxlinelen=MAX_METADATA * 8).encode()
    return value


def quoted(etag: str) -> str:
    return f'"{etag}"'


@lru_cache(1024)
def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)

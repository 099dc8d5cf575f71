"""CopyObject and UploadPartCopy."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import unquote

from local_aws.services.s3 import encryption
from local_aws.services.s3.api import versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import InvalidArgument, InvalidRequest, NotSupported
from local_aws.services.s3.http import checksums, conditions, headers, xml
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.lifecycle import told
from local_aws.services.s3.model import BLOCK
from local_aws.services.s3.store.files import Incoming
from local_aws.services.s3.store.objects import Attributes, ObjectInfo

DIRECTIVES = ("COPY", "REPLACE")
COPY_RANGE = re.compile(r"bytes=([0-9]{1,99})-([0-9]{1,99})")


@dataclass(frozen=True)
class Source:
    bucket: str
    key: str
    descriptor: int
    info: ObjectInfo


def copy_object(s3: Backend, request: S3Request) -> Reply:
    versioning.refuse_id(request)
    check = conditions.write_check(request.headers, request.key)
    with _source(s3, request) as source, _incoming(s3) as incoming:
        _check_changes(request, source)
        attributes = encryption.apply(s3, request.bucket, _attributes(request, source.info))
        sums = _copy(source, incoming, 0, source.info.size, _algorithm(request, source.info))
        kind = checksums.FULL_OBJECT if sums else ""
        attributes = replace(attributes, checksums=sums, checksum_type=kind)
        info = s3.store.commit(incoming, request.bucket, request.key, attributes, check)
    body = _result("CopyObjectResult", info, sums)
    fields = headers.of_encryption(attributes) | versioning.of_version(s3, request.bucket, info)
    fields |= told.expiration(s3.settings, request.bucket, info)
    return xml_reply(body, fields | _of_source(s3, source))


def upload_part_copy(s3: Backend, request: S3Request) -> Reply:
    upload = s3.uploads.get(request.bucket, request.key, request.query["uploadId"])
    number = request.integer("partNumber", 0, 1 << 31)
    with _source(s3, request) as source, _incoming(s3) as incoming:
        first, last = _range(request, source.info.size)
        sums = _copy(source, incoming, first, last - first + 1, upload.algorithm)
        part = s3.uploads.add_part(upload, number, incoming, sums)
        fields = _of_source(s3, source)
    return xml_reply(
        xml.document(
            "CopyPartResult",
            [
                ("LastModified", part.modified),
                ("ETag", headers.quoted(part.etag)),
                *((checksums.element(name), value) for name, value in sums.items()),
            ],
        ),
        fields | headers.of_encryption(upload.attributes),
    )


def _of_source(s3: Backend, source: Source) -> dict[str, str]:
    """Which version was copied."""
    versioned = s3.store.versioning(source.bucket)
    return {"x-amz-copy-source-version-id": source.info.version} if versioned else {}


@contextmanager
def _source(s3: Backend, request: S3Request) -> Iterator[Source]:
    bucket, key, version = _address(request.headers["x-amz-copy-source"])
    descriptor, info = _open(s3, bucket, key, version)
    try:
        conditions.check_copy(request.headers, info)
        yield Source(bucket, key, descriptor, info)
    finally:
        os.close(descriptor)


def _open(s3: Backend, bucket: str, key: str, version: str | None) -> tuple[int, ObjectInfo]:
    try:
        return versioning.open_object(s3, bucket, key, version)
    except versioning.IsDeleteMarker:
        raise InvalidRequest(
            "The source of a copy request may not specifically refer to a delete marker by "
            "version id."
        ) from None


@contextmanager
def _incoming(s3: Backend) -> Iterator[Incoming]:
    incoming = s3.store.incoming()
    try:
        yield incoming
    finally:
        incoming.discard()


def _address(header: str) -> tuple[str, str, str | None]:
    """Bucket, key and, where one is named, version."""
    path, marked, version = header.partition("?versionId=")
    try:
        bucket, slash, key = unquote(path, errors="strict").removeprefix("/").partition("/")
    except UnicodeDecodeError:
        bucket = slash = key = ""
    if bucket.startswith("arn:"):
        raise NotSupported("A copy from an access point")
    if not bucket or not slash or not key:
        raise InvalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source",
            header,
        )
    return bucket, key, versioning.check_id(version) if marked else None


def _directive(request: S3Request, name: str) -> str:
    value = request.headers.get(name, "COPY")
    if value not in DIRECTIVES:
        raise InvalidArgument("Unknown directive.", name, value)
    return value


def _check_changes(request: S3Request, source: Source) -> None:
    changing = (
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
        "x-amz-checksum-algorithm",
    )
    same = (source.bucket, source.key) == (request.bucket, request.key)
    if not (same and source.info.is_latest):
        return
    if _directive(request, "x-amz-metadata-directive") == "REPLACE":
        return
    if not any(n in changing or n.startswith("x-amz-server-side-enc") for n in request.headers):
        raise InvalidRequest(
            "This copy request is illegal because it is trying to copy an object to itself "
            "without changing the object's metadata, storage class, website redirect location or "
            "encryption attributes."
        )


def _attributes(request: S3Request, info: ObjectInfo) -> Attributes:
    """The source's or the request's, as the directives say; tags have their own directive."""
    asked, known = headers.attributes(request.headers), info.attributes
    replaced = _directive(request, "x-amz-metadata-directive") == "REPLACE"
    retagged = _directive(request, "x-amz-tagging-directive") == "REPLACE"
    amazon = {name: value for name, value in asked.headers.items() if name.startswith("x-amz-")}
    # Storage class, encryption and redirect are never copied: they are the request's.
    kept = {name: value for name, value in known.headers.items() if not name.startswith("x-amz-")}
    return Attributes(
        content_type=asked.content_type if replaced else known.content_type,
        headers=asked.headers if replaced else kept | amazon,
        metadata=asked.metadata if replaced else known.metadata,
        tags=asked.tags if retagged else known.tags,
        acl=asked.acl,
    )


def _algorithm(request: S3Request, info: ObjectInfo) -> str:
    asked = request.headers.get("x-amz-checksum-algorithm")
    return checksums.algorithm(asked) if asked else next(iter(info.attributes.checksums), "")


def _copy(
    source: Source, incoming: Incoming, offset: int, length: int, algorithm: str
) -> dict[str, str]:
    """Copy a part of the source; the checksum that was wanted of it."""
    hasher = checksums.ALGORITHMS[algorithm]() if algorithm else None
    while length > 0:
        block = os.pread(source.descriptor, min(length, BLOCK), offset)
        if not block:
            raise InvalidRequest("The copy source became shorter while it was copied.")
        incoming.write(block)
        if hasher:
            hasher.update(block)
        offset, length = offset + len(block), length - len(block)
    return {algorithm: checksums.encode(hasher.digest())} if hasher else {}


def _range(request: S3Request, size: int) -> tuple[int, int]:
    header = request.headers.get("x-amz-copy-source-range")
    if header is None:
        return 0, size - 1
    match = COPY_RANGE.fullmatch(header)
    first, last = (int(match[1]), int(match[2])) if match else (0, -1)
    if last < first or last >= size:
        raise InvalidArgument(
            f"Range specified is not valid for source object of size: {size}",
            "x-amz-copy-source-range",
            header,
        )
    return first, last


def _result(root: str, info: ObjectInfo, sums: dict[str, str]) -> bytes:
    return xml.document(
        root,
        [
            ("LastModified", info.last_modified),
            ("ETag", headers.quoted(info.etag)),
            ("ChecksumType", checksums.FULL_OBJECT if sums else None),
            *((checksums.element(name), value) for name, value in sums.items()),
        ],
    )

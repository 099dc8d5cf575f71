"""Operations on one object, and DeleteObjects on many."""

import os
import re
from dataclasses import replace

from local_aws.errors import ServiceError
from local_aws.services.s3 import checksums, conditions, headers, xml
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import (
    InvalidPartNumber,
    InvalidRange,
    MalformedXML,
    NoSuchKey,
    NotSupported,
    S3Error,
)
from local_aws.services.s3.objects import ObjectInfo
from local_aws.services.s3.request import FilePart, Reply, S3Request, xml_reply

MAX_DELETES = 1000
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
ATTRIBUTES = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")


class NoSuchVersion(S3Error):
    """Without versioning the only version is `null`."""

    code = "NoSuchVersion"
    status = 404

    def __init__(self, key: str, version: str) -> None:
        super().__init__("The specified version does not exist.", Key=key, VersionId=version)


def put_object(s3: Backend, request: S3Request) -> Reply:
    attributes = replace(
        headers.attributes(request.headers),
        checksums=request.checksums,
        checksum_type=checksums.FULL_OBJECT if request.checksums else "",
    )
    check = conditions.write_check(request.headers, request.key)
    info = s3.store.commit(request.file(), request.bucket, request.key, attributes, check)
    return Reply(
        200,
        {
            "etag": headers.quoted(info.etag),
            **headers.of_checksums(attributes),
            **headers.of_encryption(attributes),
        },
    )


def get_object(s3: Backend, request: S3Request) -> Reply:
    _check_version(request)
    descriptor, info = s3.store.open_object(request.bucket, request.key)
    try:
        reply, offset, length = _describe(request, info)
    except BaseException:
        os.close(descriptor)
        raise
    reply.file = FilePart(descriptor, offset, length)
    return reply


def head_object(s3: Backend, request: S3Request) -> Reply:
    _check_version(request)
    info = s3.store.stat(request.bucket, request.key)
    if info is None:
        raise NoSuchKey(request.key)
    return _describe(request, info)[0]


def _check_version(request: S3Request) -> None:
    version = request.query.get("versionId", "null")
    if version != "null":
        raise NoSuchVersion(request.key, version)


def _describe(request: S3Request, info: ObjectInfo) -> tuple[Reply, int, int]:
    """The reply without its body, and where in the file the body is."""
    conditions.check_read(request.headers, info)
    span, extra = _span(request, info)
    # A checksum of the whole beside a part of the bytes would make clients refuse the answer.
    if request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED" and span is None:
        extra |= headers.of_checksums(info.attributes)
    first, last = span or (0, info.size - 1)
    if span:
        extra["content-range"] = f"bytes {first}-{last}/{info.size}"
    length = last - first + 1
    fields = headers.of_object(info) | headers.overrides(request.query) | extra
    fields["content-length"] = str(length)
    return Reply(206 if span else 200, fields), first, length


def _span(request: S3Request, info: ObjectInfo) -> tuple[tuple[int, int] | None, dict[str, str]]:
    if "partNumber" in request.query:
        return _part_span(request, info)
    header = request.headers.get("range")
    return (byte_range(header, info.size) if header else None), {}


def _part_span(request: S3Request, info: ObjectInfo) -> tuple[tuple[int, int], dict[str, str]]:
    number = request.integer("partNumber", 1, 10_000)
    sizes = info.attributes.parts or [info.size]
    if not 1 <= number <= len(sizes):
        raise InvalidPartNumber(number, len(sizes))
    first = sum(sizes[: number - 1])
    extra = {"x-amz-mp-parts-count": str(len(sizes))} if info.attributes.parts else {}
    return (first, first + sizes[number - 1] - 1), extra


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte, or None where the header is to be ignored: not one range of bytes."""
    match = RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    start, end = match.groups()
    if start == "":
        first, last = max(size - int(end), 0), size - 1
        if int(end) == 0:
            raise InvalidRange(header, size)
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < first:
            return None
    if first >= size:
        raise InvalidRange(header, size)
    return first, last


def delete_object(s3: Backend, request: S3Request) -> Reply:
    _check_version(request)
    s3.store.delete(request.bucket, request.key, conditions.write_check(request.headers, ""))
    return Reply(204)


def delete_objects(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    document = xml.parse(request.body, "Delete")
    objects = document.all("Object")
    if not 1 <= len(objects) <= MAX_DELETES:
        raise MalformedXML
    quiet = document.get("Quiet") == "true"
    results = [_delete_one(s3, request.bucket, node) for node in objects]
    shown = [result for result in results if not (quiet and result[0] == "Deleted")]
    return xml_reply(xml.document("DeleteResult", shown))


def _delete_one(s3: Backend, bucket: str, node: xml.Node) -> tuple[str, xml.Children]:
    key = node.need("Key")
    try:
        s3.store.check_key(key)
        version = node.get("VersionId") or "null"
        if version != "null":
            raise NoSuchVersion(key, version)
        if node.get("LastModifiedTime") or node.get("Size"):
            raise NotSupported("DeleteObjects with LastModifiedTime or Size")
        etag = node.get("ETag")
        check = conditions.write_check({"if-match": etag}, key) if etag else None
        s3.store.delete(bucket, key, check)
    except ServiceError as error:
        return "Error", [("Key", key), ("Code", error.code), ("Message", error.message)]
    return "Deleted", [("Key", key)]


def get_object_attributes(s3: Backend, request: S3Request) -> Reply:
    info = s3.store.stat(request.bucket, request.key)
    if info is None:
        raise NoSuchKey(request.key)
    wanted = [
        name.strip() for name in request.headers.get("x-amz-object-attributes", "").split(",")
    ]
    if not all(name in ATTRIBUTES for name in wanted):
        raise NotSupported(f"GetObjectAttributes of {', '.join(wanted) or 'nothing'}")
    known = info.attributes
    sums = [(checksums.element(name), value) for name, value in known.checksums.items()]
    kind = ("ChecksumType", known.checksum_type or checksums.FULL_OBJECT)
    values: dict[str, xml.Value | None] = {
        "ETag": info.etag,
        "Checksum": [*sums, kind] if sums else None,
        "ObjectParts": [("PartsCount", len(known.parts))] if known.parts else None,
        "StorageClass": known.headers.get("x-amz-storage-class", "STANDARD"),
        "ObjectSize": info.size,
    }
    children = [(name, values[name]) for name in ATTRIBUTES if name in wanted]
    modified = {"last-modified": headers.http_date(info.last_modified)}
    return xml_reply(xml.document("GetObjectAttributesResponse", children), modified)

"""Operations on one object, and DeleteObjects on many."""

import os
import re
from dataclasses import replace

from local_aws.errors import ServiceError
from local_aws.services.s3 import encryption
from local_aws.services.s3.api import versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import (
    InvalidArgument,
    InvalidPartNumber,
    InvalidRange,
    InvalidRequest,
    MalformedXML,
    NotSupported,
)
from local_aws.services.s3.http import checksums, conditions, headers, xml
from local_aws.services.s3.http.request import FilePart, Reply, S3Request, xml_reply
from local_aws.services.s3.lifecycle import told
from local_aws.services.s3.store.objects import ObjectInfo
from local_aws.services.s3.store.uploads import check_number

MAX_DELETES = 1000
MAX_PARTS = 1000  # of one answer
RANGE = re.compile(r"bytes=([0-9]{0,99})-([0-9]{0,99})")
EXPRESS = ("x-amz-if-match-last-modified-time", "x-amz-if-match-size")
"""Conditions that directory buckets have, which are not here."""
ATTRIBUTES = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")


def put_object(s3: Backend, request: S3Request) -> Reply:
    versioning.refuse_id(request)
    attributes = replace(
        encryption.apply(s3, request.bucket, headers.attributes(request.headers)),
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
            **versioning.of_version(s3, request.bucket, info),
            **told.expiration(s3.settings, request.bucket, info),
        },
    )


def get_object(s3: Backend, request: S3Request) -> Reply:
    version = versioning.version_of(request)
    descriptor, info = versioning.open_object(s3, request.bucket, request.key, version)
    try:
        reply, offset, length = _describe(s3, request, info)
    except BaseException:
        os.close(descriptor)
        raise
    reply.file = FilePart(descriptor, offset, length)
    return reply


def head_object(s3: Backend, request: S3Request) -> Reply:
    return _describe(s3, request, versioning.find(s3, request))[0]


def _describe(s3: Backend, request: S3Request, info: ObjectInfo) -> tuple[Reply, int, int]:
    """The reply without its body, and where in the file the body is."""
    headers.refuse_customer_keys(request.headers)
    conditions.check_read(request.headers, info)
    overrides = headers.overrides(request.query)
    if overrides and request.auth is None:
        raise InvalidRequest(
            "Request specific response headers cannot be used for anonymous GET requests."
        )
    span, extra = _span(request, info)
    # A checksum of the whole beside a part of the bytes would make clients refuse the answer.
    if span is None and _wants_checksums(request):
        extra |= headers.of_checksums(info.attributes)
    first, last = span or (0, info.size - 1)
    if span:
        extra["content-range"] = f"bytes {first}-{last}/{info.size}"
    length = last - first + 1
    fields = headers.of_object(info) | overrides | extra
    fields |= versioning.of_version(s3, request.bucket, info)
    fields |= told.expiration(s3.settings, request.bucket, info)
    fields["content-length"] = str(length)
    return Reply(206 if span else 200, fields), first, length


def _wants_checksums(request: S3Request) -> bool:
    return request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED"


def _span(request: S3Request, info: ObjectInfo) -> tuple[tuple[int, int] | None, dict[str, str]]:
    header = request.headers.get("range")
    if "partNumber" in request.query:
        if header:
            raise InvalidRequest("Cannot specify both Range header and partNumber query parameter")
        return _part_span(request, info)
    return (byte_range(header, info.size) if header else None), {}


def _part_span(
    request: S3Request, info: ObjectInfo
) -> tuple[tuple[int, int] | None, dict[str, str]]:
    number = request.integer("partNumber", 0, 1 << 31)
    check_number(number)
    sizes = info.attributes.parts or [info.size]
    if number > len(sizes):
        raise InvalidPartNumber(number, len(sizes))
    first = sum(sizes[: number - 1])
    extra = {"x-amz-mp-parts-count": str(len(sizes))} if info.attributes.parts else {}
    if info.attributes.part_sums and _wants_checksums(request):
        name, own = next(iter(info.attributes.checksums)), info.attributes.part_sums[number - 1]
        extra |= headers.of_checksums(replace(info.attributes, checksums={name: own}))
    last = first + sizes[number - 1] - 1
    return ((first, last) if last >= first else None), extra  # no range says "no bytes"


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
    version = versioning.version_of(request)
    for name in EXPRESS:
        if name in request.headers:
            raise NotSupported(f"DeleteObject with {name}")
    check = conditions.write_check(request.headers, request.key)
    deletion = s3.store.delete(request.bucket, request.key, check, version)
    fields = {"x-amz-version-id": deletion.version} if deletion.version else {}
    if deletion.marker:
        fields["x-amz-delete-marker"] = "true"
    return Reply(204, fields)


def delete_objects(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    document = xml.parse(request.body, "Delete")
    objects = document.all("Object")
    if not 1 <= len(objects) <= MAX_DELETES:
        raise MalformedXML
    quiet = document.get("Quiet") == "true"
    for node in objects:  # a document that is refused has deleted nothing
        node.need("Key")
    results = [_delete_one(s3, request, node) for node in objects]
    shown = [result for result in results if not (quiet and result[0] == "Deleted")]
    return xml_reply(xml.document("DeleteResult", shown))


def _delete_one(s3: Backend, request: S3Request, node: xml.Node) -> tuple[str, xml.Children]:
    key = node.need("Key")
    try:
        request.permit(key, node.get("VersionId"), node.get("ETag"))
        s3.store.check_key(key)
        version = node.get("VersionId") or None
        if version and not versioning.VERSION_ID.fullmatch(version):
            raise versioning.NoSuchVersion(key, version)
        if node.get("LastModifiedTime") or node.get("Size"):
            raise NotSupported("DeleteObjects with LastModifiedTime or Size")
        etag = node.get("ETag")
        check = conditions.write_check({"if-match": etag}, key) if etag else None
        deletion = s3.store.delete(request.bucket, key, check, version)
    except ServiceError as error:
        named = ("VersionId", node.get("VersionId"))
        return "Error", [("Key", key), named, ("Code", error.code), ("Message", error.message)]
    return "Deleted", [
        ("Key", key),
        ("VersionId", version),
        ("DeleteMarker", True if deletion.marker else None),
        ("DeleteMarkerVersionId", deletion.version if deletion.marker else None),
    ]


def get_object_attributes(s3: Backend, request: S3Request) -> Reply:
    info = versioning.find(s3, request)
    wanted = [
        name.strip() for name in request.headers.get("x-amz-object-attributes", "").split(",")
    ]
    if not all(name in ATTRIBUTES for name in wanted):
        raise InvalidArgument(
            "Invalid attribute name specified.", "x-amz-object-attributes", ", ".join(wanted)
        )
    known = info.attributes
    sums = [(checksums.element(name), value) for name, value in known.checksums.items()]
    kind = ("ChecksumType", known.checksum_type or checksums.FULL_OBJECT)
    values: dict[str, xml.Value | None] = {
        "ETag": info.etag,
        "Checksum": [*sums, kind] if sums else None,
        "ObjectParts": _parts(request, info) if known.parts else None,
        "StorageClass": known.headers.get("x-amz-storage-class", "STANDARD"),
        "ObjectSize": info.size,
    }
    children = [(name, values[name]) for name in ATTRIBUTES if name in wanted]
    fields = {"last-modified": headers.http_date(info.last_modified)}
    fields |= versioning.of_version(s3, request.bucket, info)
    return xml_reply(xml.document("GetObjectAttributesResponse", children), fields)


def _parts(request: S3Request, info: ObjectInfo) -> xml.Children:
    """As AWS has it, only parts that came with checksums are told one by one."""
    known = info.attributes
    count = ("PartsCount", len(known.parts))
    if not known.part_sums:
        return [count]
    after, limit = (
        _number(request, name, default)
        for name, default in (("x-amz-part-number-marker", 0), ("x-amz-max-parts", MAX_PARTS))
    )
    every = list(enumerate(zip(known.parts, known.part_sums, strict=True), 1))
    shown = every[after : after + min(limit, MAX_PARTS)]
    element = checksums.element(next(iter(known.checksums)))
    parts: list[tuple[str, xml.Value | None]] = [
        ("Part", [("PartNumber", number), ("Size", size), (element, checksum)])
        for number, (size, checksum) in shown
    ]
    return [
        count,
        ("PartNumberMarker", after),
        ("NextPartNumberMarker", shown[-1][0] if shown else after),
        ("MaxParts", min(limit, MAX_PARTS)),
        ("IsTruncated", after + len(shown) < len(every)),
        *parts,
    ]


def _number(request: S3Request, name: str, default: int) -> int:
    value = request.headers.get(name, str(default))
    if not re.fullmatch("[0-9]{1,9}", value):
        raise InvalidArgument(
            f"Provided {name} not an integer or within integer range", name, value
        )
    return int(value)

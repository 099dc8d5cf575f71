"""Versions over the wire: which one a request means, and what is answered of it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
"""

import re
from collections.abc import Iterator

from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import (
    InvalidArgument,
    MalformedXML,
    NoSuchKey,
    NotSupported,
    S3Error,
)
from local_aws.services.s3.http import checksums, headers, xml
from local_aws.services.s3.http.request import Encode, Reply, S3Request, xml_reply
from local_aws.services.s3.store import listing
from local_aws.services.s3.store.objects import NULL, ObjectInfo
from local_aws.services.s3.store.versions import ENABLED, SUSPENDED

MAX_KEYS = 1000
VERSION_ID = re.compile(rf"{NULL}|[0-9a-f]{{32}}")
Children = list[tuple[str, xml.Value | None]]


class NoSuchVersion(S3Error):
    code = "NoSuchVersion"
    status = 404

    def __init__(self, key: str, version: str) -> None:
        super().__init__("The specified version does not exist.", Key=key, VersionId=version)


class IsDeleteMarker(S3Error):
    """A delete marker that is read by its version id."""

    code = "MethodNotAllowed"
    status = 405

    def __init__(self, info: ObjectInfo) -> None:
        super().__init__(
            "The specified method is not allowed against this resource.",
            Method="GET",
            ResourceType="DeleteMarker",
        )
        self.headers = {
            **of_marker(info),
            "last-modified": headers.http_date(info.last_modified),
            "allow": "DELETE",
        }


def check_id(version: str) -> str:
    """A version id as this server writes them. Raises InvalidArgument, as AWS does."""
    if not version:
        raise InvalidArgument("Version id cannot be the empty string", "versionId", version)
    if not VERSION_ID.fullmatch(version):
        raise InvalidArgument("Invalid version id specified", "versionId", version)
    return version


def version_of(request: S3Request) -> str | None:
    """The version that a request names."""
    version = request.query.get("versionId")
    return None if version is None else check_id(version)


def refuse_id(request: S3Request) -> None:
    """For what writes a version of its own."""
    if "versionId" in request.query:
        raise InvalidArgument(
            "This operation does not accept a version-id.", "versionId", request.query["versionId"]
        )


def find(s3: Backend, request: S3Request) -> ObjectInfo:
    """The version that a request means. Raises what AWS answers where that has no bytes."""
    version = version_of(request)
    info = s3.store.stat(request.bucket, request.key, version)
    if info is None or info.is_marker:
        raise absent(s3, request.bucket, request.key, version)
    return info


def open_object(s3: Backend, bucket: str, key: str, version: str | None) -> tuple[int, ObjectInfo]:
    """As `find`, with a file descriptor that the caller closes."""
    try:
        return s3.store.open_object(bucket, key, version)
    except NoSuchKey:
        raise absent(s3, bucket, key, version) from None


def absent(s3: Backend, bucket: str, key: str, version: str | None) -> S3Error:
    """Why there is nothing to read."""
    infos = s3.store.history(bucket, key) if s3.store.versioning(bucket) else []
    if version is None:
        error = NoSuchKey(key)
        if infos and infos[0].is_marker:
            error.headers = of_marker(infos[0])
        return error
    marker = next((info for info in infos if info.version == version and info.is_marker), None)
    return IsDeleteMarker(marker) if marker else NoSuchVersion(key, version)


def of_marker(info: ObjectInfo) -> dict[str, str]:
    return {"x-amz-delete-marker": "true", "x-amz-version-id": info.version}


def of_version(s3: Backend, bucket: str, info: ObjectInfo) -> dict[str, str]:
    """The header that tells the version, where the bucket has or had versioning."""
    return {"x-amz-version-id": info.version} if s3.store.versioning(bucket) else {}


def get_bucket_versioning(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    status = s3.store.versioning(request.bucket)
    return xml_reply(xml.document("VersioningConfiguration", [("Status", status or None)]))


def put_bucket_versioning(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    document = xml.parse(request.body, "VersioningConfiguration")
    status = document.get("Status")
    if document.get("MfaDelete") == "Enabled" or "x-amz-mfa" in request.headers:
        raise NotSupported("MFA delete")
    if status not in (ENABLED, SUSPENDED):
        raise MalformedXML
    s3.store.set_versioning(request.bucket, status)
    return Reply(200)


def list_object_versions(s3: Backend, request: S3Request) -> Reply:
    query, encode = request.query, request.encoder()
    marker, version_marker = query.get("key-marker", ""), query.get("version-id-marker", "")
    if version_marker and not marker:
        raise InvalidArgument(
            "A version-id marker cannot be specified without a key marker.",
            "version-id-marker",
            version_marker,
        )
    limit = request.integer("max-keys", MAX_KEYS, MAX_KEYS)
    entries = _page(_entries(s3, request, marker, version_marker), limit)
    shown, last = entries[:limit], entries[limit - 1] if 0 < limit < len(entries) else None
    children: Children = [
        ("Name", request.bucket),
        ("Prefix", encode(query.get("prefix", ""))),
        ("KeyMarker", encode(marker)),
        ("VersionIdMarker", version_marker),
        ("NextKeyMarker", encode(_name(last)) if last else None),
        ("NextVersionIdMarker", last.version if isinstance(last, ObjectInfo) else None),
        ("MaxKeys", limit),
        ("Delimiter", encode(query["delimiter"]) if query.get("delimiter") else None),
        ("EncodingType", query.get("encoding-type")),
        ("IsTruncated", last is not None),
        *(_entry(s3, e, encode) for e in shown if isinstance(e, ObjectInfo)),
        *(("CommonPrefixes", [("Prefix", encode(e))]) for e in shown if isinstance(e, str)),
    ]
    return xml_reply(xml.document("ListVersionsResult", children))


def _entries(
    s3: Backend, request: S3Request, marker: str, version_marker: str
) -> Iterator[ObjectInfo | str]:
    """Versions and common prefixes in order."""
    prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter", "")
    folded = bool(marker) and listing.group(marker, prefix, delimiter) == marker
    after = marker + listing.LAST if folded else marker
    previous = ""
    for info in s3.store.versions(request.bucket, prefix, after, version_marker):
        common = listing.group(info.key, prefix, delimiter)
        if not common:
            yield info
        elif common != previous:
            yield common
        previous = common


def _page(entries: Iterator[ObjectInfo | str], limit: int) -> list[ObjectInfo | str]:
    """One more than is shown tells whether there is more."""
    page: list[ObjectInfo | str] = []
    for entry in entries:
        if len(page) > limit or limit == 0:
            break
        page.append(entry)
    return page


def _name(entry: ObjectInfo | str) -> str:
    return entry if isinstance(entry, str) else entry.key


def _entry(s3: Backend, info: ObjectInfo, encode: Encode) -> tuple[str, xml.Value | None]:
    head: Children = [
        ("Key", encode(info.key)),
        ("VersionId", info.version),
        ("IsLatest", info.is_latest),
        ("LastModified", info.last_modified),
    ]
    if info.is_marker:
        return "DeleteMarker", [*head, ("Owner", s3.owner)]
    known = info.attributes
    kind = (known.checksum_type or checksums.FULL_OBJECT) if known.checksums else None
    return "Version", [
        *head,
        ("ETag", headers.quoted(info.etag)),
        *(("ChecksumAlgorithm", name.upper()) for name in known.checksums),
        ("ChecksumType", kind),
        ("Size", info.size),
        ("Owner", s3.owner),
        ("StorageClass", known.headers.get("x-amz-storage-class", "STANDARD")),
    ]

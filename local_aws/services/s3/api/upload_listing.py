"""ListParts and ListMultipartUploads."""

from local_aws.services.s3.backend import Backend
from local_aws.services.s3.http import checksums, headers, xml
from local_aws.services.s3.http.request import Encode, Reply, S3Request, xml_reply
from local_aws.services.s3.store import listing
from local_aws.services.s3.store.uploads import Part, Upload
from local_aws.wire.characters import writable

MAX_LISTED = 1000
Children = list[tuple[str, xml.Value | None]]


def list_parts(s3: Backend, request: S3Request) -> Reply:
    upload = s3.uploads.get(request.bucket, request.key, request.query["uploadId"])
    after = request.integer("part-number-marker", 0, 1 << 31)
    limit = request.integer("max-parts", MAX_LISTED, MAX_LISTED)
    parts = s3.uploads.parts(upload, after)
    shown = parts[:limit]
    children: Children = [
        ("Bucket", upload.bucket),
        ("Key", writable(upload.key)),
        ("UploadId", upload.id),
        ("PartNumberMarker", after),
        ("NextPartNumberMarker", shown[-1].number if shown else None),
        ("MaxParts", limit),
        ("IsTruncated", len(parts) > len(shown)),
        *_common(s3, upload),
        *(("Part", _part(part)) for part in shown),
    ]
    return xml_reply(xml.document("ListPartsResult", children))


def _part(part: Part) -> Children:
    return [
        ("PartNumber", part.number),
        ("LastModified", part.modified),
        ("ETag", headers.quoted(part.etag)),
        ("Size", part.size),
        *((checksums.element(name), value) for name, value in part.checksums.items()),
    ]


def list_multipart_uploads(s3: Backend, request: S3Request) -> Reply:
    query, encode = request.query, request.encoder()
    marker, id_marker = query.get("key-marker", ""), query.get("upload-id-marker", "")
    found = s3.uploads.list(request.bucket, query.get("prefix", ""), marker, id_marker)
    limit = request.integer("max-uploads", MAX_LISTED, MAX_LISTED)
    entries = _entries(found, query.get("prefix", ""), query.get("delimiter", ""), marker)
    shown, truncated = entries[:limit], len(entries) > limit
    last = shown[-1] if shown and truncated else None
    children: Children = [
        ("Bucket", request.bucket),
        ("KeyMarker", encode(marker)),
        ("UploadIdMarker", id_marker),
        ("NextKeyMarker", encode(_name(last)) if last else None),
        ("NextUploadIdMarker", last.id if isinstance(last, Upload) else None),
        ("Prefix", encode(query.get("prefix", ""))),
        ("Delimiter", encode(query["delimiter"]) if query.get("delimiter") else None),
        ("MaxUploads", limit),
        ("EncodingType", query.get("encoding-type")),
        ("IsTruncated", truncated),
        *(("Upload", _upload(s3, e, encode)) for e in shown if isinstance(e, Upload)),
        *(("CommonPrefixes", [("Prefix", encode(e))]) for e in shown if isinstance(e, str)),
    ]
    return xml_reply(xml.document("ListMultipartUploadsResult", children))


def _entries(found: list[Upload], prefix: str, delimiter: str, marker: str) -> list[Upload | str]:
    """Uploads and common prefixes in order; a marker that is a prefix was told before."""
    entries: list[Upload | str] = []
    for upload in found:
        group = listing.group(upload.key, prefix, delimiter)
        if not group:
            entries.append(upload)
        elif group != marker and (not entries or entries[-1] != group):
            entries.append(group)
    return entries


def _name(entry: Upload | str) -> str:
    return entry if isinstance(entry, str) else entry.key


def _upload(s3: Backend, upload: Upload, encode: Encode) -> Children:
    return [
        ("UploadId", upload.id),
        ("Key", encode(upload.key)),
        ("Initiated", upload.created),
        *_common(s3, upload),
    ]


def _common(s3: Backend, upload: Upload) -> Children:
    return [
        ("Initiator", s3.owner),
        ("Owner", s3.owner),
        ("StorageClass", upload.attributes.headers.get("x-amz-storage-class", "STANDARD")),
        ("ChecksumAlgorithm", upload.algorithm.upper() or None),
        ("ChecksumType", upload.checksum_type or None),
    ]

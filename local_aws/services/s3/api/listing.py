"""ListObjects in both versions."""

import base64
from datetime import UTC, datetime
from functools import lru_cache

from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import InvalidArgument
from local_aws.services.s3.http import xml
from local_aws.services.s3.http.request import Encode, Reply, S3Request, xml_reply
from local_aws.services.s3.store import listing
from local_aws.services.s3.store.objects import Entry

MAX_KEYS = 1000


def list_objects_v2(s3: Backend, request: S3Request) -> Reply:
    query = request.query
    token = query.get("continuation-token")
    after = _decode(token) if token is not None else query.get("start-after", "")
    page = _page(s3, request, after)
    encode = request.encoder()
    owner = s3.owner if query.get("fetch-owner") == "true" else None
    contents = _contents(s3, request, page, encode, owner)
    children: list[tuple[str, xml.Value | None]] = [
        *_head(request, page, encode),
        ("StartAfter", encode(query["start-after"]) if query.get("start-after") else None),
        ("ContinuationToken", token),
        ("NextContinuationToken", _encode(page.following) if page.truncated else None),
        ("KeyCount", len(contents) + len(page.prefixes)),
        *contents,
        *_prefixes(page, encode),
    ]
    return xml_reply(xml.document("ListBucketResult", children))


def list_objects(s3: Backend, request: S3Request) -> Reply:
    marker, delimiter = request.query.get("marker", ""), request.query.get("delimiter", "")
    prefix = request.query.get("prefix", "")
    # A marker that is a common prefix was the last entry of a page: all below it was told.
    folded = marker and listing.group(marker, prefix, delimiter) == marker
    page = _page(s3, request, marker + listing.LAST if folded else marker)
    encode = request.encoder()
    children: list[tuple[str, xml.Value | None]] = [
        *_head(request, page, encode),
        ("Marker", encode(marker)),
        ("NextMarker", encode(page.last) if page.truncated and delimiter else None),
        *_contents(s3, request, page, encode, s3.owner),
        *_prefixes(page, encode),
    ]
    return xml_reply(xml.document("ListBucketResult", children))


def _page(s3: Backend, request: S3Request, after: str) -> listing.Page:
    prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter", "")
    names = s3.store.names(request.bucket, prefix, after, fold=delimiter == "/")
    return listing.page(names, prefix, delimiter, _limit(request))


def _limit(request: S3Request) -> int:
    return request.integer("max-keys", MAX_KEYS, MAX_KEYS)


def _head(
    request: S3Request, page: listing.Page, encode: Encode
) -> list[tuple[str, xml.Value | None]]:
    query = request.query
    return [
        ("Name", request.bucket),
        ("Prefix", encode(query.get("prefix", ""))),
        ("Delimiter", encode(query["delimiter"]) if query.get("delimiter") else None),
        ("MaxKeys", _limit(request)),
        ("EncodingType", query.get("encoding-type")),
        ("IsTruncated", page.truncated),
    ]


def _contents(
    s3: Backend,
    request: S3Request,
    page: listing.Page,
    encode: Encode,
    owner: list[tuple[str, str]] | None,
) -> list[tuple[str, xml.Value | None]]:
    entries = s3.store.entries(request.bucket, page.keys) if page.keys else ()
    end = f"<Owner><ID>{owner[0][1]}</ID></Owner>" if owner else ""
    return [("Contents", xml.Rendered(_entry(entry, encode) + end)) for entry in entries]


def _entry(entry: Entry, encode: Encode) -> str:
    """Written out, not through a tree: a page has a thousand of them."""
    known = entry.attributes
    sums = "".join(
        f"<ChecksumAlgorithm>{name.upper()}</ChecksumAlgorithm>"
        f"<ChecksumType>{known.checksum_type or 'FULL_OBJECT'}</ChecksumType>"
        for name in known.checksums
    )
    return (
        f"<Key>{xml.escape(encode(entry.key))}</Key>"
        f"<LastModified>{_stamp(entry.mtime_ns // 10**9)}</LastModified>"
        f"<ETag>&quot;{entry.etag}&quot;</ETag>{sums}<Size>{entry.size}</Size>"
        f"<StorageClass>{known.headers.get('x-amz-storage-class', 'STANDARD')}</StorageClass>"
    )


@lru_cache(1024)
def _stamp(second: int) -> str:
    return xml.timestamp(datetime.fromtimestamp(second, UTC))


def _prefixes(page: listing.Page, encode: Encode) -> list[tuple[str, xml.Value | None]]:
    return [("CommonPrefixes", [("Prefix", encode(prefix))]) for prefix in page.prefixes]


def _encode(after: str) -> str:
    return base64.urlsafe_b64encode(after.encode()).decode()


def _decode(token: str) -> str:
    try:
        if not token:
            raise ValueError(token)
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        raise InvalidArgument(
            "The continuation token provided is incorrect", "continuation-token", token
        ) from None

"""One request as a line of an access log.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from local_aws.services.s3.http.request import Reply, S3Request

RESOURCES = {
    "acl": "ACL",
    "delete": "MULTI_OBJECT_DELETE",
    "encryption": "ENCRYPTION",
    "lifecycle": "LIFECYCLE",
    "location": "LOCATION",
    "logging": "LOGGING_STATUS",
    "notification": "NOTIFICATION",
    "ownershipControls": "OWNERSHIP_CONTROLS",
    "policy": "BUCKETPOLICY",
    "policyStatus": "POLICY_STATUS",
    "publicAccessBlock": "PUBLIC_ACCESS_BLOCK",
    "versioning": "VERSIONING",
    "versions": "BUCKETVERSIONS",
}
"""What a word of the query is about; tags, uploads, parts and copies are told apart below."""


@dataclass(frozen=True)
class Exchange:
    """A request that was answered. Times are nanoseconds since 1970; `sent` counts bytes."""

    request: S3Request
    reply: Reply
    sent: int
    began: int
    answered: int
    ended: int


def line(one: Exchange, owner: str) -> bytes:
    """The record, ended by a line feed. `owner` is the canonical id of the buckets' owner."""
    request, headers = one.request, one.request.headers
    fields = [
        owner,
        request.bucket,
        f"[{datetime.fromtimestamp(one.began / 1e9, UTC):%d/%b/%Y:%H:%M:%S +0000}]",
        request.client,
        _requester(request, owner),
        one.reply.headers.get("x-amz-request-id", "-"),
        operation(request),
        _key(request),
        _quoted(f"{request.method} {_uri(request)} HTTP/1.1"),
        str(one.reply.status),
        one.reply.code or "-",
        str(one.sent or "-"),
        _object_size(one),
        str((one.ended - one.began) // 1_000_000),
        str((one.answered - one.began) // 1_000_000) if one.sent else "-",
        _quoted(headers.get("referer", "-")),
        _quoted(headers.get("user-agent", "-")),
        request.query.get("versionId", "-") or "-",
        one.reply.headers.get("x-amz-id-2", "-"),
        *_signature(request),
        headers.get("host", "-"),
        "-",  # no TLS, so no version of it
        "-",  # access points are not here
        "-",
    ]
    return (" ".join(_plain(field) for field in fields) + "\n").encode()


def operation(request: S3Request) -> str:
    """``REST.GET.OBJECT``: the verb and what it was about."""
    verb, words = request.method, request.query
    if "x-amz-copy-source" in request.headers:
        return "REST.COPY.PART" if "uploadId" in words else "REST.COPY.OBJECT"
    if "uploadId" in words:
        return f"REST.{verb}.{'PART' if 'partNumber' in words else 'UPLOAD'}"
    if "uploads" in words:
        return f"REST.{verb}.UPLOADS"
    if "tagging" in words:
        return f"REST.{verb}.{'OBJECT_TAGGING' if request.key else 'TAGGING'}"
    known = next((name for word, name in RESOURCES.items() if word in words), "")
    return f"REST.{verb}.{known or ('OBJECT' if request.key else 'BUCKET')}"


def _requester(request: S3Request, owner: str) -> str:
    if request.auth is None:
        return "-"
    return owner if request.auth.principal.is_root else request.auth.principal.arn


def _key(request: S3Request) -> str:
    """Encoded twice, as S3 writes it: a blank is %2520."""
    return quote(quote(request.key, safe="/"), safe="/") if request.key else "-"


def _uri(request: S3Request) -> str:
    query = "&".join(
        f"{quote(k, safe='')}={quote(v, safe='')}" if v else quote(k, safe="")
        for k, v in request.query.items()
        if k.lower() not in ("x-amz-signature", "signature", "x-amz-security-token")
    )
    return f"{request.resource}?{query}" if query else request.resource


def _object_size(one: Exchange) -> str:
    if not one.request.key or one.reply.status >= 300:
        return "-"
    whole = one.reply.headers.get("content-range", "").rpartition("/")[2]
    if one.request.method == "PUT":
        whole = one.request.headers.get(
            "x-amz-decoded-content-length", one.request.headers.get("content-length", "")
        )
    elif one.request.method in ("GET", "HEAD"):
        whole = whole or one.reply.headers.get("content-length", "")
    return whole or "-"


def _signature(request: S3Request) -> tuple[str, str, str]:
    """Version, cipher suite (no TLS: none) and where the signature was."""
    if request.auth is None:
        return "-", "-", "-"
    old = "Signature" in request.query or "AWSAccessKeyId" in request.query
    return "SigV2" if old else "SigV4", "-", "QueryString" if _in_query(request) else "AuthHeader"


def _in_query(request: S3Request) -> bool:
    return request.auth is not None and request.auth.presigned


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "%22") + '"'


def _plain(text: str) -> str:
    """No client may end a line, or begin one of its own, with what it sends."""
    return "".join(c if c.isprintable() else quote(c) for c in text)

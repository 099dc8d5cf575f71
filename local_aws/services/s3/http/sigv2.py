"""Signature Version 2 of a presigned address, which boto3 and `aws s3 presign` make in us-east-1.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html. AWS takes no other request
of that version here, nor do we: a header of it is refused by name. The canonical form is
botocore's own code, so that signer and verifier cannot differ.
"""

import datetime as dt
import hmac
from functools import cache
from typing import Any
from urllib.parse import SplitResult

from local_aws.services.s3.http.request import VIRTUAL_HOST
from local_aws.wire.http import HttpRequest, Scope
from local_aws.wire.sigv4 import (
    Authentication,
    ExpiredRequest,
    FindKey,
    InvalidSignature,
    MalformedQuery,
    UnsupportedSignature,
)

PARAMETERS = ("AWSAccessKeyId", "Signature", "Expires")
UNSIGNED = "UNSIGNED-PAYLOAD"
LISTING = ("prefix", "delimiter", "marker", "max-keys", "encoding-type", "list-type", "x-id")
FOREVER = 253_402_300_799  # the last second of the year 9999


@cache
def _signer() -> Any:
    """botocore's signer at the time that the address names; with it comes half of botocore."""
    from botocore.auth import HmacV1Auth

    class Signer(HmacV1Auth):
        def __init__(self, credentials: Any, expires: str) -> None:
            super().__init__(credentials)
            self._expires = expires

        def _get_date(self) -> str:
            return self._expires

    return Signer


def is_presigned(request: HttpRequest) -> bool:
    """Whether the query has a signature of version 2 and nothing has one of version 4."""
    names = {name for name, _ in request.query}
    signed = "authorization" in request.headers or "X-Amz-Algorithm" in names
    return not signed and names.issuperset(PARAMETERS)


def verify(
    scope: Scope, request: HttpRequest, find_key: FindKey, now: dt.datetime
) -> Authentication:
    """The address's verified signature. Headers that its query carries count as sent.

    Raises MalformedQuery, ExpiredRequest, InvalidSignature, and what `find_key` raises.
    """
    query = dict(request.query)
    access_key, signature, expires = (query[name] for name in PARAMETERS)
    if not (expires.isascii() and expires.isdigit()) or int(expires) > FOREVER:
        raise MalformedQuery(f"Invalid date (should be seconds since epoch): {expires}")
    _refuse_uncovered(query)
    _adopt_headers(request, query)
    known = find_key(access_key, request.headers.get("x-amz-security-token", ""))
    expected = _signature(scope, request, known.secret_key, expires)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise InvalidSignature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
    if now.timestamp() > int(expires):
        raise ExpiredRequest("Request has expired")
    return Authentication(
        access_key, "s3", "", "", signature, b"", UNSIGNED, known.principal, presigned=True
    )


def _refuse_uncovered(query: dict[str, str]) -> None:
    """The version signs words that were there in its day: a newer one could be added by anyone."""
    known = {*PARAMETERS, *LISTING, *_signer().QSAOfInterest, "response-expires"}
    for name in query:
        if name not in known and not _is_header(name):
            raise UnsupportedSignature(f"Signature Version 2 does not cover the parameter '{name}'")


def _is_header(name: str) -> bool:
    return name.startswith("x-amz-") or name in ("content-type", "content-md5")


def _adopt_headers(request: HttpRequest, query: dict[str, str]) -> None:
    """botocore puts the headers that it signed into the query, and S3 reads them there."""
    for name, value in query.items():
        if _is_header(name) and name not in request.headers:
            request.headers[name] = value


def _signature(scope: Scope, request: HttpRequest, secret_key: str, expires: str) -> str:
    from botocore.compat import HTTPHeaders
    from botocore.credentials import Credentials

    headers = HTTPHeaders()
    for name, value in request.headers.items():
        headers[name] = value
    virtual = VIRTUAL_HOST.fullmatch(request.headers.get("host", "").rsplit(":", 1)[0].lower())
    bucket = f"/{virtual['bucket']}" if virtual else ""
    path = bucket + request.raw_path
    path += "/" if path.count("/") == 1 and path != "/" else ""  # a bucket's has two slashes
    raw = scope["query_string"].decode("latin-1")
    split = SplitResult("", "", request.raw_path, raw, "")
    found = _signer()(Credentials("", secret_key), expires).get_signature(
        request.method, split, headers, auth_path=path
    )
    return str(found)

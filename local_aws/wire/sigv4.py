"""Signature Version 4, verified: who may ask this server to run code.

Covers the Authorization header and presigned query strings
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
A body is checked against its hash by whoever reads it: `check_body` here, S3 while it streams.
"""

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from local_aws.access.principal import Principal
from local_aws.errors import ServiceError
from local_aws.wire.http import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_SKEW = dt.timedelta(minutes=15)
MAX_EXPIRES = 7 * 24 * 3600
SAFE = "-_.~"
SPACES = re.compile(" {2,}")
FIELD = re.compile(r"(\w+)=([^,\s]+)")
RECENT = 64  # requests of one client come in the same second, with the same day's key


UNFINISHED = {"X-Amz-Signature", "X-Amz-Credential", "Signature", "AWSAccessKeyId"}
"""In a query that names no algorithm: half a signature is not a request without one."""


class MissingAuthentication(ServiceError):
    """A request that is not signed at all."""

    code = "MissingAuthenticationTokenException"
    status = 403


class IncompleteSignature(ServiceError):
    """A signature whose parts do not make one."""

    code = "IncompleteSignatureException"
    status = 400


class UnrecognizedClient(ServiceError):
    """An access key that this server did not hand out."""

    code = "UnrecognizedClientException"
    status = 403


class InvalidToken(UnrecognizedClient):
    """A session token that does not belong to the access key."""


class ExpiredToken(ServiceError):
    """Temporary credentials past their time."""

    code = "ExpiredTokenException"
    status = 403


class InvalidSignature(ServiceError):
    """A signature that another secret made, or that was made for another request or time."""

    code = "InvalidSignatureException"
    status = 403


class MalformedQuery(IncompleteSignature):
    """A presigned request whose parameters do not make a signature."""


class UnsupportedSignature(IncompleteSignature):
    """Signature Version 2, or 4A: refused by name."""


class TwoSignatures(IncompleteSignature):
    """A header and a query that each sign: which one counts would be a guess."""


class HeadersNotSigned(InvalidSignature):
    """``x-amz-`` headers that anybody on the way could have added."""


class ExpiredRequest(InvalidSignature):
    """A presigned request past its time."""


class SkewedClock(InvalidSignature):
    """A request signed too far from now."""


@dataclass(frozen=True)
class AccessKey:
    """The secret of an access key, and whom it stands for."""

    secret_key: str
    principal: Principal


FindKey = Callable[[str, str], AccessKey]
"""The access key of that id and session token ("" where none was sent).

Raises UnrecognizedClient, InvalidToken or ExpiredToken.
"""


@dataclass(frozen=True)
class Authentication:
    """A verified signature; S3 needs its parts to verify signed chunks.

    ``payload_hash`` is the signed ``x-amz-content-sha256`` (None where the request had none).
    """

    access_key: str
    service: str
    scope: str
    timestamp: str
    signature: str
    signing_key: bytes
    payload_hash: str | None
    principal: Principal
    region: str = ""
    presigned: bool = False


@dataclass(frozen=True)
class _Claim:
    """What a request says of its own signature."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: list[str]
    signature: str
    timestamp: str
    presigned: bool
    token: str = ""

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def service_of(request: HttpRequest) -> str | None:
    """The service that a request is signed for, before anything is verified."""
    try:
        return _claim(request).service
    except ServiceError:
        return None


def access_key_of(request: HttpRequest) -> str | None:
    """The access key that a request names, before anything is verified."""
    try:
        return _claim(request).access_key
    except ServiceError:
        return None


def verify(request: HttpRequest, find_key: FindKey, now: dt.datetime) -> Authentication:
    """The request's verified signature.

    Raises a `ServiceError` with AWS's code where it is missing, foreign, forged or out of time.
    """
    claim = _claim(request)
    known = find_key(claim.access_key, claim.token)
    _check_time(request, claim, now)
    _check_signed_headers(request, claim)
    key = signing_key(known.secret_key, claim)
    payload_hash = request.headers.get("x-amz-content-sha256")
    if claim.presigned:
        payload_hash = dict(request.query).get("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
    hashed = payload_hash or hashlib.sha256(request.body).hexdigest()
    candidates = (_canonical(request, claim, path, hashed) for path in _paths(request, claim))
    if not any(hmac.compare_digest(_sign(key, claim, c), claim.signature) for c in candidates):
        raise InvalidSignature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )
    return Authentication(
        access_key=claim.access_key,
        service=claim.service,
        scope=claim.scope,
        timestamp=claim.timestamp,
        signature=claim.signature,
        signing_key=key,
        payload_hash=payload_hash,
        principal=known.principal,
        region=claim.region,
        presigned=claim.presigned,
    )


def check_claim(request: HttpRequest, now: dt.datetime) -> None:
    """Raise what `verify` would, as far as it can be told before the body was read."""
    claim = _claim(request)
    _check_time(request, claim, now)
    _check_signed_headers(request, claim)


def check_body(authentication: Authentication, body: bytes) -> None:
    """Raise `InvalidSignature` where the body is not the one that was signed."""
    signed = authentication.payload_hash
    if signed and len(signed) == 64 and hashlib.sha256(body).hexdigest() != signed:
        raise InvalidSignature("The body does not match the signed x-amz-content-sha256.")


def signing_key(secret: str, claim: _Claim) -> bytes:
    """The key of a day, region and service."""
    return _derived_key(secret, claim.date, claim.region, claim.service)


@lru_cache(RECENT)
def _derived_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _claim(request: HttpRequest) -> _Claim:
    query = dict(request.query) if request.query else {}
    authorization = request.headers.get("authorization", "")
    if authorization and "X-Amz-Algorithm" in query:
        raise TwoSignatures(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
            "query string parameter or the Authorization header should be specified"
        )
    if query.get("X-Amz-Algorithm") == ALGORITHM:
        return _make_claim(
            query.get("X-Amz-Credential", ""),
            query.get("X-Amz-SignedHeaders", ""),
            query.get("X-Amz-Signature", ""),
            query.get("X-Amz-Date", ""),
            query.get("X-Amz-Security-Token", ""),
            presigned=True,
        )
    named = query.get("X-Amz-Algorithm") or authorization.partition(" ")[0]
    if "AWSAccessKeyId" in query and "Signature" in query:
        named = "AWS"  # Signature Version 2, presigned
    if not named and not UNFINISHED.isdisjoint(query):
        raise MalformedQuery(f"X-Amz-Algorithm only supports {ALGORITHM}")
    if not named:
        raise MissingAuthentication("Missing Authentication Token")
    if named != ALGORITHM:
        raise UnsupportedSignature(
            f"The authorization mechanism you have provided ({named}) is not supported. "
            f"Please use {ALGORITHM}."
        )
    date = request.headers.get("x-amz-date") or _date_header(request)
    return _header_claim(authorization, date, request.headers.get("x-amz-security-token", ""))


@lru_cache(RECENT)
def _header_claim(authorization: str, date: str, token: str) -> _Claim:
    parts = dict(FIELD.findall(authorization))
    return _make_claim(
        parts.get("Credential", ""),
        parts.get("SignedHeaders", ""),
        parts.get("Signature", ""),
        date,
        token,
        presigned=False,
    )


def _make_claim(
    credential: str, signed: str, signature: str, timestamp: str, token: str, *, presigned: bool
) -> _Claim:
    fields = credential.rsplit("/", 4)
    malformed = MalformedQuery if presigned else IncompleteSignature
    whole = len(fields) == 5 and fields[4] == "aws4_request" and signed and signature.isascii()
    if not whole or not signature:
        raise malformed(
            "The request needs Credential=KEY/DATE/REGION/SERVICE/aws4_request, "
            "SignedHeaders and Signature."
        )
    headers = signed.split(";")
    if "host" not in headers:
        raise malformed("'host' must be a signed header.")
    access_key, date, region, service = fields[:4]
    return _Claim(
        access_key, date, region, service, headers, signature, timestamp, presigned, token
    )


def _date_header(request: HttpRequest) -> str:
    """The standard ``Date`` header, which counts where there is no ``x-amz-date``."""
    try:
        moment = parsedate_to_datetime(request.headers.get("date", ""))
        return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    except (ValueError, OverflowError):
        return request.headers.get("date", "")


def check_region(request: HttpRequest, region: str) -> None:
    """Raise where a signature is for another region than S3's here: botocore reads ``Region``."""
    claim = _claim(request)
    if claim.region == region:
        return
    what = "Error parsing the X-Amz-Credential parameter"
    kind: type[ServiceError] = MalformedQuery
    if not claim.presigned:
        what, kind = "The authorization header is malformed", IncompleteSignature
    raise kind(f"{what}; the region '{claim.region}' is wrong; expecting '{region}'", Region=region)


def _check_signed_headers(request: HttpRequest, claim: _Claim) -> None:
    """AWS wants every ``x-amz-`` header signed; a presigned query has its own payload hash."""
    optional = ("x-amz-content-sha256",) if claim.presigned else ()
    unsigned = [
        name
        for name in request.headers
        if name.startswith("x-amz-") and name not in claim.signed_headers and name not in optional
    ]
    if unsigned:
        raise HeadersNotSigned(
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(unsigned),
        )


def _check_time(request: HttpRequest, claim: _Claim, now: dt.datetime) -> None:
    try:
        signed_at = _moment(claim.timestamp)
    except ValueError:
        malformed = MalformedQuery if claim.presigned else IncompleteSignature
        raise malformed(f"X-Amz-Date '{claim.timestamp}' is not a date.") from None
    if claim.timestamp[:8] != claim.date:
        raise InvalidSignature("The credential's date is not the request's date.")
    if not claim.presigned:
        if abs(now - signed_at) > MAX_SKEW:
            raise SkewedClock(
                f"Signature expired: {claim.timestamp} is more than 15 minutes "
                f"from {now:%Y%m%dT%H%M%SZ}"
            )
        return
    expires = dict(request.query).get("X-Amz-Expires", "")
    if not re.fullmatch("[0-9]{1,6}", expires) or not 0 < int(expires) <= MAX_EXPIRES:
        raise MalformedQuery("X-Amz-Expires must be from 1 to 604800 seconds.")
    if signed_at - now > MAX_SKEW:
        raise ExpiredRequest("Request is not yet valid")
    if now - signed_at > dt.timedelta(seconds=int(expires)):
        raise ExpiredRequest("Request has expired")


@lru_cache(RECENT)
def _moment(timestamp: str) -> dt.datetime:
    return dt.datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)


def _paths(request: HttpRequest, claim: _Claim) -> Iterator[str]:
    """The canonical URIs that a correct client may have signed.

    S3 signs the path encoded once, every other service encoded twice.
    """
    if claim.service == "s3":
        yield request.raw_path
    else:
        yield quote(request.raw_path, safe="/" + SAFE)
    yield quote(unquote(request.raw_path), safe="/" + SAFE) or "/"


def _canonical(request: HttpRequest, claim: _Claim, path: str, payload_hash: str) -> str:
    pairs = sorted(
        (quote(name, safe=SAFE), quote(value, safe=SAFE))
        for name, value in request.query
        if not (claim.presigned and name == "X-Amz-Signature")
    )
    headers = [
        f"{name}:{SPACES.sub(' ', request.headers.get(name, '').strip())}\n"
        for name in claim.signed_headers
    ]
    return "\n".join(
        [
            request.method,
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(headers),
            ";".join(claim.signed_headers),
            payload_hash,
        ]
    )


def _sign(key: bytes, claim: _Claim, canonical: str) -> str:
    text = "\n".join(
        [ALGORITHM, claim.timestamp, claim.scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    return hmac.digest(key, text.encode(), "sha256").hex()

"""What a request's line and headers may be, before anybody asks what it wants.

The parser (llhttp) refuses what is no HTTP: control characters, a length beside chunks, chunks
that are none. Here is what it lets through: heads without end, headers whose second copy another
reader would believe, and targets that name another host than the Host header.
"""

from collections.abc import Iterable
from xml.sax.saxutils import escape

Headers = Iterable[tuple[bytes, bytes]]

MAX_URI = 16 * 1024
"""A key of 1,024 bytes is 3,072 when encoded, and a presigned query may carry a session token."""

MAX_HEADERS = 8 * 1024
"""S3's own: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""

HEADER_OVERHEAD = len(b": \r\n")

SINGLE = frozenset(
    (
        b"host",
        b"authorization",
        b"content-length",
        b"content-type",
        b"origin",
        b"transfer-encoding",
        b"x-amz-content-sha256",
        b"x-amz-date",
        b"x-amz-decoded-content-length",
        b"x-amz-security-token",
        b"x-amz-target",
    )
)
"""Headers that decide who asks for what: a second one is an attempt to be read in two ways."""


class Refused(Exception):
    """A request that no service is asked about; answered in the XML that S3 refuses in."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def body(self) -> bytes:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>"
        ).encode()


def bad_request(message: str) -> Refused:
    """What is no request."""
    return Refused(400, "BadRequest", message)


def check_size(uri: int, headers: int) -> None:
    """Raise `Refused` once the bytes seen so far are too many."""
    if uri > MAX_URI:
        raise Refused(414, "URITooLong", f"The request URI is over {MAX_URI} bytes.")
    if headers > MAX_HEADERS:
        raise Refused(
            400,
            "RequestHeaderSectionTooLarge",
            f"Your request header section exceeds the maximum allowed size, {MAX_HEADERS} bytes.",
        )


def check(method: bytes, target: bytes, version: str, headers: Headers) -> None:
    """Raise `Refused` where the head can be read in two ways, or asks for another protocol."""
    if version not in ("1.0", "1.1"):
        raise Refused(505, "HttpVersionNotSupported", f"HTTP {version} is not spoken here.")
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in SINGLE and name in found:
            raise bad_request(f"The header {name.decode()} was sent twice.")
        found[name] = value
    _check_target(method, target, found.get(b"host", b""))
    if found.get(b"upgrade", b"").lower() == b"websocket":
        raise Refused(501, "NotImplemented", "WebSocket is not supported by local_aws")
    if found.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
        raise Refused(501, "NotImplemented", "A Transfer-Encoding other than chunked")


def _check_target(method: bytes, target: bytes, host: bytes) -> None:
    if method == b"CONNECT":
        raise Refused(405, "MethodNotAllowed", "This is not a proxy.")
    if not target.isascii():
        raise bad_request("The request URI has bytes that are not percent-encoded.")
    if target.startswith(b"/"):
        return
    scheme, _, rest = target.partition(b"://")
    authority = rest.partition(b"/")[0].partition(b"?")[0]
    if scheme.lower() != b"http" or authority.lower() != host.lower():
        raise bad_request("The request URI is neither a path nor this host's.")

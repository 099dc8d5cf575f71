"""One S3 request and its reply, between HTTP and the operations."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from local_aws.access.network import Network
from local_aws.services.s3.errors import InvalidArgument, InvalidURI
from local_aws.services.s3.store import files
from local_aws.wire.http import HttpRequest, Scope, head_of
from local_aws.wire.sigv4 import Authentication

# bucket.localhost, bucket.s3.localhost, bucket.s3.eu-west-1.amazonaws.com
VIRTUAL_HOST = re.compile(
    r"(?!s3[.-])(?P<bucket>.+?)(\.s3([.-][a-z0-9-]+)*)?\.(localhost|amazonaws\.com)"
)


PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")  # what `quote` leaves as it is

Encode = Callable[[str], str]
NOWHERE = Network(False, "")


def _permitted(_key: str, _version: str | None, _etag: str | None) -> None:
    """What DeleteObjects asks for each key, where nobody has to be asked."""


@dataclass
class S3Request:
    method: str
    bucket: str
    key: str
    query: dict[str, str]
    headers: dict[str, str]
    resource: str
    auth: Authentication | None = None
    body: bytes = b""
    incoming: files.Incoming | None = None
    form: dict[str, str] = field(default_factory=dict)
    client: str = "127.0.0.1"
    request_id: str = ""
    checksums: dict[str, str] = field(default_factory=dict)
    network: Network = NOWHERE
    permit: Callable[[str, str | None, str | None], None] = _permitted

    def integer(self, name: str, default: int, maximum: int) -> int:
        """A number of the query, from 0 to 2**31, cut at the operation's maximum."""
        value = self.query.get(name, "")
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) >= 1 << 31:
            raise InvalidArgument(
                f"Provided {name} not an integer or within integer range", name, value
            )
        return min(int(value), maximum)

    def encoder(self) -> "Encode":
        """How a listing writes keys: as they are, or percent-encoded where that was asked for."""
        kind = self.query.get("encoding-type")
        if kind is None:
            return str
        if kind != "url":
            raise InvalidArgument(
                "Invalid Encoding Method specified in Request", "encoding-type", kind
            )
        return lambda text: text if PLAIN.fullmatch(text) else quote(text, safe="/")

    def file(self) -> files.Incoming:
        if self.incoming is None:
            raise TypeError("only operations that take a body as a file have one")
        return self.incoming


@dataclass(frozen=True)
class FilePart:
    """Bytes of an open file, which whoever sends them closes."""

    descriptor: int
    offset: int
    length: int


@dataclass
class Reply:
    """`code`: the error's, where it is one."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    file: FilePart | None = None
    code: str = ""


def xml_reply(body: bytes, headers: dict[str, str] | None = None) -> Reply:
    return Reply(200, {"content-type": "application/xml", **(headers or {})}, body)


def read_request(scope: Scope) -> S3Request:
    head: HttpRequest = scope.get("tarn.head") or head_of(scope)
    bucket, key = _target(head.raw_path, head.headers.get("host", ""))
    return S3Request(
        method=head.method,
        bucket=bucket,
        key=key,
        query=dict(head.query),
        headers=head.headers,
        resource=head.raw_path,
        auth=scope.get("tarn.auth"),
        network=scope.get("tarn.network", NOWHERE),
        client=(scope.get("client") or ("127.0.0.1", 0))[0],
    )


def _target(raw_path: str, host: str) -> tuple[str, str]:
    try:
        path = unquote_to_bytes(raw_path).decode()
    except UnicodeDecodeError:
        raise InvalidURI(raw_path) from None
    path = path.removeprefix("/")
    virtual = VIRTUAL_HOST.fullmatch(host.rsplit(":", 1)[0].lower())
    if virtual:
        return virtual["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key

"""A client that sends any bytes, and signs what it is told to: independent of the server's code."""

import contextlib
import datetime as dt
import hashlib
import hmac
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.conftest import ACCESS_KEY, SECRET_KEY

REGION = "us-east-1"
UNRESERVED = "-_.~"
Headers = list[tuple[str, str]]


@dataclass
class Answer:
    """One response; ``status`` 0 where the server closed the connection without one."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool = False

    @property
    def code(self) -> str:
        """S3's error code, or the JSON services'."""
        _, _, rest = self.body.decode("utf-8", "replace").partition("<Code>")
        return rest.partition("</Code>")[0] or self.headers.get("x-amzn-errortype", "")


class Connection:
    """A socket that reads one response after the other."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._buffer = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """All of it, or as much as a server that has already answered takes."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def answer(self, head: bool = False) -> Answer:
        """The next response, with `100 Continue` left out. Raises TimeoutError where none comes."""
        while True:
            lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            if not lines[0]:
                return Answer(0, {}, b"", closed=True)
            status = int(lines[0].split()[1])
            if status != 100:
                break
        headers = {}
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = 0 if head else int(headers.get("content-length", 0))
        body = self._take(length)
        return Answer(status, headers, body, headers.get("connection") == "close")

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            if not self._more():
                return b""
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _take(self, length: int) -> bytes:
        while len(self._buffer) < length and self._more():
            pass
        found, self._buffer = self._buffer[:length], self._buffer[length:]
        return found

    def _more(self) -> bool:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        self._buffer += data
        return bool(data)


def ask(port: int, data: bytes, timeout: float = 30) -> Answer:
    """One request on a connection of its own."""
    with Connection(port, timeout) as connection:
        connection.send(data)
        return connection.answer(head=data.startswith(b"HEAD "))


@dataclass
class Signer:
    """Signature Version 4, with every part open to be told otherwise."""

    port: int
    service: str = "s3"
    region: str = REGION
    access_key: str = ACCESS_KEY
    secret: str = SECRET_KEY
    when: dt.datetime | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def timestamp(self) -> str:
        return (self.when or dt.datetime.now(dt.UTC)).strftime("%Y%m%dT%H%M%SZ")

    def scope(self, timestamp: str) -> str:
        return f"{timestamp[:8]}/{self.region}/{self.service}/aws4_request"

    def key(self, timestamp: str) -> bytes:
        key = f"AWS4{self.secret}".encode()
        for part in self.scope(timestamp).split("/"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        return key

    def sign(self, timestamp: str, *lines: str, kind: str = "AWS4-HMAC-SHA256") -> str:
        text = "\n".join([kind, timestamp, self.scope(timestamp), *lines])
        return hmac.new(self.key(timestamp), text.encode(), "sha256").hexdigest()

    def canonical(self, method: str, target: str, signed: dict[str, str], payload: str) -> str:
        path, _, query = target.partition("?")
        if self.service != "s3":
            path = quote(path, safe="/" + UNRESERVED)
        pairs = sorted(
            (quote(name, safe=UNRESERVED), quote(value, safe=UNRESERVED))
            for name, value in parse_qsl(query, keep_blank_values=True)
        )
        return "\n".join([
            method, path, "&".join("=".join(pair) for pair in pairs),
            "".join(f"{name}:{' '.join(value.split())}\n" for name, value in signed.items()),
            ";".join(signed), payload,
        ])  # fmt: skip

    def signed_headers(
        self, method: str, target: str, headers: dict[str, str], body: bytes, payload: str = ""
    ) -> dict[str, str]:
        """All headers of the request, Authorization the last."""
        payload = payload or hashlib.sha256(body).hexdigest()
        timestamp = self.timestamp
        given = {"host": self.host, "x-amz-date": timestamp, "x-amz-content-sha256": payload}
        given |= {name.lower(): value for name, value in headers.items()}
        signed = dict(sorted(given.items()))
        canonical = self.canonical(method, target, signed, given["x-amz-content-sha256"])
        signature = self.sign(given["x-amz-date"], hashed(canonical))
        given["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{self.scope(given['x-amz-date'])}, "
            f"SignedHeaders={';'.join(signed)}, Signature={signature}"
        )
        return given

    def request(
        self, method: str, target: str, body: bytes = b"", payload: str = "", **headers: str
    ) -> bytes:
        """The bytes of a signed request; ``x_amz_acl=...`` is the header ``x-amz-acl``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        all_headers = self.signed_headers(method, target, named, body, payload)
        return raw(method, target, list(all_headers.items()), body)

    def presigned(self, method: str, target: str, expires: str = "60", **extra: str) -> str:
        """The target with its signature in the query."""
        timestamp = self.timestamp
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self.access_key}/{self.scope(timestamp)}",
            "X-Amz-Date": timestamp,
            "X-Amz-Expires": expires,
            "X-Amz-SignedHeaders": "host",
            **extra,
        }
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        target += ("&" if "?" in target else "?") + pairs
        canonical = self.canonical(method, target, {"host": self.host}, "UNSIGNED-PAYLOAD")
        return f"{target}&X-Amz-Signature={self.sign(timestamp, hashed(canonical))}"

    def ask(self, method: str, target: str, *arguments: Any, **headers: str) -> Answer:
        """The answer to a signed request."""
        return ask(self.port, self.request(method, target, *arguments, **headers))

    def json(self, target: str, body: bytes) -> Answer:
        """The answer of a JSON service to an operation, such as ``AWSGlue.GetTables``."""
        kind = "application/x-amz-json-1.1"
        return self.ask("POST", "/", body, x_amz_target=target, content_type=kind)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def raw(method: str, target: str, headers: Headers, body: bytes = b"") -> bytes:
    """A request as bytes, with the length of its body where no header says another."""
    names = {name.lower() for name, _ in headers}
    if not names & {"content-length", "transfer-encoding"} and (body or method in ("PUT", "POST")):
        headers = [*headers, ("content-length", str(len(body)))]
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body

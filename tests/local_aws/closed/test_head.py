"""Request lines and headers that no client of good will sends: refused, each by its reason."""

import pytest

from local_aws.wire.head import MAX_HEADERS, MAX_URI
from tests.conftest import LocalServer
from tests.local_aws.closed.client import Connection, Signer, ask, raw

HEALTH = "/_local_aws/health"
HOST = b"Host: localhost\r\n"
GET = b"GET /_local_aws/health HTTP/1.1\r\n" + HOST


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(GET + b"\r\n", 200, id="plain"),
        pytest.param(b"GET http://localhost/_local_aws/health HTTP/1.1\r\n" + HOST + b"\r\n", 200,
                     id="absolute form of this host"),
        pytest.param(b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n", 400,
                     id="absolute form of another host"),
        pytest.param(b"GET http://u@localhost/ HTTP/1.1\r\n" + HOST + b"\r\n", 400,
                     id="absolute form with userinfo"),
        pytest.param(b"GET https://localhost/ HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="https form"),
        pytest.param(b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", 405, id="CONNECT"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="OPTIONS *"),
        pytest.param(b"OPTIONS / HTTP/1.1\r\n" + HOST + b"\r\n", 403, id="OPTIONS /"),
        pytest.param(b"GET /_local_aws/health HTTP/1.0\r\n" + HOST + b"\r\n", 200, id="HTTP/1.0"),
        pytest.param(b"GET /_local_aws/health HTTP/1.0\r\n\r\n", 403, id="HTTP/1.0 without host"),
        pytest.param(b"GET /_local_aws/health HTTP/1.1\r\n\r\n", 403, id="no host"),
        pytest.param(b"GET /_local_aws/health\r\n\r\n", 505, id="HTTP/0.9"),
        pytest.param(b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505, id="HTTP/2.0"),
        pytest.param(b"GET / HTTP/1.7\r\n" + HOST + b"\r\n", 400, id="HTTP/1.7"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="HTTP/2's preface"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, id="TLS"),
        pytest.param(GET + HOST + b"\r\n", 400, id="host twice"),
        pytest.param(GET + b"Authorization: a\r\nAuthorization: b\r\n\r\n", 400,
                     id="authorization twice"),
        pytest.param(GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
                     id="two lengths"),
        pytest.param(GET + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                     id="length and chunks"),
        pytest.param(GET + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400,
                     id="chunks and length"),
        pytest.param(GET + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501,
                     id="another transfer encoding"),
        pytest.param(GET + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400,
                     id="space before the colon"),
        pytest.param(GET + b"Content-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(GET + b"Content-Length: +1\r\n\r\na", 400, id="length with a sign"),
        pytest.param(GET + b"Content-Length: 0x1\r\n\r\na", 400, id="length in another base"),
        pytest.param(GET + b"Content-Length: 99999999999999999999999\r\n\r\n", 400,
                     id="length over 64 bits"),
        pytest.param(GET + b"X: a\x00b\r\n\r\n", 400, id="NUL in a header"),
        pytest.param(GET + b"X: a\x07b\r\n\r\n", 400, id="control character in a header"),
        pytest.param(GET + b"X\x00: a\r\n\r\n", 400, id="NUL in a header's name"),
        pytest.param(GET + b"X: a\r\n folded\r\n\r\n", 400, id="folded header"),
        pytest.param(GET + b": empty\r\n\r\n", 400, id="nameless header"),
        pytest.param(b"GET /a\x00b HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="NUL in the path"),
        pytest.param(b"GET /a\x01b HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="control character"),
        pytest.param(b"GET /\xc3\xbc HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="raw UTF-8"),
        pytest.param(b"GET " + b"/" * (MAX_URI + 1) + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414,
                     id="long path"),
        pytest.param(b"GET /?" + b"a=&" * (MAX_URI // 3) + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414,
                     id="long query"),
        pytest.param(GET + b"X: " + b"a" * MAX_HEADERS + b"\r\n\r\n", 400, id="long header"),
        pytest.param(GET + b"x:\r\n" * (MAX_HEADERS // 5) + b"\r\n", 400, id="many headers"),
        pytest.param(GET + b"X: " + b"a" * 1_000_000, 400, id="header without an end"),
        pytest.param(b"GET /" + b"a" * 1_000_000, 414, id="path without an end"),
        pytest.param(b"A" * 1_000_000, 400, id="method without an end"),
        pytest.param(GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
                     b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                     b"\r\n", 501, id="websocket"),
        pytest.param(GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                     b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", 200, id="h2c is declined"),
    ],
)  # fmt: skip
def test_a_head(server: LocalServer, data: bytes, status: int) -> None:
    assert ask(server.port, data).status == status


@pytest.mark.parametrize(
    "host",
    ["user@localhost", "localhost@evil.example", "[::ffff:7f00:1]", "[::1]evil.example",
     "localhost:80:80", "localhost.", "2130706433", "127.1", "127.0.0.1.evil.example",
     "localhost/", "localhost\\@evil.example", " , localhost"],
)  # fmt: skip
def test_a_host_that_is_not_ours(server: LocalServer, host: str) -> None:
    assert ask(server.port, raw("GET", HEALTH, [("Host", host)])).status == 403


def test_s3_names_its_limit_of_headers(signer: Signer, target: str) -> None:
    answer = signer.ask("GET", target, x_amz_meta_a="a" * MAX_HEADERS)
    assert (answer.status, answer.code) == (400, "RequestHeaderSectionTooLarge")
    assert answer.closed


def test_headers_up_to_the_limit_are_read(signer: Signer, target: str) -> None:
    assert signer.ask("GET", target, x_padding="a" * (MAX_HEADERS - 800)).status == 200


def test_a_second_request_does_not_hide_in_the_first(server: LocalServer) -> None:
    """What follows a refused head is never a request."""
    smuggled = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked"
        b"\r\n\r\n0\r\n\r\n" + GET + b"\r\n"
    )
    with Connection(server.port) as connection:
        connection.send(smuggled)
        assert connection.answer().status == 400
        assert connection.answer().status == 0


def test_what_follows_a_whole_request_does_not_spoil_its_answer(server: LocalServer) -> None:
    with Connection(server.port) as connection:
        connection.send(GET + b"\r\n" + b"\x00 no request\r\n\r\n")
        assert connection.answer().status == 200
        assert connection.answer().status in (0, 400)


def test_requests_in_one_piece_are_answered_in_order(server: LocalServer) -> None:
    missing = b"GET /missing HTTP/1.1\r\n" + HOST + b"\r\n"
    with Connection(server.port) as connection:
        connection.send((GET + b"\r\n" + missing) * 3)
        assert [connection.answer().status for _ in range(6)] == [200, 403] * 3


@pytest.mark.parametrize(
    "body",
    [b"x\r\n", b"-1\r\na\r\n", b"1\r\nab\r\n", b"1;" + b"a" * 70_000, b"ffffffffffffffffff\r\n",
     b"5\r\nab", b"1 \r\na\r\n", b"0\r\n" + b"x: " + b"a" * 1_000_000],
)  # fmt: skip
def test_chunks_that_are_none(signer: Signer, target: str, body: bytes) -> None:
    """Chunks of HTTP itself; those of the aws-chunked encoding are in test_signatures.py."""
    headers = list(signer.signed_headers("PUT", target, {}, b"").items())
    data = raw("PUT", target, [*headers, ("transfer-encoding", "chunked")]) + body
    with Connection(signer.port) as connection:
        connection.send(data)
        connection.socket.shutdown(1)
        assert connection.answer().status in (0, 400)

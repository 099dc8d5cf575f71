"""Bodies: too long, too deep, packed to explode; and what an unsigned one may hold."""

import gzip
import io

import pytest

from local_aws.services.s3.http.payload import MAX_DOCUMENT
from local_aws.wire.http import MAX_BODY, MAX_DEPTH
from tests.local_aws.closed.client import Connection, Signer, raw

TABLES = "AWSGlue.GetTables"


@pytest.fixture
def glue(signer: Signer) -> Signer:
    return Signer(signer.port, service="glue")


def test_a_long_body_of_a_json_service(glue: Signer) -> None:
    assert glue.json(TABLES, b" " * (MAX_BODY + 1)).status == 413
    assert glue.json(TABLES, b'{"DatabaseName": "' + b"a" * 1_000_000 + b'"}').status == 400


def test_a_body_that_explodes(glue: Signer) -> None:
    def bomb() -> bytes:
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb") as file:
            for _ in range(64):
                file.write(b" " * (1 << 20))
        return packed.getvalue()

    body = bomb()
    answer = glue.ask("POST", "/", body, x_amz_target=TABLES, content_encoding="gzip")
    assert (len(body) < 100_000, answer.status) == (True, 413)


@pytest.mark.parametrize(
    "body",
    [b'{"A":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), b"[" * 1_000_000,
     b'{"A":' * 500_000, b'{"A": "\\"' + b"[" * 100 + b'", "B":' * 100 + b"[" * 200],
)  # fmt: skip
def test_a_deep_body_of_a_json_service(glue: Signer, body: bytes) -> None:
    answer = glue.json(TABLES, body)
    assert (answer.status, answer.code) == (400, "SerializationException")


def test_brackets_in_texts_are_no_depth(glue: Signer) -> None:
    body = b'{"DatabaseName": "a", "Expression": "' + b"[{" * 500 + b'"}'
    assert b"nested" not in glue.json(TABLES, body).body


@pytest.mark.parametrize("query", ["tagging", "delete", "policy", "uploadId=u"])
def test_a_long_document_of_s3(signer: Signer, target: str, query: str) -> None:
    bucket = target.rpartition("/")[0]
    path, method = (bucket, "PUT") if query in ("tagging", "policy") else (bucket, "POST")
    path = target if query == "uploadId=u" else path
    answer = signer.ask(method, f"{path}?{query}", b" " * (MAX_DOCUMENT + 1))
    assert (answer.status, answer.code) == (400, "EntityTooLarge")


def test_an_object_of_more_than_5_gb_is_refused(signer: Signer, target: str) -> None:
    own = target.rpartition("/")[0] + "/own"
    headers = signer.signed_headers("PUT", own, {"expect": "100-continue"}, b"", "UNSIGNED-PAYLOAD")
    sent = [*headers.items(), ("content-length", str((5 << 30) + 1))]
    with Connection(signer.port) as connection:
        connection.send(raw("PUT", own, sent))
        answer = connection.answer()
    assert (answer.status, answer.code) == (400, "EntityTooLarge")


@pytest.mark.parametrize("service", ["glue", "sts", "databrew"])
def test_a_body_that_nobody_signed_is_not_waited_for(signer: Signer, service: str) -> None:
    forger = Signer(signer.port, service=service, when=None)
    data = forger.request("POST", "/", b"a" * 1000)[:-1000]
    stale = data.replace(forger.timestamp.encode(), b"20200101T000000Z")
    with Connection(signer.port) as connection:
        connection.send(stale)
        assert connection.answer().status == 403
    unsigned = raw("POST", "/", [("host", signer.host), ("x-amz-target", TABLES)], b"a" * 1000)
    with Connection(signer.port) as connection:
        connection.send(unsigned[:-1000])
        assert connection.answer().status == 403


def test_an_unsigned_body_is_no_secret_request(signer: Signer, target: str) -> None:
    """A body that is a request itself stays a body."""
    inner = signer.request("DELETE", target)
    outer = raw("POST", "/", [("host", signer.host)], inner)
    with Connection(signer.port) as connection:
        connection.send(outer)
        connection.socket.shutdown(1)
        assert connection.answer().status == 403
        assert connection.answer().status == 0


def test_what_unverified_bodies_hold_is_bounded(glue: Signer) -> None:
    """Each of these alone is small enough; together they are not."""
    body = b" " * MAX_BODY
    data = Signer(glue.port, service="glue", secret="guessed").request("POST", "/", body)
    held = [Connection(glue.port) for _ in range(20)]
    try:
        for connection in held:
            connection.send(data[:-1])
        refused = 0
        for connection in held:
            connection.send(data[-1:])
            refused += connection.answer().status == 503
        assert 0 < refused < len(held)
    finally:
        for connection in held:
            connection.socket.close()

"""Clients that stand still, in a server whose patience is a second: sent away, others served.

Nothing here asserts how long something takes: a server that waited for ever would run into the
sockets' own time-outs.
"""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LocalServer, start_server
from tests.local_aws.closed.client import Answer, Connection, Signer, ask, raw

pytestmark = pytest.mark.restart
HEALTH = b"GET /_local_aws/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("slow")
    running = start_server(folder / "data", None, f"--client-seconds={PATIENCE}")
    running.client("s3").create_bucket(Bucket="slow")
    yield running
    running.stop()


@pytest.fixture
def signer(server: LocalServer) -> Signer:
    return Signer(server.port)


def drip(connection: Connection, data: bytes, seconds: float = 0.2) -> None:
    """A byte at a time, until the server has had enough."""
    for place in range(len(data)):
        connection.send(data[place : place + 1])
        time.sleep(seconds)
        connection.socket.setblocking(False)
        try:
            if connection.socket.recv(1, socket.MSG_PEEK) is not None:
                break
        except BlockingIOError:
            continue
        except ConnectionResetError:
            break
        finally:
            connection.socket.settimeout(30)


def refused(answer: Answer) -> bool:
    return (answer.status, answer.code) == (400, "RequestTimeout") and answer.closed


def test_a_head_that_comes_byte_by_byte(server: LocalServer) -> None:
    with Connection(server.port) as connection:
        drip(connection, HEALTH)
        assert refused(connection.answer())
        assert ask(server.port, HEALTH).status == 200


def test_a_head_that_stops(server: LocalServer) -> None:
    with Connection(server.port) as connection:
        connection.send(HEALTH[:-2])
        assert refused(connection.answer())


@pytest.mark.parametrize("service", ["s3", "glue"])
def test_a_body_that_comes_byte_by_byte(server: LocalServer, service: str) -> None:
    signer = Signer(server.port, service=service)
    body = b"{" + b" " * 200
    target = "/slow/k" if service == "s3" else "/"
    data = signer.request("PUT" if service == "s3" else "POST", target, body)
    with Connection(server.port) as connection:
        connection.send(data[: -len(body)])
        drip(connection, body)
        assert refused(connection.answer())
    assert Signer(server.port).ask("GET", "/slow/k").status == 404


def test_a_body_that_stops_within_a_stream(signer: Signer) -> None:
    data = signer.request("PUT", "/slow/k", b"a" * 5_000_000)
    with Connection(signer.port) as connection:
        connection.send(data[:3_000_000])
        assert refused(connection.answer())
    assert signer.ask("GET", "/slow/k").status == 404


def test_a_slow_body_that_moves_is_taken(signer: Signer) -> None:
    body = b"a" * 60_000
    data = signer.request("PUT", "/slow/steady", body)
    with Connection(signer.port) as connection:
        for place in range(0, len(data), 6_000):
            connection.send(data[place : place + 6_000])
            time.sleep(PATIENCE / 3)
        assert connection.answer().status == 200
    assert signer.ask("GET", "/slow/steady").body == body


def test_a_client_that_does_not_read_its_answer(server: LocalServer, signer: Signer) -> None:
    body = b"a" * 30_000_000
    assert signer.ask("PUT", "/slow/large", body).status == 200
    with Connection(server.port) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.send(signer.request("GET", "/slow/large"))
        wait_until_closed(server, connection)
    assert signer.ask("GET", "/slow/large").body == body


def wait_until_closed(server: LocalServer, connection: Connection) -> None:
    """Until the server has no socket for this client, which reads nothing."""
    port = connection.socket.getsockname()[1]
    table = Path(f"/proc/{server.process.pid}/net/tcp")
    mine = f"0100007F:{server.port:04X} 0100007F:{port:04X} 01"  # established
    deadline = time.monotonic() + 60
    while mine in table.read_text():
        assert time.monotonic() < deadline, "the server still holds the connection"
        time.sleep(0.1)


def test_a_client_that_reads_slowly_gets_it_all(signer: Signer) -> None:
    body = b"a" * 8_000_000
    assert signer.ask("PUT", "/slow/large", body).status == 200
    with Connection(signer.port) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.send(signer.request("GET", "/slow/large"))
        got = b""
        while len(got) < len(body):
            got += connection.socket.recv(600_000)
            time.sleep(0.05)
        assert got.endswith(body[-1000:])


def test_a_long_poll_is_not_a_slow_client(server: LocalServer) -> None:
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"].replace("localhost", "127.0.0.1")
    send = threading.Timer(PATIENCE * 3, lambda: sqs.send_message(QueueUrl=url, MessageBody="m"))
    send.start()
    found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)
    send.join()
    assert found["Messages"][0]["Body"] == "m"


def test_a_kept_connection_may_rest(server: LocalServer) -> None:
    with Connection(server.port) as connection:
        for _ in range(2):
            connection.send(HEALTH)
            assert connection.answer().status == 200
            time.sleep(PATIENCE * 3)
        connection.send(HEALTH)
        assert connection.answer().status == 200


def test_a_client_that_waits_for_100_continue(signer: Signer) -> None:
    """The server's `100 Continue` is its own turn; after it the client has its time."""
    headers = list(signer.signed_headers("PUT", "/slow/expected", {}, b"abc").items())
    head = raw("PUT", "/slow/expected", [*headers, ("expect", "100-continue")], b"abc")[:-3]
    with Connection(signer.port) as connection:
        connection.send(head)
        assert connection.socket.recv(100).startswith(b"HTTP/1.1 100")
        connection.send(b"abc")
        assert connection.answer().status == 200
    with Connection(signer.port) as connection:
        connection.send(head)
        assert connection.socket.recv(100).startswith(b"HTTP/1.1 100")
        assert refused(connection.answer())


def test_a_refused_client_may_say_all(signer: Signer) -> None:
    """What it sends after the refusal is dropped, so that it can read why."""
    with Connection(signer.port) as connection:
        connection.send(b"GET /" + b"a" * 5_000_000 + b" HTTP/1.1\r\n\r\n")
        assert connection.answer().status == 414


def test_a_stalled_client_does_not_hold_up_the_end(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    with Connection(server.port) as connection:
        connection.send(HEALTH[:-2])
        server.process.terminate()
        server.process.wait(60)

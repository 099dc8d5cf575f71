"""Ten thousand open connections: idle, half a head, half a body; the others are answered."""

import contextlib
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_aws.connection import MAX_CONNECTIONS
from local_aws.server import OWN_FILES
from tests.conftest import LocalServer, start_server
from tests.local_aws.closed.client import Connection, Signer, ask

pytestmark = pytest.mark.restart
HEALTH = b"GET /_local_aws/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
MANY = 10_000
SPARE = 500
GROWTH = 100 << 20


@pytest.fixture
def descriptors() -> Iterator[None]:
    """As many as the test's own sockets need; skipped where the system does not allow them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY + SPARE
    if hard != resource.RLIM_INFINITY and hard < wanted + OWN_FILES:
        pytest.skip(f"needs {wanted} open files, the system allows {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def crowd() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as sockets:
        yield sockets


def connect(server: LocalServer, crowd: contextlib.ExitStack, data: bytes) -> socket.socket:
    """A connection that sends this and no more."""
    found = crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
    if data:
        found.sendall(data)
    return found


def test_ten_thousand_connections(
    tmp_path: Path, descriptors: None, crowd: contextlib.ExitStack
) -> None:
    assert MANY < MAX_CONNECTIONS
    server = start_server(tmp_path / "data")
    try:
        signer = Signer(server.port)
        assert signer.ask("PUT", "/crowd").status == 200
        assert signer.ask("PUT", "/crowd/k", b"there").status == 200
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        slow = signer.request("PUT", "/crowd/slow", b"a" * 2_000_000)[:-1_900_000]
        sent = (b"", HEALTH, HEALTH[:-2], b"POST / HTTP/1.1\r\nHost: localhost\r\n")
        for number in range(MANY):
            connect(server, crowd, slow if number % 1000 == 0 else sent[number % len(sent)])
        for number in range(50):
            key = f"/crowd/{number}"
            assert signer.ask("PUT", key, b"new").status == 200
            assert signer.ask("GET", "/crowd/k").body == b"there"
        grown = process.memory_info().rss - before
        assert grown < GROWTH, f"{grown >> 20} MB for {MANY} connections"
        assert process.num_fds() > MANY // 2
    finally:
        server.stop()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("small")
    server = start_server(folder / "data", None, "--max-connections=20")
    yield server
    server.stop()


@pytest.mark.parametrize("data", [b"", HEALTH, HEALTH[:-2]], ids=["idle", "kept", "half a head"])
def test_over_the_limit_who_waits_longest_goes(
    small: LocalServer, crowd: contextlib.ExitStack, data: bytes
) -> None:
    crowded = [connect(small, crowd, data) for _ in range(60)]
    for _ in range(10):
        assert ask(small.port, HEALTH).status == 200
    assert ended(crowded[0])
    assert not ended(crowded[-1])


def ended(connection: socket.socket) -> bool:
    """Whether the server has closed it, whatever it said before."""
    connection.settimeout(0.5)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def test_requests_under_way_are_not_ended_for_others(
    small: LocalServer, crowd: contextlib.ExitStack
) -> None:
    signer = Signer(small.port)
    assert signer.ask("PUT", "/crowd").status == 200
    body = b"a" * 200_000
    data = signer.request("PUT", "/crowd/k", body)
    busy = [Connection(small.port) for _ in range(20)]
    for connection in busy:
        crowd.enter_context(connection)
        connection.send(data[:-1000])
    for connection in busy:  # their requests have been read, not only accepted
        assert not ended(connection.socket)
    answer = ask(small.port, HEALTH)
    assert (answer.status, answer.code, answer.closed) == (503, "ServiceUnavailable", True)
    for connection in busy:
        connection.socket.settimeout(30)
        connection.send(data[-1000:])
        assert connection.answer().status == 200

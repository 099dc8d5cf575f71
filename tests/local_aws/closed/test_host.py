"""Which addresses and names the server answers to: this machine's, unless it was told others."""

import socket
from collections.abc import Iterator

import pytest

from tests.conftest import LocalServer, start_server
from tests.local_aws.closed.client import Connection, raw

pytestmark = pytest.mark.restart
HEALTH = "/_local_aws/health"


def listening(server: LocalServer) -> set[str]:
    """The addresses, in hexadecimal, that the server's port is bound to."""
    with open(f"/proc/{server.process.pid}/net/tcp") as table:  # noqa: PTH123
        rows = [line.split() for line in table][1:]
    found = [row[1].split(":") for row in rows if row[3] == "0A"]
    return {address for address, port in found if int(port, 16) == server.port}


def status(address: str, port: int, host: str) -> int:
    with Connection(port) as connection:
        connection.socket.close()
        connection.socket = socket.create_connection((address, port), 30)
        connection.send(raw("GET", HEALTH, [("host", host)]))
        return connection.answer().status


def log(server: LocalServer) -> str:
    return (server.data.parent / f"{server.data.name}.log").read_text()


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("open")
    server = start_server(folder / "data", None, "--host=0.0.0.0", "--allow-host=lake.example")
    yield server
    server.stop()


def test_it_listens_on_this_machine_alone(server: LocalServer) -> None:
    assert listening(server) == {"0100007F"}
    assert "LISTENING ON" not in log(server)


def test_it_warns_where_others_reach_it(open_server: LocalServer) -> None:
    assert listening(open_server) == {"00000000"}
    assert "WARNING local_aws.server LISTENING ON 0.0.0.0" in log(open_server)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("lake.example", 200),
        ("lake.example:4566", 200),
        ("127.0.0.1", 200),
        ("0.0.0.0", 403),
        ("192.168.1.10", 403),
        ("evil.example", 403),
        ("evil.lake.example", 403),
    ],
)
def test_a_host_has_to_be_allowed(open_server: LocalServer, host: str, expected: int) -> None:
    assert status("127.0.0.1", open_server.port, host) == expected


def test_so_it_has_from_another_address(open_server: LocalServer) -> None:
    """127.0.0.2 stands for this machine's address in its network."""
    assert status("127.0.0.2", open_server.port, "127.0.0.2") == 403
    assert status("127.0.0.2", open_server.port, "lake.example") == 200

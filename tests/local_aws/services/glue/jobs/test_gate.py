"""What a run's JVM asks of files, and what nobody else is told."""

import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote_plus, unquote_plus

import pytest

from local_aws.acting.errors import S3Denied
from local_aws.services.glue.jobs.gate import LONGEST, SETTING, Gate


class Store:
    """Lets read what begins with `data/`, and nothing else."""

    def require_reading(self, bucket: str, key: str) -> None:
        if not key.startswith("data/"):
            raise S3Denied(f"no {bucket} {key}", "s3:GetObject", key, f"s3://{bucket}/{key}")

    require_listing = require_writing = require_deleting = require_reading


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate(Store())  # type: ignore[arg-type]
    yield made
    made.close()


def ask(gate: Gate, *lines: bytes) -> list[str | None]:
    """The answers on one connection; None where it was closed."""
    port, token = gate.settings[SETTING].split()
    with closing(socket.create_connection(("127.0.0.1", int(port)), 10)) as connection:
        answers = connection.makefile("rb")
        found: list[str | None] = []
        for line in lines:
            try:
                connection.sendall(line.replace(b"TOKEN", token.encode()))
                answer = answers.readline()
            except ConnectionError:
                answer = b""
            found.append(unquote_plus(answer.decode()).removesuffix("\n") if answer else None)
        return found


def test_yes_and_no(gate: Gate) -> None:
    odd = quote_plus("data/a b\n\u00fc +%").encode()
    assert ask(
        gate,
        b"TOKEN GetObject b " + odd + b"\n",
        b"TOKEN PutObject b other\n",
        b"TOKEN ListBucket b data%2F\n",
    ) == ["", "no b other (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)", ""]


@pytest.mark.parametrize(
    "line",
    [
        b"nobodys GetObject b data%2Fa\n",
        b"TOKEN GetObject b\n",
        b"TOKEN GetObject b data a\n",
        b"TOKEN GetObject b " + b"x" * LONGEST + b"\n",
        b"\xff\xfe \x00 \n",
        b"\n",
    ],
)
def test_who_is_not_the_runs_jvm_is_told_nothing(gate: Gate, line: bytes) -> None:
    assert ask(gate, line)[0] is None


def test_an_action_that_is_none_is_no_yes(gate: Gate) -> None:
    assert ask(gate, b"TOKEN Everything b data%2Fa\n") == [None]


def test_after_the_run_nothing_is_allowed(gate: Gate) -> None:
    port, token = gate.settings[SETTING].split()
    with socket.create_connection(("127.0.0.1", int(port)), 10) as connection:
        answers = connection.makefile("rb")
        question = f"{token} GetObject b data%2Fa\n".encode()
        connection.sendall(question)
        assert answers.readline() == b"\n"
        gate.close()
        connection.sendall(question)
        assert answers.readline() == b""

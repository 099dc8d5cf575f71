"""Whether a retry helps is a type; a gate's message says what, where and what to do."""

import pickle

import pytest
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    FlexibleChecksumError,
    IncompleteReadError,
    NoCredentialsError,
)

from tarn.errors import Finding, GateFailed, Terminal, Transient, aws_errors


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "GetTable")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("ConcurrentRunsExceededException"),
        client_error("ConflictException", 409),
        client_error("OperationTimeoutException"),
        client_error("SomethingNew", 503),
        CredentialRetrievalError(provider="iam-role", error_msg="timed out"),
        FlexibleChecksumError(error_msg="expected a, calculated b"),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_transient(error: Exception) -> None:
    with pytest.raises(Transient, match="look: "), aws_errors("look"):
        raise error


@pytest.mark.parametrize(
    "error", [client_error("AccessDeniedException", 403), NoCredentialsError()]
)
def test_terminal(error: Exception) -> None:
    with pytest.raises(Terminal), aws_errors("look"):
        raise error


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), aws_errors("look"):
        raise ZeroDivisionError


def gate() -> GateFailed:
    return GateFailed(
        "landed", "flights", "2013-03", [Finding("2 fields", "line 7"), Finding("cut")], "Mend it."
    )


def test_gate_message() -> None:
    assert str(gate()).splitlines() == [
        "gate landed stopped flights 2013-03:",
        "  - line 7: 2 fields",
        "  - cut",
        "  What to do: Mend it.",
    ]
    assert gate().to_dict()["findings"][0] == {"what": "2 fields", "where": "line 7"}


def test_gate_survives_a_process_boundary() -> None:
    assert str(pickle.loads(pickle.dumps(gate()))) == str(gate())

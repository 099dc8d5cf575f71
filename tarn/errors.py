"""Errors of the pipeline. Whether a retry can help is a type: Transient, or Terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)


class TarnError(Exception):
    """Anything the pipeline stops for."""


class Transient(TarnError):
    """The same call may succeed later: throttling, a 5xx answer, a lost connection."""


class Terminal(TarnError):
    """The same call fails again until somebody changes something."""


@dataclass(frozen=True)
class Finding:
    """One thing that a gate found: what is wrong, and where."""

    what: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class GateFailed(Terminal):
    """A gate stopped a partition. Readers still see what was published before."""

    def __init__(
        self,
        gate: str,
        dataset: str,
        partition: str,
        findings: Sequence[Finding],
        remedy: str,
    ) -> None:
        self.gate = gate
        self.dataset = dataset
        self.partition = partition
        self.findings = tuple(findings)
        self.remedy = remedy
        super().__init__(gate, dataset, partition, self.findings, remedy)

    def __str__(self) -> str:
        lines = [f"gate {self.gate} stopped {self.dataset} {self.partition}:"]
        lines += [f"  - {finding}" for finding in self.findings]
        return "\n".join([*lines, f"  What to do: {self.remedy}"])

    def to_dict(self) -> dict[str, Any]:
        return {
            "gate": self.gate,
            "dataset": self.dataset,
            "partition": self.partition,
            "findings": [asdict(finding) for finding in self.findings],
            "remedy": self.remedy,
        }


# AWS's services do not agree on one name for "slow down". So refused, a call was not carried out.
THROTTLED_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
RETRIED_CODES = THROTTLED_CODES | frozenset(
    {
        "ConcurrentRunsExceededException",
        "ConcurrentModificationException",
        "ConflictException",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InternalServiceException",
        "LimitExceededException",
        "OperationTimeoutException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)


# What botocore itself says of a body that was cut off or spoilt on its way, of a provider of
# credentials that does not answer, and of a lost connection.
LOST = (
    BotoConnectionError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)


def code_of(error: Exception) -> str:
    """AWS's error code, or "" for what is not an answer of AWS."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""


def is_transient(error: Exception) -> bool:
    if isinstance(error, LOST):
        return True
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return code_of(error) in RETRIED_CODES or status >= 500


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Raise boto3's errors as Transient or Terminal, saying what was being done.

    Also a decorator: `@aws_errors("land")`.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        kind = Transient if is_transient(error) else Terminal
        raise kind(f"{doing}: {error}") from error

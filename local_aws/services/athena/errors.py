"""Athena's refusals: of a call (`InvalidRequestException`) and of a query (`QueryFailed`)."""

from __future__ import annotations

import uuid
from typing import Any

from local_aws.errors import ServiceError

SERVICE = "athena.amazonaws.com"


class InvalidRequest(ServiceError):
    """A call that Athena does not accept. On the wire its code stands twice."""

    code = "InvalidRequestException"

    def __init__(self, message: str, athena_code: str = "INVALID_INPUT") -> None:
        super().__init__(message, AthenaErrorCode=athena_code, ErrorCode=athena_code)


class TooManyRequests(ServiceError):
    """More queries are queued or running than the account may have.

    https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
    """

    code = "TooManyRequestsException"

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason="CONCURRENT_QUERY_LIMIT_EXCEEDED")


class ResourceNotFound(ServiceError):
    """A workgroup's prepared statement, or a resource by its ARN, that is not there."""

    code = "ResourceNotFoundException"

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message, ResourceName=name)


class MetadataError(ServiceError):
    """The catalog has no such database or table."""

    code = "MetadataException"


def from_glue(message: str, code: str = "EntityNotFoundException") -> str:
    """How Athena passes on what the Glue catalog refuses; clients look for its code."""
    return (
        f"{message} (Service: AmazonDataCatalog; Status Code: 400; Error Code:"
        f" {code}; Request ID: {uuid.uuid4()}; Proxy: null)"
    )


# AthenaError.ErrorType, as measured on Athena
# (https://docs.aws.amazon.com/athena/latest/ug/error-reference.html).
ERROR_TYPES = {
    "DIVISION_BY_ZERO": 1001,
    "TYPE_MISMATCH": 1002,
    "COLUMN_NOT_FOUND": 1006,
    "CATALOG_NOT_FOUND": 1006,
    "INVALID_CAST_ARGUMENT": 1100,
    "INVALID_PARAMETER_USAGE": 1100,
    "NUMERIC_VALUE_OUT_OF_RANGE": 1100,
    "INVALID_FUNCTION_ARGUMENT": 1106,
    "TABLE_ALREADY_EXISTS": 1110,
    "NOT_SUPPORTED": 1200,
    "NOT_FOUND": 1300,
    "TABLE_NOT_FOUND": 1301,
    "SCHEMA_NOT_FOUND": 1301,
    "FUNCTION_NOT_FOUND": 1303,
}
_OTHER = 1000


class QueryFailed(Exception):
    """A query that was accepted and failed. `code` is Trino's name of the error."""

    def __init__(self, code: str, message: str, position: tuple[int, int] | None = None) -> None:
        self.code = code
        self.detail = message
        self.position = position
        super().__init__(self.reason)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> QueryFailed:
        """From what `stored` gave."""
        position = stored["position"]
        return cls(stored["code"], stored["detail"], tuple(position) if position else None)

    @property
    def stored(self) -> dict[str, Any]:
        return {"code": self.code, "detail": self.detail, "position": self.position}

    @property
    def reason(self) -> str:
        if not self.code:
            return self.detail
        place = f"line {self.position[0]}:{self.position[1]}: " if self.position else ""
        return f"{self.code}: {place}{self.detail}"

    @property
    def athena_error(self) -> dict[str, Any]:
        return {
            "ErrorCategory": 2,
            "ErrorType": ERROR_TYPES.get(self.code, _OTHER),
            "Retryable": False,
            "ErrorMessage": self.reason,
        }


class ServiceFailed(QueryFailed):
    """Athena's own failure, and no fault of the query's: the same query may succeed.

    https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
    """

    def __init__(self, message: str) -> None:
        super().__init__("GENERIC_INTERNAL_ERROR", message)

    @property
    def athena_error(self) -> dict[str, Any]:
        return {**super().athena_error, "ErrorCategory": 1, "ErrorType": 100, "Retryable": True}


class SyntaxRefused(QueryFailed):
    """What Athena's parser refuses when the query is started."""

    def __init__(self, message: str, position: tuple[int, int] = (1, 1)) -> None:
        super().__init__("", f"line {position[0]}:{position[1]}: {message}")


class QueryCancelled(Exception):
    """The query was stopped, by its user or by the workgroup's limit on bytes."""


def not_supported(what: str, position: tuple[int, int] | None = None) -> QueryFailed:
    """What Athena has and this engine does not: refused by its name."""
    return QueryFailed("NOT_SUPPORTED", f"{what} is not supported by local_aws", position)


def task_failed(message: str) -> QueryFailed:
    """What Hive's metastore refuses while a DDL statement runs."""
    return QueryFailed(
        "",
        "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
        f" {message}",
    )


def semantic(message: str) -> QueryFailed:
    """Hive's DDL errors have a shape of their own."""
    return QueryFailed("", f"FAILED: SemanticException {message}")

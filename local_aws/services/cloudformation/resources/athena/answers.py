"""Athena's answers: that something is not there, or is there already, its message alone tells."""

from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.calls import Answer, call
from local_aws.services.cloudformation.resources.handler import Work

ABSENT = ("was not found", "is not found")
TAKEN = ("already exists", "already created")


def find(work: Work, operation: str, **arguments: Any) -> Answer | None:
    """The answer, or None where there is no such thing."""
    try:
        return call(work.client("athena"), operation, **arguments)
    except ClientError as error:
        if _says(error, ABSENT):
            return None
        raise


def make(work: Work, operation: str, **arguments: Any) -> None:
    """Create it. What an earlier try of the step made is taken as it is."""
    try:
        call(work.client("athena"), operation, **arguments)
    except ClientError as error:
        if not (work.retried and _says(error, TAKEN)):
            raise


def _says(error: ClientError, phrases: tuple[str, ...]) -> bool:
    message = error.response["Error"]["Message"]
    return any(phrase in message for phrase in phrases)

"""Small things that every answer needs."""

from datetime import UTC, datetime
from typing import Any

DATES = ("CreateDate", "LastModifiedDate", "PublishedDate", "StartedOn", "CompletedOn")


def only(request: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The members of a request that are kept."""
    return {name: request[name] for name in names if request.get(name) is not None}


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A document less a member that lists do not show."""
    return {key: value for key, value in document.items() if key != name}


def dated(document: dict[str, Any]) -> dict[str, Any]:
    """Kept seconds as points in time."""
    times = {
        name: datetime.fromtimestamp(document[name], UTC)
        for name in DATES
        if document.get(name) is not None
    }
    return document | times

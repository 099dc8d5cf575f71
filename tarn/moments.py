"""Moments as the ledger writes them: ISO 8601 in UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime


def text(at: datetime) -> str:
    """A moment that knows its zone, as text.

    >>> text(datetime(2013, 3, 31, 22, 30, tzinfo=UTC))
    '2013-03-31T22:30:00.000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def now() -> str:
    return text(datetime.now(UTC))


def read(written: str) -> datetime:
    """The moment of a text; one that names no zone is UTC. ValueError for what is none.

    >>> read("2013-03-31T22:30:00").isoformat()
    '2013-03-31T22:30:00+00:00'
    """
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def age(written: str) -> float:
    """The seconds since then."""
    return (datetime.now(UTC) - read(written)).total_seconds()

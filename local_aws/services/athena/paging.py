"""Pages of a list, by opaque tokens."""

from __future__ import annotations

import base64
from typing import TypeVar

from local_aws.services.athena.errors import InvalidRequest

T = TypeVar("T")


def page(items: list[T], limit: int, token: str | None) -> tuple[list[T], str | None]:
    """The page that begins at the token, and the token of the next."""
    start = _start(token)
    following = start + limit
    more = _token(following) if following < len(items) else None
    return items[start:following], more


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "from":
            return int(number)
    except ValueError:
        pass
    raise InvalidRequest("The NextToken is not valid")

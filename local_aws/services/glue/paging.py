"""NextToken and MaxResults: a page starts after the key of the last item that was handed out.

A token holds that key rather than an offset, so that items created or deleted between two pages
are neither skipped nor repeated.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from local_aws.context import Request
from local_aws.services.glue.errors import InvalidInputException

Item = TypeVar("Item")


def page(
    items: Iterable[Item], request: Request, *, key: Callable[[Item], str], default: int = 100
) -> tuple[list[Item], dict[str, str]]:
    """The asked-for page, and ``{"NextToken": ...}`` when there is more."""
    limit = request.get("MaxResults", default)
    token = request.get("NextToken")
    rest = sorted(items, key=key)
    if token:
        after = opened(token)
        rest = [item for item in rest if key(item) > after]
    chosen = rest[:limit]
    more = {"NextToken": sealed(key(chosen[-1]))} if len(rest) > limit else {}
    return chosen, more


def sealed(key: str) -> str:
    """A token that goes on after the key."""
    return base64.urlsafe_b64encode(json.dumps({"after": key}).encode()).decode()


def opened(token: str) -> str:
    """The key in a token of ours."""
    try:
        return str(json.loads(base64.urlsafe_b64decode(token.encode()))["after"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise InvalidInputException(f"NextToken is not one of ours: {token}") from error

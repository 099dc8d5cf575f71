"""What every operation does: the account, the request id, pages, permissions."""

import base64
import binascii
import datetime as dt
import functools
import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from local_aws.context import Platform, Request, Response
from local_aws.services.quicksight.errors import AccessDenied, InvalidNextToken
from local_aws.services.quicksight.ingestions.queue import Ingestions
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.refreshes.clock import RefreshClock

DEFAULT_PAGE = 100
Self = TypeVar("Self", bound="Operations")
Method = Callable[[Self, Request], Response]
Item = TypeVar("Item")


class Operations:
    """What an operation can reach."""

    def __init__(
        self, platform: Platform, store: Store, ingestions: Ingestions, clock: RefreshClock
    ) -> None:
        self.platform, self.store = platform, store
        self.ingestions, self.clock = ingestions, clock


def operation(status: int = 200) -> Callable[[Method[Self]], Method[Self]]:
    """A method as an operation: ours alone, answered with Status and RequestId."""

    def decorate(method: Method[Self]) -> Method[Self]:
        @functools.wraps(method)
        def wrapped(self: Self, request: Request) -> Response:
            account = request.get("AwsAccountId", self.platform.account_id)
            if account != self.platform.account_id:
                raise AccessDenied(account)
            return method(self, request) | {"Status": status, "RequestId": str(uuid.uuid4())}

        return wrapped

    return decorate


def page(
    request: Request, items: Sequence[Item], key: Callable[[Item], str]
) -> tuple[list[Item], dict[str, str]]:
    """One page of a sorted list, and the token of the next as members of the response."""
    items = list(items)
    if token := request.get("NextToken"):
        last = _decode(token)
        found = [number for number, item in enumerate(items) if key(item) == last]
        if not found:
            raise InvalidNextToken(f"The NextToken {token} is not valid")
        items = items[found[0] + 1 :]
    size = request.get("MaxResults", DEFAULT_PAGE)
    if len(items) <= size:
        return items, {}
    token = base64.urlsafe_b64encode(key(items[size - 1]).encode()).decode()
    return items[:size], {"NextToken": token}


def _decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        raise InvalidNextToken(f"The NextToken {token} is not valid") from None


def when(seconds: float | None) -> dt.datetime | None:
    """Stored seconds as a time."""
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


def present(**members: Any) -> Response:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}

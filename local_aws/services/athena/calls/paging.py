"""Pages of answers, by tokens that only this server can make.

A token names the listing that it goes on with, the place in it and when it was given. It is
signed: what is forged, of another listing or older than a day is refused.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import TypeVar

from local_aws.context import Request, Response
from local_aws.services.athena.errors import InvalidRequest

T = TypeVar("T")

LIFETIME = 24 * 3600
_SIGNATURE = 16


class Tokens:
    """Makes and reads tokens with the server's secret."""

    def __init__(self, secret: str, now: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._now = now

    def give(self, listing: str, place: int) -> str:
        body = json.dumps([listing, place, int(self._now())]).encode()
        return base64.b64encode(self._sign(body) + body).decode()

    def place(self, listing: str, token: str) -> int | None:
        """The place that the token stands for; None where it is no token of this listing."""
        try:
            raw = base64.b64decode(token, validate=True)
        except ValueError:
            return None
        signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(body)):
            return None
        of, place, given = json.loads(body)
        return int(place) if of == listing and self._now() - given <= LIFETIME else None

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, "sha256")[:_SIGNATURE]

    def start(self, listing: str, token: str | None) -> int:
        """Where a listing's page begins. Raises InvalidRequest."""
        if token is None:
            return 0
        place = self.place(listing, token)
        if place is None:
            raise InvalidRequest(f"The nextPageToken is malformed: {token}")
        return place

    def page(
        self, listing: str, items: list[T], request: Request, limit: int
    ) -> tuple[list[T], Response]:
        """The page that a request asks for, and the NextToken to answer with it, if any."""
        start = self.start(listing, request.get("NextToken"))
        following = start + (request.get("MaxResults") or limit)
        more = following < len(items)
        return items[start:following], {"NextToken": self.give(listing, following)} if more else {}

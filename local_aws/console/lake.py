"""What the pages look at: the services' operations, and how much the buckets hold."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.context import Platform
from local_aws.services import Services
from local_aws.services.s3.model import S3Store

MOST_OBJECTS = 100_000
MOST_SECONDS = 1.5
COOLING = 40
"""A bucket that took a second to measure is not measured again for so many seconds."""


@dataclass(frozen=True)
class Usage:
    """Objects and bytes of a bucket; `partial` where counting was broken off."""

    objects: int
    size: int
    partial: bool


class Lake:
    """The services of one running server."""

    def __init__(self, platform: Platform, services: Services) -> None:
        self.platform = platform
        self.glue: Any = services.apis["glue"]
        self.athena: Any = services.apis["athena"]
        self.databrew: Any = services.apis["databrew"]
        self.quicksight: Any = services.apis["quicksight"]
        self.cloudformation: Any = services.apis["cloudformation"]
        self.logs: Any = services.apis["logs"]
        self._usage: dict[str, tuple[float, Usage]] = {}

    @property
    def s3(self) -> S3Store:
        """Buckets and objects."""
        return self.platform.s3

    def usage(self, bucket: str) -> Usage:
        """What the bucket holds, counted now or a moment ago."""
        until, known = self._usage.get(bucket, (0.0, Usage(0, 0, False)))
        if time.monotonic() < until:
            return known
        began = time.monotonic()
        known = self._count(bucket, began + MOST_SECONDS)
        took = time.monotonic() - began
        self._usage[bucket] = (time.monotonic() + max(2, took * COOLING), known)
        return known

    def _count(self, bucket: str, deadline: float) -> Usage:
        objects = size = 0
        for info in self.s3.list(bucket):
            objects, size = objects + 1, size + info.size
            if objects == MOST_OBJECTS or (objects % 500 == 0 and time.monotonic() > deadline):
                return Usage(objects, size, partial=True)
        return Usage(objects, size, partial=False)


@dataclass(frozen=True)
class Ask:
    """The query of a page's address."""

    query: dict[str, str]

    def get(self, name: str, default: str = "") -> str:
        """A value, or the default where it is missing or empty."""
        return self.query.get(name) or default

    def number(self, name: str) -> int | None:
        """A value that is a number of up to 19 digits; else None."""
        value = self.get(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None


def every(operation: Any, member: str, **request: Any) -> Iterator[dict[str, Any]]:
    """All pages of a Glue or Athena operation's list."""
    answer = operation(request)
    yield from answer[member]
    while token := answer.get("NextToken"):
        answer = operation(request | {"NextToken": token})
        yield from answer[member]

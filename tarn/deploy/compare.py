"""What AWS has against what is declared: what differs, and what would make it the same.

A stage of a deploy only looks, and yields its changes; a deploy makes them, a plan shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tarn.errors import aws_errors

DONE = {
    "create": "created",
    "update": "updated",
    "write": "written",
    "publish": "published",
    "delete": "deleted",
    "wait": "settled",
}


@dataclass(frozen=True)
class Change:
    """One thing that a deploy would do: to `table lake.flights`, `create`.

    detail: where an update differs, as paths into AWS's answer. make() is to be called once, when
    the changes before it are made.
    """

    what: str
    verb: str
    make: Callable[[], Any]
    detail: tuple[str, ...] = ()

    def apply(self) -> Iterator[str]:
        """Make the change; the line that says so."""
        with aws_errors(self.what):
            self.make()
        yield self.done

    @property
    def done(self) -> str:
        return f"{self.what}: {DONE[self.verb]}"


def covers(actual: Any, wanted: Any) -> bool:
    """Whether `actual` says all that `wanted` says; AWS adds defaults and timestamps of its own."""
    return not differences(actual, wanted)


def differences(actual: Any, wanted: Any) -> tuple[str, ...]:
    """Where `actual` does not say what `wanted` says: `StorageDescriptor.Columns[3].Type`."""
    return tuple(_differences(actual, wanted, ""))


def _differences(actual: Any, wanted: Any, path: str) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        for key, value in wanted.items():
            below = f"{path}.{key}" if path else str(key)
            if key in actual:
                yield from _differences(actual[key], value, below)
            else:
                yield below
    elif isinstance(wanted, list | tuple) and isinstance(actual, list | tuple):
        for at in range(max(len(wanted), len(actual))):
            if at < len(wanted) and at < len(actual):
                yield from _differences(actual[at], wanted[at], f"{path}[{at}]")
            else:
                yield f"{path}[{at}]"
    elif isinstance(wanted, Mapping | list | tuple) or actual != wanted:
        yield path or "everything"

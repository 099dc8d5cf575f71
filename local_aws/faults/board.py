"""The rules in force, how often each fired, and the runs that are to fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec

from local_aws.errors import ServiceError
from local_aws.faults.rules import Rule

_failing: ContextVar[str | None] = ContextVar("failing", default=None)
"""The message with which a run that is started now is to fail; threads of anyio take it along."""


class InjectedFailure(ServiceError):
    """What ends a run that was to fail."""

    code = "InjectedFailure"


@dataclass
class Posted:
    """A rule and what became of it."""

    rule: Rule
    seen: int = 0
    fired: int = 0

    def strikes(self) -> bool:
        """Whether it strikes this matching call, which it counts."""
        self.seen += 1
        if self.seen <= self.rule.after or self.fired == self.rule.times:
            return False
        self.fired += 1
        return True


class Board:
    """Asked by every request while there are rules, and by every run as it begins."""

    def __init__(self) -> None:
        self._posted: list[Posted] = []
        self._doomed: dict[str, str] = {}
        self._lock = threading.Lock()

    def post(self, rules: list[Rule]) -> None:
        """These rules in place of all before; counting begins anew."""
        with self._lock:
            self._posted = [Posted(rule) for rule in rules]

    def shown(self) -> list[dict[str, Any]]:
        """Each rule, with the calls that it ``seen`` and those where it ``fired``."""
        with self._lock:
            return [
                {**msgspec.to_builtins(one.rule), "seen": one.seen, "fired": one.fired}
                for one in self._posted
            ]

    def strike(self, service: str, operation: str) -> Rule | None:
        """The first rule that strikes this call; those behind it do not see it."""
        with self._lock:
            for one in self._posted:
                if one.rule.matches(service, operation) and one.strikes():
                    return one.rule
        return None

    @property
    def empty(self) -> bool:
        return not self._posted

    @contextmanager
    def failing(self, message: str) -> Iterator[None]:
        """A run that is started inside is to fail."""
        before = _failing.set(message)
        try:
            yield
        finally:
            _failing.reset(before)

    def started(self, run: str) -> None:
        """What an engine says of each run that it takes, under a name that is the run's own."""
        message = _failing.get()
        if message is not None:
            with self._lock:
                self._doomed[run] = message

    def check(self, run: str) -> None:
        """Raises InjectedFailure where this run was to fail."""
        with self._lock:
            message = self._doomed.pop(run, None)
        if message is not None:
            raise InjectedFailure(message)

"""Regular expressions that callers give, matched in bounded time: none may hold up the server."""

from collections.abc import Callable
from typing import Any

import regex

SECONDS = 1.0  # for one text; an honest pattern takes microseconds


class CallerPattern:
    """A pattern, which errors call as `said` has it: "pattern flights*".

    Raises `error` for one that is none and, when it is used, for one that takes too long.
    """

    def __init__(
        self, pattern: str, said: str, error: Callable[[str], Exception], flags: int = 0
    ) -> None:
        self._said, self._error = said, error
        try:
            self._compiled = regex.compile(pattern, flags)
        except regex.error as why:
            raise error(f"Invalid {said}: {why}") from why

    def fullmatch(self, text: str) -> Any:
        """The match of the whole text, or None."""
        return self._bounded(self._compiled.fullmatch, text)

    def search(self, text: str) -> Any:
        """The match at its first place in the text, or None."""
        return self._bounded(self._compiled.search, text)

    def _bounded(self, match: Any, text: str) -> Any:
        try:
            return match(text, timeout=SECONDS, concurrent=True)
        except TimeoutError as why:
            raise self._error(f"The {self._said} takes too long to match") from why

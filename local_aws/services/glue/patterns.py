"""Patterns that callers give, matched in bounded time: one of them must not hold up the server."""

from collections.abc import Callable

import regex

from local_aws.services.glue.errors import InvalidInputException

SECONDS = 1.0  # for one text; an honest pattern takes microseconds


def matcher(pattern: str, said: str, *, any_case: bool = False) -> Callable[[str], bool]:
    """Whether the whole of a text is like the regular expression.

    Raises InvalidInputException, with what the caller wrote (`said`), for a pattern that is none
    and, when it is used, for one that takes too long.
    """
    flags = regex.DOTALL | (regex.IGNORECASE if any_case else 0)
    try:
        compiled = regex.compile(pattern, flags)
    except regex.error as error:
        raise InvalidInputException(f"Invalid pattern {said}: {error}") from error

    def matches(text: str) -> bool:
        try:
            return compiled.fullmatch(text, timeout=SECONDS, concurrent=True) is not None
        except TimeoutError as error:
            raise InvalidInputException(f"The pattern {said} takes too long to match") from error

    return matches

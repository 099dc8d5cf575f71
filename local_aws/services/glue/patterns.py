"""Patterns of Glue's callers: the names of tables, the paths that a crawler leaves out."""

from collections.abc import Callable

import regex

from local_aws.caller_patterns import CallerPattern
from local_aws.services.glue.errors import InvalidInputException


def matcher(pattern: str, said: str, *, any_case: bool = False) -> Callable[[str], bool]:
    """Whether the whole of a text is like the regular expression, which the caller wrote as `said`.

    Raises InvalidInputException for one that is none and, when it is used, takes too long.
    """
    flags = regex.DOTALL | (regex.IGNORECASE if any_case else 0)
    compiled = CallerPattern(pattern, f"pattern {said}", InvalidInputException, flags)
    return lambda text: compiled.fullmatch(text) is not None

"""Scalars as CloudFormation takes one kind for another: 7 for "7", "true" for true."""

import re
from typing import Any

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
WHOLE = re.compile(r"[+-]?\d{1,30}", re.ASCII)


def text_of(value: Any) -> str:
    """A scalar as it is written into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number_of(text: str) -> float | None:
    """The number in a text; None where it is none, or endless."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    found = float(text)
    return found if abs(found) != float("inf") else None

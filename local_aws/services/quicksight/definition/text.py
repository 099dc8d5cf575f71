"""The words of titles, labels and text boxes, with the values of parameters in them.

https://docs.aws.amazon.com/quicksight/latest/user/parameters-as-text.html
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any

from local_aws.errors import ServiceError
from local_aws.services.quicksight.errors import QueryRefused

Values = Mapping[str, tuple[Any, ...] | None]
Say = Callable[[str], str]
# ``${name}`` stands in rich text, in an <expression>; ``<<$name>>`` is what an author types.
NAMED = re.compile(r"\$\{(?P<inner>\w+)\}|(?:<<|&lt;&lt;)\$(?P<typed>\w+)(?:>>|&gt;&gt;)")


def saying(values: Values, rich: bool = False) -> Say:
    """How a text is said with the values of parameters; other names stay as they are."""

    def named(match: re.Match[str]) -> str:
        name = match["inner"] or match["typed"]
        if name not in values:
            return match[0]
        try:
            found = values[name]
        except (QueryRefused, ServiceError):
            return match[0]  # the visuals that use it say what is wrong
        words = "All" if found is None else ", ".join(map(_shown, found))
        return escape(words, quote=False) if rich else words

    return lambda text: NAMED.sub(named, text)


def _shown(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def label_text(label: dict[str, Any], values: Values | None = None) -> str:
    """A title or subtitle as plain text; nothing where it is hidden."""
    if label.get("Visibility") == "HIDDEN":
        return ""
    form = label.get("FormatText", {})
    if form.get("PlainText"):
        return saying(values or {})(str(form["PlainText"]))
    return saying(values or {})(plain(form.get("RichText", "")))


def plain(rich: str) -> str:
    """The words of QuickSight's rich text, which is XML of its own."""
    words, depth = [], 0
    for char in rich:
        depth += (char == "<") - (char == ">")
        words.append(char if depth == 0 and char != ">" else " " if char == ">" else "")
    return unescape(" ".join("".join(words).split()))

"""Regular expressions that RE2, DuckDB's own engine, reads as Joni does: an order faster.

Joni's \\d, \\w and \\s know all of Unicode where RE2's know ASCII. What RE2 lacks or means
otherwise (look-around, back references, \\b, lines, sets within sets) is left to `regex`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_DIGIT, _WORD, _SPACE = r"\p{Nd}", r"\p{L}\p{M}\p{N}\p{Pc}", r"\t-\r\x{85}\p{Z}"
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_MOST_REPEATS = 1000

_TOKEN = re.compile(
    r"(?P<escape>\\(?:x[0-9A-Fa-f]{2}|p\{\w+\}|.))|(?P<group>\((?:\?(?:[is]+[:)]|:|<[A-Za-z]\w*>))?(?!\?))"
    r"|(?P<class>\[\^?(?!\])(?:\\.|[^\]\[\\])+\])|(?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??(?!\+))"
    r"|(?P<end>\$)|(?P<plain>[^\\\[\](){}*+?$])|(?P<close>\))",
    re.DOTALL,
)
_IN_CLASS = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|p\{\w+\}|.)|[^\\]", re.DOTALL)


class _Beyond(Exception):
    """RE2 would read it otherwise."""


@lru_cache(maxsize=1024)
def translated(pattern: str, whole_match: bool) -> str | None:
    """The pattern for RE2, or None; with `whole_match` the text of the match is wanted too."""
    try:
        return "".join(_tokens(pattern, whole_match))
    except _Beyond:
        return None


def _tokens(pattern: str, whole_match: bool) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        if found is None:
            raise _Beyond
        at = found.end()
        if found["end"] and pattern[at : at + 1] not in ("", "|", ")"):
            raise _Beyond
        yield _token(found, whole_match)


def _token(found: re.Match[str], whole_match: bool) -> str:
    text = found[0]
    if found["escape"]:
        return _escape(text)
    if found["class"]:
        if "&&" in text:
            raise _Beyond
        return "".join(_in_class(part) for part in _IN_CLASS.findall(text))
    if found["end"]:
        # Joni's end may stand before a last line feed; RE2's may not.
        if whole_match:
            raise _Beyond
        return r"\n?\z"
    if found["repeat"] and any(int(n) > _MOST_REPEATS for n in re.findall(r"\d+", text)):
        raise _Beyond
    return text.replace("(?<", "(?P<")


def _escape(text: str) -> str:
    letter = text[1]
    if letter.lower() in _CLASSES and len(text) == 2:
        return f"[{'^' if letter.isupper() else ''}{_CLASSES[letter.lower()]}]"
    return _same(text)


def _in_class(text: str) -> str:
    if len(text) == 2 and text[1] in _CLASSES:
        return _CLASSES[text[1]]
    return _same(text) if text[0] == "\\" else text


def _same(text: str) -> str:
    if text[1] in "tnrfxp" or not (text[1].isalnum() or text[1] == "_"):
        return text
    raise _Beyond


def takes_part(pattern: str, group: int) -> bool:
    """Whether a match always has the group, once: RE2 gives '' for one that it has not, and Joni
    NULL; they differ in what is left of one that was matched several times."""
    depth = number = 0
    opened: dict[int, int] = {}
    taken = False
    at = 0
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        if found is None or (found[0] == "|" and depth == 0):
            return False
        at = found.end()
        if found["group"] and not re.fullmatch(r"\(\?[is]+\)", found[0]):
            captures = found[0] == "(" or found[0].startswith("(?<")
            number += captures
            opened[depth] = number if captures else 0
            depth += 1
        elif found["close"]:
            depth -= 1
            if opened.get(depth) == group:
                taken = depth == 0 and not re.match(r"[?*+{]", pattern[at:])
    return taken

"""Java's regular expressions: RE2 where it can, Python's engine where RE2 cannot.

RE2 has no look-around, back references or possessive quantifiers; the replacement text of Trino
writes groups as $1 and ${name}.
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit

NODES = (exp.Anonymous,)

_BEYOND_RE2 = re.compile(r"\(\?[=!>]|\(\?<[=!]|\\[1-9]|\\k<|[*+?}]\+|\(\?<\w+>|&&|\\[GZXhRQ]")


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    name = node.name.lower()
    if not name.startswith("regexp_"):
        return None
    args = node.meta["args"]
    if isinstance(args[-1], exp.Lambda):
        return None
    values = [emit.gen(arg) for arg in args]
    pattern = args[1]
    plain = isinstance(pattern, exp.Literal) and not _BEYOND_RE2.search(pattern.this)
    fast = _fast(name, values, args) if plain else None
    return fast or _slow(name, values)


def _fast(name: str, values: list[str], args: list[exp.Expression]) -> str | None:
    subject, pattern = values[:2]
    group = values[2] if len(values) > 2 else "0"
    if name == "regexp_like":
        return f"regexp_matches({subject}, {pattern})"
    if name == "regexp_extract" and group == "0":
        return (
            f"CASE WHEN regexp_matches({subject}, {pattern}) "
            f"THEN regexp_extract({subject}, {pattern}) END"
        )
    if name == "regexp_replace" and _plain_replacement(args):
        replacement = values[2] if len(values) > 2 else "''"
        return f"regexp_replace({subject}, {pattern}, {replacement}, 'g')"
    return None


def _plain_replacement(args: list[exp.Expression]) -> bool:
    if len(args) < 3:
        return True
    return isinstance(args[2], exp.Literal) and not re.search(r"[$\\]", args[2].this)


def _slow(name: str, values: list[str]) -> str:
    subject, pattern = values[:2]
    last = values[2] if len(values) > 2 else None
    if name in ("regexp_extract", "regexp_extract_all"):
        return f"py_{name}({subject}, {pattern}, {last or 0})"
    if name == "regexp_replace":
        return f"py_regexp_replace({subject}, {pattern}, {last or chr(39) * 2})"
    return f"py_{name}({subject}, {pattern})"

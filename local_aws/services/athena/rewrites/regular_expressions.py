"""Joni's regular expressions, whose syntax is Java's: RE2 where it answers alike, for it is fast,
and the `regex` package (duck/functions/patterns.py) where it does not.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.functions.patterns import compiled, replacement_parts
from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.duck.re2 import takes_part, translated
from local_aws.services.athena.rewrites.base import Emit

NODES = (exp.Anonymous,)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    rule = _RULES.get(node.name.lower())
    args = node.meta.get("args")
    if rule is None or len(args) > 3 or not all(_is_written(arg) for arg in args[1:]):
        return None
    try:
        compiled(args[1].this)
    except ValueError:
        return None  # It fails when it is asked for, with the words of the other engine.
    return rule(emit.gen(args[0]), args[1].this, [arg.this for arg in args[2:]])


def _is_written(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal)


def _like(subject: str, java: str, _: list[str]) -> str | None:
    pattern = translated(java, whole_match=False)
    return pattern and f"regexp_matches({subject}, {quote(pattern)})"


def _extract(subject: str, java: str, rest: list[str]) -> str | None:
    group = int(rest[0]) if rest else 0
    if group and not takes_part(java, group):
        return None
    pattern = translated(java, whole_match=group == 0)
    if pattern is None:
        return None
    re2 = quote(pattern)
    found = f"regexp_extract({subject}, {re2}{f', {group}' if group else ''})"
    return f"CASE WHEN regexp_matches({subject}, {re2}) THEN {found} END"


def _replace(subject: str, java: str, rest: list[str]) -> str | None:
    pattern = translated(java, whole_match=True)
    # RE2 replaces no empty match beside another; Joni does.
    if pattern is None or compiled(java).search(""):
        return None
    try:
        parts = replacement_parts(java, rest[0] if rest else "")
    except ValueError:
        return None
    if any(isinstance(part, int) and part > 9 for part in parts):
        return None
    text = "".join(f"\\{p}" if isinstance(p, int) else p.replace("\\", "\\\\") for p in parts)
    return f"regexp_replace({subject}, {quote(pattern)}, {quote(text)}, 'g')"


_RULES = {"regexp_like": _like, "regexp_extract": _extract, "regexp_replace": _replace}

"""Joni's regular expressions, whose syntax is Java's: RE2 where it answers alike, for it is fast,
and the `regex` package (duck/functions/patterns.py) where it does not.
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_aws.services.athena.duck.functions.patterns import compiled
from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.duck.re2 import translated
from local_aws.services.athena.rewrites.base import Emit

NODES = (exp.Anonymous,)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    name = node.name.lower()
    if name not in ("regexp_like", "regexp_extract", "regexp_replace"):
        return None
    args = node.meta["args"]
    pattern = args[1]
    if not (isinstance(pattern, exp.Literal) and pattern.is_string) or len(args) > 3:
        return None
    return _fast(name, pattern.this, args, emit)


def _fast(name: str, java: str, args: list[exp.Expression], emit: Emit) -> str | None:
    pattern = translated(java, whole_match=name != "regexp_like") if _is_valid(java) else None
    if pattern is None:
        return None
    subject, re2 = emit.gen(args[0]), quote(pattern)
    if name == "regexp_like":
        return f"regexp_matches({subject}, {re2})"
    if name == "regexp_extract" and len(args) == 2:
        return (
            f"CASE WHEN regexp_matches({subject}, {re2}) THEN regexp_extract({subject}, {re2}) END"
        )
    if name == "regexp_replace" and _is_plain(args) and not compiled(java).search(""):
        # RE2 replaces no empty match beside another; Joni does.
        replacement = quote(args[2].this) if len(args) > 2 else "''"
        return f"regexp_replace({subject}, {re2}, {replacement}, 'g')"
    return None


def _is_valid(java: str) -> bool:
    """What is not fails when it is asked for, with the words of the other engine."""
    try:
        compiled(java)
    except ValueError:
        return False
    return True


def _is_plain(args: list[exp.Expression]) -> bool:
    if len(args) < 3:
        return True
    replacement = args[2]
    return isinstance(replacement, exp.Literal) and not re.search(r"[$\\]", replacement.this)

"""Trino's functions: which there are, what they take and give, and the engine's SQL for each.

The table is data, one file of `functions/` for each page of
https://trino.io/docs/current/functions.html. A function that is not in it is refused, so the
engine's own functions never leak out. A line of it:

    [agg|win|let] name(parameter types) -> type := the engine's SQL

A capital letter is a type variable (O of types that can be ordered, X of those that can be text), a
small letter in brackets a number, with which a result's may be calculated; "..." repeats the last
parameter. In the SQL {0} is the first argument, {*} all of them; {rounded:...} has the result's
digits of a second. Aggregates: {d} is where DISTINCT goes, {o} ORDER BY and IGNORE NULLS, {over}
FILTER and OVER. After `let` the arguments are worked out once, however often the SQL names them.
Without SQL the engine's function of the same name does the same.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local_aws.services.athena.trino import types as t

PAGES = Path(__file__).with_name("functions")
_LINE = re.compile(r"^(?:(agg|win|let) )?(\w+)\((.*?)\) -> (.+?)(?: := (.+))?$")


@dataclass(frozen=True)
class Signature:
    """One overload. `kind` is '', 'agg' or 'win'; a capital letter in a type is a variable."""

    kind: str
    name: str
    params: tuple[t.Type, ...]
    variadic: bool
    returns: t.Type
    template: str
    once: bool = False

    def expected(self, count: int) -> tuple[t.Type, ...] | None:
        """The parameters for that many arguments."""
        if not self.variadic:
            return self.params if count == len(self.params) else None
        if count < len(self.params) - 1:
            return None
        fixed = self.params[:-1]
        return (*fixed, *([self.params[-1]] * (count - len(fixed))))


@cache
def catalogue() -> dict[str, list[Signature]]:
    """Every function by name, from the data files."""
    found: dict[str, list[Signature]] = {}
    for page in sorted(PAGES.glob("*.txt")):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            match = _LINE.match(line.strip())
            if match is None:
                raise ValueError(f"{page.name}:{number}: cannot read '{line}'")
            signature = _signature(*match.groups())
            found.setdefault(signature.name, []).append(signature)
    return found


def _signature(
    kind: str | None, name: str, params: str, returns: str, template: str | None
) -> Signature:
    texts = [p for p in _split(params) if p]
    variadic = bool(texts) and texts[-1].endswith("...")
    kinds = tuple(_parse(p.removesuffix("...")) for p in texts)
    once, kind = kind == "let", "" if kind in ("let", None) else kind
    default = f"{name}({{d}}{{*}}{{o}}){{over}}" if kind else f"{name}({{*}})"
    return Signature(kind, name, kinds, variadic, _parse(returns), template or default, once)


def _split(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    return [*parts, current.strip()]


def _parse(text: str) -> t.Type:
    text = text.strip()
    if re.fullmatch(r"[A-Z]", text):
        return t.Type(text)
    match = re.fullmatch(
        r"(array|map|function|row|decimal|timestamp|time|zoned|char|varchar)\((.*)\)", text
    )
    if match is None:
        return _plain(text)
    name, inner = match.group(1), _split(match.group(2))
    if name in ("decimal", "timestamp", "time", "zoned", "varchar", "char"):
        full = "timestamp with time zone" if name == "zoned" else name
        args: Any = tuple(int(p) if p.isdigit() else p for p in inner)
        return t.Type(full, args)
    if name == "row":
        return t.row(tuple(_row_field(p) for p in inner))
    return t.Type(name, of=tuple(_parse(p) for p in inner))


def _row_field(text: str) -> tuple[str | None, t.Type]:
    name, _, kind = text.rpartition(" ")
    return (name or None), _parse(kind)


def _plain(text: str) -> t.Type:
    return t.Type(text) if text == "any" else t.parse_type(text)


Bindings = dict[str, Any]


def bind(param: t.Type, actual: t.Type, bindings: Bindings) -> bool:
    """Learns the variables of `param` from an argument's type."""
    if _is_variable(param):
        known = bindings.get(param.name)
        merged = actual if known is None else t.common_type(known, actual)
        bindings[param.name] = merged
        return merged is not None
    if any(isinstance(a, str) for a in param.args):
        return _bind_numbers(param, actual, bindings)
    if param.of and actual.name == param.name and len(param.of) == len(actual.of):
        return all(bind(p, a, bindings) for p, a in zip(param.of, actual.of, strict=True))
    if param.of:
        return actual == t.UNKNOWN
    return True


# The length of a varchar without one, as Trino counts it.
_UNBOUNDED = 2**31 - 1
_OF_NULL = {
    "decimal": t.decimal(1, 0),
    "time": t.TIME,
    "timestamp": t.TIMESTAMP,
    "timestamp with time zone": t.TIMESTAMP_TZ,
}


def _bind_numbers(param: t.Type, actual: t.Type, bindings: Bindings) -> bool:
    if param.name == "varchar" and actual in (t.VARCHAR, t.UNKNOWN):
        actual = t.varchar(_UNBOUNDED)
    if param.name == "decimal" and actual.name in t.INTEGERS:
        actual = t.as_decimal(actual)
    if param.name == "char" and actual.name == "varchar":
        longest = t.LONGEST_CHAR.args[0]
        actual = t.Type("char", (min((*actual.args, longest)),))
    if actual == t.DATE and t.is_timestamp(param):
        actual = t.TIMESTAMP
    if actual.name == "timestamp" and t.is_timestamp(param):
        actual = t.Type(param.name, actual.args)
    if actual == t.UNKNOWN and param.name in _OF_NULL:
        actual = _OF_NULL[param.name]
    if actual.name != param.name or len(actual.args) != len(param.args):
        return False
    for name, value in zip(param.args, actual.args, strict=True):
        if isinstance(name, str):
            bindings[name] = max(bindings.get(name, 0), value)
    return True


def _is_variable(kind: t.Type) -> bool:
    return len(kind.name) == 1 and kind.name.isupper()


def substitute(kind: t.Type, bindings: Bindings) -> t.Type:
    """The type with its variables filled in; what nothing is known of is `unknown`."""
    if _is_variable(kind):
        found: t.Type = bindings.get(kind.name) or t.UNKNOWN
        return found
    args = tuple(_calculated(a, bindings) if isinstance(a, str) else a for a in kind.args)
    if kind.name == "varchar" and args and args[0] >= _UNBOUNDED:
        return t.VARCHAR
    return t.Type(kind.name, args, tuple(substitute(k, bindings) for k in kind.of), kind.fields)


_STEPS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def _calculated(text: str, bindings: Bindings) -> int:
    """A length, precision or scale: a number's name, or a sum of them: min(38,p+1)."""

    def value(node: ast.expr) -> int:
        if isinstance(node, ast.Constant):
            return int(str(node.value))
        if isinstance(node, ast.Name):
            return int(bindings.get(node.id, 0))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return {"min": min, "max": max}[node.func.id](value(part) for part in node.args)
        if isinstance(node, ast.BinOp):
            return _STEPS[type(node.op)](value(node.left), value(node.right))
        raise ValueError(f"cannot calculate '{text}'")

    return value(_sum(text))


@cache
def _sum(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


TypeLambda = Callable[[int, tuple[t.Type, ...]], t.Type]


def match(
    signature: Signature, actual: list[t.Type | None], lambda_type: TypeLambda
) -> tuple[tuple[t.Type, ...], t.Type, int] | None:
    """The parameters' and result's types for these arguments and what coercion costs, or None.

    A lambda has no type of its own (None in `actual`): it is typed once its arguments are known.
    """
    params = signature.expected(len(actual))
    if params is None:
        return None
    bindings: Bindings = {}
    for param, kind in zip(params, actual, strict=True):
        if kind is None:
            if param.name != "function":
                return None
        elif param.name == "function" or not bind(param, kind, bindings):
            return None
    for index, (param, kind) in enumerate(zip(params, actual, strict=True)):
        if kind is None:
            taken = tuple(substitute(p, bindings) for p in param.of[:-1])
            given, wanted = lambda_type(index, taken), param.of[-1]
            if not bind(wanted, given, bindings):
                return None
            if not t.coerces(given, substitute(wanted, bindings)):
                return None
    if not _allowed(bindings):
        return None
    expected = tuple(substitute(p, bindings) for p in params)
    cost = _cost(expected, actual)
    return None if cost is None else (expected, substitute(signature.returns, bindings), cost)


_KINDS: dict[str, Callable[[t.Type], bool]] = {"O": t.orderable, "X": t.textual}


def _allowed(bindings: Bindings) -> bool:
    return all(is_of(bindings[name]) for name, is_of in _KINDS.items() if bindings.get(name))


def _cost(expected: tuple[t.Type, ...], actual: list[t.Type | None]) -> int | None:
    total = 0
    for want, have in zip(expected, actual, strict=True):
        if have == t.UNKNOWN and want.of:
            total += 100  # NULL is text sooner than it is an array
            continue
        if have is None or want == have or want.name == "any":
            continue
        if not t.coerces(have, want):
            return None
        total += 1 if want.name == have.name else 10 * _distance(have, want)
    return total


_ORDER = ["unknown", *t.INTEGERS, "decimal", "real", "double"]


def _distance(have: t.Type, want: t.Type) -> int:
    if have.name in _ORDER and want.name in _ORDER:
        return _ORDER.index(want.name) - _ORDER.index(have.name)
    return 1

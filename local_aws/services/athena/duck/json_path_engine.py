"""Evaluates a path of SQL/JSON: a sequence of items out of one JSON value.

An item is a JSON value as `json.loads` gives it, or a `Typed`, an SQL value that arithmetic or a
literal made. Errors are `PathError`; inside of a predicate they are the answer unknown.
"""

# ruff: noqa: ARG002 - every kind of node is evaluated with the place
from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

from local_aws.services.athena.duck.json_path_grammar import Node, Path


class PathError(ValueError):
    """The path cannot be evaluated on this value."""


@dataclass(frozen=True)
class Typed:
    """An SQL value; `kind` is the name of its type without lengths."""

    kind: str
    value: Any


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operators.eq, "<>": operators.ne, "!=": operators.ne, "<": operators.lt,
    ">": operators.gt, "<=": operators.le, ">=": operators.ge,
}  # fmt: skip
_INTEGERS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_ORDER = [*_INTEGERS, "decimal", "real", "double"]
_EXACT = Context(prec=120)
_LARGEST = Decimal(10) ** 38


def typed(item: Any) -> Typed | None:
    """The SQL value of a scalar; None of arrays, objects and JSON null."""
    if isinstance(item, Typed):
        return item
    if isinstance(item, bool):
        return Typed("boolean", item)
    if isinstance(item, int):
        if not -(2**63) <= item < 2**63:
            raise PathError(f"value too big: {item}")
        return Typed("integer" if -(2**31) <= item < 2**31 else "bigint", item)
    if isinstance(item, float):
        return Typed("double", item)
    return Typed("varchar", item) if isinstance(item, str) else None


def _name(item: Any) -> str:
    if isinstance(item, Typed):
        return item.kind
    names = {dict: "OBJECT", list: "ARRAY", str: "STRING", bool: "BOOLEAN", type(None): "NULL"}
    return names.get(type(item), "NUMBER")


def _type_error(expected: str, item: Any) -> PathError:
    return PathError(f"invalid item type. Expected: {expected}, actual: {_name(item)}")


def _number(item: Any) -> Typed:
    found = typed(item)
    if found is None or found.kind not in _ORDER:
        raise _type_error("NUMBER", item)
    return found


@dataclass(frozen=True)
class _Place:
    """Where evaluation is: the item of the innermost filter, the last index of the array."""

    item: Any = None
    last: int = -1


class Evaluation:
    """One path on one value."""

    def __init__(self, path: Path, value: Any, variables: dict[str, list[Any]]) -> None:
        self.lax = path.lax
        self.root = path.root
        self.value = value
        self.variables = variables
        self.objects = 0

    def run(self) -> list[Any]:
        return self.visit(self.root, _Place())

    def visit(self, node: Node, place: _Place) -> list[Any]:
        method: Callable[[Node, _Place], list[Any]] | None = getattr(self, f"_{node[0]}", None)
        return method(node, place) if method else self._leaf(node, place)

    def _leaf(self, node: Node, place: _Place) -> list[Any]:
        return {
            "$": [self.value], "@": [place.item], "last": [Typed("integer", place.last)],
            "null": [None], "true": [Typed("boolean", True)], "false": [Typed("boolean", False)],
        }[node[0]]  # fmt: skip

    def _unwrapped(self, items: list[Any]) -> list[Any]:
        if not self.lax:
            return items
        return [x for item in items for x in (item if isinstance(item, list) else [item])]

    # --- literals and variables

    def _number(self, node: Node, place: _Place) -> list[Any]:
        text = node[1]
        if text.isdigit():
            return [Typed("integer" if int(text) < 2**31 else "bigint", int(text))]
        exact = "e" not in text.lower()
        return [Typed("decimal", Decimal(text)) if exact else Typed("double", float(text))]

    def _string(self, node: Node, place: _Place) -> list[Any]:
        return [Typed("varchar", node[1])]

    def _variable(self, node: Node, place: _Place) -> list[Any]:
        return self.variables[node[1]]

    # --- accessors

    def _member(self, node: Node, place: _Place) -> list[Any]:
        found = []
        for item in self._unwrapped(self.visit(node[1], place)):
            if isinstance(item, dict) and node[2] in item:
                found.append(item[node[2]])
            elif not self.lax:
                if not isinstance(item, dict):
                    raise _type_error("OBJECT", item)
                raise PathError(f"structural error: missing member '{node[2]}' in JSON object")
        return found

    def _members(self, node: Node, place: _Place) -> list[Any]:
        found: list[Any] = []
        for item in self._unwrapped(self.visit(node[1], place)):
            if isinstance(item, dict):
                found += item.values()
            elif not self.lax:
                raise _type_error("OBJECT", item)
        return found

    def _descendant(self, node: Node, place: _Place) -> list[Any]:
        return [x for item in self.visit(node[1], place) for x in _descendants(item, node[2])]

    def _arrays(self, node: Node, place: _Place) -> list[list[Any]]:
        items = self.visit(node[1], place)
        for item in items:
            if not isinstance(item, list) and not self.lax:
                raise _type_error("ARRAY", item)
        return [item if isinstance(item, list) else [item] for item in items]

    def _elements(self, node: Node, place: _Place) -> list[Any]:
        return [x for array in self._arrays(node, place) for x in array]

    def _subscripts(self, node: Node, place: _Place) -> list[Any]:
        found: list[Any] = []
        for array in self._arrays(node, place):
            if not array and not self.lax:
                raise PathError("structural error: invalid array subscript for empty array")
            inner = replace(place, last=len(array) - 1)
            for first, last in node[2] if array else ():
                found += self._slice(array, first, last, inner)
        return found

    def _slice(self, array: list[Any], first: Node, last: Node | None, place: _Place) -> list[Any]:
        low = self._index(first, "from", place)
        high = low if last is None else self._index(last, "to", place)
        if not self.lax and not 0 <= low <= high < len(array):
            raise PathError(
                f"structural error: invalid array subscript: [{low}, {high}] for array of size"
                f" {len(array)}"
            )
        return array[max(low, 0) : max(high + 1, 0)]

    def _index(self, node: Node, which: str, place: _Place) -> int:
        items = self.visit(node, place)
        if len(items) != 1:
            raise PathError(f"array subscript '{which}' value must be singleton numeric")
        value = _number(items[0]).value
        if isinstance(items[0], float):
            return int(value)
        return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))

    def _filter(self, node: Node, place: _Place) -> list[Any]:
        items = self._unwrapped(self.visit(node[1], place))
        return [item for item in items if self.test(node[2], replace(place, item=item)) is True]

    # --- arithmetic and methods

    def _binary(self, node: Node, place: _Place) -> list[Any]:
        sides = [self._unwrapped(self.visit(side, place)) for side in node[2:]]
        if any(len(side) != 1 for side in sides):
            raise PathError("arithmetic binary expression requires singleton operands")
        left, right = (_number(side[0]) for side in sides)
        return [_arithmetic(node[1], left, right)]

    def _unary(self, node: Node, place: _Place) -> list[Any]:
        items = [_number(i) for i in self._unwrapped(self.visit(node[2], place))]
        if node[1] == "+":
            return list(items)
        return [_checked(Typed(item.kind, -item.value)) for item in items]

    def _method(self, node: Node, place: _Place) -> list[Any]:
        items, name = self.visit(node[1], place), node[2]
        if name == "type":
            return [Typed("varchar", _type_name(item)) for item in items]
        if name == "size":
            return [Typed("integer", self._size(item)) for item in items]
        items = self._unwrapped(items)
        if name == "keyvalue":
            return [pair for item in items for pair in self._pairs(item)]
        if name == "double":
            return [_double(item) for item in items]
        return [_rounded(name, _number(item)) for item in items]

    def _size(self, item: Any) -> int:
        if isinstance(item, list):
            return len(item)
        if not self.lax:
            raise _type_error("ARRAY", item)
        return 1

    def _pairs(self, item: Any) -> list[Any]:
        if not isinstance(item, dict):
            raise _type_error("OBJECT", item)
        number, self.objects = self.objects, self.objects + 1
        return [{"name": k, "value": v, "id": number} for k, v in item.items()]

    # --- predicates: true, false or None, unknown

    def test(self, node: Node, place: _Place) -> bool | None:
        kind = node[0]
        if kind in ("and", "or"):
            return self._junction(kind == "or", node, place)
        if kind == "not":
            inner = self.test(node[1], place)
            return None if inner is None else not inner
        if kind == "unknown":
            return self.test(node[1], place) is None
        try:
            if kind == "exists":
                return bool(self.visit(node[1], place))
            left, right = (self.visit(side, place) for side in node[-2:])
            if kind == "starts":
                return self._starts(left, right)
            return self._pairwise(node[1], left, right)
        except PathError:
            return None

    def _junction(self, decisive: bool, node: Node, place: _Place) -> bool | None:
        left = self.test(node[1], place)
        if left is decisive:
            return decisive
        right = self.test(node[2], place)
        if right is decisive:
            return decisive
        return None if None in (left, right) else not decisive

    def _starts(self, values: list[Any], prefixes: list[Any]) -> bool | None:
        prefix = _text(prefixes[0]) if len(prefixes) == 1 else None
        if prefix is None:
            return None
        found = False
        for item in self._unwrapped(values):
            text = _text(item)
            if text is None:
                return None
            if text.startswith(prefix):
                found = True
                if self.lax:
                    return True
        return found

    def _pairwise(self, operator: str, left: list[Any], right: list[Any]) -> bool | None:
        left, right = self._unwrapped(left), self._unwrapped(right)
        if not left or not right:
            return False
        a, b = _categories(left), _categories(right)
        if ("nested" in a and b & {"nested", "scalar"}) or ("scalar" in a and "nested" in b):
            return None
        found = operator == "==" and "null" in a and "null" in b
        if operator in ("<>", "!="):
            found = ("null" in a and bool(b - {"null"})) or ("null" in b and bool(a - {"null"}))
        if found and self.lax:
            return True
        for x in _scalars(left):
            for y in _scalars(right):
                compared = _compared(operator, x, y)
                if compared is None:
                    return None
                if compared and self.lax:
                    return True
                found = found or compared
        return found


def _descendants(item: Any, key: str) -> list[Any]:
    found: list[Any] = []
    if isinstance(item, dict):
        found += [item[key]] if key in item else []
    children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    for child in children:
        found += _descendants(child, key)
    return found


def _type_name(item: Any) -> str:
    name = _name(item)
    if not isinstance(item, Typed):
        return name.lower()
    if item.kind in _ORDER:
        return "number"
    return {"varchar": "string", "char": "string"}.get(item.kind, item.kind)


def _text(item: Any) -> str | None:
    found = typed(item)
    return str(found.value) if found is not None and found.kind in ("varchar", "char") else None


def _categories(items: list[Any]) -> set[str]:
    return {
        "null" if i is None else "nested" if isinstance(i, dict | list) else "scalar" for i in items
    }


def _scalars(items: list[Any]) -> list[Typed]:
    return [t for t in (typed(i) for i in items) if t is not None]


def _compared(operator: str, x: Typed, y: Typed) -> bool | None:
    kinds = {x.kind, y.kind}
    a: Any = x.value
    b: Any = y.value
    if kinds <= {"varchar", "char"}:
        if "char" in kinds:
            a, b = a.rstrip(" "), b.rstrip(" ")
    elif kinds <= set(_ORDER):
        if kinds & {"real", "double"}:
            a, b = float(a), float(b)
    elif len(kinds) != 1:
        return None
    return bool(_COMPARE[operator](a, b))


def _checked(result: Typed) -> Typed:
    bits = _INTEGERS.get(result.kind)
    if bits and not -(2 ** (bits - 1)) <= result.value < 2 ** (bits - 1):
        raise PathError(f"{result.kind} overflow: {result.value}")
    if result.kind == "decimal" and abs(result.value) >= _LARGEST:
        raise PathError("Decimal overflow")
    return result


def _arithmetic(operator: str, left: Typed, right: Typed) -> Typed:
    kind = _ORDER[max(_ORDER.index(left.kind), _ORDER.index(right.kind))]
    try:
        if kind in ("real", "double"):
            return Typed(kind, _on_doubles(operator, float(left.value), float(right.value)))
        if kind == "decimal":
            sides = (Decimal(left.value), Decimal(right.value))
            return _checked(Typed(kind, _on_decimals(operator, *sides)))
        return _checked(Typed(kind, _on_integers(operator, left.value, right.value)))
    except ZeroDivisionError:
        raise PathError("Division by zero") from None
    except DecimalException as error:
        raise PathError(str(error)) from None


def _on_doubles(operator: str, a: float, b: float) -> float:
    if operator in "/%" and b == 0:
        if operator == "%" or a == 0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1, b)
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b,
            "%": lambda: math.fmod(a, b)}[operator]()  # fmt: skip


def _on_integers(operator: str, a: int, b: int) -> int:
    if operator == "/":
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    if operator == "%":
        return int(math.copysign(1, a)) * (abs(a) % abs(b))
    return {"+": a + b, "-": a - b, "*": a * b}[operator]


def _on_decimals(operator: str, a: Decimal, b: Decimal) -> Decimal:
    if operator in "/%" and b == 0:
        raise ZeroDivisionError
    if operator == "%":
        return _EXACT.remainder(a, b)
    if operator == "/":
        scale = max(scale_of(a), scale_of(b))
        return _EXACT.divide(a, b).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _EXACT)
    return {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply}[operator](a, b)


def scale_of(value: Decimal) -> int:
    return max(-int(value.as_tuple().exponent), 0)


def _double(item: Any) -> Typed:
    found = typed(item)
    if found is None or found.kind not in (*_ORDER, "varchar", "char"):
        raise _type_error("NUMBER or TEXT", item)
    try:
        return Typed("double", float(found.value))
    except ValueError:
        raise PathError(f"Cannot cast '{found.value}' to DOUBLE") from None


def _rounded(name: str, item: Typed) -> Typed:
    if name == "abs":
        return _checked(Typed(item.kind, abs(item.value)))
    if item.kind in _INTEGERS:
        return item
    if item.kind == "decimal":
        whole = math.ceil(item.value) if name == "ceiling" else math.floor(item.value)
        return Typed("decimal", Decimal(whole))
    if not math.isfinite(item.value):
        return item
    whole = math.ceil(item.value) if name == "ceiling" else math.floor(item.value)
    return Typed(item.kind, float(whole))

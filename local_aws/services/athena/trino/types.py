"""Trino's types: their names, how they are written, and which coerces to which.

https://trino.io/docs/current/language/types.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from local_aws.services.athena.duck.quoting import identifier

MAX_PRECISION = 38


@dataclass(frozen=True)
class Type:
    """`args` are a decimal's precision and scale, a length, or a timestamp's precision;
    `of` the types inside, `fields` a row's names (None where a field has none)."""

    name: str
    args: tuple[int, ...] = ()
    of: tuple[Type, ...] = ()
    fields: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        if self.name == "row":
            parts = zip(self.fields, self.of, strict=True)
            inner = ", ".join(f"{n} {t}" if n else str(t) for n, t in parts)
            return f"row({inner})"
        if self.name == "timestamp with time zone":
            return f"timestamp({self.args[0]}) with time zone"
        # Trino writes decimal(2,1) without a space, map(K, V) with one.
        inner = ",".join(map(str, self.args)) or ", ".join(map(str, self.of))
        return f"{self.name}({inner})" if inner else self.name

    @property
    def precision(self) -> int:
        return self.args[0]

    @property
    def scale(self) -> int:
        return self.args[1]


BOOLEAN, TINYINT, SMALLINT = Type("boolean"), Type("tinyint"), Type("smallint")
INTEGER, BIGINT = Type("integer"), Type("bigint")
REAL, DOUBLE = Type("real"), Type("double")
VARCHAR, VARBINARY, JSON = Type("varchar"), Type("varbinary"), Type("json")
DATE, UNKNOWN, UUID = Type("date"), Type("unknown"), Type("uuid")
TIMESTAMP, TIMESTAMP_TZ = Type("timestamp", (3,)), Type("timestamp with time zone", (3,))
TIME = Type("time", (3,))
YEAR_MONTH, DAY_SECOND = Type("interval year to month"), Type("interval day to second")

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
FLOATING = ("real", "double")
_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
_NUMBERS = (*INTEGERS, "decimal", "real", "double")


def decimal(precision: int, scale: int) -> Type:
    return Type("decimal", (min(precision, MAX_PRECISION), scale))


def varchar(length: int | None) -> Type:
    return VARCHAR if length is None else Type("varchar", (length,))


def array(element: Type) -> Type:
    return Type("array", of=(element,))


def row(fields: tuple[tuple[str | None, Type], ...]) -> Type:
    return Type("row", of=tuple(t for _, t in fields), fields=tuple(n for n, _ in fields))


def is_number(t: Type) -> bool:
    return t.name in _NUMBERS


def is_text(t: Type) -> bool:
    return t.name in ("varchar", "char")


def is_timestamp(t: Type) -> bool:
    return t.name in ("timestamp", "timestamp with time zone")


def is_interval(t: Type) -> bool:
    return t in (YEAR_MONTH, DAY_SECOND)


def orderable(t: Type) -> bool:
    return t.name not in ("map", "json") and all(orderable(inner) for inner in t.of)


def textual(t: Type) -> bool:
    """Whether it can be cast to varchar."""
    return not t.of and t != VARBINARY


def contains(t: Type, name: str) -> bool:
    return t.name == name or any(contains(inner, name) for inner in t.of)


def as_decimal(t: Type) -> Type:
    """The decimal that an integer type becomes beside a decimal."""
    return t if t.name == "decimal" else decimal(_DIGITS[t.name], 0)


@lru_cache(maxsize=4096)
def common_type(a: Type, b: Type) -> Type | None:
    """The smallest type to which both coerce, or None."""
    if a == b or b == UNKNOWN:
        return a
    if a == UNKNOWN:
        return b
    if is_number(a) and is_number(b):
        return _common_number(a, b)
    if a.name == b.name == "varchar":
        return VARCHAR if not a.args or not b.args else varchar(max(a.args[0], b.args[0]))
    if is_text(a) and is_text(b):
        return _common_char(a, b)
    if {a.name, b.name} <= {"date", "timestamp", "timestamp with time zone"}:
        return _common_moment(a, b)
    if a.name == b.name == "time":
        return a if a.precision >= b.precision else b
    if a.name == b.name and a.of and len(a.of) == len(b.of):
        return _common_nested(a, b)
    return None


def _common_number(a: Type, b: Type) -> Type:
    names = (a.name, b.name)
    if "double" in names:
        return DOUBLE
    if "real" in names:
        return REAL
    if "decimal" in names:
        x, y = as_decimal(a), as_decimal(b)
        scale = max(x.scale, y.scale)
        return decimal(max(x.precision - x.scale, y.precision - y.scale) + scale, scale)
    return a if INTEGERS.index(a.name) >= INTEGERS.index(b.name) else b


def _common_char(a: Type, b: Type) -> Type:
    lengths = [t.args[0] for t in (a, b) if t.args]
    return Type("char", (max(lengths),))


def _common_moment(a: Type, b: Type) -> Type:
    zoned = "timestamp with time zone" in (a.name, b.name)
    digits = max((t.precision for t in (a, b) if t.args), default=3)
    return Type("timestamp with time zone" if zoned else "timestamp", (digits,))


def _common_nested(a: Type, b: Type) -> Type | None:
    inner = [common_type(x, y) for x, y in zip(a.of, b.of, strict=True)]
    if any(t is None for t in inner):
        return None
    names = tuple(
        x if x == y else None
        for x, y in zip(a.fields or b.fields, b.fields or a.fields, strict=True)
    )
    return Type(a.name, of=tuple(t for t in inner if t), fields=names)


def coerces(source: Type, target: Type) -> bool:
    """Whether Trino converts without being asked."""
    common = common_type(source, target)
    if common is None:
        return False
    if target.name == "row" and common.name == "row":
        return common.of == target.of
    return common == target


HIVE_TO_TRINO = {
    "string": VARCHAR,
    "int": INTEGER,
    "float": REAL,
    "binary": VARBINARY,
    "timestamp": TIMESTAMP,
}
_PLAIN = {
    t.name: t for t in (BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, VARBINARY, JSON)
} | {t.name: t for t in (DATE, UNKNOWN, UUID, VARCHAR, TIMESTAMP, TIME, YEAR_MONTH, DAY_SECOND)}
_PLAIN |= {"timestamp with time zone": TIMESTAMP_TZ, "int": INTEGER, "string": VARCHAR}


class UnknownType(ValueError):
    """A type that neither Trino nor Hive knows."""


@lru_cache(maxsize=4096)
def parse_type(text: str) -> Type:
    """Reads a type as Trino writes it (`array(integer)`) or Hive (`array<int>`)."""
    text = text.strip()
    lowered = re.sub(r"\s+", " ", text.lower())
    if lowered in HIVE_TO_TRINO:
        return HIVE_TO_TRINO[lowered]
    if lowered in _PLAIN:
        return _PLAIN[lowered]
    match = re.fullmatch(r"(\w+)\s*[(<](.*)[)>](\s+with time zone)?", text, re.DOTALL | re.I)
    if match is None:
        raise UnknownType(text)
    name, inner, zoned = match.group(1).lower(), list(_split(match.group(2))), match.group(3)
    return _parse_generic(name + (zoned or "").lower(), inner, text)


def _parse_generic(name: str, inner: list[str], text: str) -> Type:
    if name in ("decimal", "varchar", "char", "timestamp", "time", "timestamp with time zone"):
        args = tuple(int(part) for part in inner)
        return Type(name, (*args, 0) if name == "decimal" and len(args) == 1 else args)
    if name in ("array", "map"):
        return Type(name, of=tuple(parse_type(part) for part in inner))
    if name in ("row", "struct"):
        return row(tuple(_parse_field(part) for part in inner))
    raise UnknownType(text)


def _parse_field(text: str) -> tuple[str | None, Type]:
    pattern = r'(?:"((?:[^"]|"")+)"|(\w+))\s*(?::|\s)\s*(.+)'
    match = re.fullmatch(pattern, text.strip(), re.DOTALL)
    if match is None or text.strip().lower() in _PLAIN:
        return None, parse_type(text)
    name = match[2] or match[1].replace('""', '"')
    return name, parse_type(match[3])


def _split(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for index, char in enumerate(text):
        if char in "(<":
            depth += 1
        elif char in ")>":
            depth -= 1
        elif char == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


_TO_HIVE = {"integer": "int", "real": "float", "varbinary": "binary", "unknown": "string"}


def hive_type(t: Type) -> str:
    """The type as the catalog writes it; zones and JSON have no Hive type."""
    if t.name == "varchar":
        return f"varchar({t.args[0]})" if t.args else "string"
    if t.name == "timestamp":
        return "timestamp"
    if t.name == "decimal":
        return f"decimal({t.precision},{t.scale})"
    if t.name == "row":
        parts = zip(t.fields, t.of, strict=True)
        inner = ",".join(f"{n or f'field{i}'}:{hive_type(x)}" for i, (n, x) in enumerate(parts))
        return f"struct<{inner}>"
    if t.of:
        return f"{t.name}<{','.join(map(hive_type, t.of))}>"
    if t.name in ("json", "timestamp with time zone", "time", "uuid") or is_interval(t):
        raise UnknownType(str(t))
    return _TO_HIVE.get(t.name, str(t).replace(", ", ","))


_DUCK = {
    "boolean": "BOOLEAN",
    "real": "FLOAT",
    "varbinary": "BLOB",
    "json": "VARCHAR",
    "unknown": "INTEGER",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "STRUCT(u TIMESTAMP, z VARCHAR)",
    "interval year to month": "INTERVAL",
    "interval day to second": "INTERVAL",
}


@lru_cache(maxsize=4096)
def duck_type(t: Type) -> str:
    """The DuckDB type that holds the values. A zoned timestamp keeps its zone beside UTC."""
    if t.name == "decimal":
        return f"DECIMAL({t.precision},{t.scale})"
    if t.name == "array":
        return f"{duck_type(t.of[0])}[]"
    if t.name == "map":
        return f"MAP({duck_type(t.of[0])}, {duck_type(t.of[1])})"
    if t.name == "row":
        names = [field_name(t, index) for index in range(len(t.of))]
        inner = ", ".join(
            f"{identifier(n)} {duck_type(x)}" for n, x in zip(names, t.of, strict=True)
        )
        return f"STRUCT({inner})"
    return _DUCK.get(t.name, t.name.upper())


def field_name(t: Type, index: int) -> str:
    return t.fields[index] or f"field{index}"

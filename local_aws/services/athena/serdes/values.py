"""Hive's reading of a text as a value: what cannot be read is None, as in Trino's readers.

Dates are days and timestamps microseconds since 1970, so that no year is out of range.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from local_aws.services.athena.trino import types as t

# What Java's String.trim takes off.
SPACES = "".join(map(chr, range(33)))
_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_WHOLE = re.compile(r"([+-]?)([0-9]*)(\.[0-9]*)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_FLOAT = re.compile(
    r"[\x00- ]*([+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?))"
    r"[fFdD]?[\x00- ]*",
    re.ASCII,
)
_DATE = r"([+-]?[0-9]{1,10})-([0-9]{1,2})-([0-9]{1,2})"
_DAY = re.compile(_DATE, re.ASCII)
_MOMENT = re.compile(
    _DATE + r"(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]{1,9}))?)?", re.ASCII
)
_ISO_MOMENT = re.compile(
    r"([+-]?[0-9]{4,10})-([0-9]{2})-([0-9]{2})[Tt]"
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{0,9}))?)?",
    re.ASCII,
)
EPOCH = dt.datetime(1970, 1, 1)
_EPOCH = EPOCH.toordinal()
_DAY_MICROS = 86_400_000_000
_WIDE = Context(prec=80)


def fits(value: int, kind: t.Type) -> int | None:
    """The integer where its type can hold it."""
    limit = 1 << (_BITS[kind.name] - 1)
    return value if -limit <= value < limit else None


def whole(text: str, kind: t.Type) -> int | None:
    """An integer; what stands after a point is cut off."""
    found = _WHOLE.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    return fits(int(found[1] + (found[2] or "0")), kind)


def strict_whole(text: str, kind: t.Type) -> int | None:
    """An integer as Java's parseLong reads it: digits and nothing else."""
    return fits(int(text), kind) if re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) else None


def fraction(text: str, kind: t.Type) -> float | None:
    found = _FLOAT.fullmatch(text)
    if found is None:
        return None
    value = float(found[1])
    return single(value) if kind.name == "real" else value


def single(value: float) -> float:
    """The nearest value of 32 bits; beyond them it is infinite."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def decimal(text: str, kind: t.Type) -> Decimal | None:
    """Rounded half up to the type's scale; None where it is too large."""
    if not _DECIMAL.fullmatch(text):
        return None
    try:
        value = Decimal(text).quantize(Decimal(1).scaleb(-kind.scale), ROUND_HALF_UP, _WIDE)
    except InvalidOperation:
        return None
    return value if len(value.as_tuple().digits) <= kind.precision or value == 0 else None


def truncated(text: str) -> int | None:
    """A number without its fraction."""
    if not _DECIMAL.fullmatch(text):
        return None
    value = Decimal(text)
    return None if value.adjusted() > 40 else int(value.to_integral_value(ROUND_DOWN))


def days(year: int, month: int, day: int) -> int:
    """Days since 1970 of a date whose month and day may lie outside of their year and month."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    # The calendar repeats after 400 years: any year becomes one that `datetime` knows.
    cycles, within = divmod(year - 1, 400)
    first = dt.date(within + 1, month, 1).toordinal() + cycles * 146_097
    return first + day - 1 - _EPOCH


def day(text: str) -> int | None:
    found = _DAY.fullmatch(text.strip(SPACES).partition(" ")[0])
    return in_int32(days(*map(int, found.groups()))) if found else None


def in_int32(value: int) -> int | None:
    return value if -(1 << 31) <= value < 1 << 31 else None


def moment(text: str) -> int | None:
    """A timestamp in milliseconds' precision, as Athena's Hive tables have it."""
    text = text.strip(SPACES)
    found = _MOMENT.fullmatch(text) or _ISO_MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, date, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    nanos = int(((found[7] or "") + "0" * 9)[:9])
    seconds = hour * 3600 + minute * 60 + second
    micros = days(year, month, date) * _DAY_MICROS + seconds * 1_000_000
    return millis_of(micros, nanos)


def millis_of(micros: int, nanos: int = 0) -> int | None:
    """Rounded to milliseconds, in microseconds."""
    total = micros * 1000 + nanos
    rounded = (total + 500_000) // 1_000_000 * 1000
    return rounded if -(1 << 63) < rounded < 1 << 63 else None


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def sized(text: str, kind: t.Type) -> str:
    """A text cut to its type's length; char is filled up with spaces."""
    if not text.isascii():
        # JSON may escape half of a surrogate pair, which is no character.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not kind.args:
        return text
    cut = text[: kind.args[0]]
    return cut.rstrip(" ").ljust(kind.args[0]) if kind.name == "char" else cut


_ARROW = {
    "boolean": pa.bool_(), "tinyint": pa.int8(), "smallint": pa.int16(), "integer": pa.int32(),
    "bigint": pa.int64(), "real": pa.float32(), "double": pa.float64(), "varchar": pa.string(),
    "char": pa.string(), "varbinary": pa.binary(), "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}  # fmt: skip


def arrow_type(kind: t.Type) -> Any:
    """The Arrow type in which decoded values of a column are kept."""
    if kind.name == "decimal":
        return pa.decimal128(kind.precision, kind.scale)
    if kind.name == "array":
        return pa.list_(arrow_type(kind.of[0]))
    if kind.name == "map":
        return pa.map_(arrow_type(kind.of[0]), arrow_type(kind.of[1]))
    if kind.name == "row":
        return pa.struct([(t.field_name(kind, i), arrow_type(k)) for i, k in enumerate(kind.of)])
    return _ARROW[kind.name]


def array_of(found: Sequence[Any], kind: t.Type) -> Any:
    """Decoded values as an Arrow array; pyarrow is slow at rows, so these are taken apart."""
    if not t.contains(kind, "row"):
        return pa.array(found, arrow_type(kind))
    if kind.name == "row":
        wanted = arrow_type(kind)
        names = [t.field_name(kind, i) for i in range(len(kind.of))]
        children = [
            array_of([None if row is None else row[n] for row in found], k)
            for n, k in zip(names, kind.of, strict=True)
        ]
        mask = pa.array([row is None for row in found], pa.bool_())
        return pa.StructArray.from_arrays(children, fields=list(wanted), mask=mask)
    offsets: list[int | None] = []
    flat: list[Any] = []
    for items in found:
        offsets.append(None if items is None else len(flat))
        flat += items or ()
    places = pa.array([*offsets, len(flat)], pa.int32())
    if kind.name == "array":
        return pa.ListArray.from_arrays(places, array_of(flat, kind.of[0]))
    keys, items = ([pair[i] for pair in flat] for i in (0, 1))
    return pa.MapArray.from_arrays(places, array_of(keys, kind.of[0]), array_of(items, kind.of[1]))


def is_number(text: str) -> bool:
    return _DECIMAL.fullmatch(text) is not None


def any_radix(text: str) -> int | None:
    """A whole number of 64 bits: decimal, 0x hexadecimal or 0 octal."""
    if text.isascii() and text.isdigit() and text[0] != "0":
        return fits(int(text), t.BIGINT)
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", text):
        return fits(int(text[2:], 16), t.BIGINT)
    if re.fullmatch(r"0[0-7]+", text):
        return fits(int(text, 8), t.BIGINT)
    if re.fullmatch(r"0[0-9]+", text):
        return None
    return strict_whole(text, t.BIGINT)


def java_decimal(text: str) -> str:
    """BigDecimal.toString: plain while the exponent is small, else 1.2E+10."""
    return str(Decimal(text)).replace("e", "E")


# Numbers as Java's own parsers read a whole text, by their type.
NUMBERS: dict[str, Callable[[str, t.Type], Any]] = {
    **dict.fromkeys(t.INTEGERS, strict_whole),
    "real": fraction,
    "double": fraction,
    "decimal": decimal,
}

"""Java's String.format, over values that come as text beside their types.

https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Formatter.html
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.functions.joda import DAYS, MONTHS

_SPECIFIER = re.compile(r"%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT]?[a-zA-Z%])|%")
_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_JAVA = {
    **dict.fromkeys(_INTEGERS, "java.lang.Long"),
    "boolean": "java.lang.Boolean",
    "double": "java.lang.Double",
    "real": "java.lang.Float",
    "decimal": "java.math.BigDecimal",
    "date": "java.time.LocalDate",
    "time": "java.time.LocalTime",
    "timestamp": "java.time.LocalDateTime",
}
_FLAGS_OF = {"s": "-", "b": "-", "d": "-+ 0,(", "f": "-+ 0,(", "e": "-+ 0(", "x": "-0#", "o": "-0#"}


class _Wrong(Exception):
    """What Java says is wrong with the format."""


def java_format(template: str, kinds: list[str], values: list[str | None]) -> str:
    """`kinds` are the names of the values' types in Trino."""
    ordinary = last = -1

    def one(found: re.Match[str]) -> str:
        nonlocal ordinary, last
        index, previous, flags, width, precision, letter = found.groups()
        if letter is None:
            raise _Wrong("UnknownFormatConversion: Conversion = '%'")
        if letter in ("n", "%"):
            return _constant(letter, flags, width)
        if index:
            last = int(index) - 1
        elif not previous:
            ordinary += 1
            last = ordinary
        if not 0 <= last < len(values):
            raise _Wrong(f"MissingFormatArgument: Format specifier '{found[0]}'")
        _check_flags(flags, width, letter, found[0])
        places = int(precision) if precision else None
        text = _converted(values[last], kinds[last], letter, flags, places)
        return _padded(text, flags, int(width or 0))

    try:
        return _SPECIFIER.sub(one, template)
    except _Wrong as wrong:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", f"Invalid format string: {template} ({wrong})"
        ) from None


def _constant(letter: str, flags: str, width: str | None) -> str:
    if letter == "n" and width:
        raise _Wrong(f"IllegalFormatWidth: {width}")
    return _padded("%" if letter == "%" else "\n", flags, int(width or 0))


def _check_flags(flags: str, width: str | None, letter: str, specifier: str) -> None:
    for flag in flags:
        if flags.count(flag) > 1:
            raise _Wrong(f"DuplicateFormatFlags: Flags = '{flag}'")
        allowed = _FLAGS_OF.get(letter[0].lower(), "-+ 0,(#")
        if flag not in allowed:
            raise _Wrong(f"FormatFlagsConversionMismatch: Conversion = {letter}, Flags = {flag}")
    if ("-" in flags and "0" in flags) or ("+" in flags and " " in flags):
        raise _Wrong(f"IllegalFormatFlags: Flags = '{flags}'")
    if ("-" in flags or "0" in flags) and not width:
        raise _Wrong(f"MissingFormatWidth: {specifier}")


def _converted(value: str | None, kind: str, letter: str, flags: str, places: int | None) -> str:
    lower = letter[0].lower()
    if lower == "t" and len(letter) == 2:
        text = "null" if value is None else _moment(value, kind, letter[1])
    elif lower == "b":
        text = _cut("false" if value is None else value if kind == "boolean" else "true", places)
    elif value is None:
        text = "null"
    elif lower == "s":
        text = _cut(_shown(value, kind), places)
    elif lower in "dox":
        text = _whole(value, kind, lower, flags, places)
    elif lower in "feg":
        text = _real(value, kind, lower, flags, 6 if places is None else places)
    else:
        raise _Wrong(f"UnknownFormatConversion: Conversion = '{letter}'")
    return text.upper() if letter[0].isupper() else text


def _cut(text: str, places: int | None) -> str:
    return text if places is None else text[:places]


def _shown(value: str, kind: str) -> str:
    """Object.toString: java.time leaves out seconds that are zero."""
    if kind == "timestamp":
        value = value.replace(" ", "T")
    if kind in ("timestamp", "time"):
        whole, _, digits = value.partition(".")
        digits = digits.ljust(-(-len(digits) // 3) * 3, "0")
        value = f"{whole}.{digits}"
        value = re.sub(r"(\.\d*?)(?:000)+$", r"\1", value).removesuffix(".")
        return re.sub(r"(\d\d:\d\d):00$", r"\1", value)
    return value


def _whole(value: str, kind: str, letter: str, flags: str, places: int | None) -> str:
    if kind not in _INTEGERS:
        raise _mismatch(letter, kind)
    if places is not None:
        raise _Wrong(f"IllegalFormatPrecision: {places}")
    number = int(value)
    if letter != "d":
        prefix = {"x": "0x", "o": "0"}[letter] if "#" in flags else ""
        return prefix + format(number & ((1 << 64) - 1), letter)
    return _signed(f"{abs(number):{',' if ',' in flags else ''}}", number < 0, flags)


def _real(value: str, kind: str, letter: str, flags: str, places: int) -> str:
    if kind not in ("double", "real", "decimal"):
        raise _mismatch(letter, kind)
    if value.endswith(("NaN", "Infinity")):
        return value
    number = decimal.Decimal(value)
    with decimal.localcontext(prec=400):
        if letter == "f":
            unit = decimal.Decimal(1).scaleb(-places)
            rounded = abs(number).quantize(unit, decimal.ROUND_HALF_UP)
            text = f"{rounded:{',' if ',' in flags else ''}f}"
        elif letter == "e":
            text = _scientific(abs(number), places)
        else:
            text = _general(abs(number), places or 1, flags)
    return _signed(text, number.is_signed(), flags)


def _scientific(number: decimal.Decimal, places: int) -> str:
    mantissa, _, power = f"{number:.{places}e}".partition("e")
    return f"{mantissa}e{power[0]}{int(power[1:]):02}"


def _general(number: decimal.Decimal, places: int, flags: str) -> str:
    rounded = decimal.Decimal(f"{number:.{places - 1}e}")
    if rounded == 0 or decimal.Decimal("1e-4") <= rounded < decimal.Decimal(10) ** places:
        after = places - max(rounded.adjusted() + 1, 1) if rounded else places - 1
        if rounded and rounded < 1:
            after = places - rounded.adjusted() - 1
        return f"{rounded:{',' if ',' in flags else ''}.{max(after, 0)}f}"
    return _scientific(rounded, places - 1)


def _signed(text: str, negative: bool, flags: str) -> str:
    if negative:
        return f"({text})" if "(" in flags else f"-{text}"
    return ("+" if "+" in flags else " " if " " in flags else "") + text


def _mismatch(letter: str, kind: str) -> _Wrong:
    return _Wrong(f"IllegalFormatConversion: {letter} != {_JAVA.get(kind, 'java.lang.String')}")


def _padded(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    if ("0" in flags and text[-1:].isdigit()) or ("0" in flags and text.endswith(")")):
        sign = text[: len(text) - len(text.lstrip("+-( "))]
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


_HALF = ("AM", "PM")
_MOMENT_PARTS: dict[str, Any] = {
    "H": lambda m: f"{m.hour:02}", "I": lambda m: f"{m.hour % 12 or 12:02}",
    "k": lambda m: str(m.hour), "l": lambda m: str(m.hour % 12 or 12),
    "M": lambda m: f"{m.minute:02}", "S": lambda m: f"{m.second:02}",
    "L": lambda m: f"{m.microsecond // 1000:03}", "N": lambda m: f"{m.microsecond * 1000:09}",
    "p": lambda m: _HALF[m.hour // 12].lower(), "B": lambda m: MONTHS[m.month - 1],
    "b": lambda m: MONTHS[m.month - 1][:3], "h": lambda m: MONTHS[m.month - 1][:3],
    "A": lambda m: DAYS[m.weekday()], "a": lambda m: DAYS[m.weekday()][:3],
    "C": lambda m: f"{m.year // 100:02}", "Y": lambda m: f"{m.year:04}",
    "y": lambda m: f"{m.year % 100:02}", "j": lambda m: f"{m.timetuple().tm_yday:03}",
    "m": lambda m: f"{m.month:02}", "d": lambda m: f"{m.day:02}", "e": lambda m: str(m.day),
    "R": lambda m: f"{m:%H:%M}", "T": lambda m: f"{m:%H:%M:%S}",
    "r": lambda m: f"{m.hour % 12 or 12:02}:{m:%M:%S} {_HALF[m.hour // 12]}",
    "D": lambda m: f"{m:%m/%d}/{m.year % 100:02}", "F": lambda m: f"{m.year:04}-{m:%m-%d}",
}  # fmt: skip
_OF_TIME, _OF_DATE = frozenset("HIklMSLNpRTr"), frozenset("BbhAaCYyjmdeDF")


def _moment(value: str, kind: str, letter: str) -> str:
    if kind not in ("date", "time", "timestamp"):
        raise _mismatch(letter, kind)
    missing = {"date": _OF_TIME, "time": _OF_DATE}.get(kind, frozenset())
    if letter in missing:
        raise _Wrong(f"Unsupported field: {letter}")
    if letter not in _MOMENT_PARTS:
        raise fail("NOT_SUPPORTED", f"The format %t{letter} is not supported by local_aws")
    moment = dt.datetime.fromisoformat(f"1970-01-01 {value}" if kind == "time" else value)
    return str(_MOMENT_PARTS[letter](moment))

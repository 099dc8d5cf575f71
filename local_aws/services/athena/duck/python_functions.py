"""The functions that DuckDB has no SQL for, in Python: formats, patterns of Java's, digests, URLs.

Each takes and gives what its entry in `SIGNATURES` says. None in gives NULL out, unless the name
is in `NULLS`. A failure is raised as `fail(code, message)`, which `failures.py` reads back.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import math
import re
import unicodedata
import zlib
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlsplit

from local_aws.services.athena.duck import formats, patterns
from local_aws.services.athena.duck.failures import fail

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def java_double(text: str) -> str:
    """Double.toString: 1.0E10 outside of 0.001 to 10,000,000."""
    special = {"nan": "NaN", "-nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text)
    if special:
        return special
    sign, digits, exponent = _decimal_parts(text)
    point = len(digits) + exponent - 1
    rest = digits[1:].rstrip("0") or "0"
    return f"{sign}{digits[0]}.{rest}E{point}"


def _decimal_parts(text: str) -> tuple[str, str, int]:
    mantissa, _, power = text.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-+").partition(".")
    digits = (whole + fraction).lstrip("0")
    return sign, digits or "0", int(power or 0) - len(fraction)


def from_base(text: str, radix: int) -> int:
    try:
        return int(text, radix)
    except ValueError:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", f"Not a valid base-{radix} number: {text}"
        ) from None


def to_base(value: int, radix: int) -> str:
    if not 2 <= radix <= 36:
        raise fail("INVALID_FUNCTION_ARGUMENT", "Radix must be between 2 and 36")
    if value == 0:
        return "0"
    digits, rest = "", abs(value)
    while rest:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return ("-" if value < 0 else "") + digits


def bit_count(value: int, bits: int) -> int:
    return (value & ((1 << bits) - 1)).bit_count()


def shift_left(value: int, shift: int) -> int:
    shifted = (value << shift) & ((1 << 64) - 1)
    return shifted - (1 << 64) if shifted >> 63 else shifted


def luhn(text: str) -> bool:
    digits = [int(c) for c in reversed(text)]
    return sum(d if i % 2 == 0 else sum(divmod(d * 2, 10)) for i, d in enumerate(digits)) % 10 == 0


def normalize(text: str, form: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


_SOUNDEX = {
    c: d
    for d, letters in enumerate(("", "BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"))
    for c in letters
}


def soundex(text: str) -> str:
    letters = [c for c in text.upper() if c.isalpha()]
    if not letters:
        return ""
    code, last = letters[0], _SOUNDEX.get(letters[0])
    for letter in letters[1:]:
        digit = _SOUNDEX.get(letter)
        if digit and digit != last:
            code += str(digit)
        if letter not in "HW":
            last = digit
    return (code + "000")[:4]


def split_limit(text: str, delimiter: str, limit: int) -> list[str]:
    return text.split(delimiter, limit - 1) if limit > 1 else [text]


def strpos(text: str, part: str, instance: int) -> int:
    index = -1 if instance > 0 else len(text) + 1
    for _ in range(abs(instance)):
        index = (
            text.find(part, index + 1)
            if instance > 0
            else text.rfind(part, 0, index + len(part) - 1)
        )
        if index < 0:
            return 0
    return index + 1


def format_text(template: str, values: list[str | None]) -> str:
    return formats.java_format(template, values)


def data_size(text: str) -> int:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kMGTPEZY]?B)\s*", text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid data size: '{text}'")
    return int(float(found[1]) * 1024 ** "BkMGTPEZY".index(found[2][0]))


def from_utf8(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def reverse_bytes(data: bytes) -> bytes:
    return data[::-1]


def crc32(data: bytes) -> int:
    return zlib.crc32(data)


def digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


def hmac_digest(name: str, data: bytes, key: bytes) -> bytes:
    return hmac.new(key, data, name).digest()


def big_endian(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def url_encode(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


def url_decode(text: str) -> str:
    return unquote_plus(text)


def url_part(text: str, part: str) -> str | None:
    try:
        url = urlsplit(text)
        found = {
            "fragment": url.fragment,
            "host": url.netloc.rpartition("@")[2].rpartition(":")[0]
            or url.netloc.rpartition("@")[2],
            "path": url.path,
            "port": url.port,
            "scheme": url.scheme,
            "query": url.query,
        }[part]
    except ValueError:
        return None
    return None if found is None and part == "port" else str(found)


def url_parameter(text: str, name: str) -> str | None:
    pairs = parse_qsl(urlsplit(text).query, keep_blank_values=True)
    return next((value for key, value in pairs if key == name), None)


def human_seconds(value: float) -> str:
    rest, parts = round(value), list[str]()
    for unit, size in (
        ("week", 604800),
        ("day", 86400),
        ("hour", 3600),
        ("minute", 60),
        ("second", 1),
    ):
        count, rest = divmod(rest, size)
        if count or (unit == "second" and not parts):
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts)


_DURATION = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6, "m": 6e7, "h": 3.6e9, "d": 8.64e10}


def parse_duration(text: str) -> dt.timedelta:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", text)
    if found is None or found[2] not in _DURATION:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", f"duration is not a valid data duration string: {text}"
        )
    return dt.timedelta(milliseconds=math.floor(float(found[1]) * _DURATION[found[2]] / 1e3 + 0.5))


_ZONED = re.compile(
    r"\s*([+-]?\d{4,}-\d{1,2}-\d{1,2})"
    r"(?:[ T](\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?))?\s*(\S.*?)?\s*"
)


def parse_zoned(text: str, precision: int) -> dict[str, Any]:
    found = _ZONED.fullmatch(text)
    if found is None:
        raise fail(
            "INVALID_CAST_ARGUMENT", f"Value cannot be cast to timestamp with time zone: {text}"
        )
    try:
        day = dt.date(*map(int, found[1].split("-")))
        local = dt.datetime.combine(day, formats.parse_clock(found[2] or "00:00", precision))
    except ValueError:
        raise fail(
            "INVALID_CAST_ARGUMENT", f"Value cannot be cast to timestamp with time zone: {text}"
        ) from None
    return formats.zoned(local, found[3] or "UTC")


_V, _I, _B, _BOOL = "VARCHAR", "BIGINT", "BLOB", "BOOLEAN"
_ZONE = "STRUCT(u TIMESTAMP, z VARCHAR)"

# name: (function, parameters' types, result's type)
SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_java_double": (java_double, [_V], _V),
    "py_cbrt": (math.cbrt, ["DOUBLE"], "DOUBLE"),
    "py_from_base": (from_base, [_V, _I], _I),
    "py_to_base": (to_base, [_I, _I], _V),
    "py_bit_count": (bit_count, [_I, _I], _I),
    "py_shift_left": (shift_left, [_I, _I], _I),
    "py_luhn": (luhn, [_V], _BOOL),
    "py_normalize": (normalize, [_V, _V], _V),
    "py_soundex": (soundex, [_V], _V),
    "py_split_limit": (split_limit, [_V, _V, _I], "VARCHAR[]"),
    "py_strpos": (strpos, [_V, _V, _I], _I),
    "py_format": (format_text, [_V, "VARCHAR[]"], _V),
    "py_data_size": (data_size, [_V], "HUGEINT"),
    "py_from_utf8": (from_utf8, [_B], _V),
    "py_reverse_bytes": (reverse_bytes, [_B], _B),
    "py_crc32": (crc32, [_B], _I),
    "py_digest": (digest, [_V, _B], _B),
    "py_hmac": (hmac_digest, [_V, _B, _B], _B),
    "py_big_endian": (big_endian, [_I], _B),
    "py_from_base64url": (from_base64url, [_V], _B),
    "py_to_base64url": (to_base64url, [_B], _V),
    "py_url_encode": (url_encode, [_V], _V),
    "py_url_decode": (url_decode, [_V], _V),
    "py_url_part": (url_part, [_V, _V], _V),
    "py_url_parameter": (url_parameter, [_V, _V], _V),
    "py_human_seconds": (human_seconds, ["DOUBLE"], _V),
    "py_parse_duration": (parse_duration, [_V], "INTERVAL"),
    "py_parse_zoned": (parse_zoned, [_V, _I], _ZONE),
    "py_date_format": (formats.date_format, ["TIMESTAMP", _V], _V),
    "py_date_parse": (formats.date_parse, [_V, _V], "TIMESTAMP"),
    "py_format_datetime": (formats.format_datetime, ["TIMESTAMP", _V, _V], _V),
    "py_parse_datetime": (formats.parse_datetime, [_V, _V], _ZONE),
    "py_from_iso8601": (formats.from_iso8601, [_V], _ZONE),
    "py_regexp_like": (patterns.like, [_V, _V], _BOOL),
    "py_regexp_count": (patterns.count, [_V, _V], _I),
    "py_regexp_position": (patterns.position, [_V, _V], _I),
    "py_regexp_extract": (patterns.extract, [_V, _V, _I], _V),
    "py_regexp_extract_all": (patterns.extract_all, [_V, _V, _I], "VARCHAR[]"),
    "py_regexp_replace": (patterns.replace, [_V, _V, _V], _V),
    "py_regexp_split": (patterns.split, [_V, _V], "VARCHAR[]"),
    "py_regexp_groups": (patterns.groups, [_V, _V], "VARCHAR[][]"),
    "py_row_groups": (patterns.row_groups, [_V, _V], "VARCHAR[]"),
    "py_split_escaped": (patterns.split_escaped, [_V, _V, _V], "VARCHAR[]"),
}

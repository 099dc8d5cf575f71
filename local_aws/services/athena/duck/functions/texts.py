"""Text: what DuckDB counts in bytes, folds otherwise or has no function for."""

from __future__ import annotations

import decimal
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.functions.formatting import java_format


def luhn(text: str) -> bool:
    if not re.fullmatch(r"[0-9]*", text):
        raise fail("INVALID_FUNCTION_ARGUMENT", "Input contains non-digit characters")
    digits = [int(c) for c in reversed(text)]
    total = sum(d if i % 2 == 0 else sum(divmod(d * 2, 10)) for i, d in enumerate(digits))
    return bool(digits) and total % 10 == 0


def normalize(text: str, form: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


def upper(text: str) -> str:
    """Letter by letter, as Java does it: a sharp s has no capital."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


_SOUNDEX = {
    c: d
    for d, letters in enumerate(("", "BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"))
    for c in letters
}


def soundex(text: str) -> str:
    letters = [c for c in text.upper() if c.isalpha()]
    for letter in letters:
        if not letter.isascii():
            raise fail(
                "INVALID_FUNCTION_ARGUMENT",
                f"The character is not mapped: {letter} (index={ord(letter) - ord('A')})",
            )
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


def split(text: str, delimiter: str, limit: int) -> list[str]:
    if limit <= 0:
        raise fail("INVALID_FUNCTION_ARGUMENT", "Limit must be positive")
    if not delimiter:
        raise fail("INVALID_FUNCTION_ARGUMENT", "The delimiter may not be the empty string")
    return text.split(delimiter, limit - 1)


def _entries(text: str, entry_delimiter: str, key_delimiter: str) -> Iterator[tuple[str, str]]:
    for delimiter, name in (
        (entry_delimiter, "entryDelimiter"),
        (key_delimiter, "keyValueDelimiter"),
    ):
        if not delimiter:
            raise fail("INVALID_FUNCTION_ARGUMENT", f"{name} is empty")
    if entry_delimiter == key_delimiter:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", "entryDelimiter and keyValueDelimiter must not be the same"
        )
    pairs = text.split(entry_delimiter)
    # A delimiter at the end begins no entry.
    for pair in pairs[:-1] if pairs[-1] == "" else pairs:
        parts = pair.split(key_delimiter)
        if len(parts) != 2:
            raise fail(
                "INVALID_FUNCTION_ARGUMENT",
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{pair}'",
            )
        yield parts[0], parts[1]


def split_to_map(text: str, entry_delimiter: str, key_delimiter: str) -> list[dict[str, str]]:
    found: dict[str, str] = {}
    for key, value in _entries(text, entry_delimiter, key_delimiter):
        if key in found:
            raise fail("INVALID_FUNCTION_ARGUMENT", f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return [{"k": k, "v": v} for k, v in found.items()]


def split_to_multimap(text: str, entry_delimiter: str, key_delimiter: str) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for key, value in _entries(text, entry_delimiter, key_delimiter):
        found.setdefault(key, []).append(value)
    return [{"k": k, "v": v} for k, v in found.items()]


def strpos(text: str, part: str, instance: int) -> int:
    if instance == 0:
        raise fail("INVALID_FUNCTION_ARGUMENT", "'instance' must be a positive or negative number.")
    if not part:
        return 1
    index = -1 if instance > 0 else len(text)
    for _ in range(abs(instance)):
        if instance > 0:
            index = text.find(part, index + 1)
        else:
            index = text.rfind(part, 0, index - 1 + len(part)) if index else -1
        if index < 0:
            return 0
    return index + 1


def levenshtein(left: str, right: str) -> int:
    distances = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, distances[0] = distances[0], i
        for j, b in enumerate(right, 1):
            diagonal, distances[j] = (
                distances[j],
                min(diagonal + (a != b), distances[j] + 1, distances[j - 1] + 1),
            )
    return distances[-1]


def hamming(left: str, right: str) -> int:
    if len(left) != len(right):
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            "The input strings to hamming_distance function must have the same length",
        )
    return sum(a != b for a, b in zip(left, right, strict=True))


def translate(text: str, old: str, new: str) -> str:
    table: dict[str, str] = {}
    for index, char in enumerate(old):
        table.setdefault(char, new[index] if index < len(new) else "")
    return "".join(table.get(char, char) for char in text)


_UNITS = "BkMGTPEZY"


def data_size(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kMGTPEZY]?B)", text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid data size: '{text}'")
    with decimal.localcontext(prec=80):
        size = int(decimal.Decimal(found[1]) * 1024 ** _UNITS.index(found[2][0]))
    if size >= 10**38:
        raise fail("NUMERIC_VALUE_OUT_OF_RANGE", f"Value out of range: '{text}' ('{size}B')")
    return size


_V, _I = "VARCHAR", "BIGINT"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_luhn": (luhn, [_V], "BOOLEAN"),
    "py_normalize": (normalize, [_V, _V], _V),
    "py_upper": (upper, [_V], _V),
    "py_soundex": (soundex, [_V], _V),
    "py_split": (split, [_V, _V, _I], "VARCHAR[]"),
    "py_split_to_map": (split_to_map, [_V, _V, _V], "STRUCT(k VARCHAR, v VARCHAR)[]"),
    "py_split_to_multimap": (split_to_multimap, [_V, _V, _V], "STRUCT(k VARCHAR, v VARCHAR[])[]"),
    "py_strpos": (strpos, [_V, _V, _I], _I),
    "py_levenshtein": (levenshtein, [_V, _V], _I),
    "py_hamming": (hamming, [_V, _V], _I),
    "py_translate": (translate, [_V, _V, _V], _V),
    "py_format": (java_format, [_V, "VARCHAR[]", "VARCHAR[]"], _V),
    "py_data_size": (data_size, [_V], "HUGEINT"),
}

"""What arrays, maps, JSON and aggregates need of Python: there is no SQL for it in DuckDB."""

from __future__ import annotations

from itertools import combinations as subsets
from typing import Any

from local_aws.services.athena.duck import json_casts, json_paths, sql_json, statistics
from local_aws.services.athena.duck.failures import fail

_LONGEST, _MOST = 5, 100_000


def combinations(size: int, n: int) -> list[list[int]]:
    """The places, from 1, of every group of n among `size` elements, the last place slowest."""
    if n < 0:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"combination size must not be negative: {n}")
    if n > _LONGEST:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"combination size must not exceed {_LONGEST}: {n}")
    places = sorted(subsets(range(1, size + 1), n), key=lambda group: group[::-1])
    if len(places) > _MOST:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"combinations exceed max size of {_MOST}")
    return [list(group) for group in places]


_LONGEST_TEXT = 1_048_576


def listagg(values: list[str | None], separator: str, filler: str, with_count: bool) -> str | None:
    """listagg ... ON OVERFLOW TRUNCATE: what does not fit is left out, and said."""
    known = [v for v in values if v is not None]
    text, size = "", 0
    for index, value in enumerate(known):
        part = (separator if index else "") + value
        size += len(part.encode())
        if size > _LONGEST_TEXT:
            counted = f"({len(known) - index})" if with_count else ""
            return f"{text}{separator if index else ''}{filler}{counted}"
        text += part
    return text if known else None


_V, _I, _BOOL, _LIST = "VARCHAR", "BIGINT", "BOOLEAN", "VARCHAR[]"

# name: (function, parameters' types, result's type)
SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_combinations": (combinations, [_I, _I], "BIGINT[][]"),
    "py_listagg": (listagg, [_LIST, _V, _V, _BOOL], _V),
    "py_kurtosis": (statistics.kurtosis, ["DOUBLE[]"], "DOUBLE"),
    "py_skewness": (statistics.skewness, ["DOUBLE[]"], "DOUBLE"),
    "py_weighted_percentiles": (
        statistics.weighted_percentiles,
        ["DOUBLE[]", "DOUBLE[]", "DOUBLE[]"],
        "DOUBLE[]",
    ),
    "py_numeric_histogram": (
        statistics.numeric_histogram,
        [_I, "DOUBLE[]", "DOUBLE[]"],
        "STRUCT(k DOUBLE, v DOUBLE)[]",
    ),
    "py_json_parse": (json_paths.parse, [_V], _V),
    "py_json_extract": (json_paths.extract, [_V, _V], _V),
    "py_json_scalar": (json_paths.extract_scalar, [_V, _V], _V),
    "py_json_size": (json_paths.size, [_V, _V], _I),
    "py_json_get": (json_paths.get, [_V, _I], _V),
    "py_json_length": (json_paths.length, [_V], _I),
    "py_json_contains": (json_paths.contains, [_V, _V, _V], _BOOL),
    "py_json_is_scalar": (json_paths.is_scalar, [_V], _BOOL),
    "py_json_cast": (json_casts.to_scalar, [_V, _V], _V),
    "py_json_cast_nested": (json_casts.to_nested, [_V, _V, _V], _V),
    "py_json_exists": (sql_json.exists, [_V, _V, _LIST], _BOOL),
    "py_json_value": (sql_json.value, [_V, _V, _LIST], _V),
    "py_json_query": (sql_json.query, [_V, _V, _LIST], _V),
    "py_json_build_array": (sql_json.build_array, [_LIST, _BOOL], _V),
    "py_json_build_object": (sql_json.build_object, [_LIST, _LIST, _V], _V),
    "py_json_decode": (sql_json.decode, ["BLOB", _V], _V),
    "py_json_encode": (sql_json.encode, [_V, _V], "BLOB"),
}

"""JSON: the functions of `json_paths.py` as the engine calls them."""

from __future__ import annotations

from typing import Any

from local_aws.services.athena.duck import json_paths

_V, _I = "VARCHAR", "BIGINT"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_json_parse": (json_paths.parse, [_V], _V),
    "py_json_extract": (json_paths.extract, [_V, _V], _V),
    "py_json_scalar": (json_paths.extract_scalar, [_V, _V], _V),
    "py_json_size": (json_paths.size, [_V, _V], _I),
    "py_json_get": (json_paths.get, [_V, _I], _V),
    "py_json_items": (json_paths.items, [_V], "VARCHAR[]"),
    "py_json_is_scalar": (json_paths.is_scalar, [_V], "BOOLEAN"),
    "py_json_to_text": (json_paths.to_text, [_V], _V),
}

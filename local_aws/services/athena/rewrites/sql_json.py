"""json_exists, json_value, json_query, json_object and json_array: Python functions that get the
call's clauses as one constant, and the values of PASSING as text that says its type."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlglot import exp

from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.duck.sql_json import EMPTY_DEFAULT, ERROR_DEFAULT, VALUE
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.casts import cast_sql, sized, text_of
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.json_forms import JsonConstructor, JsonPathCall
from local_aws.services.athena.trino.notes import type_of

NODES = (JsonPathCall, JsonConstructor)

_OWN_KINDS = (*t.INTEGERS, *t.FLOATING, "decimal", "boolean", "varchar", "char")
_MOMENTS = ("date", "time", "timestamp", "timestamp with time zone")


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, JsonConstructor):
        return _output(_constructed(node, emit), node)
    name = node.args["name"]
    passed = _list(_passed(value, emit) for value in node.args.get("passing") or [])
    call = f"py_{name}({_text(node.this, emit)}, {quote(_spec(node))}, {passed})"
    if name == "json_value":
        return _value(call, node, emit)
    return _output(call, node) if name == "json_query" else call


def _list(items: Iterable[str]) -> str:
    return f"CAST([{', '.join(items)}] AS VARCHAR[])"


def _spec(node: exp.Expression) -> str:
    words = {key: node.args.get(key) for key in ("empty", "error", "wrapper", "quotes")}
    names = [name.this for name in node.args.get("names") or []]
    returned = {"type": str(type_of(node)), "names": names, "path": node.args["path"].this}
    return json.dumps(words | returned, ensure_ascii=False)


def _text(node: exp.Expression, emit: Emit) -> str:
    """The text of a value that is read as JSON."""
    sql = emit.gen(node.this)
    if type_of(node.this) != t.VARBINARY:
        return f"CAST({sql} AS VARCHAR)"
    form = node.args.get("format")
    encoding = "UTF8" if form in (None, "JSON") else form
    return f"py_json_decode({sql}, '{encoding}')"


def _passed(node: exp.Expression, emit: Emit, moments: bool = True) -> str:
    if node.meta.get("read"):
        text = _text(node, emit)
        return f"CASE WHEN {text} IS NULL THEN 'empty:' ELSE 'json:' || {text} END"
    sql, kind = emit.gen(node.this), type_of(node.this)
    if kind == t.UNKNOWN:
        return "NULL"
    if kind == t.JSON:
        return f"'json:' || {sql}"
    if kind.name in t.FLOATING:
        return f"'{kind.name}:' || CAST({sql} AS VARCHAR)"
    own = kind.name in _OWN_KINDS or (moments and kind.name in _MOMENTS)
    return f"'{kind.name if own else 'varchar'}:' || {text_of(sql, kind)}"


def _value(call: str, node: exp.Expression, emit: Emit) -> str:
    kind = type_of(node)
    text = f"{call}[2:]"
    if t.is_text(kind):
        value = sized(text, t.VARCHAR, kind)
    elif kind.name in _MOMENTS:
        value = cast_sql(text, t.VARCHAR, kind, True)
    else:
        value = f"CAST({text} AS {t.duck_type(kind)})"
    branches = f"WHEN '{VALUE}' THEN {value}"
    for which, mark in (("empty", EMPTY_DEFAULT), ("error", ERROR_DEFAULT)):
        default = node.args.get(f"{which}_default")
        if default is not None:
            branches += f" WHEN '{mark}' THEN {emit.gen(default)}"
    return f"CASE {call}[1] {branches} END"


def _output(sql: str, node: exp.Expression) -> str:
    kind = type_of(node)
    if kind == t.VARBINARY:
        form = node.args.get("format")
        return f"py_json_encode({sql}, '{'UTF8' if form in (None, 'JSON') else form}')"
    return sized(sql, t.VARCHAR, kind)


def _constructed(node: JsonConstructor, emit: Emit) -> str:
    values = _list(_passed(value, emit, moments=False) for value in node.expressions)
    absent = bool(node.args.get("absent"))
    if node.args["name"] == "json_array":
        return f"py_json_build_array({values}, {str(absent).lower()})"
    keys = _list(emit.gen(key) for key in node.args["keys"])
    spec = json.dumps({"absent": absent, "unique": bool(node.args.get("unique"))})
    return f"py_json_build_object({keys}, {values}, {quote(spec)})"

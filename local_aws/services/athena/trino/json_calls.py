"""Types the calls of SQL/JSON.

https://trino.io/docs/current/functions/json.html
"""

# ruff: noqa: ARG002 - every method of the typer takes the node and its scope
from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.services.athena.duck.json_path_grammar import BadPath, UnsupportedPath, parse_path
from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.conversions import read_type
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.json_forms import JsonConstructor, JsonInput, JsonPathCall
from local_aws.services.athena.trino.notes import coerce, failed, mismatch, type_of
from local_aws.services.athena.trino.scope import Scope

_OUTCOMES: dict[str, dict[str, tuple[str, ...]]] = {
    "json_exists": {"error": ("true", "false", "unknown", "error"), "empty": ()},
    "json_value": dict.fromkeys(("error", "empty"), ("error", "null", "default")),
    "json_query": dict.fromkeys(
        ("error", "empty"), ("error", "null", "empty array", "empty object")
    ),
}
_SCALARS = (*t.INTEGERS, *t.FLOATING, "varchar", "char", "decimal", "boolean")
_MOMENTS = ("date", "time", "timestamp")


class JsonTyper:
    """The part of the typer that knows SQL/JSON."""

    if TYPE_CHECKING:

        def visit(self, node: exp.Expression, scope: Scope) -> t.Type: ...

    def _jsonpathcall(self, node: JsonPathCall, scope: Scope) -> t.Type:
        name = node.args["name"]
        self._check_outcomes(node, name)
        self._read_as_json(node.this, scope)
        for value in node.args.get("passing") or []:
            self._passed(value, scope)
        _check_path(node)
        if name == "json_exists":
            return t.BOOLEAN
        returned = self._returned(node)
        return self._value(node, returned, scope) if name == "json_value" else returned

    def _check_outcomes(self, node: exp.Expression, name: str) -> None:
        for which, allowed in _OUTCOMES[name].items():
            word = node.args.get(which)
            if word is not None and word not in allowed:
                raise SyntaxRefused(
                    f"mismatched input '{word.upper()} ON {which.upper()}'",
                    position(node) or (1, 1),
                )
        if name != "json_query" and (node.args.get("wrapper") or node.args.get("quotes")):
            raise SyntaxRefused(f"mismatched input 'WRAPPER' in {name}", position(node) or (1, 1))
        if node.args.get("wrapper") and node.args.get("quotes"):
            raise failed(
                "INVALID_FUNCTION_ARGUMENT",
                f"{node.args['quotes'].upper()} QUOTES behavior specified with WITH"
                f" {node.args['wrapper'].upper()} ARRAY WRAPPER behavior",
                node,
            )

    def _read_as_json(self, node: exp.Expression, scope: Scope) -> None:
        """A text, bytes or JSON that is read as JSON."""
        kind, form = self.visit(node.this, scope), node.args.get("format")
        readable = kind in (t.UNKNOWN, t.JSON) or t.is_text(kind)
        if not (readable and form in (None, "JSON")) and kind != t.VARBINARY:
            form = "JSON" if form in (None, "JSON") else f"JSON ENCODING {form}"
            raise mismatch(
                f"Cannot read input of type {kind} as JSON using formatting {form}", node
            )
        node.meta["read"] = True

    def _passed(self, node: exp.Expression, scope: Scope) -> None:
        """A value of PASSING, or a part of a constructor: read as JSON if it says FORMAT JSON."""
        if node.args.get("format") or _gives_json(node.this):
            self._read_as_json(node, scope)
            return
        kind = self.visit(node.this, scope)
        if not t.textual(kind):
            raise not_supported(f"a value of type {kind} for SQL/JSON", position(node))

    def _returned(self, node: exp.Expression) -> t.Type:
        returning = node.args.get("returning")
        kind = read_type(returning, node) if returning is not None else t.VARCHAR
        valued = node.args["name"] == "json_value"
        allowed = t.textual(kind) if valued else t.is_text(kind) or kind == t.VARBINARY
        if not allowed or (node.args.get("format") not in (None, "JSON") and kind != t.VARBINARY):
            raise mismatch(f"Cannot output JSON value as {kind} using formatting JSON", node)
        return kind

    def _value(self, node: exp.Expression, returned: t.Type, scope: Scope) -> t.Type:
        """json_value: what DEFAULT gives must be of the type returned."""
        for which in ("empty", "error"):
            default = node.args.get(f"{which}_default")
            if default is None:
                continue
            kind = self.visit(default, scope)
            if not t.coerces(kind, returned):
                raise mismatch(
                    f"Function JSON_VALUE default ON {which.upper()} result must evaluate to a"
                    f" {returned} (actual: {kind})",
                    default,
                )
            coerce(default, returned)
        plain = node.args.get("error") in (None, "null")
        if returned.name in _MOMENTS and not plain:
            raise not_supported(
                f"json_value RETURNING {returned} with an ON ERROR but NULL", position(node)
            )
        if returned.name not in (*_SCALARS, *_MOMENTS):
            raise not_supported(f"json_value RETURNING {returned}", position(node))
        return returned

    def _jsonconstructor(self, node: JsonConstructor, scope: Scope) -> t.Type:
        for key in node.args.get("keys") or []:
            kind = self.visit(key, scope)
            if not t.is_text(kind) and kind != t.UNKNOWN:
                raise failed(
                    "INVALID_FUNCTION_ARGUMENT",
                    f"Invalid type of JSON object key: {kind}",
                    key,
                )
            coerce(key, t.VARCHAR)
        for value in node.expressions:
            self._passed(value, scope)
            if node.args.get("unique") and value.args.get("format"):
                raise not_supported(
                    "WITH UNIQUE KEYS where an input expression has FORMAT", position(node)
                )
        return self._returned(node)

    def _jsoninput(self, node: JsonInput, scope: Scope) -> t.Type:
        return type_of(node.this)


def _gives_json(node: exp.Expression) -> bool:
    if isinstance(node, JsonPathCall):
        return bool(node.args["name"] == "json_query")
    return isinstance(node, JsonConstructor)


def _check_path(node: JsonPathCall) -> None:
    literal = node.args["path"]
    try:
        path = parse_path(literal.this)
    except UnsupportedPath as error:
        raise not_supported(str(error), position(node)) from None
    except BadPath as error:
        raise failed("SYNTAX_ERROR", str(error), node) from None
    given = {name.this for name in node.args.get("names") or []}
    for name in sorted(path.names - given):
        hint = (
            f'. Try quoting "{name}" in the PASSING clause to match case'
            if name.upper() in given
            else ""
        )
        raise failed("INVALID_PATH", f"no value passed for parameter {name}{hint}", node)

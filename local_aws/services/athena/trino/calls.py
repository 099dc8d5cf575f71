"""Types function calls: the catalogue's signatures, and the forms that have rules of their own."""

# ruff: noqa: ARG002 - every method of the typer takes the node and its scope
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.services.athena.duck import json_text
from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.functions import Signature, catalogue, match
from local_aws.services.athena.trino.listagg import Listagg
from local_aws.services.athena.trino.notes import coerce, failed, mismatch, note, type_of, unify
from local_aws.services.athena.trino.scope import Field, Scan, Scope

# Trino has them and local_aws does not: named, so that nobody takes them for misspelt.
UNSUPPORTED = frozenset(
    Path(__file__).with_name("unsupported.txt").read_text(encoding="utf-8").split()
)
_NORMAL_FORMS = ("NFD", "NFC", "NFKD", "NFKC")
_NANOSECONDS_KEPT = """
date date_diff date_format format_datetime last_day_of_month to_iso8601 to_unixtime
year quarter month week week_of_year day day_of_month day_of_week dow day_of_year doy
year_of_week yow hour minute second millisecond
"""
_OF_NANOSECONDS = frozenset(_NANOSECONDS_KEPT.split())
UNSUPPORTED_PREFIXES = ("st_", "geometry_", "bing_", "to_geometry", "to_spherical", "from_geojson")


class CallTyper:
    """The part of the typer that knows functions, aggregates and windows."""

    scans: list[Scan]

    if TYPE_CHECKING:

        def visit(self, node: exp.Expression, scope: Scope) -> t.Type: ...
        def condition(self, node: exp.Expression, scope: Scope, what: str) -> None: ...
        def fresh(self, prefix: str) -> str: ...
        def subquery_outputs(self, node: exp.Expression, scope: Scope) -> list[t.Type]: ...
        def sort_key(self, item: exp.Expression, scope: Scope) -> None: ...

    def _anonymous(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        name = node.name.lower()
        special: Callable[[Any, Scope], t.Type] | None = getattr(self, f"_call_{name}", None)
        if special is not None:
            return special(node, scope)
        return self.call(node, name, node.expressions, scope)

    def call(
        self, node: exp.Expression, name: str, arguments: list[exp.Expression], scope: Scope
    ) -> t.Type:
        """Types a call by the catalogue and notes the signature for the translation."""
        args, modifiers = _unwrap(arguments)
        if name == "count" and len(args) == 1 and isinstance(args[0], exp.Star):
            args = []
        for part in modifiers.get("order", []):
            self.sort_key(part, scope)
        candidates = catalogue().get(name)
        if candidates is None:
            raise self._not_registered(node, name)
        if candidates[0].kind == "win" and not _is_over(node):
            raise failed("MISSING_OVER", f"Window function {name} requires an OVER clause", node)
        kinds = [None if _is_lambda(a) else self.visit(a, scope) for a in args]
        _check_distinct_order(node, args, modifiers)
        signature, params, result = self._choose(node, name, candidates, args, kinds, scope)
        self._check_nanoseconds(node, name, signature, params)
        for arg, param in zip(args, params, strict=True):
            if not _is_lambda(arg):
                if param.name != "any":
                    coerce(arg, param)
            else:
                coerce(arg.this, param.of[-1])
        return note(node, result, signature=signature, args=args, params=params, **modifiers)

    def _check_nanoseconds(
        self, node: exp.Expression, name: str, signature: Signature, params: tuple[t.Type, ...]
    ) -> None:
        """The functions on timestamps reckon in microseconds; few need no more."""
        taken = signature.expected(len(params)) or ()
        for declared, param in zip(taken, params, strict=True):
            if not (t.is_timestamp(declared) and t.has_nanoseconds(param)):
                continue
            if name not in _OF_NANOSECONDS or param.name != "timestamp":
                raise not_supported(f"the function {name} of {param}", position(node))

    def _not_registered(self, node: exp.Expression, name: str) -> Exception:
        if name.startswith(UNSUPPORTED_PREFIXES) or name in UNSUPPORTED:
            return not_supported(f"the function {name}", position(node))
        return failed("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", node)

    def _choose(
        self,
        node: exp.Expression,
        name: str,
        candidates: list[Signature],
        args: list[exp.Expression],
        kinds: list[t.Type | None],
        scope: Scope,
    ) -> tuple[Signature, tuple[t.Type, ...], t.Type]:
        def lambda_type(index: int, taken: tuple[t.Type, ...]) -> t.Type:
            return self._lambda_body(args[index], taken, scope)

        fits = []
        for candidate in candidates:
            found = match(candidate, kinds, lambda_type)
            if found is not None:
                fits.append((found[2], candidate, found[0], found[1]))
        if not fits:
            given = ", ".join(str(k) if k else "function" for k in kinds)
            expected = ", ".join(f"{name}({', '.join(map(str, s.params))})" for s in candidates)
            raise failed(
                "FUNCTION_NOT_FOUND",
                f"Unexpected parameters ({given}) for function {name}. Expected: {expected}",
                node,
            )
        _, signature, params, result = min(fits, key=lambda fit: fit[0])
        for index, (arg, param) in enumerate(zip(args, params, strict=True)):
            if _is_lambda(arg):
                lambda_type(index, param.of[:-1])
        return signature, params, result

    def _lambda_body(self, node: exp.Expression, taken: tuple[t.Type, ...], scope: Scope) -> t.Type:
        if node.this.find(exp.Query) is not None:
            raise failed("NOT_SUPPORTED", "Lambda expression cannot contain subqueries", node)
        names = [part.name for part in node.expressions]
        if len(names) != len(taken):
            raise failed(
                "INVALID_PARAMETER_USAGE",
                f"Expected a lambda that takes {len(taken)} argument(s) but got {len(names)}",
                node,
            )
        # A name of its own in the engine: templates put the body inside lambdas of theirs.
        unique = [f'"{self.fresh(n.lower() + "_")}"' for n in names]
        variables = [Field(n, k, u) for n, k, u in zip(names, taken, unique, strict=True)]
        node.meta["variables"] = unique
        return note(node, self.visit(node.this, scope.with_variables(variables)))

    # --- aggregates and windows

    def _filter(self, node: exp.Filter, scope: Scope) -> t.Type:
        self.condition(
            node.expression.this, scope, "FILTER expression must evaluate to a boolean (actual: {})"
        )
        kind = self.visit(node.this, scope)
        if not self._is_aggregate(node.this):
            raise failed("FUNCTION_NOT_AGGREGATE", "FILTER is for aggregation functions only", node)
        return kind

    def _is_aggregate(self, node: exp.Expression) -> bool:
        signature = node.meta.get("signature")
        return signature is not None and signature.kind == "agg"

    def _listagg(self, node: Listagg, scope: Scope) -> t.Type:
        kind = self.visit(node.this, scope)
        if kind.name != "varchar" and kind != t.UNKNOWN:
            raise mismatch(
                f"Expected expression of varchar, but '{node.this.sql('trino')}' has {kind} type",
                node,
            )
        value = node.this
        if node.args.get("distinct"):
            value = exp.Distinct(expressions=[value])
        parts = [exp.Order(this=value, expressions=node.expressions), node.args["separator"]]
        if node.args.get("filler"):
            parts += [node.args["filler"], node.args["count"]]
        return self.call(node, "listagg", parts, scope)

    # --- calls with rules of their own

    def _call_if(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        raise SyntaxRefused("mismatched input 'if'", position(node) or (1, 1))

    def _call_coalesce(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        for part in node.expressions:
            self.visit(part, scope)
        if len(node.expressions) < 2:
            raise failed(
                "INVALID_ARGUMENTS",
                "The 'coalesce' function must have at least two arguments",
                node,
            )
        return unify(node.expressions, "All COALESCE operands must be the same type")

    def _call_nullif(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        if len(node.expressions) != 2:
            raise failed(
                "INVALID_ARGUMENTS", "Invalid number of arguments for 'nullif' function", node
            )
        first, second = (self.visit(part, scope) for part in node.expressions)
        common = t.common_type(first, second)
        if common is None:
            raise mismatch(f"Types are not comparable with NULLIF: {first} vs {second}", node)
        note(node, first, compare=common)
        return first

    def _call_try(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        if len(node.expressions) != 1:
            raise failed(
                "INVALID_ARGUMENTS", "The 'try' function must have exactly one argument", node
            )
        return self.visit(node.expressions[0], scope)

    def _call_normalize(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        args = list(node.expressions)
        if len(args) == 2:
            form = args[1].name.upper()
            if form not in _NORMAL_FORMS:
                raise SyntaxRefused(f"mismatched input '{form}'", position(args[1]) or (1, 1))
            args[1] = exp.Literal.string(form)
        return self.call(node, "normalize", args, scope)

    def _call_format(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        result = self.call(node, "format", node.expressions, scope)
        for part in node.meta["args"][1:]:
            kind = type_of(part)
            if kind.of or kind == t.VARBINARY:
                raise failed("NOT_SUPPORTED", f"Type not supported for formatting: {kind}", node)
        return result

    def _call_typeof(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        self.visit(node.expressions[0], scope)
        return t.VARCHAR

    def _call_reduce_agg(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        kind = self.call(node, "reduce_agg", node.expressions, scope)
        if kind.of or kind.name in ("decimal", "varbinary", "json", "unknown"):
            raise not_supported(f"a reduce_agg state of type {kind}, as on Trino,", position(node))
        return kind

    def _call_row(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        return t.row(tuple((None, self.visit(part, scope)) for part in node.expressions))

    def _call_grouping(self, node: exp.Anonymous, scope: Scope) -> t.Type:
        for part in node.expressions:
            self.visit(part, scope)
        kind = t.INTEGER if len(node.expressions) <= 31 else t.BIGINT
        return note(node, kind, grouping=True)

    def _trim(self, node: exp.Trim, scope: Scope) -> t.Type:
        side = (node.args.get("position") or "BOTH").upper()
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")
        parts = [node.this, *([node.expression] if node.args.get("expression") else [])]
        return self.call(node, name, parts, scope)

    def _strposition(self, node: exp.StrPosition, scope: Scope) -> t.Type:
        return self.call(node, "strpos", [node.this, node.args["substr"]], scope)

    def _substring(self, node: exp.Substring, scope: Scope) -> t.Type:
        parts = [node.this, node.args.get("start"), node.args.get("length")]
        return self.call(node, "substr", [p for p in parts if p is not None], scope)

    def _parsejson(self, node: exp.ParseJSON, scope: Scope) -> t.Type:
        if isinstance(node.this, exp.Literal):
            _check_json(node)
        return self.call(node, "json_parse", [node.this], scope)


def _check_json(node: exp.ParseJSON) -> None:
    try:
        json_text.loads(node.this.this)
    except ValueError:
        raise failed(
            "INVALID_LITERAL", f"'{node.this.this}' is not a valid JSON literal", node
        ) from None


def _is_over(node: exp.Expression) -> bool:
    return node.find_ancestor(exp.Window, exp.Select) is not None and isinstance(
        node.parent, exp.Window | exp.IgnoreNulls | exp.RespectNulls
    )


def _is_lambda(node: exp.Expression) -> bool:
    return isinstance(node, exp.Lambda)


def _check_distinct_order(
    node: exp.Expression, args: list[exp.Expression], modifiers: dict[str, Any]
) -> None:
    if not modifiers.get("distinct"):
        return
    for item in modifiers.get("order", []):
        if item.this not in args:
            raise failed(
                "EXPRESSION_NOT_IN_DISTINCT",
                "For aggregate function with DISTINCT, ORDER BY expressions must appear in"
                " arguments",
                node,
            )


def _unwrap(arguments: list[exp.Expression]) -> tuple[list[exp.Expression], dict[str, Any]]:
    """Takes DISTINCT and ORDER BY off the arguments of an aggregate."""
    modifiers: dict[str, Any] = {}
    args: list[exp.Expression] = []
    for arg in arguments:
        inner = arg
        if isinstance(inner, exp.Order):
            modifiers["order"] = inner.expressions
            inner = inner.this
        if isinstance(inner, exp.Distinct):
            modifiers["distinct"] = True
            args += inner.expressions
        else:
            args.append(inner)
    if args and isinstance(args[-1], exp.Order):
        modifiers["order"] = args[-1].expressions
        args[-1] = args[-1].this
    return args, modifiers

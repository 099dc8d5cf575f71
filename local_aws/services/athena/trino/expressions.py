"""Types every expression by Trino's rules, and refuses what Trino refuses.

The rules are those of https://trino.io/docs/current/language/types.html and of the pages on
functions and operators; the messages are Trino's.
"""

# ruff: noqa: ARG002 - every method of the typer takes the node and its scope
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from local_aws.services.athena.errors import QueryFailed, SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.calls import CallTyper
from local_aws.services.athena.trino.conversions import (
    castable,
    decimal_result,
    moment_arithmetic,
    read_type,
    typed_literal,
)
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.json_calls import JsonTyper
from local_aws.services.athena.trino.moments import interval_literal, moment_digits
from local_aws.services.athena.trino.notes import (
    coerce,
    failed,
    mismatch,
    note,
    unify,
)
from local_aws.services.athena.trino.scope import Scope
from local_aws.services.athena.trino.window_calls import WindowTyper
from local_aws.services.athena.trino.wording import ARITHMETIC, COMPARISONS

_OPERATORS = {
    **ARITHMETIC,
    **COMPARISONS,
    exp.NullSafeEQ: "IS DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
_INT_MAX = 2**31 - 1
# https://trino.io/docs/current/functions/datetime.html#extraction-function
_FIELDS = """
year quarter month week day day_of_month day_of_week dow day_of_year doy year_of_week yow
hour minute second timezone_hour timezone_minute
"""
_EXTRACTED = frozenset(_FIELDS.split())


def _boolean(what: str) -> str:
    return what + " must evaluate to a boolean (actual: {})"


class ExpressionTyper(JsonTyper, WindowTyper, CallTyper):
    """Methods `_<node class>` type one kind of node; `visit` finds them."""

    def visit(self, node: exp.Expression, scope: Scope) -> t.Type:
        name = f"_{type(node).__name__.lower()}"
        method: Callable[[Any, Any, Scope], t.Type] | None = getattr(ExpressionTyper, name, None)
        if method is None:
            raise failed("SYNTAX_ERROR", f"unexpected expression: {node.sql('trino')}", node)
        return note(node, method(self, node, scope))

    # --- literals and names

    def _literal(self, node: exp.Literal, scope: Scope) -> t.Type:
        text = node.this
        if node.is_string:
            return t.varchar(len(text))
        if re.fullmatch(r"\d+", text):
            value = int(text)
            negative = isinstance(node.parent, exp.Neg)
            if value >= 2**63 + negative:
                raise failed("NUMERIC_VALUE_OUT_OF_RANGE", f"Invalid numeric literal: {text}", node)
            return t.INTEGER if value <= _INT_MAX else t.BIGINT
        # Athena reads 1.5 as a double, unlike Trino itself.
        return t.DOUBLE

    def _placeholder(self, node: exp.Placeholder, scope: Scope) -> t.Type:
        count = len(list(node.root().find_all(exp.Placeholder)))
        raise failed(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {count} but found 0",
            node,
        )

    def _boolean(self, node: exp.Boolean, scope: Scope) -> t.Type:
        return t.BOOLEAN

    def _null(self, node: exp.Null, scope: Scope) -> t.Type:
        return t.UNKNOWN

    def _hexstring(self, node: exp.HexString, scope: Scope) -> t.Type:
        return t.VARBINARY

    def _paren(self, node: exp.Paren, scope: Scope) -> t.Type:
        return self.visit(node.this, scope)

    def _column(self, node: exp.Column, scope: Scope) -> t.Type:
        return self._name(node, [part.name for part in node.parts], scope)

    def _identifier(self, node: exp.Identifier, scope: Scope) -> t.Type:
        return self._name(node, [node.name], scope)

    def _dot(self, node: exp.Dot, scope: Scope) -> t.Type:
        names = _dotted(node)
        if names is not None:
            return self._name(node, names, scope)
        inner = self.visit(node.this, scope)
        kind, path = follow(inner, [node.expression.name], node)
        return note(node, kind, base=node.this, path=path)

    def _name(self, node: exp.Expression, parts: list[str], scope: Scope) -> t.Type:
        try:
            found, rest, _ = scope.resolve(parts)
        except KeyError:
            raise failed(
                "COLUMN_NOT_FOUND",
                f"Column '{'.'.join(parts).lower()}' cannot be resolved or requester is not"
                " authorized to access requested resources",
                node,
            ) from None
        except QueryFailed as error:
            error.position = position(node)
            error.args = (error.reason,)
            raise
        if found.origin is not None:
            self.scans[found.origin.scan].used.add(found.origin.column)
        kind, path = follow(found.type, rest, node)
        return note(node, kind, field=found, path=path, base=found.item)

    # --- operators

    def _arithmetic(self, node: exp.Binary, scope: Scope) -> t.Type:
        left, right = self.visit(node.left, scope), self.visit(node.right, scope)
        if t.UNKNOWN in (left, right) and left != right:
            left = right = left if right == t.UNKNOWN else right
            coerce(node.left, left)
            coerce(node.right, right)
        if t.is_number(left) and t.is_number(right):
            return self._arithmetic_on_numbers(node, left, right)
        moved = moment_arithmetic(node, left, right)
        if moved is not None:
            return moved
        raise self._cannot_apply(node, left, right)

    _add = _sub = _mul = _div = _mod = _arithmetic

    def _arithmetic_on_numbers(self, node: exp.Binary, left: t.Type, right: t.Type) -> t.Type:
        common = t.common_type(left, right)
        assert common is not None
        if common.name != "decimal":
            coerce(node.left, common)
            coerce(node.right, common)
            return common
        x, y = t.as_decimal(left), t.as_decimal(right)
        coerce(node.left, x)
        coerce(node.right, y)
        return decimal_result(node, x, y)

    def _cannot_apply(self, node: exp.Expression, left: t.Type, right: t.Type) -> QueryFailed:
        operator = _OPERATORS[type(node)]
        return mismatch(f"Cannot apply operator: {left} {operator} {right}", node)

    def _neg(self, node: exp.Neg, scope: Scope) -> t.Type:
        kind = self.visit(node.this, scope)
        if isinstance(node.this, exp.Literal) and node.this.this == str(2**31):
            return note(node.this, t.INTEGER)
        if not t.is_number(kind) and not t.is_interval(kind) and kind != t.UNKNOWN:
            raise mismatch(f"Cannot negate {kind}", node)
        return kind

    def _comparison(self, node: exp.Binary, scope: Scope) -> t.Type:
        if isinstance(node.right, exp.All | exp.Any):
            return self._quantified(node, scope)
        left, right = self.visit(node.left, scope), self.visit(node.right, scope)
        common = t.common_type(left, right)
        ordering = isinstance(node, exp.GT | exp.GTE | exp.LT | exp.LTE)
        if common is None or (ordering and common.name in ("map", "json")):
            raise self._cannot_apply(node, left, right)
        coerce(node.left, common)
        coerce(node.right, common)
        return t.BOOLEAN

    _eq = _neq = _gt = _gte = _lt = _lte = _nullsafeeq = _nullsafeneq = _comparison

    def _quantified(self, node: exp.Binary, scope: Scope) -> t.Type:
        left = self.visit(node.left, scope)
        common = self._with_query(node, node.left, left, node.right.this, scope)
        note(node.right, common)
        if len(common.of) > 1:
            raise not_supported("a quantified comparison of rows", position(node))
        ordering = isinstance(node, exp.GT | exp.GTE | exp.LT | exp.LTE)
        if ordering and any(t.contains(common, name) for name in ("map", "json")):
            raise mismatch(
                f"Type [{common}] must be orderable in order to be used in quantified comparison",
                node,
            )
        return t.BOOLEAN

    def _with_query(
        self, node: exp.Expression, value: exp.Expression, kind: t.Type, query: Any, scope: Scope
    ) -> t.Type:
        """Brings a value and the rows of a query that it is held against to one type."""
        outputs = self.subquery_outputs(query, scope)
        rows = t.row(tuple((None, o) for o in outputs))
        wanted = kind if kind.name == "row" or kind == t.UNKNOWN else t.row(((None, kind),))
        if kind.name == "row" and len(outputs) == 1 and outputs[0].name == "row":
            wanted = t.row(((None, kind),))
        common = t.common_type(wanted, rows)
        if common is None:
            raise mismatch(
                "Value expression and result of subquery must be of the same type:"
                f" {wanted} vs {rows}",
                node,
            )
        coerce(value, common if wanted is kind and len(common.of) > 1 else common.of[0])
        inner = query.this if isinstance(query, exp.Subquery | exp.Paren) else query
        inner.meta["outputs_to"] = list(common.of)
        return common

    def _between(self, node: exp.Between, scope: Scope) -> t.Type:
        parts = [node.this, node.args["low"], node.args["high"]]
        kinds = [self.visit(part, scope) for part in parts]
        common: t.Type | None = kinds[0]
        for kind in kinds[1:]:
            common = common and t.common_type(common, kind)
        if common is None:
            raise mismatch(f"Cannot check if {kinds[0]} is BETWEEN {kinds[1]} and {kinds[2]}", node)
        for part in parts:
            coerce(part, common)
        return t.BOOLEAN

    def _in(self, node: exp.In, scope: Scope) -> t.Type:
        kind = self.visit(node.this, scope)
        query = node.args.get("query")
        if query is not None:
            self._with_query(node, node.this, kind, query, scope)
            return t.BOOLEAN
        if node.args.get("unnest") or node.args.get("field") or not node.expressions:
            raise SyntaxRefused("mismatched input 'IN'", position(node) or (1, 1))
        for item in node.expressions:
            self.visit(item, scope)
        unify([node.this, *node.expressions], "IN value and list items must be the same type")
        return t.BOOLEAN

    def _exists(self, node: exp.Exists, scope: Scope) -> t.Type:
        self.subquery_outputs(node.this, scope)
        return t.BOOLEAN

    def _subquery(self, node: exp.Subquery, scope: Scope) -> t.Type:
        kinds = self.subquery_outputs(node, scope)
        if len(kinds) == 1:
            return kinds[0]
        outputs = node.this.meta["outputs"]
        return t.row(tuple((o.name, o.type) for o in outputs))

    def _is(self, node: exp.Is, scope: Scope) -> t.Type:
        self.visit(node.this, scope)
        if not isinstance(node.expression, exp.Null):
            raise SyntaxRefused(
                f"mismatched input '{node.expression.sql('trino')}'", position(node) or (1, 1)
            )
        return t.BOOLEAN

    def _logical(self, node: exp.Expression, scope: Scope) -> t.Type:
        for part in node.iter_expressions():
            self.condition(part, scope, _boolean("Logical expression term"))
        return t.BOOLEAN

    _and = _or = _logical

    def _not(self, node: exp.Not, scope: Scope) -> t.Type:
        self.condition(
            node.this,
            scope,
            _boolean("Value of logical NOT expression"),
        )
        return t.BOOLEAN

    def condition(self, node: exp.Expression, scope: Scope, what: str) -> None:
        kind = self.visit(node, scope)
        if kind not in (t.BOOLEAN, t.UNKNOWN):
            raise mismatch(what.format(kind), node)
        coerce(node, t.BOOLEAN)

    def _like(self, node: exp.Like, scope: Scope) -> t.Type:
        for part, what in ((node.this, "Left side of"), (node.expression, "Pattern for")):
            kind = self.visit(part, scope)
            if not t.is_text(kind) and kind != t.UNKNOWN:
                message = f"{what} LIKE expression must evaluate to a varchar (actual: {kind})"
                raise mismatch(message, part)
            coerce(part, kind if t.is_text(kind) else t.VARCHAR)
        return t.BOOLEAN

    def _escape(self, node: exp.Escape, scope: Scope) -> t.Type:
        kind = self.visit(node.expression, scope)
        if not t.is_text(kind) and kind != t.UNKNOWN:
            raise mismatch(
                f"Escape character must evaluate to a varchar (actual: {kind})", node.expression
            )
        pattern, escape = node.this.expression, node.expression
        if isinstance(pattern, exp.Literal) and isinstance(escape, exp.Literal):
            _check_pattern(pattern.this, escape.this)
        return self.visit(node.this, scope)

    def _dpipe(self, node: exp.DPipe, scope: Scope) -> t.Type:
        left, right = self.visit(node.left, scope), self.visit(node.right, scope)
        if "array" in (left.name, right.name):
            return self._concat_arrays(node, left, right)
        if t.VARBINARY in (left, right) and left == right:
            return left
        return self._concat_text(node, left, right)

    def _concat_text(self, node: exp.DPipe, left: t.Type, right: t.Type) -> t.Type:
        if t.UNKNOWN in (left, right) and t.VARBINARY in (left, right):
            return t.VARBINARY
        lengths: list[int] = []
        for kind in (left, right):
            if not t.is_text(kind) and kind != t.UNKNOWN:
                raise failed(
                    "FUNCTION_NOT_FOUND",
                    f"Unexpected parameters ({left}, {right}) for function concat",
                    node,
                )
            lengths += kind.args or t.LONGEST_CHAR.args
        common = t.VARCHAR
        if "char" in (left.name, right.name):
            common = t.Type("char", (min(sum(lengths), t.LONGEST_CHAR.args[0]),))
        for side, kind in ((node.left, left), (node.right, right)):
            # As they are: the spaces at a char's end are part of it.
            coerce(side, kind if t.is_text(kind) else t.VARCHAR)
        return common

    def _concat_arrays(self, node: exp.DPipe, left: t.Type, right: t.Type) -> t.Type:
        common = _concatenated(left, right)
        if common is None:
            raise failed(
                "FUNCTION_NOT_FOUND",
                f"Unexpected parameters ({left}, {right}) for function concat",
                node,
            )
        for side, kind in ((node.left, left), (node.right, right)):
            whole = t.common_type(kind, t.array(common)) if kind.name == "array" else None
            coerce(side, t.array(common) if whole == t.array(common) else common)
        return t.array(common)

    # --- conditionals

    def _case(self, node: exp.Case, scope: Scope) -> t.Type:
        results = [branch.args["true"] for branch in node.args["ifs"]]
        if node.args.get("default") is not None:
            results.append(node.args["default"])
        for result in results:
            self.visit(result, scope)
        self._case_conditions(node, scope)
        return unify(results, "All CASE results must be the same type")

    def _case_conditions(self, node: exp.Case, scope: Scope) -> None:
        tests = [branch.this for branch in node.args["ifs"]]
        if node.this is None:
            for test in tests:
                self.condition(test, scope, _boolean("CASE WHEN clause"))
            return
        for part in (node.this, *tests):
            self.visit(part, scope)
        unify([node.this, *tests], "CASE operand type does not match WHEN clause operand type")

    def _if(self, node: exp.If, scope: Scope) -> t.Type:
        self.condition(node.this, scope, _boolean("IF condition"))
        results = [r for r in (node.args["true"], node.args.get("false")) if r is not None]
        for result in results:
            self.visit(result, scope)
        return unify(results, "Result types for IF must be the same")

    # --- casts and the special forms of dates

    def _cast(self, node: exp.Cast, scope: Scope) -> t.Type:
        source = self.visit(node.this, scope)
        target = read_type(node.to, node)
        if not node.meta.get("written") and isinstance(node.this, exp.Literal):
            return typed_literal(node, target)
        if not castable(source, target):
            raise mismatch(f"Cannot cast {source} to {target}", node)
        return target

    _trycast = _cast

    def _interval(self, node: exp.Interval, scope: Scope) -> t.Type:
        return interval_literal(node)

    def _extract(self, node: exp.Extract, scope: Scope) -> t.Type:
        if node.name.lower() not in _EXTRACTED:
            raise failed("SYNTAX_ERROR", f"Invalid EXTRACT field: {node.name}", node)
        return self.call(node, node.name.lower(), [node.expression], scope)

    def _attimezone(self, node: exp.AtTimeZone, scope: Scope) -> t.Type:
        kind = self.visit(node.this, scope)
        zone = self.visit(node.args["zone"], scope)
        if not t.is_text(zone) and zone != t.DAY_SECOND:
            raise mismatch(f"Type of time zone must be a varchar (actual: {zone})", node)
        if not t.is_timestamp(kind):
            raise mismatch(
                "Type of value must be a time or timestamp with or without time zone"
                f" (actual {kind})",
                node,
            )
        target = t.Type("timestamp with time zone", kind.args)
        coerce(node.this, target)
        return target

    def _currentdate(self, node: exp.Expression, scope: Scope) -> t.Type:
        return t.DATE

    def _currenttimestamp(self, node: exp.Expression, scope: Scope) -> t.Type:
        return t.Type("timestamp with time zone", moment_digits(node))

    def _localtimestamp(self, node: exp.Expression, scope: Scope) -> t.Type:
        return t.Type("timestamp", moment_digits(node))

    def _localtime(self, node: exp.Expression, scope: Scope) -> t.Type:
        return t.Type("time", moment_digits(node))

    def _currenttime(self, node: exp.Expression, scope: Scope) -> t.Type:
        raise not_supported("current_time, a time with time zone,", position(node))

    # --- rows, arrays, maps

    def _tuple(self, node: exp.Tuple, scope: Scope) -> t.Type:
        return t.row(tuple((None, self.visit(part, scope)) for part in node.expressions))

    def _array(self, node: exp.Array, scope: Scope) -> t.Type:
        if not node.expressions:
            return t.array(t.UNKNOWN)
        for part in node.expressions:
            self.visit(part, scope)
        return t.array(unify(node.expressions, "All ARRAY elements must be the same type"))

    def _bracket(self, node: exp.Bracket, scope: Scope) -> t.Type:
        base = self.visit(node.this, scope)
        if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
            raise SyntaxRefused("mismatched input ':'", position(node) or (1, 1))
        index = self.visit(node.expressions[0], scope)
        if base.name == "array" and (index.name in t.INTEGERS or index == t.UNKNOWN):
            coerce(node.expressions[0], t.BIGINT)
            return base.of[0]
        if base.name == "map" and t.coerces(index, base.of[0]):
            coerce(node.expressions[0], base.of[0])
            return base.of[1]
        if base.name == "row":
            return base.of[_row_index(node, base) - 1]
        raise mismatch(f"Cannot use {index} for subscript of {base}", node)


def _check_pattern(pattern: str, escape: str) -> None:
    """What follows the escape character of LIKE must need it."""
    if len(escape) != 1:
        raise failed("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    rest = re.sub(rf"{re.escape(escape)}[%_{re.escape(escape)}]", "", pattern)
    if escape in rest:
        raise failed(
            "INVALID_FUNCTION_ARGUMENT",
            "Escape character must be followed by '%', '_' or the escape character itself",
        )


def _row_index(node: exp.Bracket, kind: t.Type) -> int:
    index = node.expressions[0]
    if not isinstance(index, exp.Literal) or index.is_string or not index.this.isdigit():
        raise failed(
            "EXPRESSION_NOT_CONSTANT",
            "Subscript expression on ROW requires a constant index",
            node,
        )
    place = int(index.this)
    if place < 1:
        raise failed(
            "INVALID_FUNCTION_ARGUMENT",
            f"Invalid subscript index: {place}. ROW indices start at 1",
            node,
        )
    if place > len(kind.of):
        raise failed(
            "INVALID_FUNCTION_ARGUMENT",
            f"Subscript index out of bounds: {place}, max value is {len(kind.of)}",
            node,
        )
    return place


def _concatenated(left: t.Type, right: t.Type) -> t.Type | None:
    """The element of two arrays one after the other, or of an array and one more element."""
    both = t.common_type(left, right)
    if both is not None and left.name == right.name == "array":
        return both.of[0]
    appended = t.common_type(left.of[0], right) if left.name == "array" else None
    prepended = t.common_type(left, right.of[0]) if right.name == "array" else None
    return appended or prepended


def _dotted(node: exp.Dot) -> list[str] | None:
    """a.b.c as names, when nothing but names is in it."""
    left = node.this
    tail = node.expression.name
    if isinstance(left, exp.Identifier):
        return [left.name, tail]
    if isinstance(left, exp.Column):
        return [*(part.name for part in left.parts), tail]
    if isinstance(left, exp.Dot):
        inner = _dotted(left)
        return [*inner, tail] if inner is not None else None
    return None


def follow(kind: t.Type, names: list[str], node: exp.Expression) -> tuple[t.Type, list[str]]:
    """Goes into a row's fields by name."""
    path = []
    for name in names:
        found = [i for i, f in enumerate(kind.fields) if f and f.lower() == name.lower()]
        if kind.name != "row":
            raise mismatch(f"Expression {node.sql('trino')} is not of type ROW", node)
        if not found:
            raise failed(
                "COLUMN_NOT_FOUND",
                f"Column '{node.sql('trino')}' cannot be resolved or requester is not authorized"
                " to access requested resources",
                node,
            )
        path.append(t.field_name(kind, found[0]))
        kind = kind.of[found[0]]
    return kind, path

"""What takes more than a template: where the meaning hangs on an argument's value.

Each makes a rule for `carry.Target.rules`, and refuses by name what it cannot carry.
"""

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from local_aws.services.databrew.printing.carry import (
    DUCKDB_TYPE,
    NotPrinted,
    Rule,
    Target,
    duckdb_sql,
    kind_of,
)

_TOKEN = re.compile(r"%.|[^%]")


def aggregates(templates: Mapping[str, str]) -> Rule:
    """``list_aggregate([...], 'sum')`` by the name of its function; :this is the list."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        values, function = node.expressions[:2]
        if function.name not in templates:
            raise NotPrinted(f"{target.name} has no {function.name} of a row's values")
        return target.filled(templates[function.name], {"this": target.carried(values)})

    return rule


def of_values(template: str) -> Rule:
    """GREATEST and LEAST leave NULL out in DuckDB; :items is the array of all."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        values = [target.carried(item) for item in (node.this, *node.expressions)]
        return target.filled(template, {"items": exp.Array(expressions=values)})

    return rule


def timezone(*, text: str, now: str, into: str, out_of: str) -> Rule:
    """DuckDB's ``timezone``, which goes from a moment to a zone's clock and the other way round.

    Templates for what operations write of it: a text's moment in UTC, the present in UTC, UTC's
    clock as another :zone's, and that one's as UTC's.
    """

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        zone, moment = node.expressions
        inner = moment.unnest()
        if zone.name == "UTC" and isinstance(inner, exp.TryCast):
            return target.filled(text, {"this": target.carried(inner.this)})
        if zone.name == "UTC" and duckdb_sql(inner).upper() in ("NOW()", "CURRENT_TIMESTAMP"):
            return target.filled(now, {})
        if kind_of(inner) == "timezone":
            other, clock = inner.expressions
            given = {"this": target.carried(clock)}
            if other.name == "UTC":
                return target.filled(into, {**given, "zone": target.carried(zone)})
            if zone.name == "UTC":
                return target.filled(out_of, {**given, "zone": target.carried(other)})
        raise NotPrinted(f"{target.name} does not carry {duckdb_sql(node)}")

    return rule


def truncated(target: Target, node: exp.Expression) -> exp.Expression:
    """``date_trunc('second', moment)``."""
    unit = exp.Literal.string(node.args["unit"].name.lower())
    return exp.Anonymous(this="date_trunc", expressions=[unit, target.carried(node.this)])


def without_subquery(target: Target, node: exp.Expression) -> exp.Expression:
    """Trino's TRY, which takes no subquery; a row's aggregates become one."""
    if any(kind_of(inner) == "list_aggregate" for inner in node.find_all(exp.Anonymous)):
        raise NotPrinted(f"{target.name} has no TRY for {duckdb_sql(node.this)}")
    return target.around(node)


def converted(*texts: str) -> Rule:
    """A cast; to text only from the types whose texts are alike in both engines."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        inner = node.this.unnest()
        if isinstance(inner, exp.Literal) and inner.name.lower().lstrip("+-") == "inf":
            raise NotPrinted(f"{target.name} has no infinity of this name: {duckdb_sql(node)}")
        if node.args["to"].is_type(*exp.DataType.TEXT_TYPES) and _type_of(inner) not in texts:
            raise NotPrinted(f"{target.name} may write another text than {duckdb_sql(node)}")
        return target.around(node)

    return rule


def _type_of(node: exp.Expression) -> str:
    """A column's type in the engine, or a cast's; nothing where that is not plain."""
    if isinstance(node, exp.Column):
        return str(node.meta.get(DUCKDB_TYPE, ""))
    if isinstance(node, exp.Null):
        return "VARCHAR"
    if isinstance(node, exp.Literal):
        return "VARCHAR" if node.is_string else "INTEGER"
    return str(node.args["to"].sql(dialect="duckdb")) if isinstance(node, exp.Cast) else ""


def tried(target: Target, node: exp.Expression) -> exp.Expression:
    """Spark's sums and products that are NULL where they overflow: TRY itself it has not."""
    names = {exp.Add: "try_add", exp.Sub: "try_subtract", exp.Mul: "try_multiply"}
    inner = node.this.unnest()
    if isinstance(inner, exp.Add | exp.Sub) and inner.find(exp.Interval):
        return target.carried(inner)
    if type(inner) not in names:
        raise NotPrinted(f"{target.name} has no TRY for {duckdb_sql(inner)}")
    both = [target.carried(inner.this), target.carried(inner.expression)]
    return exp.Anonymous(this=names[type(inner)], expressions=both)


def regular_expression(template: str) -> Rule:
    """RE2's pattern in Java's engine: the same but for how a replacement names its groups."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        given = {"group": exp.Literal.number(0)} | target.given(node)
        if isinstance(node, exp.RegexpReplace):
            if node.args.get("modifiers") is None or node.args["modifiers"].name != "g":
                raise NotPrinted(f"{target.name} replaces every match, never the first alone")
            given["replacement"] = exp.Literal.string(java_groups(node.args["replacement"].name))
        return target.filled(template, given)

    return rule


def java_groups(replacement: str) -> str:
    """``\\1`` as ``$1``; a dollar and a backslash that are meant stay."""
    pieces = re.findall(r"\\.|.", replacement, re.DOTALL)
    return "".join(_java_group(piece) for piece in pieces)


def _java_group(piece: str) -> str:
    if len(piece) == 2:
        return f"${piece[1]}" if piece[1].isdigit() else piece
    return f"\\{piece}" if piece in "$\\" else piece


def length(of_list: str) -> Rule:
    """``len`` counts a text's characters, and a list's values: these by the template."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        if isinstance(node.this, exp.Array | exp.ArrayDistinct | exp.Split):
            return target.filled(of_list, {"this": target.carried(node.this)})
        return target.around(node)

    return rule


def split(template: str, pattern: Callable[[str], str]) -> Rule:
    """Split by a text, which some take for a regular expression."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        delimiter = node.expression
        if not delimiter.is_string:
            raise NotPrinted(
                f"{target.name} splits by a text alone, not by {duckdb_sql(delimiter)}"
            )
        given = target.given(node) | {"pattern": exp.Literal.string(pattern(delimiter.name))}
        return target.filled(template, given)

    return rule


def strftime(tokens: Mapping[str, str], quoted: bool = False) -> Rule:
    """``date_format`` in the target's tokens; `quoted`: other letters would be tokens, too."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        pieces = _TOKEN.findall(node.args["format"].name)
        written = "".join(_date_token(target, piece, tokens, quoted) for piece in pieces)
        # Not sqlglot's own node for it: that would be translated a second time.
        arguments = [target.carried(node.this), exp.Literal.string(written)]
        return exp.Anonymous(this="date_format", expressions=arguments)

    return rule


def _date_token(target: Target, piece: str, tokens: Mapping[str, str], quoted: bool) -> str:
    if piece in tokens:
        return tokens[piece]
    if piece.startswith("%") and piece != "%%":
        raise NotPrinted(f"{target.name} has no {piece} in a date's format")
    if quoted:
        return f"'{piece}'" if piece.isalpha() else piece.replace("%%", "%").replace("'", "''")
    return piece


def window(order_of_rows: str | None) -> Rule:
    """A window; what asks for the order of rows in which they are read gets it, or is refused."""
    needs_order = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        function = node.this.this if isinstance(node.this, exp.IgnoreNulls) else node.this
        if function.find(exp.Distinct):
            raise NotPrinted(f"{target.name} has no DISTINCT in a window: {duckdb_sql(function)}")
        framed = node.args.get("spec") is not None
        if node.args.get("order") is None and (framed or isinstance(function, needs_order)):
            if order_of_rows is None:
                raise NotPrinted(
                    f"{target.name} has no order of rows for {duckdb_sql(function)}: sort first"
                )
            order = exp.Order(expressions=[exp.Ordered(this=exp.maybe_parse(order_of_rows))])
            target.around(node).set("order", order)
            return node
        return target.around(node)

    return rule


def interval(target: Target, node: exp.Expression) -> exp.Expression:
    """``x + INTERVAL (2) MONTH`` of a number that is written out."""
    amount = node.this.unnest() if isinstance(node.this, exp.Paren) else node.this
    sign = -1 if isinstance(amount, exp.Neg) else 1
    number = amount.this if isinstance(amount, exp.Neg) else amount
    if not isinstance(number, exp.Literal):
        raise NotPrinted(f"{target.name} moves a date by a number alone: {duckdb_sql(node)}")
    unit, count = node.args["unit"].name.upper(), sign * int(number.name)
    if unit == "QUARTER":
        unit, count = "MONTH", 3 * count
    if unit == "WEEK":
        unit, count = "DAY", 7 * count
    if unit not in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"):
        raise NotPrinted(f"{target.name} has no interval of a {unit}")
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit))


def date_difference(template: str, *units: str) -> Rule:
    """``date_sub('day', a, b)``: whole units between two moments, where they are counted alike."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        unit, first, second = node.expressions
        if unit.name.lower() not in units:
            raise NotPrinted(f"{target.name} counts {unit.name}s otherwise")
        given = {"first": target.carried(first), "second": target.carried(second)}
        return target.filled(template.format(unit=unit.name.lower()), given)

    return rule


def numbers_filled(template: str, conversion: Callable[[str], str]) -> Rule:
    """``format('{:04d}-{:02d}', a, b)``: the numbers into the conversion of each place."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        text = re.sub(r"\{:0(\d+)d\}", lambda place: conversion(place[1]), node.this.name)
        if "{" in text:
            raise NotPrinted(f"{target.name} does not carry {duckdb_sql(node)}")
        values = [target.carried(item) for item in node.expressions]
        call = target.filled(template, {"format": exp.Literal.string(text)})
        call.set("expressions", [*call.expressions, *values])
        open_ = [value for value in values if not isinstance(value, exp.Literal)]
        known = [exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null())) for value in open_]
        return exp.Case(ifs=[exp.If(this=exp.and_(*known), true=call)]) if known else call

    return rule


def data_type(renamed: Mapping[exp.DType, exp.DType]) -> Rule:
    """A type under another of sqlglot's names."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        kind = node.this
        if kind in (exp.DType.INT128, exp.DType.UINT128):
            raise NotPrinted(f"{target.name} has no whole numbers of 128 bits")
        if kind in renamed:
            node.set("this", renamed[kind])
        return node

    return rule


def double_division(target: Target, node: exp.Expression) -> exp.Expression:
    """DuckDB's ``/`` of whole numbers is a fraction; Trino's is none."""
    return target.filled("CAST(:this AS double) / :expression", target.given(node))


def substring(target: Target, node: exp.Expression) -> exp.Expression:
    """A start that is a number from 1: before it the engines count differently."""
    start = node.args.get("start")
    if not (isinstance(start, exp.Literal) and int(start.name) >= 1):
        raise NotPrinted(f"{target.name} takes a text's part from a position that is written out")
    return target.around(node)


def proper_words(template: str) -> Rule:
    """The list of words that `cleaning.proper` makes, each with its first letter upper."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        inner = node.this
        if not (isinstance(inner, exp.Transform) and isinstance(inner.this, exp.Split)):
            return target.filled("array_join(:this, :expression)", target.given(node))
        return target.filled(template, {"this": target.carried(inner.this.this)})

    return rule

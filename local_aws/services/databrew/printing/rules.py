"""What takes more than a template: where the meaning hangs on an argument's value.

Each makes a rule for `carry.Target.rules`, and refuses by name what it cannot carry.
"""

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from local_aws.services.databrew.printing.carry import (
    NotPrinted,
    Rule,
    Target,
    arguments,
    duckdb_sql,
)

_TOKEN = re.compile(r"%.|[^%]")


def _carried(target: Target, node: exp.Expression) -> dict[str, exp.Expression]:
    return {name: target.carried(item) for name, item in arguments(node).items()}


def rebuilt(target: Target, node: exp.Expression) -> exp.Expression:
    """The node itself around its carried children."""
    for child in list(node.iter_expressions()):
        child.replace(target.carried(child))
    return node


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


def utc(of_text: str) -> Rule:
    """``timezone('UTC', TRY_CAST(text AS TIMESTAMPTZ))``: a text's moment, by the template."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        zone, moment = node.expressions
        if zone.name != "UTC" or not isinstance(moment, exp.TryCast):
            raise NotPrinted(f"{target.name} does not carry {duckdb_sql(node)}")
        return target.filled(of_text, {"text": target.carried(moment.this)})

    return rule


def regular_expression(template: str) -> Rule:
    """RE2's pattern in Java's engine: the same but for how a replacement names its groups."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        given = {"group": exp.Literal.number(0)} | _carried(target, node)
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
        return rebuilt(target, node)

    return rule


def split(template: str, pattern: Callable[[str], str]) -> Rule:
    """Split by a text, which some take for a regular expression."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        delimiter = node.expression
        if not delimiter.is_string:
            raise NotPrinted(
                f"{target.name} splits by a text alone, not by {duckdb_sql(delimiter)}"
            )
        given = _carried(target, node) | {"pattern": exp.Literal.string(pattern(delimiter.name))}
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
        framed = node.args.get("spec") is not None
        if node.args.get("order") is None and (framed or isinstance(function, needs_order)):
            if order_of_rows is None:
                raise NotPrinted(
                    f"{target.name} has no order of rows for {duckdb_sql(function)}: sort first"
                )
            order = exp.Order(expressions=[exp.Ordered(this=exp.maybe_parse(order_of_rows))])
            carried = rebuilt(target, node)
            carried.set("order", order)
            return carried
        return rebuilt(target, node)

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


def date_difference(template: str) -> Rule:
    """``date_sub('day', a, b)``: whole units between two moments."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        unit, first, second = node.expressions
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
        return call

    return rule


def data_type(renamed: Mapping[exp.DType, exp.DType]) -> Rule:
    """A type under another of sqlglot's names."""

    def rule(_: Target, node: exp.Expression) -> exp.Expression:
        kind = node.this
        if kind in renamed:
            node.set("this", renamed[kind])
        return node

    return rule


def double_division(target: Target, node: exp.Expression) -> exp.Expression:
    """DuckDB's ``/`` of whole numbers is a fraction; Trino's is none."""
    return target.filled("CAST(:this AS double) / :expression", _carried(target, node))


def substring(target: Target, node: exp.Expression) -> exp.Expression:
    """A start that is a number from 1: before it the engines count differently."""
    start = node.args.get("start")
    if not (isinstance(start, exp.Literal) and int(start.name) >= 1):
        raise NotPrinted(f"{target.name} takes a text's part from a position that is written out")
    return rebuilt(target, node)


def proper_words(template: str) -> Rule:
    """The list of words that `cleaning.proper` makes, each with its first letter upper."""

    def rule(target: Target, node: exp.Expression) -> exp.Expression:
        inner = node.this
        if not (isinstance(inner, exp.Transform) and isinstance(inner.this, exp.Split)):
            return target.filled("array_join(:this, :expression)", _carried(target, node))
        return target.filled(template, {"this": target.carried(inner.this.this)})

    return rule

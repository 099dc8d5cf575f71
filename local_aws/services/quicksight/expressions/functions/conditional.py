"""Conditional functions: https://docs.aws.amazon.com/quicksight/latest/user/conditional-functions.html

A condition that is empty is not met.
"""

from collections.abc import Sequence

from local_aws.services.quicksight.expressions.compiled import (
    Compiled,
    aligned,
    combined,
    constant,
)
from local_aws.services.quicksight.expressions.kinds import ANY, CONDITION, Kind
from local_aws.services.quicksight.expressions.signature import (
    Invocation,
    function,
    same,
    scalar,
    shared,
)
from local_aws.services.quicksight.expressions.tree import Items, Parameter

CHAPTER = "conditional"


@function("ifelse", CHAPTER)
def ifelse(call: Invocation) -> Compiled:
    """ifelse(if, then, [if, then ...], else)."""
    count = len(call.arguments)
    if count < 3 or count % 2 == 0:
        raise call.wrong(f"{count} argument(s) are given, it takes if, then, ..., else")
    tests = [call.value(n, CONDITION) for n in range(0, count - 1, 2)]
    results = [call.value(n) for n in (*range(1, count - 1, 2), count - 1)]
    return _case(call, tests, results)


@function("switch", CHAPTER)
def switch(call: Invocation) -> Compiled:
    """switch(expression, value, result, [value, result ...], default)."""
    count = len(call.arguments)
    if count < 4 or count % 2:
        raise call.wrong(f"{count} argument(s) are given, it takes value, result, ..., default")
    subject = call.value(0)
    tests = [_equal(call, subject, call.value(n)) for n in range(1, count - 1, 2)]
    results = [call.value(n) for n in (*range(2, count - 1, 2), count - 1)]
    return _case(call, tests, results)


def _equal(call: Invocation, left: Compiled, right: Compiled) -> Compiled:
    parts = aligned(call.compiler.compared([left, right], call.name, call.at), call.name, call.at)
    return combined(f"({parts[0].sql} = {parts[1].sql})", Kind.CONDITION, parts)


def _case(call: Invocation, tests: list[Compiled], results: list[Compiled]) -> Compiled:
    kind = _one_kind(call, results)
    parts = aligned([*tests, *results], call.name, call.at)
    sql = [part.sql for part in parts]
    pairs = zip(sql[: len(tests)], sql[len(tests) :], strict=False)
    whens = " ".join(f"WHEN {test} THEN {result}" for test, result in pairs)
    return combined(f"(CASE {whens} ELSE {sql[-1]} END)", kind, parts)


def _one_kind(call: Invocation, results: Sequence[Compiled]) -> Kind:
    """The type of all results; of nothing but nulls NULL. Raises ExpressionError."""
    kinds = [result.kind for result in results]
    known = {kind for kind in kinds if kind not in (Kind.NULL, Kind.UNKNOWN)}
    if not known:
        return kinds[0] if len(set(kinds)) == 1 else Kind.UNKNOWN
    kind = shared(kinds)
    if kind == Kind.UNKNOWN:
        said = ", ".join(sorted(found.value for found in known))
        raise call.wrong(f"its results are of several types: {said}")
    return kind


@function("coalesce", CHAPTER)
def coalesce(call: Invocation) -> Compiled:
    """coalesce(expression, [expression ...]): the first that is not empty."""
    if not call.arguments:
        raise call.wrong("it takes at least one argument")
    results = [call.value(n) for n in range(len(call.arguments))]
    kind = _one_kind(call, results)
    parts = aligned(results, call.name, call.at)
    return combined(f"coalesce({', '.join(part.sql for part in parts)})", kind, parts)


@scalar("isNull", CHAPTER, ANY, gives=Kind.CONDITION)
def is_null(value: str) -> str:
    """True where there is no value."""
    return f"({value} IS NULL)"


@scalar("isNotNull", CHAPTER, ANY, gives=Kind.CONDITION)
def is_not_null(value: str) -> str:
    """True where there is a value."""
    return f"({value} IS NOT NULL)"


@scalar("nullIf", CHAPTER, ANY, ANY, gives=same)
def null_if(value: str, other: str) -> str:
    """Empty where both are equal, else the first."""
    return f"nullif({value}, {other})"


@function("in", CHAPTER)
def is_in(call: Invocation) -> Compiled:
    """in(expression, [value, ...]) or in(expression, ${parameter})."""
    return _membership(call, "IN")


@function("notIn", CHAPTER)
def is_not_in(call: Invocation) -> Compiled:
    """notIn(expression, [value, ...]) or notIn(expression, ${parameter})."""
    return _membership(call, "NOT IN")


def _membership(call: Invocation, operator: str) -> Compiled:
    call.counted(2, 2)
    values = _values(call)
    if not values:
        # A parameter that stands for all values holds any; an empty list holds none.
        holds = (values is None) == (operator == "IN")
        return combined("TRUE" if holds else "FALSE", Kind.CONDITION, [call.value(0)])
    parts = call.compiler.compared([call.value(0), *values], call.name, call.at)
    parts = aligned(parts, call.name, call.at)
    listed = ", ".join(part.sql for part in parts[1:])
    return combined(f"({parts[0].sql} {operator} ({listed}))", Kind.CONDITION, parts)


def _values(call: Invocation) -> list[Compiled] | None:
    node = call.arguments[1]
    if isinstance(node, Items):
        return [call.compiler.compile(item.node) for item in node.items]
    if isinstance(node, Parameter):
        found = call.compiler.parameter(node)
        return None if found is None else [constant(value) for value in found]
    raise call.wrong("argument 2 has to be a list in brackets or a parameter")

"""Random arithmetic and conditions against a small evaluator in Python that shares no code."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.services.quicksight.expressions import ExpressionError, parse
from tests.local_aws.services.quicksight.expressions.evaluated import Table

FIELDS = {"a": 7, "b": -3, "c": None, "d": 0}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">=": operator.ge,
}  # fmt: skip
# A pair is what is written and what it comes to, None being no value.
Pair = tuple[str, Any]


def lifted(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda one, other: None if None in (one, other) else function(one, other)


def binary(draw: tuple[Pair, str, Pair], known: dict[str, Callable[[Any, Any], Any]]) -> Pair:
    (left, one), sign, (right, other) = draw
    return f"({left} {sign} {right})", lifted(known[sign])(one, other)


def both(draw: tuple[Pair, str, Pair]) -> Pair:
    (left, one), word, (right, other) = draw
    decides = word == "OR"
    if decides in (one, other):
        value: bool | None = decides
    else:
        value = None if None in (one, other) else not decides
    return f"({left} {word} {right})", value


def chosen(draw: tuple[Pair, Pair, Pair]) -> Pair:
    (test, met), (then, one), (otherwise, other) = draw
    return f"ifelse({test}, {then}, {otherwise})", one if met else other


def filled(draw: tuple[Pair, Pair]) -> Pair:
    (left, one), (right, other) = draw
    return f"coalesce({left}, {right})", other if one is None else one


def emptied(draw: tuple[Pair, Pair]) -> Pair:
    (left, one), (right, other) = draw
    return f"nullIf({left}, {right})", None if one == other else one


def negated(draw: Pair) -> Pair:
    return f"NOT {draw[0]}", None if draw[1] is None else not draw[1]


fields = st.sampled_from(sorted(FIELDS)).map(lambda name: (f"{{{name}}}", FIELDS[name]))
literals = st.integers(0, 20).map(lambda value: (str(value), value))


def larger(numbers: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    compared = st.tuples(numbers, st.sampled_from(sorted(COMPARED)), numbers)
    simple = compared.map(lambda draw: binary(draw, COMPARED))
    joined = st.tuples(simple, st.sampled_from(["AND", "OR"]), simple).map(both)
    tests = st.one_of(simple, joined, joined.map(negated))
    sums = st.tuples(numbers, st.sampled_from(sorted(ARITHMETIC)), numbers)
    return st.one_of(
        sums.map(lambda draw: binary(draw, ARITHMETIC)),
        st.tuples(tests, numbers, numbers).map(chosen),
        st.tuples(numbers, numbers).map(filled),
        st.tuples(numbers, numbers).map(emptied),
    )


expressions = st.recursive(st.one_of(fields, literals), larger, max_leaves=12)


@pytest.fixture(scope="module")
def table() -> Table:
    return Table(dict.fromkeys(FIELDS, "INTEGER"), [list(FIELDS.values())])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(expressions)
def test_a_random_expression(table: Table, pair: Pair) -> None:
    text, expected = pair
    if expected is None or abs(expected) < 2**62:
        assert table.evaluate(text) == [expected], text


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        reason = error.message
    else:
        reason = "it is read"
    assert reason

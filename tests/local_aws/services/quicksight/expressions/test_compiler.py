"""QuickSight's expressions, checked by what DuckDB makes of them."""

import duckdb
import pytest

from local_aws.services.quicksight.expressions import (
    Compiled,
    ExpressionError,
    compile_expression,
    literal,
    quote,
)

ROWS = "(VALUES (1, 4, 'a'), (2, 0, 'b'), (3, 5, NULL)) AS t(x, y, name)"


def evaluate(text: str) -> list[object]:
    sql = compile_expression(text, lambda name: Compiled(quote(name))).sql
    return [row[0] for row in duckdb.execute(f"SELECT {sql} FROM {ROWS}").fetchall()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum({x}) / sum({y})", [6 / 9]),
        ("1 + 2 * 3 - 4", [3, 3, 3]),
        ("(1 + 2) * 3", [9, 9, 9]),
        ("10 - 4 - 3", [3, 3, 3]),
        ("{x} / {y}", [0.25, None, 0.6]),
        ("-{x} + 1", [0, -1, -2]),
        ("ifelse({x} > 2, 'big', {x} = 2, 'two', 'small')", ["small", "two", "big"]),
        ("ifelse({x} > 1 AND NOT {y} = 0, 1, 0)", [0, 0, 1]),
        ("coalesce({name}, 'none')", ["a", "b", "none"]),
        ("concat({name}, '!')", ["a!", "b!", None]),
        ("sumIf({x}, {y} > 0)", [4]),
        ("distinct_count({name})", [2]),
        ("toUpper({name})", ["A", "B", None]),
        ("name <> 'a'", [False, True, None]),
        (r"'it\'s'", ["it's"] * 3),
    ],
)
def test_values(text: str, expected: list[object]) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sumOver({x}, [{y}])", "aggregated measure"),
        ("runningSum(sum({x}))", "runningSum"),
        ("sum({x}, {y})", "a list in brackets"),
        ("sum({x}) + {y}", "Mismatched aggregation"),
        ("sum(avg({x}))", "nested aggregation"),
        ("${limit} + 1", "parameter"),
        ("1 +", "the end"),
        ("(1", "'\\)' is missing"),
        ("1 2", "not expected"),
        ("read_csv('/etc/passwd')", "read_csv"),
        ("(" * 500 + "1" + ")" * 500, "nested too deeply"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_expression(text, lambda name: Compiled(quote(name)))


def test_hostile_names_and_texts_stay_what_they_are() -> None:
    name = 'a"; DROP TABLE t; --'
    assert compile_expression("{" + name + "}", lambda n: Compiled(quote(n))).sql == (
        '"a""; DROP TABLE t; --"'
    )
    hostile = "'; DROP TABLE t; --"
    assert duckdb.execute(f"SELECT {literal(hostile)}").fetchone() == (hostile,)

"""The expressions of BOOLEAN_OPERATION and CASE_OPERATION: what they give, and how errors read."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import InvalidStep, MissingColumn
from local_aws.services.databrew.engine.formula import Scope, aggregate, compile_, parse
from local_aws.services.databrew.engine.formula.tree import Aggregate
from local_aws.services.databrew.engine.frame import Frame

COLUMNS = {
    "n": ("INTEGER", "5"),
    "big": ("BIGINT", "9223372036854775807"),
    "x": ("DOUBLE", "2.5"),
    "t": ("VARCHAR", "'5'"),
    "word": ("VARCHAR", "'it''s'"),
    "none": ("VARCHAR", "NULL"),
    "flag": ("BOOLEAN", "true"),
    "day": ("DATE", "DATE '2020-02-29'"),
    "a`b": ("INTEGER", "1"),
    "s p.a": ("VARCHAR", "'é😀'"),
}


@pytest.fixture(scope="module")
def frame() -> Iterator[Frame]:
    connection = duckdb.connect(config={"threads": 1})
    shape = ", ".join(f'{sql}::{kind} AS "{name}"' for name, (kind, sql) in COLUMNS.items())
    connection.execute(f"CREATE TABLE one AS SELECT {shape}")
    yield Frame.of(connection, "one")
    connection.close()


def answer(frame: Frame, expression: str) -> Any:
    sql, kind = compile_(parse(expression), Scope(frame), expression)
    (row,) = frame.select({"answer": sql}).rows({"a": '"answer"'})
    # A constant that is NULL has any type for DuckDB.
    assert row[0] is None or frame.select({"answer": sql}).columns["answer"] == kind
    return row[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("`n` < 6", True),
        ("n >= 5 and n <= 5 AND NOT n = 4", True),
        ("`t` = 5", True),
        ("`t` < 10", True),
        ("`t` < '10'", False),
        ("`n` = '5'", True),
        ("`word` < 7", None),
        ("`word` = 'it''s'", True),
        ("`word` = 'it\\'s'", True),
        ('`word` = "it\'s"', True),
        ("`n` != 5 or `none` = 'x'", None),
        ("`none` <=> null", True),
        ("`day` > '2020-01-01'", True),
        ("`day` between '2020-01-01' and '2020-12-31'", True),
        ("`flag` = TRUE", True),
        ("`flag` = 'false'", False),
        ("`flag` is not true", False),
        ("isBetween(`t`, 1, 5)", True),
        ("!isBetween(`t`, 1, 5)", False),
        ("!!contains(`word`, 't')", True),
        ("contains(`word`, 'T')", False),
        ("matches(`s p.a`, '^\\p{L}')", True),
        ("`s p.a` rlike '😀$'", True),
        ("startsWith(`n`, '5') and endsWith(`n`, '5')", True),
        ("isMissing(`none`)", True),
        ("isMissing('')", True),
        ("isValid(`t`, int)", True),
        ("isValid(`word`, 'double')", False),
        ("isValid(`none`, string)", False),
        ("`a``b` = 1", True),
        ("`word` like 'i_%'", True),
        ("`word` not like 'x%'", True),
        ("`n` in (1, '5', null)", True),
        ("`n` not in (1, 2)", True),
        ("`n` in ()", False),
        ("1 + 2 * 3 - -1", 8),
        ("`n` / 0", None),
        ("`n` % 0", None),
        ("7 / 2", 3.5),
        ("`big` + 1", None),
        ("-`big` * 1", -(2**63 - 1)),
        ("1e400 > 1", True),
        ("'a' || 1 || null", None),
        ("concat('a', 1, `x`)", "a12.5"),
        ("cast('12.7' as int)", 12),
        ("cast('x' as date)", None),
        ("cast(null as double)", None),
        ("case when n is null then 1 when n > 4 then 2.5 else 3 end", 2.5),
        ("case n when 1 then 'a' when 5 then 'b' end", "b"),
        ("case when false then 1 end", None),
        ("if(`n` > 1, 'yes', 0)", "yes"),
        ("coalesce(`none`, `n`, 1)", "5"),
        ("length(`s p.a`)", 2),
        ("floor(-2.5) + ceil(2.1)", 0),
        ("sqrt(-1)", None),
    ],
)
def test_answers(frame: Frame, expression: str, expected: Any) -> None:
    assert answer(frame, expression) == expected


@pytest.mark.parametrize(
    ("expression", "position", "reason"),
    [
        ("", 1, "expected a value, got the end"),
        ("`n` <", 6, "expected a value, got the end"),
        ("`n` < 2000 and `x", 16, "a column's name without its closing backtick"),
        ("`n` = 'x", 7, "a text without its closing quote"),
        ("`n` ; drop", 5, "unexpected ';'"),
        ("`n` 5", 5, "expected the end, got '5'"),
        ("(`n` < 5", 9, r"expected '\)', got the end"),
        ("nosuch(`n`)", 1, "unknown function nosuch"),
        ("`n` > 1 and contains(`n`)", 13, r"contains takes 2 argument\(s\), got 1"),
        ("coalesce()", 1, r"coalesce takes 1 to 100 argument\(s\), got 0"),
        ("isValid(`n`, colour)", 1, "isValid needs a column and a data type, got 'colour'"),
        ("case end", 6, "expected a value, got 'end'"),
        ("case when 1 = 1 then 2", 23, "expected 'end', got the end"),
        ("`n` is 5", 8, "expected NULL, TRUE or FALSE, got '5'"),
        ("`n` not 5", 9, "expected IN, LIKE or BETWEEN, got '5'"),
        ("cast(`n` as colour)", 13, "expected a data type, got 'colour'"),
        ("select", 7, "expected"),
    ],
)
def test_errors_name_the_position(
    frame: Frame, expression: str, position: int, reason: str
) -> None:
    if expression == "select":
        with pytest.raises(MissingColumn, match="`select`"):
            answer(frame, expression)
        return
    with pytest.raises(InvalidStep, match=f"Invalid expression at position {position}: {reason}"):
        answer(frame, expression)


@pytest.mark.parametrize(
    "expression", ["(" * 5000 + "1", "1" + "+1" * 5000, "lower(" * 500 + "`s`" + ")" * 500]
)
def test_expressions_that_are_too_deep(frame: Frame, expression: str) -> None:
    with pytest.raises(InvalidStep, match="nested too deeply"):
        answer(frame, expression)


def test_names_that_nothing_binds(frame: Frame) -> None:
    with pytest.raises(InvalidStep, match="`:mean` is not bound by withExpressions"):
        answer(frame, "`n` < `:mean`")
    with pytest.raises(MissingColumn, match="cannot resolve '`gone`'"):
        answer(frame, "`gone` = 1")


def test_texts_are_never_sql(frame: Frame) -> None:
    nasty = "'); DROP TABLE one; --"
    assert answer(frame, "'" + nasty.replace("'", "''") + "'") == nasty
    with pytest.raises(MissingColumn):
        answer(frame, '`x"; DROP TABLE one; --`')
    assert frame.rows({"n": "count(*)"}) == [(1,)]


def test_aggregates() -> None:
    assert aggregate("min(`column.2`)") == Aggregate("min", "column.2")
    assert aggregate(" count( distinct `a b` ) ") == Aggregate("count", "a b", distinct=True)
    for wrong in ("min(a)", "min(`a`) + 1", "min", ""):
        with pytest.raises(InvalidStep, match="Invalid expression at position"):
            aggregate(wrong)

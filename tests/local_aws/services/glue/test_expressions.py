from collections.abc import Sequence

import pytest

from local_aws.services.glue.errors import InvalidInputException, InvalidStateException
from local_aws.services.glue.expressions import (
    NULL_PARTITION,
    compile_expression,
    table_pattern,
)

KEYS = [
    {"Name": "year", "Type": "int"},
    {"Name": "origin", "Type": "string"},
    {"Name": "day", "Type": "date"},
    {"Name": "price", "Type": "decimal(5,2)"},
]
MARCH = ["2013", "EWR", "2013-03-01", "9.50"]


@pytest.mark.parametrize(
    "expression",
    [
        "year = 2013",
        "year == '2013'",
        "2012 < year",
        "YEAR >= 2013 AND origin <> 'JFK'",
        "year != 2012",
        "year IN (2011, 2013)",
        "year NOT IN (2011, 2012)",
        "year BETWEEN 2013 AND 2014 AND origin = 'EWR'",
        "year NOT BETWEEN 2014 AND 2015",
        "origin LIKE 'E%'",
        "origin like '_WR'",
        "origin NOT LIKE '%FK'",
        "NOT (year = 2012 OR origin = 'JFK')",
        "(year = 2012 or year = 2013) and (origin = 'EWR')",
        "day > '2013-02-28' AND day < DATE '2013-03-02'",
        "price = 9.5",
        "price < 10",
        "origin IS NOT NULL",
        "\"origin\" = 'EWR'",
        "`year`=2013",
        "",
    ],
)
def test_fits(expression: str) -> None:
    assert compile_expression(expression, KEYS)(MARCH)


@pytest.mark.parametrize(
    "expression",
    [
        "year = 2012",
        "year < 1000",
        "2013 < year",
        "origin = 'ewr'",
        "origin LIKE 'E'",
        "origin LIKE 'E.R'",
        "day <= '2013-02-28'",
        "NOT year = 2013",
        "origin IS NULL",
        "year = 2013 AND origin = 'JFK'",
    ],
)
def test_does_not_fit(expression: str) -> None:
    assert not compile_expression(expression, KEYS)(MARCH)


def test_numbers_are_compared_as_numbers() -> None:
    month = [{"Name": "month", "Type": "int"}]
    assert compile_expression("month > 9", month)(["10"])
    assert compile_expression("month = 3", month)(["03"])


def test_text_is_compared_as_text() -> None:
    month = [{"Name": "month", "Type": "string"}]
    assert not compile_expression("month > '9'", month)(["10"])


@pytest.mark.parametrize("expression", ["year = 2013", "year <> 2013", "NOT year = 2013"])
def test_a_missing_value_fits_no_comparison(expression: str) -> None:
    values: Sequence[str] = [NULL_PARTITION, *MARCH[1:]]
    assert not compile_expression(expression, KEYS)(values)
    assert compile_expression("year IS NULL", KEYS)(values)
    assert compile_expression(f"origin = 'EWR' OR {expression}", KEYS)(values)


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("month = 3", "month is not a partition key"),
        ("year = 'next'", "'next' is not a int"),
        ("year = ", "its end"),
        ("year + 1 = 2014", "at '+ 1"),
        ("year = 2013 year", "at 'year'"),
        ("upper(origin) = 'EWR'", "upper is not a partition key"),
        ("year ; 1", "at '; 1'"),
        ("(year = 2013", "its end"),
        ("year = origin", "at 'origin'"),
    ],
)
def test_refused(expression: str, named: str) -> None:
    with pytest.raises(InvalidInputException) as refusal:
        compile_expression(expression, KEYS)
    assert named in refusal.value.message


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("year >= 0", 'For input string: "null" is not an integer. It is the value of the'),
        ("origin = 'EWR' AND year BETWEEN 1 AND 2", "partition key year in the partition"),
        ("day > '2013-01-01'", 'For input string: "null" is not a date.'),
    ],
)
def test_a_value_that_is_not_of_its_keys_type_fails_as_on_aws(expression: str, named: str) -> None:
    values = ["null" if key["Type"] in ("int", "date") else "EWR" for key in KEYS]
    with pytest.raises(InvalidStateException) as refusal:
        compile_expression(expression, KEYS)(values)
    assert named in refusal.value.message
    assert compile_expression("origin = 'EWR'", KEYS)(values)


def test_a_key_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidInputException, match="binary cannot be filtered"):
        compile_expression("raw = 'x'", [{"Name": "raw", "Type": "binary"}])


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("*", True),
        ("flights*", True),
        ("flights.*", True),
        ("*2013*", True),
        ("FLIGHTS_2013", True),
        ("flights", False),
        ("weather|flights_2013", True),
        ("flights_[0-9]*", True),
    ],
)
def test_table_pattern(pattern: str, fits: bool) -> None:
    assert bool(table_pattern(pattern)("flights_2013")) is fits


def test_a_broken_table_pattern_is_refused() -> None:
    with pytest.raises(InvalidInputException, match=r"Invalid pattern flights\("):
        table_pattern("flights(")


def test_a_pattern_that_takes_for_ever_is_refused() -> None:
    with pytest.raises(InvalidInputException, match="takes too long"):
        table_pattern("(x|xx)+y")("x" * 64)

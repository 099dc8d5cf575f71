"""The quick definition of each macro against its plain one, which says what is meant."""

from collections.abc import Iterator
from itertools import chain, product

import duckdb
import pytest

from local_aws.services.databrew.engine import macros
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import literal

SPACES = [chr(code) for code in (*range(1, 33), 0x85, 0xA0, 0x2003, 0xFEFF)]
NUMBERS = [
    *("0", "-0", "+5", "007", "12.", "12.0", "12.7", "-12.7", ".5", "1e3", "1E3", "0x1f", "0b11"),
    *("1_000", "1,000", "127", "128", "32768", "2147483647", "2147483648", "-2147483649"),
    *("9223372036854775807", "9223372036854775808", "99999999999999999999", "- 1", "--1", "+"),
    *("NaN", "inf", "true", "NA", "", "é", "１２", "1 2", "12abc"),
]
DAYS = [
    *("2013-01-31", "2013-1-1", "2013-02-30", "0001-01-01", "0000-01-01", "-2013-01-01"),
    *("12013-01-01", "2013/01/31", "20130131", "2013-01-31x", "epoch", "infinity"),
    *("-infinity", "2013-01-31 (BC)", "31-01-2013", "2013-13-01", "today"),
]
TIMES = ["05:00", "05:00:00", "5:0:0", "24:00:00", "05:00:60", "05:00:00.123456", "05"]
OFFSETS = [
    *("", "Z", "z", "+02", "-02", "+02:30", "-02:30", "+02:30:15", "+2", "-00:00", "+15:59", "+16"),
    *(" UTC", "+02Z", "ZZ", " Z", "+"),
]
ZONES = [" Europe/Berlin", " America/New_York", " EST", " Etc/GMT-5", " Nowhere/At_All"]
MOMENTS = [
    f"{day}{between}{time}{offset}"
    for day, between, time, offset in product(DAYS, (" ", "T", "  "), TIMES, OFFSETS)
]
PLAIN = [*NUMBERS, *DAYS, "New York", "!", "!!", "a", "~", "\0a"[1:], "😀", "a😀"]
PADDED = [f"{one}{word}{other}" for word in PLAIN for one in SPACES for other in ("", one, "x")]
TRAILED = [f"{word}{space}" for word in PLAIN for space in SPACES]
TEXTS = [*PLAIN, *PADDED, *TRAILED, *MOMENTS, *(f" {moment} " for moment in MOMENTS)]
OF_TEXT = [name for name, macro in macros.MACROS.items() if macro.parameters == ("x",)]
EDGES = ("NULL", "-1", "0", "1", "2", "12", "13", "23", "24", "28", "29", "30", "31", "32", "59")
YEARS = ("NULL", "-1", "0", "1", "1900", "2000", "2013", "9999", "10000", "294247", "9999999999")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("SET TimeZone='UTC'")
        rows = ", ".join(f"({literal(text)})" for text in dict.fromkeys(TEXTS))
        opened.execute(f"CREATE TABLE texts AS SELECT * FROM (VALUES {rows}, (NULL)) AS t(x)")
        Frame.of(opened, "texts")
        yield opened


@pytest.mark.parametrize("name", OF_TEXT)
def test_quick_and_plain_agree_on_every_text(
    connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    quick, plain = macros.call(name, "x"), macros.plainly(name, "x")
    query = f"SELECT x, {quick}::VARCHAR, {plain}::VARCHAR FROM texts"
    found = connection.execute(query).fetchall()
    assert [row for row in found if row[1] != row[2]] == []
    assert any(row[1] for row in found)
    assert not all(row[1] for row in found)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((YEARS, EDGES, EDGES, ("0",), ("0",), ("0",)), id="days"),
        pytest.param((("2013",), ("2",), ("3",), EDGES, EDGES, EDGES), id="times"),
    ],
)
def test_quick_and_plain_agree_on_every_moment(
    connection: duckdb.DuckDBPyConnection, parts: tuple[tuple[str, ...], ...]
) -> None:
    lists = ", ".join(
        f"(SELECT unnest([{', '.join(values)}]::BIGINT[]) AS {name})"
        for name, values in zip("abcdef", parts, strict=True)
    )
    quick, plain = (make("moment_of", *"abcdef") for make in (macros.call, macros.plainly))
    query = f"SELECT * FROM (SELECT {quick} AS q, {plain} AS p FROM {lists}) WHERE"
    assert connection.execute(f"{query} q IS DISTINCT FROM p").fetchall() == []
    assert connection.execute(f"{query} q NOTNULL").fetchall()


def test_a_named_zone_is_that_row_s_alone(connection: duckdb.DuckDBPyConnection) -> None:
    """DuckDB's cast to TIMESTAMPTZ reads what follows a named zone in that zone."""
    pairs = [(f"2013-01-31 05:00:00{zone}", "2013-01-31 05:00:00.5") for zone in ZONES]
    texts = ", ".join(f"({i}, {literal(text)})" for i, text in enumerate(chain(*pairs)))
    query = f"SELECT {macros.call('moment', 'x')}::VARCHAR FROM (VALUES {texts}) AS t(i, x)"
    found = [row[0] for row in connection.execute(f"{query} ORDER BY i").fetchall()]
    hours = [hour and f"2013-01-31 {hour}:00:00" for hour in ("04", "10", "10", "00", None)]
    assert found[1::2] == ["2013-01-31 05:00:00.5"] * len(ZONES)
    assert found[0::2] == hours

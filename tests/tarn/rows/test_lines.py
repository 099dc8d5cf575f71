"""Source lines: held against the recipe engine, over files that try to mislead."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws.services.databrew.engine import recipe as engine
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.source import Source, load
from tarn.rows.delimited import Record, records
from tarn.rows.lines import SHOWN, LineFinder, comparable, may_be_missing, told_apart
from tarn.rows.recipe import Origin, Trail, follow

HEADER = ("line", "word", "miles", "amount", "at")
IS_NA = {"Condition": "IS", "Value": '["NA"]', "TargetColumn": "word"}


def act(operation: str, *conditions: dict[str, str], **parameters: str) -> dict[str, Any]:
    step: dict[str, Any] = {"Action": {"Operation": operation, "Parameters": parameters}}
    return step | ({"ConditionExpressions": list(conditions)} if conditions else {})


RECIPE = [
    act("REMOVE_COMBINED", sourceColumn="word", removeLeadingAndTrailingWhitespace="true"),
    act("FILL_WITH_NULL", IS_NA, sourceColumn="word"),
    act("CHANGE_DATA_TYPE", sourceColumn="miles", columnDataType="int"),
    act("CHANGE_DATA_TYPE", sourceColumn="amount", columnDataType="double"),
    act("CHANGE_DATA_TYPE", sourceColumn="at", columnDataType="timestamp"),
    act("REMOVE_MISSING", sourceColumn="word"),
]
WORDS = ("AA", "aa", " AA", "NA", "", "007", "7", "true", "1e3", "nan", "a  b", "a b")
MILES = ("1", "1.5", "1.0", "01", "+1", "2", "NA", "", "1e0", "x", "99999999999999999999")
AMOUNTS = ("0.1", "0.10", "1", "1.0", "", "NA", "1e-1", "0.30000000000000004")
TIMES = ("2013-01-01T05:00:00Z", "2013-01-01 05:00:00", "2013-01-01", "NA", "2013-02-30T00:00:00Z")
ROWS = st.lists(
    st.tuples(*map(st.sampled_from, (WORDS, MILES, AMOUNTS, TIMES))), min_size=1, max_size=12
)


def cleaned(path: Path, rows: list[tuple[str, ...]]) -> tuple[list[Record], list[dict[str, Any]]]:
    """The file's records, and its rows as the recipe leaves them; `line` is the true line."""
    body = [",".join((str(number), *row)) for number, row in enumerate(rows, 2)]
    path.write_text("\n".join([",".join(HEADER), *body]) + "\n")
    with duckdb.connect() as connection:
        load(connection, Source("s3://raw", "CSV", (str(path),)), lambda _: None, None)
        frame = engine.apply(typed(connection, "raw"), RECIPE)
        found = connection.execute(frame.sql()).to_arrow_table().to_pylist()
    with path.open("rb") as stream:
        return list(records(stream))[1:], found


def trail() -> Trail:
    """The recipe's, without the column that would give the line away."""
    followed = follow(RECIPE, HEADER)
    del followed.origins["line"]
    return followed


def lines_of(rows: list[dict[str, Any]], found: list[Record]) -> list[list[int]]:
    finder = LineFinder(rows, trail(), HEADER)
    for record in found:
        finder.look(record)
    return finder.candidates()


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_never_a_wrong_line(rows: list[tuple[str, ...]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        found, clean = cleaned(Path(folder) / "file.csv", rows)
    candidates = lines_of(clean, found)
    for row, lines, line in zip(clean, candidates, told_apart(candidates), strict=True):
        assert len(lines) > SHOWN or int(row["line"]) in lines
        assert line in (None, int(row["line"]))
    check = may_be_missing(trail().needed, HEADER)
    assert len(found) - len(clean) <= sum(map(check, found))


def test_rows_that_differ_are_told_apart(tmp_path: Path) -> None:
    rows = [("AA", "1", "0.1", TIMES[0]), ("AA", "2", "0.1", TIMES[0]), ("BB", "NA", "", TIMES[0])]
    found, clean = cleaned(tmp_path / "file.csv", rows)
    assert told_apart(lines_of(clean, found)) == [2, 3, 4]


def test_equal_records_stay_ambiguous(tmp_path: Path) -> None:
    rows = [("AA", "1", "0.1", TIMES[0])] * 2 + [("BB", "1", "0.1", TIMES[0])]
    found, clean = cleaned(tmp_path / "file.csv", rows)
    candidates = lines_of(clean[:1] + clean[2:], found)
    assert candidates == [[2, 3], [4]]
    assert told_apart(candidates) == [None, 4]


def test_a_crowd_of_candidates_is_cut(tmp_path: Path) -> None:
    found, clean = cleaned(tmp_path / "file.csv", [("AA", "1", "0.1", TIMES[0])] * 40)
    [lines] = lines_of(clean[:1], found)
    assert len(lines) == SHOWN + 1


def test_a_record_over_two_lines_has_its_first() -> None:
    raw = [b'2,"a\n', b'b",1,0.1,\n', b"3,c,1,0.1,\n"]
    found = list(records([b"line,word,miles,amount,at\n", *raw]))[1:]
    rows = [{"word": "a b", "miles": 1}, {"word": "c", "miles": 1}]
    assert told_apart(lines_of(rows, found)) == [2, 4]


def test_one_line_claimed_twice_is_nobodys() -> None:
    """It cannot be: so the file was not read as we read it."""
    assert told_apart([[2], [2], [3], [], [4, 5]]) == [None, None, 3, None, None]


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (True, None),
        (None, None),
        (float("nan"), None),
        (" a  b ", "a b"),
        ("  ", None),
        (b"x", None),
        (dt.datetime(2013, 1, 1, 5, tzinfo=dt.UTC), dt.datetime(2013, 1, 1, 5)),
        (dt.date(2013, 1, 1), dt.date(2013, 1, 1)),
    ],
)
def test_comparable(value: Any, same: Any) -> None:
    assert comparable(value) == same


@pytest.mark.parametrize(
    ("text", "origin", "may_be"),
    [
        ("AA", Origin("word"), False),
        (" ", Origin("word"), True),
        ("NA", Origin("word", emptied=frozenset({"NA"})), True),
        ("AA", Origin("word", emptied=None), True),
        ("1", Origin("word", "int"), False),
        ("3000000000", Origin("word", "int"), True),
        ("1.5", Origin("word", "int"), True),
        ("1.5", Origin("word", "double"), False),
        ("2013-01-01T05:00:00Z", Origin("word", "timestamp"), False),
        ("2013-02-30T05:00:00Z", Origin("word", "timestamp"), True),
        ("yes", Origin("word", "boolean"), True),
    ],
)
def test_may_be_missing(text: str, origin: Origin, may_be: bool) -> None:
    check = may_be_missing([origin], HEADER)
    assert check(Record(2, f"2,{text},1,1,\n".encode())) is may_be

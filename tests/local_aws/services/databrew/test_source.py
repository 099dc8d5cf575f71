"""What a file's address says is no data."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.source import Source, ask, load


@pytest.mark.parametrize("form", ["CSV", "JSON", "PARQUET"])
def test_folders_named_like_partitions_add_no_columns(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "year=2013" / "run=abc"
    folder.mkdir(parents=True)
    file = folder / "rows"
    if form == "PARQUET":
        pq.write_table(pa.table({"year": [1999], "x": [1]}), file)
    else:
        file.write_text("year,x\n1999,1\n" if form == "CSV" else '{"year": 1999, "x": 1}\n')
    connection = duckdb.connect()
    table = load(connection, Source("s3://b/k", form, (str(file),)), lambda _line: None)
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    assert [tuple(str(value) for value in row) for row in rows] == [("1999", "1")]


@pytest.mark.parametrize("stored", [True, False])
def test_lines_of_another_length_are_padded_cut_and_told(tmp_path: Path, stored: bool) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n3\n4,5,6\n")
    told: list[str] = []
    connection = duckdb.connect()
    source = Source("s3://b/k", "CSV", (str(file),))

    def rows(table: str) -> list[tuple[str | None, ...]]:
        return connection.execute(f"SELECT * FROM {table}").fetchall()

    found = (
        rows(load(connection, source, told.append))
        if stored
        else ask(connection, source, told.append, rows)
    )
    assert found == [("1", "2"), ("3", None), ("4", "5")]
    assert "2 malformed line(s) in s3://b/k (line 3" in told[0]


def test_a_malformed_last_line_is_found_whatever_is_known(tmp_path: Path) -> None:
    """Nothing is to be inferred: all rows are read even so, before any is used."""
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n" + "1,2\n" * 10_000 + "3\n")
    told: list[str] = []
    connection = duckdb.connect()
    source = Source("s3://b/k", "CSV", (str(file),), schema={"a": "int", "b": "string"})
    frame = ask(connection, source, told.append, lambda raw: typed(connection, raw, source.kinds))
    assert told
    assert frame.rows({"n": "count(*)", "a": "sum(a)"}) == [(10_001, 10_003)]


@pytest.mark.parametrize("text", ["a,b\r\n1,2\n3,4\r\n", "a,b\n1,2\r\n3,4\n"])
def test_lines_that_end_in_several_ways(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(text.encode())
    told: list[str] = []
    with duckdb.connect() as connection:
        load(connection, Source("s3://b/k", "CSV", (str(file),)), told.append)
        assert connection.execute("SELECT * FROM raw").fetchall() == [("1", "2"), ("3", "4")]
    assert "s3://b/k is not all of one form" in told[0]

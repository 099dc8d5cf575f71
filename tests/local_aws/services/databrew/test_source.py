"""What a file's address says is no data."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_aws.services.databrew.engine.source import Source, load


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
    table = load(connection, Source("s3://b/k", form, (str(file),)), lambda _line: None, None)
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    assert [tuple(str(value) for value in row) for row in rows] == [("1999", "1")]


@pytest.mark.parametrize("stored", [True, False])
def test_lines_of_another_length_are_padded_cut_and_told(tmp_path: Path, stored: bool) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n3\n4,5,6\n")
    told: list[str] = []
    connection = duckdb.connect()
    load(connection, Source("s3://b/k", "CSV", (str(file),)), told.append, None, stored=stored)
    rows = connection.execute("SELECT * FROM raw").fetchall()
    assert rows == [("1", "2"), ("3", None), ("4", "5")]
    assert "2 malformed line(s) in s3://b/k (line 3" in told[0]

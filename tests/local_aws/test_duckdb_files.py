"""Paths that look like patterns name one file."""

from pathlib import Path

import duckdb
import pytest

from local_aws.duckdb_files import path_list


@pytest.mark.parametrize("name", ["a*.csv", "b[1].csv", "c?.csv", "d{1,2}.csv", "e'.csv", "**.csv"])
def test_only_the_file_of_that_name_is_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "x[1]*"
    folder.mkdir()
    for other in ("a1.csv", "b1.csv", "c1.csv", "d1.csv", "e.csv"):
        (folder / other).write_text("another\n")
    (folder / name).write_text(f"{name}\n")
    source = f"read_csv({path_list([folder / name])}, columns={{'a': 'VARCHAR'}}, header=false)"
    assert duckdb.sql(f"SELECT a FROM {source}").fetchall() == [(name,)]

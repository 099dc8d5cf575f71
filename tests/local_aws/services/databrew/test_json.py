"""JSON input is read as Spark reads it: types from every value, and a text is a text."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import AnalysisException
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.source import Source, load
from local_aws.services.databrew.engine.statistics import count


def read(folder: Path, *texts: str) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """The columns' types, and the rows, as a recipe gets them."""
    with duckdb.connect() as connection:
        source = _source(folder, texts)
        frame = typed(connection, load(connection, source, print), told=source.tells_types)
        rows = connection.execute(frame.sql()).fetchall()
        return dict(frame.columns), rows


def _source(folder: Path, texts: Iterable[str]) -> Source:
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.json"
        path.write_text(text)
        paths.append(str(path))
    return Source("s3://b/k", "JSON", tuple(paths))


LATE = '{"a": 1}\n' * 25_000


def test_a_fraction_behind_many_whole_numbers_is_not_rounded(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, LATE + '{"a": 1.5}\n')
    assert (columns, rows[0], rows[-1]) == ({"a": "DOUBLE"}, (1.0,), (1.5,))


def test_a_text_behind_many_numbers_makes_all_of_them_texts(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, LATE + '{"a": "x"}\n')
    assert (columns, rows[0], rows[-1]) == ({"a": "VARCHAR"}, ("1",), ("x",))


def test_a_name_that_only_the_last_object_has_is_a_column(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, LATE + '{"a": 1, "b": 2}\n')
    assert (list(columns), rows[0], rows[-1]) == (["a", "b"], (1, None), (1, 2))


def test_every_file_is_asked_for_its_columns(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, *['{"a": 1}\n'] * 40, '{"a": 2.5, "z": "q"}\n')
    assert (list(columns), rows[-1]) == (["a", "z"], (2.5, "q"))


def test_many_names_are_a_struct_and_no_map(tmp_path: Path) -> None:
    names = ", ".join(f'"n{i}": {i}' for i in range(300))
    columns, _ = read(tmp_path, f'{{"a": {{{names}}}}}\n')
    assert columns["a"].startswith("STRUCT(n0 BIGINT")


@pytest.mark.parametrize(
    "value",
    ["00123", "1e3", "true", "2020-01-02", "2020-01-02T03:04:05Z", "01:02:03",
     "550e8400-e29b-41d4-a716-446655440000"],
)  # fmt: skip
def test_a_text_stays_as_it_is(tmp_path: Path, value: str) -> None:
    columns, rows = read(tmp_path, f'{{"a": "{value}", "n": {{"d": ["{value}"]}}}}\n')
    assert columns == {"a": "VARCHAR", "n": "STRUCT(d VARCHAR[])"}
    assert rows == [(value, {"d": [value]})]


def test_a_name_that_looks_like_a_type_is_a_name(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, '{"a": {"date": 1, "x, DATE)": "2020-01-02"}}\n')
    assert columns == {"a": 'STRUCT(date BIGINT, "x, DATE)" VARCHAR)'}
    assert rows == [({"date": 1, "x, DATE)": "2020-01-02"},)]


def test_a_profile_calls_a_text_a_string(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        source = _source(tmp_path, ['{"zip": "00123", "n": 1}\n'])
        frame = Frame.of(connection, load(connection, source, print))
        found = count(frame, frame.names, told=source.tells_types)
    assert {name: column.kind for name, column in found.items()} == {"zip": "string", "n": "long"}


@pytest.mark.parametrize("text", ["", "1\n2\n", "null\n"])
def test_no_object_is_no_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(AnalysisException, match="Unable to infer schema for JSON"):
        read(tmp_path, text)

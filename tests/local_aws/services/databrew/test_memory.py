"""Input that is larger than a run's memory: its rows are read where they lie, or kept on disk."""

import random
from pathlib import Path

import pytest

from local_aws.services.databrew import worker
from local_aws.services.databrew.engine import source as sources
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.output import Output, connect, write
from local_aws.services.databrew.engine.profile import profile
from local_aws.services.databrew.engine.recipe import apply
from local_aws.services.databrew.engine.source import Source, ask, keep_on_disk, load

ROWS, TWICE = 50_000, 1_000
MEMORY = "30MB"
STEPS = [
    {"Action": {"Operation": "REMOVE_MISSING", "Parameters": {"sourceColumn": "word"}}},
    {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "text"}}},
]


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """32 MB, of which 20 MB are texts that no other row has; the first rows come again."""
    monkeypatch.setattr(sources, "SIZES", "max_line_size=65536, buffer_size=1048576")
    digits = random.Random(1)
    lines = [f"{i},{digits.randbytes(200).hex()},{'word' * 50},{i % 7}\n" for i in range(ROWS)]
    file = tmp_path / "large.csv"
    file.write_text("number,text,word,few\n" + "".join(lines + lines[:TWICE]))
    return Source("s3://b/large.csv", "CSV", (str(file),))


def test_a_recipe_streams_what_does_not_fit(tmp_path: Path, large: Source) -> None:
    with connect(MEMORY, str(tmp_path)) as connection:
        read = ask(connection, large, print, lambda raw: typed(connection, raw))
        (written,) = write(apply(read, STEPS), [Output(str(tmp_path / "out"), "j", "CSV")])
        assert written.rows == ROWS + TWICE
        assert read.columns["number"] == "INTEGER"


def test_a_profile_keeps_on_disk_what_does_not_fit(tmp_path: Path, large: Source) -> None:
    with connect(MEMORY, str(tmp_path)) as connection:
        keep_on_disk(connection, str(tmp_path))
        report = profile(Frame.of(connection, load(connection, large, print)), {})
    assert report["sampleSize"] == ROWS + TWICE
    assert report["duplicateRowsCount"] == TWICE
    distinct = {column["name"]: column["distinctValuesCount"] for column in report["columns"]}
    assert distinct == {"number": ROWS, "text": ROWS, "word": 1, "few": 7}


def test_a_join_keeps_on_disk_what_does_not_fit(
    tmp_path: Path, large: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "SMALL", 1 << 20)
    few = tmp_path / "few.csv"
    few.write_text("few,day\n" + "".join(f"{i},day {i}\n" for i in range(5)))
    columns = {"leftColumns": '["day"]', "rightColumns": '["number"]', "joinType": "INNER_JOIN"}
    keys = {"joinKeys": '[{"key":"few","value":"few"}]'}
    join = {"Action": {"Operation": "JOIN", "Parameters": columns | keys}}
    source = Source("s3://b/few.csv", "CSV", (str(few),))
    inputs = {"1": [{"uri": large.uri, "format": large.format, "paths": list(large.paths)}]}
    with connect(MEMORY, str(tmp_path)) as connection:
        others = worker.second_inputs(connection, inputs, str(tmp_path))
        read = ask(connection, source, print, lambda raw: typed(connection, raw))
        frame = apply(read, [join], others)
        (written,) = write(frame, [Output(str(tmp_path / "out"), "j", "CSV")])
    assert written.rows == sum(i % 7 < 5 for i in [*range(ROWS), *range(TWICE)])
    assert (tmp_path / "tables.duckdb").exists()

"""The bench runs at small sizes against every server, and reports each. No figure is asserted."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from laptop import bench
from laptop.bench import athena, athena_runs, pipeline, s3, s3_client
from laptop.bench.athena_suite import SuiteFailed, from_folder, read_queries
from laptop.bench.many_flights import write_flights
from laptop.bench.s3_client import LOADS
from laptop.bench.servers import RunFailed
from laptop.cli import main

SERVERS = ["local_aws", "rclone", "moto"]


@pytest.mark.restart
def test_every_load_is_measured_on_every_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["bench", "s3", "--quick", "--scratch", str(tmp_path), "--json", str(report)]
    assert main(arguments) == 0
    found = json.loads(report.read_text())
    measured = [(result["load"], result["server"]) for result in found["results"]]
    assert measured == [(load, server) for load in s3.DEFAULT for server in SERVERS]
    for result in found["results"]:
        assert len(result["runs"]) == 1
        assert result["cpu"] >= 0
        assert result["peak"] > 1
    assert set(found["machine"]) >= {"date", "processor", "memory", "load before", "rclone is"}
    shown = capsys.readouterr().out
    assert all(re.search(rf"{load} +run 1 of 1 +{name}", shown) for load, name in measured)
    assert not list(tmp_path.glob("*-bench")), "the servers' folders are removed"


@pytest.mark.restart
def test_what_puts_and_deletes_leave_behind_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["bench", "s3", "--only", "flat", "--servers", "local_aws", "--pairs", "20"]
    assert main([*arguments, "--scratch", str(tmp_path), "--json", str(report)]) == 0
    (result,) = json.loads(report.read_text())["results"]
    assert result["kept"]["state_bytes"] > 0
    assert "memory before → after" in capsys.readouterr().out


def test_a_wrong_answer_fails_the_load() -> None:
    with pytest.raises(s3_client.LoadFailed, match="keys: 1, not 2"):
        s3_client._expect("keys", 1, 2)


def test_every_load_has_a_title() -> None:
    assert all(s3.title(load, s3.QUICK) for load in LOADS)


def test_flights_many_times_over_keep_their_keys_apart(tmp_path: Path) -> None:
    write_flights(tmp_path, ["2013-02"], 3)
    with (tmp_path / "flights-2013-02.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 24_951
    assert {row["month"] for row in rows} == {"2"}
    keys = {(row["time_hour"], row["carrier"], row["flight"]) for row in rows}
    assert len(keys) == len(rows)


def test_what_airflow_says_of_tasks_is_summed_by_step() -> None:
    def task(name: str, start: int, end: int) -> dict[str, str]:
        times = (f"2026-01-01T00:00:{second:02}Z" for second in (start - 1, start, end))
        queued, began, ended = times
        return {"task_id": name, "queued_when": queued, "start_date": began, "end_date": ended}

    never = {"task_id": "land", "queued_when": None, "start_date": None, "end_date": None}
    found = list(
        pipeline.steps([task("land", 1, 3), task("land", 5, 9), task("convert", 1, 30), never])
    )
    assert [(s.name, s.tasks, s.seconds, s.median, s.queued) for s in found] == [
        ("convert", 1, 29, 29, 1),
        ("land", 2, 6, 3, 2),
    ]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Three queries over a table of three rows; DuckDB cannot read the last."""
    folder = tmp_path / "suite"
    (folder / "queries").mkdir(parents=True)
    (folder / "data").mkdir()
    price = pa.array(["1.25", "2.50", "2.50"]).cast(pa.string()).cast(pa.decimal128(5, 2))
    pq.write_table(pa.table({"id": [1, 2, 3], "price": price}), folder / "data" / "t.parquet")
    queries = {
        "average": "SELECT avg(price) FROM t;",
        "rows": "SELECT id, price FROM t",
        "trino": "SELECT date_format(DATE '2024-01-01', '%Y') FROM t",
        "wrong": "SELECT nope FROM t",
    }
    for name, sql in queries.items():
        (folder / "queries" / f"{name}.sql").write_text(sql)
    return folder


@pytest.mark.restart
def test_athena_is_measured_beside_duckdb(
    suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["bench", "athena", "--folder", str(suite), "--runs", "1", "--scratch"]
    assert main([*arguments, str(tmp_path), "--json", str(report)]) == 1
    found = json.loads(report.read_text())
    results = {result["name"]: result for result in found["results"]}
    assert "COLUMN_NOT_FOUND" in results.pop("wrong")["wrong"]
    assert [result["wrong"] for result in results.values()] == [None] * 3
    assert results["trino"]["duckdb"] is None
    assert results["rows"]["bytes"] > 0
    assert found["select_1_ms"] > 0
    assert "3 of 4 right" in capsys.readouterr().out


def test_answers_are_compared_to_the_digits_that_athena_gives() -> None:
    assert athena_runs.difference([["2.08", "a"]], [(2.0833, "a")]) is None
    assert athena_runs.difference([["2"], ["1"]], [(1,), (2,)]) is None
    assert athena_runs.difference([["2.09"]], [(2.0833,)]) == "['2.09'], not ['2.0833']"
    assert athena_runs.difference([["1"]], []) == "1 rows, not 0"
    assert athena_runs.difference([[""]], [(None,)]) is None


def test_tpch_has_its_22_queries() -> None:
    text = Path(athena.__file__).with_name("tpch.sql").read_text()
    queries = read_queries(text)
    assert list(queries) == [f"q{number:02}" for number in range(1, 23)]
    assert not any(sql.endswith(";") for sql in queries.values())


def test_a_folder_without_queries_is_told(tmp_path: Path) -> None:
    with pytest.raises(SuiteFailed, match=r"no queries/\*\.sql"):
        from_folder(tmp_path)


def test_a_run_that_failed_ends_a_bench_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def fail(_options: Any, _console: Any) -> int:
        raise RunFailed("The job flights ended FAILED: no rows")

    monkeypatch.setitem(bench.BENCHES, "glue", (bench.BENCHES["glue"][0], fail))
    assert main(["bench", "glue"]) == 1
    assert "lake: The job flights ended FAILED: no rows" in capsys.readouterr().out

"""The suite runs by SQL, in few queries; a failure names column, count and examples."""

import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarn.aws import Aws
from tarn.errors import GateFailed, Terminal, Transient
from tarn.page import data_docs
from tarn.partition import Partition
from tarn.services.work import run_to_end
from tarn.steps.crawl import CrawlWork
from tarn.steps.validate import check, connection, validate
from tests.tarn import ground
from tests.tarn.airlines import published, read

AIRLINES = Partition("airlines")


def expect(kind: str, severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    return {"type": f"expect_{kind}", "kwargs": kwargs, "severity": severity}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sql") / "lake.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (id INT, name TEXT, size INT)")
        rows = [(n, f"n{n}", n % 7) for n in range(100)] + [(99, None, 700)]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    return f"sqlite:///{path}"


def test_all_hold_in_few_queries(url: str) -> None:
    names = [f"column_values_to_{kind}" for kind in ("not_be_null", "be_between", "be_in_set")]
    suite = [
        expect("table_row_count_to_be_between", min_value=1),
        expect(names[0], column="id"),
        expect(names[0], column="size"),
        expect(names[0], column="name", mostly=0.9),
        expect(names[1], column="id", min_value=0, max_value=99),
        expect(names[1], column="size", min_value=0, max_value=700),
        expect(names[2], column="size", value_set=[*range(7), 700]),
    ]
    checked = check(url, "t", {"expectations": suite})
    assert (checked.expectations, checked.failures) == (7, [])
    assert len(checked.queries) <= 6  # three ask for the table's columns, one for its row count


def test_failures(url: str) -> None:
    suite = [
        expect("column_values_to_be_between", column="size", min_value=0, max_value=10),
        expect("column_values_to_not_be_null", "warning", column="name"),
        expect("compound_columns_to_be_unique", column_list=["id", "name"]),
        expect("column_values_to_be_unique", column="id"),
        expect("table_row_count_to_be_between", min_value=1000),
    ]
    failures = check(url, "t", {"expectations": suite}).failures
    texts = {failure.text: failure.severity for failure in failures}
    between = "1 of 101 rows break expect_column_values_to_be_between on size"
    assert texts[f"{between} (min_value 0.0, max_value 10.0), such as 700"] == "critical"
    null = "1 of 101 rows break expect_column_values_to_not_be_null on name, such as None"
    assert texts[null] == "warning"
    assert any("2 of 101 rows break expect_column_values_to_be_unique on id" in t for t in texts)
    assert any("does not hold: observed 101" in t for t in texts)
    assert len(failures) == 4


def test_an_example_may_be_huge(url: str) -> None:
    suite = [expect("column_values_to_be_in_set", column="name", value_set=[])]
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("CREATE TABLE huge AS SELECT hex(zeroblob(1000000)) AS name")
    [failure] = check(url, "huge", {"expectations": suite}).failures
    assert failure.text.endswith(f", such as {'0' * 80}…")


def test_a_column_that_is_not_there(url: str) -> None:
    suite = {"expectations": [expect("column_values_to_not_be_null", column="nope")]}
    with pytest.raises(Terminal, match=r"on nope could not be checked: .*nope"):
        check(url, "t", suite)


def test_no_table(url: str) -> None:
    with pytest.raises(Terminal, match="could not check nope"):
        check(url, "nope", {"expectations": []})


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, aws: Any) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Transient, match="could not check t"):
        check(connection(Aws()), "t", {"expectations": []})


def crawled(lake: Aws, columns: dict[str, list[str | None]]) -> None:
    ground.databases(lake)
    ground.workgroup(lake)
    path = AIRLINES.run_folder("abc")
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    lake.s3.put_object(
        Bucket=lake.settings.bucket("curated"),
        Key=f"{path}part-0.parquet",
        Body=sink.getvalue().to_pybytes(),
    )
    run_to_end(CrawlWork(AIRLINES, "abc", lake.settings.uri("curated", path)), lake)


def test_through_athena(lake: Aws) -> None:
    crawled(lake, {"carrier": ["AA", "UA"], "name": ["American", "United"]})
    result = validate(AIRLINES, "abc")
    assert result["passed"] == result["expectations"] == 5
    assert result["warnings"] == []
    shadow = lake.settings.shadow_database
    tables = lake.glue.get_tables(DatabaseName=shadow)["TableList"]
    assert [table["Name"] for table in tables] == ["airlines_run_abc"]  # nothing stays behind


def test_through_athena_stops(lake: Aws) -> None:
    crawled(lake, {"carrier": ["AA", "AA", "LONG"], "name": ["American", None, "x"]})
    with pytest.raises(GateFailed) as caught:
        validate(AIRLINES, "abc")
    text = str(caught.value)
    assert "gate expectations stopped airlines all" in text
    assert "1 of 3 rows break expect_column_values_to_not_be_null on name" in text
    assert "such as LONG" in text
    assert "expectations/airlines.json" in text


def test_of_the_run_that_readers_see(deployed: Aws) -> None:
    """Cleared after its publish, which took the shadow table away."""
    published(deployed, "abc")
    result = validate(AIRLINES, "abc")
    assert result["passed"] == result["expectations"] == 5
    assert result["table"] == f"{deployed.settings.shadow_database}.airlines_run_abc"
    shadow = deployed.settings.shadow_database
    assert deployed.glue.get_tables(DatabaseName=shadow)["TableList"] == []
    assert read(deployed) == 16


def test_of_a_run_that_another_has_replaced(deployed: Aws) -> None:
    published(deployed, "abc")
    published(deployed, "def")
    with pytest.raises(Terminal, match=r"run_abc of airlines all is gone.* Clear the task `crawl`"):
        validate(AIRLINES, "abc")


def test_no_suite(lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    with pytest.raises(Terminal, match=r"write expectations/airlines\.json"):
        validate(AIRLINES, "abc")


def test_data_docs_are_kept_whatever_the_gate_says(lake: Aws) -> None:
    crawled(lake, {"carrier": ["AA", "AA", "LONG"], "name": ["American", None, "x"]})
    with pytest.raises(GateFailed):
        validate(AIRLINES, "abc")
    html = (data_docs.read(AIRLINES, "abc", lake) or b"").decode()
    assert "Data Docs: airlines all" in html
    assert "LONG" in html
    assert ">airlines</" in html  # the suite's name


def test_a_page_that_cannot_be_made_stops_nobody(
    lake: Aws, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    crawled(lake, {"carrier": ["AA", "UA"], "name": ["American", "United"]})
    monkeypatch.setattr(data_docs, "VIEWS", Path("/nowhere"))
    assert validate(AIRLINES, "abc")["passed"] == 5
    assert data_docs.tokens(AIRLINES, lake) == set()
    assert "could not make the Data Docs of airlines all" in caplog.text

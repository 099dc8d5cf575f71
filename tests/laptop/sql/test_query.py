"""A statement through Athena, with its figures, and its place where it is refused."""

import threading
import time
from typing import Any

import pytest

from laptop.sql.query import Asker, Column, QueryRefused


def test_a_query_has_rows_bytes_and_a_cost(asker: Asker) -> None:
    answer = asker.ask("SELECT id, tail FROM planes ORDER BY id;")
    assert answer.columns == (Column("id", "integer"), Column("tail", "varchar"))
    assert list(answer.rows) == [("1", "N1"), ("2", None)]
    assert answer.row_count == 2
    assert answer.scanned > 0
    assert answer.usd == pytest.approx(0.00005)  # 10 MB at least
    assert answer.seconds > 0


def test_ddl_is_free_and_a_ctas_is_not(asker: Asker, lake: Any) -> None:
    copied = asker.ask("CREATE TABLE copy AS SELECT id FROM planes")
    assert copied.row_count == 2
    assert copied.usd > 0
    dropped = asker.ask("DROP TABLE copy")
    assert (dropped.columns, dropped.usd) == ((), 0.0)


def test_pages_are_read_to_the_end_without_the_header(asker: Asker) -> None:
    answer = asker.ask("SELECT x FROM UNNEST(sequence(1, 2500)) t(x) ORDER BY x")
    assert answer.row_count == 2500
    assert [row[0] for row in answer.rows] == [str(n) for n in range(1, 2501)]


def test_utilities_have_no_header_and_tabs_between_columns(asker: Asker) -> None:
    assert ("planes",) in list(asker.ask("SHOW TABLES").rows)
    described = list(asker.ask("DESCRIBE planes").rows)
    assert described[0] == ("id", "int", "")
    functions = asker.ask("SHOW FUNCTIONS")
    assert next(functions.rows)[0] != "Function"


@pytest.mark.parametrize(
    ("sql", "marked"),
    [
        ("SELECT id,\n  nope\nFROM planes", "  nope\n  ^"),
        ("-- the first line\nSELECT nope FROM planes", "SELECT nope FROM planes\n       ^"),
        ("SELECT 1 FROM WHERE", "SELECT 1 FROM WHERE\n              ^"),
        ("CREATE TABLE x AS\nSELECT nope FROM planes", "SELECT nope FROM planes\n       ^"),
        ("DROP TABLE nope", ""),
    ],
)
def test_a_refusal_points_at_its_place(asker: Asker, sql: str, marked: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        asker.ask(sql)
    assert refused.value.marked() == marked


def test_an_interrupt_stops_the_query_at_athena(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = "UNNEST(sequence(1, 10000))"
    sql = f"SELECT count(*) FROM {numbers} a(x), {numbers} b(y), {numbers} c(z) WHERE x * y * z = 1"
    sleep, pressed = time.sleep, threading.Event()

    def press(seconds: float) -> None:
        if not pressed.is_set():
            pressed.set()
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", press)
    with pytest.raises(QueryRefused, match="cancelled by user"):
        asker.ask(sql)
    [latest] = asker.aws.athena.list_query_executions(
        WorkGroup=asker.aws.settings.workgroup, MaxResults=1
    )["QueryExecutionIds"]
    found = asker.aws.athena.get_query_execution(QueryExecutionId=latest)["QueryExecution"]
    assert found["Status"]["State"] == "CANCELLED"


def test_a_server_that_is_not_there_is_a_refusal(lake: Any, nowhere: Asker) -> None:
    with pytest.raises(QueryRefused, match="Could not connect"):
        nowhere.ask("SELECT 1")

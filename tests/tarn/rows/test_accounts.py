"""Rows that are not published: dropped ones held against the recipe, others with their lines."""

import json
from typing import Any

import pyarrow as pa
import pytest

from tarn.aws import Aws
from tarn.deploy import stage
from tarn.errors import GateFailed, Terminal
from tarn.partition import Partition
from tarn.rows import quarantine
from tarn.rows.accounts import account_for, check_dropped
from tarn.rows.raw_file import RawFile
from tarn.rows.recipe import follow
from tarn.services import athena
from tarn.steps.publish import publish
from tests.tarn import ground
from tests.tarn.rows.test_recipe import step
from tests.tarn.steps.test_publish import converted, tokens

AIRLINES = Partition("airlines")
HEADER = "carrier,name\n"
TRIM = step("REMOVE_COMBINED", sourceColumn="name", removeLeadingAndTrailingWhitespace="true")


@pytest.fixture
def deployed(lake: Aws) -> Aws:
    ground.databases(lake)
    ground.workgroup(lake)
    list(stage("quarantine:table")(lake))
    return lake


def landed(lake: Aws, *lines: str) -> RawFile:
    folder = AIRLINES.run_folder("l")
    key = f"{folder}airlines.csv"
    body = HEADER + "".join(f"{line}\n" for line in lines)
    lake.s3.put_object(Bucket=lake.settings.bucket("raw"), Key=key, Body=body.encode())
    lake.put_json("raw", f"{folder}_manifest.json", {"key": key})
    return RawFile(key, lake)


def quarantined(lake: Aws, *rows: dict[str, Any]) -> None:
    """What the Glue job of token c leaves."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    key = f"{AIRLINES.run_folder('c')}part-0.parquet"
    body = sink.getvalue().to_pybytes()
    lake.s3.put_object(Bucket=lake.settings.bucket("quarantine"), Key=key, Body=body)


def row(carrier: str | None, name: str | None, rule: str) -> dict[str, Any]:
    return {"carrier": carrier, "name": name, "_rule": rule}


def ask(lake: Aws, sql: str) -> Any:
    return athena.query(sql, lake.settings.ops_database, lake).rows


def test_quarantined_rows_through_athena(deployed: Aws) -> None:
    file = landed(deployed, "AA,American", "BB,Nobody", "BB,Nobody", 'CC,"Q, Inc."', "DD,Null Air")
    rows = [
        row("AA", "American", "known"),
        row("BB", "Nobody", "unique:carrier"),
        row("CC", "Q, Inc.", "known"),
        row(None, "Null Air", "required:carrier"),
    ]
    quarantined(deployed, *rows)
    trail = follow([TRIM], file.header)
    for _ in range(2):  # a second time changes nothing
        quarantine.register(AIRLINES, "c", 4, file, trail)
    assert ask(
        deployed,
        "SELECT dataset, partition, run, rule, line, lines, why, fields['name'] "
        "FROM quarantine ORDER BY lines[1]",
    ) == (
        ("airlines", "all", "c", "known", "2", "[2]", "", "American"),
        ("airlines", "all", "c", "unique:carrier", None, "[3, 4]",
         "2 records are alike in all that the recipe leaves as it was", "Nobody"),
        ("airlines", "all", "c", "known", "5", "[5]", "", "Q, Inc."),
        ("airlines", "all", "c", "required:carrier", "6", "[6]", "", "Null Air"),
    )  # fmt: skip
    counted = ask(
        deployed,
        "SELECT count(*), count(element_at(fields, 'carrier')), max(file) FROM quarantine "
        "WHERE dataset = 'airlines' AND partition = 'all' AND run = 'c'",
    )
    assert counted == (("4", "3", file.uri),)


def test_a_collected_run_is_out_of_the_table(deployed: Aws) -> None:
    file = landed(deployed, "AA,American")
    quarantined(deployed, row("AA", "American", "known"))
    quarantine.register(AIRLINES, "c", 1, file, follow([], file.header))
    for _ in range(2):
        quarantine.forget(AIRLINES, "c", deployed)
        assert ask(deployed, "SELECT count(*) FROM quarantine") == (("0",),)
        assert deployed.keys("quarantine", quarantine.folder(AIRLINES, "c")) == []


def test_a_recipe_that_mixes_rows_has_no_lines(deployed: Aws) -> None:
    file = landed(deployed, "AA,American")
    quarantined(deployed, row("AA", "American", "known"))
    quarantine.register(AIRLINES, "c", 1, file, follow([step("GROUP_BY")], file.header))
    assert ask(deployed, "SELECT line, lines, why FROM quarantine") == (
        (None, "[]", "the recipe's step GROUP_BY may make one row of several records"),
    )


def test_rows_of_the_quarantine_that_are_gone_are_missed(deployed: Aws) -> None:
    file = landed(deployed, "AA,American")
    quarantined(deployed, row("AA", "American", "known"))
    with pytest.raises(Terminal, match="counted 2 quarantined rows, but 1 are in s3://"):
        quarantine.register(AIRLINES, "c", 2, file, follow([], file.header))
    assert ask(deployed, "SELECT count(*) FROM quarantine") == (("0",),)


def test_beyond_a_batch_no_lines_are_looked_for(
    deployed: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "BATCH", 2)
    file = landed(deployed, *(f"C{n},Airline" for n in range(5)))
    quarantined(deployed, *(row(f"C{n}", "Airline", "known") for n in range(5)))
    quarantine.register(AIRLINES, "c", 5, file, follow([], file.header))
    why = "lines are told of the first 2 quarantined rows"
    assert ask(deployed, "SELECT line, why FROM quarantine ORDER BY line") == (
        ("2", ""), ("3", ""), *[(None, why)] * 3
    )  # fmt: skip
    assert len(deployed.keys("quarantine", quarantine.folder(AIRLINES, "c"))) == 3


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (pa.timestamp("us"), 253402300800000000, "10000-01-01 00:00:00.000000"),
        (pa.timestamp("us", "UTC"), 2**63 - 1, "32103-01-10 04:00:54.775807Z"),  # DuckDB's infinity
        (pa.date32(), 2932897, "10000-01-01"),
    ],
)
def test_days_that_python_does_not_have(lake: Aws, kind: Any, value: int, said: str) -> None:
    file = landed(lake, "A,2013-01-01", "B,10000-01-01")
    plain = pa.int32() if kind == pa.date32() else pa.int64()
    names = pa.array([None, value], plain).cast(kind)
    table = pa.table({"carrier": ["A", "B"], "name": names, "_rule": ["known"] * 2})
    found = list(quarantine._explained(table, file, follow([], file.header)))
    assert [line["line"] for line in found] == [2, 3]
    assert found[1]["fields"] == {"carrier": "B", "name": said}


def test_single_precision_is_not_compared(deployed: Aws) -> None:
    """0.1 in 32 bits is not the 0.1 of the text, and 16777217 is 16777216."""
    file = landed(deployed, "A,16777217", "A,16777216")
    table = pa.table(
        {
            "carrier": ["A"],
            "name": pa.array([16777217.0], pa.float32()),
            "_rule": ["known"],
        }
    )
    [line] = quarantine._explained(table, file, follow([], file.header))
    assert (line["line"], line["lines"]) == (None, [2, 3])


MISSING = step("REMOVE_MISSING", sourceColumn="carrier")
OF_CARRIER = {"Condition": "IS", "Value": '["NA"]', "TargetColumn": "carrier"}
EMPTIED = step("FILL_WITH_NULL", OF_CARRIER, sourceColumn="carrier")


@pytest.mark.parametrize(
    ("steps", "dropped", "says"),
    [
        ([TRIM], 0, ""),
        ([TRIM], 1, "1 rows are gone after the recipe, but none drops rows"),
        ([MISSING], 1, ""),
        ([MISSING], 2, "its steps REMOVE_MISSING can drop 1 of the landed rows"),
        ([EMPTIED, MISSING], 2, ""),
        ([EMPTIED, MISSING], 3, "can drop 2 of the landed rows"),
        ([step("REMOVE_VALUES", sourceColumn="name")], 3, ""),
        ([step("A_NEW_OPERATION")], 3, ""),
    ],
)
def test_dropped_rows(lake: Aws, steps: list[dict[str, Any]], dropped: int, says: str) -> None:
    file = landed(lake, "AA,American", ",Nobody", "NA,Nothing", "BB,Name")
    trail = follow(steps, file.header)
    if not says:
        return check_dropped(AIRLINES, dropped, trail, file)
    with pytest.raises(GateFailed) as caught:
        check_dropped(AIRLINES, dropped, trail, file)
    assert says in str(caught.value)
    assert "gate conservation stopped airlines all" in str(caught.value)
    return None


def test_the_run_itself_says_which_recipe(lake: Aws) -> None:
    """Though another is published since, and its DataBrew job was collected before a replay."""
    landed(lake, "AA,American")
    name = lake.settings.databrew("airlines")
    lake.databrew.create_recipe(Name=name, Steps=[TRIM])  # type: ignore[list-item]
    lake.databrew.publish_recipe(Name=name)
    lake.databrew.update_recipe(Name=name, Steps=[MISSING])  # type: ignore[list-item]
    lake.databrew.publish_recipe(Name=name)
    counts = {"rows_dropped": 1, "rows_quarantined": 0}
    cleaned = {"job": f"{name}-clean", "run_id": "collected", "recipe_version": "1.0"}
    with pytest.raises(GateFailed, match="none drops rows"):
        account_for(AIRLINES, {"land": "l", "convert": "c"}, cleaned, counts, lake)


@pytest.fixture
def publishing(deployed: Aws) -> Aws:
    list(stage("glue:tables")(deployed))
    return deployed


def test_publish_registers_what_it_leaves_out(publishing: Aws) -> None:
    publish(AIRLINES, tokens("c"), converted(publishing, "c", rows=15))
    assert ask(publishing, "SELECT rule, line, fields['name'] FROM quarantine") == (
        ("known", "2", "Endeavor Air Inc."),
    )


def test_publish_stops_where_databrew_lost_rows(publishing: Aws) -> None:
    """The sum is right, since what is missing counts as dropped; but nothing could be dropped."""
    results = converted(publishing, "c", rows=15)
    key = "metrics/airlines/run=c.json"
    metrics = publishing.get_json("ops", key) or {}
    publishing.put_json("ops", key, metrics | {"rows_in": 15, "rows_quarantined": 0})
    with pytest.raises(GateFailed, match="1 rows are gone after the recipe"):
        publish(AIRLINES, tokens("c"), results)
    assert athena.count("airlines", publishing.settings.database, publishing)[0] == 0


def test_nothing_to_account_for_reads_nothing(lake: Aws) -> None:
    account_for(AIRLINES, {}, {}, {"rows_dropped": 0, "rows_quarantined": 0}, lake)


def test_texts_that_athena_casts_back() -> None:
    import datetime as dt

    moment = dt.datetime(2013, 1, 1, 5, tzinfo=dt.UTC)
    values = [moment, moment.date(), True, 1.5, float("nan"), float("-inf"), 7, "x"]
    assert [quarantine.text(value) for value in values] == [
        "2013-01-01 05:00:00", "2013-01-01", "true", "1.5", "NaN", "-Infinity", "7", "x"
    ]  # fmt: skip
    assert json.dumps(quarantine.text(1e300)) == '"1e+300"'

"""From a number down to the bytes: what is said is what happened, what is gone is said."""

from dataclasses import replace
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.ledger import ledger
from tarn.lineage.trace import Node, trace
from tarn.published.rollback import rollback
from tarn.services.work import run_to_end
from tarn.steps.dashboards import IngestWork, check_ingestion, shown
from tests.tarn import ground
from tests.tarn.airlines import AIRLINES, published

VIEW = "fleet_age_by_carrier"  # reads airlines, flights, planes


def find(node: Node, start: str) -> Node:
    """The first node, from above, whose name begins so."""
    ahead = [node]
    while ahead:
        node = ahead.pop(0)
        if node.name.startswith(start):
            return node
        ahead += node.below
    raise AssertionError(f"no {start}")


def test_a_partition(deployed: Aws) -> None:
    entry = published(deployed, "aaa", rows=15)
    found = trace("airlines")
    assert list(found.all_problems()) == []
    assert found.name == "airlines all run aaa"
    assert found.facts["rows"] == 15
    [query] = find(found, "Athena count").facts["queries"]
    asked = deployed.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
    assert "count(*)" in asked["Query"]
    landed = find(found, "landed s3://")
    assert landed.facts["sha256"] == entry["landed"]["sha256"]
    assert landed.facts["verified"] is True
    assert find(found, "Glue job run").below[0].below == [landed]


def test_a_landed_object_that_was_overwritten_is_still_there(deployed: Aws) -> None:
    """Its version is what counts."""
    published(deployed, "aaa")
    bucket, key = deployed.settings.bucket("raw"), "airlines/run=aaa/airlines.csv"
    deployed.s3.put_object(Bucket=bucket, Key=key, Body=b"other")
    assert list(trace("airlines").all_problems()) == []
    deployed.s3.delete_object(Bucket=bucket, Key=key)
    assert list(trace("airlines").all_problems()) == []


def test_a_landed_version_that_is_gone(deployed: Aws) -> None:
    landed = published(deployed, "aaa")["landed"]
    deployed.s3.delete_object(
        Bucket=deployed.settings.bucket("raw"),
        Key="airlines/run=aaa/airlines.csv",
        VersionId=landed["version_id"],
    )
    found = find(trace("airlines"), "landed")
    assert found.problems == ["this version of the object is gone"]
    assert found.facts["verified"] is False


def test_other_bytes(deployed: Aws) -> None:
    entry = published(deployed, "aaa")
    entry["landed"]["sha256"] = "0" * 64
    ledger.record(entry, deployed)
    [problem] = find(trace("airlines"), "landed").problems
    assert problem.startswith(f"it now holds {entry['landed']['bytes']} bytes with sha256 ")


def test_published_files_that_are_gone(deployed: Aws) -> None:
    published(deployed, "aaa")
    key = f"{AIRLINES.run_folder('aaa')}part-0.parquet"
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("curated"), Key=key)
    assert "0 bytes are at" in trace("airlines").problems[0]


def test_what_cannot_be_traced(deployed: Aws) -> None:
    for words, says in {
        ("airlines",): "airlines all is not published",
        ("flights",): "'all' is no partition of flights: give year-month",
        ("nope",): "There is no dataset, view or QuickSight data set 'nope'. Known: airlines, ",
        (VIEW,): "No refresh of the view fleet_age_by_carrier is recorded. Start the DAG",
        (VIEW, "2013-03"): "is a view: it has no partition 2013-03",
    }.items():
        with pytest.raises(Terminal, match=says.replace("(", r"\(")):
            trace(*words)


def test_a_run_without_its_record(deployed: Aws) -> None:
    published(deployed, "aaa")
    key = ledger.record_key(AIRLINES, "aaa")
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("ops"), Key=key)
    with pytest.raises(Terminal, match="no record of run aaa of airlines all, which readers see"):
        trace("airlines")


@pytest.fixture
def refreshed(aws: Any, deployed: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A view refreshed as lake_views does. Its data set declares the database `lake`."""
    monkeypatch.setenv("TARN_DATABASE", "lake")
    lake = Aws(replace(deployed.settings, database="lake"))
    ground.deploy_upon_it(lake)
    published(lake, "aaa")
    ledger.pending_refresh(keep="one")
    detail = run_to_end(IngestWork(VIEW, f"{lake.settings.lake}aa"), lake).detail
    gate = check_ingestion(VIEW, detail["token"], lake)
    views = [shown(detail | {"gate": gate}, lake.settings)]
    ledger.refreshed(["airlines"], "r1", "one", lake, views)
    return lake


@pytest.mark.parametrize("name", [VIEW, "tarn-fleet-age-by-carrier"])
def test_a_number_of_a_dashboard(refreshed: Aws, name: str) -> None:
    found = trace(name, aws=refreshed)
    assert list(found.all_problems()) == []
    assert found.name == "data set tarn-fleet-age-by-carrier"
    ingestion = find(found, f"ingestion {refreshed.settings.lake}aa")
    assert ingestion.below[0].facts["rows"] == ingestion.facts["rows"] == found.facts["rows"]
    assert [n.name for n in find(found, "view lake.").below] == [
        "table lake.airlines",
        "table lake.flights",
        "table lake.planes",
    ]
    [partition] = find(found, "table lake.airlines").below
    assert (partition.facts["run"], partition.facts["rows"]) == ("aaa", 16)
    assert partition.facts["record"].endswith("/published/airlines/airlines-aaa.json")


def test_what_has_changed_since(refreshed: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    published(refreshed, "bbb", rows=15)
    [problem] = trace(VIEW, aws=refreshed).all_problems()
    assert problem.startswith("published since, ")
    assert problem.endswith("run bbb")
    rollback(AIRLINES, "ann", aws=refreshed)
    [problem] = trace(VIEW, aws=refreshed).all_problems()
    assert problem.startswith("rolled_back since, ")
    monkeypatch.setattr("tarn.lineage.trace.digest", lambda _: "other")
    assert "sql/lake/fleet_age_by_carrier.sql has changed since" in list(
        trace(VIEW, aws=refreshed).all_problems()
    )


def test_an_ingestion_that_quicksight_forgot(refreshed: Aws) -> None:
    refresh = ledger.last_refresh(VIEW, refreshed)
    assert refresh is not None
    refresh["views"][0]["ingestion"] = "gone"
    refreshed.put_json("ops", f"{ledger.REFRESHES}r1.json", refresh)
    assert find(trace(VIEW, aws=refreshed), "ingestion").problems == [
        "QuickSight does not know this ingestion any more"
    ]


def test_refreshes_in_athena(refreshed: Aws) -> None:
    from tarn.services import athena

    sql = (
        "SELECT v.view, v.rows, v.tables[1], cardinality(r.runs), v.scanned FROM refreshes r "
        "CROSS JOIN UNNEST(r.views) AS v (view, data_set, ingestion, rows, athena_rows, bytes, "
        "query, sql_sha256, tables, scanned)"
    )
    answer = athena.query(sql, refreshed.settings.ops_database, refreshed)
    [(view, rows, table, runs, scanned)] = answer.rows
    assert (view, table, runs) == (VIEW, "airlines", "1")
    assert rows is not None
    assert int(scanned or 0) > 0

"""The ledger's records as Athena reads them: runs, their rules, their costs."""

from dataclasses import replace
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts import drift, drift_reports
from tarn.contracts.changes import sha256 as file_sha256
from tarn.contracts.load import load_contract
from tarn.deploy.ledger import RUNS
from tarn.errors import Finding, GateFailed
from tarn.ledger import ledger, provenance, record
from tarn.partition import Partition
from tarn.services import athena
from tarn.steps.publish import publish
from tests.tarn.airlines import AIRLINES, converted, tokens

MARCH = Partition("flights", (("year", 2013), ("month", 3)))
PROFILE = {
    "run_id": "db_1",
    "token": "p",
    "seconds": 61.0,
    "cost": {
        "step": "profile",
        "run_id": "db_1",
        "service": "databrew",
        "units": 0.07,
        "unit": "h",
        "usd": 0.03,
    },
    "gate": {"rows": 16, "rules": [{"name": "codes", "status": "SUCCEEDED", "failed": 0}]},
}
EXPECTED = [
    {
        "name": "expect_x on name",
        "kind": "expectation",
        "severity": "warning",
        "passed": False,
        "rows_checked": 16,
        "rows_broken": 2,
    },
    {
        "name": "expect_y on table",
        "kind": "expectation",
        "severity": "critical",
        "passed": True,
        "rows_checked": None,
        "rows_broken": None,
    },
]


def ask(sql: str, lake: Aws) -> tuple[tuple[str | None, ...], ...]:
    return athena.query(sql, lake.settings.ops_database, lake).rows


def test_the_rules_of_a_run(deployed: Aws) -> None:
    results = converted(deployed, "aaa", rows=15) | {
        "profile": PROFILE,
        "validate": {"results": EXPECTED},
    }
    metrics = deployed.get_json("ops", "metrics/airlines/run=aaa.json")
    metrics["quarantined_by_rule"] = {"required:name": 1}
    deployed.put_json("ops", "metrics/airlines/run=aaa.json", metrics)
    publish(AIRLINES, tokens("aaa"), results)
    assert ask(
        "SELECT kind, name, severity, passed, rows_checked, rows_broken FROM rules "
        "WHERE dataset = 'airlines' AND partition = 'all' ORDER BY kind, name",
        deployed,
    ) == (
        ("expectation", "expect_x on name", "warning", "false", "16", "2"),
        ("expectation", "expect_y on table", "critical", "true", None, None),
        ("row", "required:name", "quarantine", "false", "16", "1"),
        ("ruleset", "codes", "critical", "true", "16", "0"),
    )


def test_the_costs_of_a_run_and_of_a_refresh(deployed: Aws) -> None:
    entry = publish(AIRLINES, tokens("aaa"), converted(deployed, "aaa") | {"profile": PROFILE})
    view: dict[str, Any] = {"view": "v", "ingestion": "i", "rows": 1, "bytes": 10**12}
    for token in ("r1", "r2"):
        ledger.pending_refresh(keep=token)
        ledger.refreshed(["airlines"], token, token, views=[view])
    assert ask("SELECT dataset, step, service, unit FROM costs ORDER BY 1, 2", deployed) == (
        ("airlines", "count", "athena", "TB"),
        ("airlines", "crawl", "crawler", "DPU-hour"),
        ("airlines", "profile", "databrew", "h"),
        ("lake_views", "dashboards", "spice", "GB-month"),
    )
    sql = (
        "SELECT c.token, round(sum(c.usd), 6), max(r.cost_usd) FROM costs c "
        "JOIN runs r ON r.token = c.token GROUP BY c.token"
    )
    [(token, total, whole)] = ask(sql, deployed)
    assert token == "aaa"
    assert float(total or 0) == float(whole or 0) == pytest.approx(entry["cost_usd"])


def test_what_two_records_name_costs_once(deployed: Aws) -> None:
    """A failed run that went on from a later step, published twice."""
    call = {"step": "validate", "message": "", "finding": {}, "results": {"profile": PROFILE}}
    ledger.record(record.failed(AIRLINES, "f", aws=deployed, **call), deployed)
    results = converted(deployed, "aaa") | {"profile": PROFILE}
    publish(AIRLINES, tokens("aaa"), results)
    publish(AIRLINES, tokens("aaa") | {"publish": "again"}, results)
    assert ask("SELECT token, step FROM costs ORDER BY step, token", deployed) == (
        ("aaa", "count"),
        ("again", "count"),
        ("again", "crawl"),
        ("again", "profile"),
    )


def test_what_a_run_was_made_from(deployed: Aws) -> None:
    deployed_sha256 = provenance.contract_sha256("airlines", deployed)
    results = converted(deployed, "aaa") | {"convert": {"contract_sha256": deployed_sha256}}
    entry = publish(AIRLINES, tokens("aaa"), results)
    [(version, sha256, uri, query)] = ask(
        "SELECT landed.version_id, landed.sha256, landed.uri, queries['count'][1] FROM runs",
        deployed,
    )
    assert version == entry["landed"]["version_id"] not in ("", "null")
    assert sha256 == entry["landed"]["sha256"]
    assert uri == deployed.settings.uri("raw", "airlines/run=aaa/airlines.csv")
    asked = deployed.athena.get_query_execution(QueryExecutionId=str(query))["QueryExecution"]
    assert "count(*)" in asked["Query"]
    assert entry["contract_version"] == "1.0.0"
    assert entry["contract_sha256"] == deployed_sha256 == file_sha256("airlines", deployed.settings)


def test_a_failed_run(deployed: Aws) -> None:
    error = GateFailed("profile", "flights", "2013-03", [Finding("5 rows", "dep_time")], "Mend.")
    ledger.started(MARCH, "l")
    results = {"land": {"token": "l", "rows": 9, "bytes": 90}, "profile": PROFILE}
    call = {"step": "profile", "message": str(error), "finding": error.to_dict()}
    entry = record.failed(MARCH, "f", results=results, aws=deployed, **call)
    ledger.record(entry, deployed)
    assert set(entry) == set(RUNS)
    assert ask(
        "SELECT dataset, partition, status, step, gate, findings[1], rows_landed, cost_usd, "
        "runs['profile'], cardinality(costs), landed.uri, rows_published, files FROM runs",
        deployed,
    ) == (
        ("flights", "2013-03", "failed", "profile", "profile", "dep_time: 5 rows", "9", "0.03",
         "db_1", "1", None, None, None),
    )  # fmt: skip
    assert ask("SELECT name, status FROM rules", deployed) == (("codes", "failed"),)


def test_a_run_of_which_nothing_was_counted(deployed: Aws) -> None:
    """Its source was not there: NULL, which no sum or average takes for rows that are gone."""
    call: dict[str, Any] = {"message": "No file.", "finding": {}, "results": {}}
    ledger.record(record.failed(MARCH, "f", "land", aws=deployed, **call), deployed)
    counted = ", ".join(record.UNCOUNTED)
    assert ask(f"SELECT {counted} FROM runs", deployed) == ((None,) * len(record.UNCOUNTED),)


def test_a_run_that_drift_stopped(deployed: Aws) -> None:
    """Its record says what has drifted, where the drift kept the run from a publish."""
    results = converted(deployed, "aaa")
    contract = replace(load_contract("airlines"), drift="quarantine")
    drifted = drift.of_header(contract, ["carrier", "name", "fleet"])
    kept = drift_reports.keep(AIRLINES, contract, drifted, "s3://raw/airlines.csv", deployed)
    call: dict[str, Any] = {"message": "Stopped.", "results": {"land": results["land"]}}
    for gate in ("landed", "schema", "profile"):
        entry = record.failed(AIRLINES, gate, gate, finding={"gate": gate}, aws=deployed, **call)
        ledger.record(entry, deployed)
    assert ask(
        "SELECT gate, drift.added, drift.policy, drift.patch FROM runs ORDER BY gate", deployed
    ) == (
        ("landed", "[fleet string]", "quarantine", kept["patch"]),
        ("profile", "[]", "", ""),
        ("schema", "[fleet string]", "quarantine", kept["patch"]),
    )


def test_a_run_that_failed_at_once(deployed: Aws) -> None:
    entry = record.failed(MARCH, "f", "land", "no source", {}, {}, deployed)
    ledger.record(entry, deployed)
    assert ask("SELECT message, gate, cost_usd FROM runs", deployed) == (("no source", "", "0.0"),)
    assert ask("SELECT * FROM rules", deployed) == ask("SELECT * FROM costs", deployed) == ()

"""Deploy, publish, plan, rollback and all who look afterwards agree on what readers see."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.changes import sha256
from tarn.contracts.load import load_contract, load_contracts
from tarn.deploy import deploy
from tarn.deploy.ledger import RUNS
from tarn.errors import Terminal
from tarn.health.freshness import assess
from tarn.ledger import budget, ledger, provenance
from tarn.ledger.record import failed
from tarn.lineage.trace import trace
from tarn.planning import backfill
from tarn.planning.plan import Plan, make_plan
from tarn.published.cuts import cuts
from tarn.published.readers import run_of
from tarn.published.retention import collect
from tarn.published.rollback import rollback
from tarn.rows import replay
from tarn.services import athena
from tarn.steps.convert import CONTRACT, ConvertWork
from tarn.steps.publish import publish
from tests.tarn.airlines import AIRLINES, converted, tokens
from tests.tarn.conftest import ROOT, change

GLUE = {"step": "convert", "service": "glue", "units": 1.0, "unit": "DPU-hour", "usd": 0.44}


@pytest.fixture
def whole(home: Path, lake: Aws) -> Aws:
    """A lake of airlines alone, as a deploy makes it."""
    (home / "sql").mkdir()
    (home / "sql" / "lake_ops").symlink_to(ROOT / "sql" / "lake_ops")
    list(deploy())
    return lake


def run(lake: Aws, token: str, rows: int = 16, version: str = "1.0") -> dict[str, Any]:
    """A published run, with what clean and convert say of recipe and job."""
    results = converted(lake, token, rows)
    results["clean"] = {"recipe_version": version, "token": token}
    results["convert"] = {
        "job_sha256": provenance.job_sha256("airlines", lake),
        "contract_sha256": provenance.contract_sha256("airlines", lake),
        "cost": {**GLUE, "run_id": f"jr_{token}"},
    }
    return publish(AIRLINES, tokens(token), results)


def fail(lake: Aws, token: str, step: str) -> None:
    finding = {"gate": "schema", "findings": [{"what": "missing column name", "where": "x"}]}
    results = {"land": {"token": token, "rows": 16, "bytes": 386}}
    ledger.record(failed(AIRLINES, token, step, "It stopped.", finding, results, lake), lake)


def at_rest(plan: Plan) -> bool:
    return (plan.changes, plan.contracts, plan.rebuilds, plan.unknown) == ((), (), (), ())


def test_what_was_just_published_is_not_to_rebuild(whole: Aws) -> None:
    run(whole, "aaa")
    assert at_rest(make_plan())
    fail(whole, "bbb", "land")
    assert at_rest(make_plan())
    assert list(deploy()) == [f"{whole.settings.prefix}: unchanged"]


def test_changed_deployed_and_run_again_it_is_at_rest(home: Path, whole: Aws) -> None:
    run(whole, "aaa")
    contract = home / "datasets" / "airlines.yaml"
    change(
        contract,
        "customProperties:\n  - property: source",
        "      - name: fleet\n        logicalType: integer\n        physicalType: int\n"
        "customProperties:\n  - property: source",
    )
    change(home / "recipes" / "airlines.json", "NA", "none")
    (home / "glue_jobs" / "airlines.py").open("a").write("# changed\n")
    list(deploy())
    (rebuild,) = make_plan().rebuilds
    assert rebuild.reasons == ("column fleet is new, nullable", "recipe changed", "job changed")
    run(whole, "bbb", version="2.0")
    assert at_rest(make_plan())
    rollback(AIRLINES, "ann")  # what it came from then is not what is declared now
    (again,) = make_plan().rebuilds
    assert again == rebuild
    assert again.cost_usd > 0.44


def test_after_a_rollback_all_see_the_same_run(whole: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(whole, "aaa")
    run(whole, "bbb", rows=15)
    clean = f"{AIRLINES.run_folder('aaa')}part-0.parquet"
    whole.s3.put_object(Bucket=whole.settings.bucket("clean"), Key=clean, Body=b"x")
    entry = rollback(AIRLINES, "ann")
    fail(whole, "ccc", "crawl")

    assert at_rest(make_plan())
    assert {name: entry[name] for name in provenance.OF} == {n: first[n] for n in provenance.OF}
    traced = trace("airlines")
    assert (traced.facts["run"], list(traced.all_problems())) == ("aaa", [])
    assert traced.facts["contract_sha256"] == entry["contract_sha256"]
    seen = replay.published(AIRLINES, whole)
    assert (seen.run, seen.clean, seen.rows) == ("aaa", "aaa", 16)
    assert [(cut.clean, len(cut.sizes)) for cut in cuts(["airlines"], whole)] == [("aaa", 1)]
    assert [run_of(r["location"]) for r in ledger.summary()] == ["aaa"]
    # A rollback holds, against late data and a backfill, until the source changes.
    assert backfill.late(load_contracts(), whole) == []
    (planned,) = backfill.plan(load_contract("airlines"), [AIRLINES], whole).partitions
    assert planned.reason == backfill.PUBLISHED

    for name, value in {"RUNS": "0", "DAYS": "0"}.items():
        monkeypatch.setenv(f"TARN_RETENTION_{name}", value)
    monkeypatch.setenv("TARN_STALE_SECONDS", "0")
    assert any("run=bbb" in thing.what for thing in collect())
    assert list(trace("airlines").all_problems()) == []
    replay.require_clean(seen, whole)
    assert at_rest(make_plan())


def test_the_contract_is_that_which_the_job_read(home: Path, whole: Aws) -> None:
    """A worker whose files are ahead of the deploy, and a deploy while the job runs."""
    made_by = sha256("airlines", whole.settings)
    work = ConvertWork(AIRLINES, "aaa", "s3://x/")
    contract = home / "datasets" / "airlines.yaml"
    change(contract, "version: 1.0.0", "version: 1.1.0")
    arguments = work.arguments(whole)
    assert arguments[CONTRACT] == made_by != sha256("airlines", whole.settings)
    list(deploy())
    key = arguments["--contract"].removeprefix(whole.settings.uri("ops", ""))
    assert whole.get_json("ops", key)["version"] == "1.0.0"

    results = converted(whole, "aaa")
    results["convert"] = {"contract_sha256": arguments[CONTRACT]}
    entry = publish(AIRLINES, tokens("aaa"), results)
    assert (entry["contract_version"], entry["contract_sha256"]) == ("1.0.0", made_by)
    assert trace("airlines").facts["contract_sha256"] == made_by

    change(contract, "version: 1.1.0", "version: 1.0.0")  # the very text of before
    list(deploy())
    assert work.arguments(whole)[CONTRACT] == made_by


def test_a_contract_of_which_nobody_knows_the_file(whole: Aws) -> None:
    """As deploys before this one wrote it."""
    whole.put_json("ops", "contracts/airlines.json", load_contract("airlines").to_job_json())
    with pytest.raises(Terminal, match=r"which file it was written from\. Deploy the lake"):
        ConvertWork(AIRLINES, "aaa", "s3://x/").arguments(whole)
    assert list(deploy()) == ["contract airlines: written"]
    assert ConvertWork(AIRLINES, "aaa", "s3://x/").arguments(whole)[CONTRACT]


def test_a_rollback_makes_nothing_fresh(whole: Aws) -> None:
    first = run(whole, "aaa")
    run(whole, "bbb")
    rollback(AIRLINES, "ann")
    contract = replace(load_contract("airlines"), freshness="1d")
    at = datetime.fromisoformat(first["published_at"])
    found = assess(contract, ledger.summary(), at + timedelta(days=1, microseconds=1))
    assert found is not None
    assert (found.state, found.age) == ("late", timedelta(days=1, microseconds=1))


def test_every_column_of_every_kind_of_record_is_sql(whole: Aws) -> None:
    """Also of records that lack columns which are newer than they."""
    run(whole, "aaa")
    run(whole, "bbb", rows=15)
    fail(whole, "ccc", "crawl")
    rollback(AIRLINES, "ann")
    older = {"dataset": "airlines", "partition": "all", "token": "old", "status": "failed"}
    ledger.record({**older, "finished_at": "2013-01-01T00:00:00+00:00", "costs": []})
    ledger.pending_refresh(keep="r")
    ledger.refreshed(["airlines"], "r", "r")

    def ask(sql: str) -> tuple[tuple[str | None, ...], ...]:
        return athena.query(sql, whole.settings.ops_database, whole).rows

    for record in ledger.read():
        assert set(record) == set(RUNS) or record["token"] == "old"
    everything = ask("SELECT * FROM runs ORDER BY finished_at")
    assert [len(row) for row in everything] == [len(RUNS)] * 5
    status = list(RUNS).index("status")
    kinds = ["failed", "published", "published", "failed", "rolled_back"]
    assert [row[status] for row in everything] == kinds
    by_sql = ask(f"SELECT {', '.join(provenance.OF)} FROM runs WHERE status = 'rolled_back'")
    assert by_sql == (tuple(ledger.summary()[0][name] for name in provenance.OF),)
    assert ask("SELECT findings, landed.uri FROM runs WHERE token = 'ccc'") == (
        ("[x: missing column name]", None),
    )
    assert len(ask("SELECT * FROM rules")) == 0
    (spent,) = ask("SELECT round(sum(usd), 6) FROM costs")
    assert float(spent[0] or 0) == round(budget.spent("airlines", whole), 6) > 0.88
    assert ask("SELECT token, datasets FROM refreshes") == (("r", "[airlines]"),)
    assert ask("SELECT run, count(*) FROM quarantine GROUP BY 1") == (("bbb", "1"),)


def test_a_lake_from_before_the_ledgers_runs(whole: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is deleted or misread; its task `publish`, cleared, takes a run in."""
    entry = run(whole, "aaa")
    key = ledger.record_key(AIRLINES, "aaa")
    whole.s3.delete_object(Bucket=whole.settings.bucket("ops"), Key=key)
    before = "ledger/airlines/airlines-aaa.json"
    whole.put_json("ops", before, {name: entry[name] for name in ("dataset", "partition", "token")})
    whole.put_json("ops", ledger.LATEST, {"token": "r", "seen": {"ledger/airlines": before}})
    for name in ("RETENTION_RUNS", "RETENTION_DAYS", "STALE_SECONDS"):
        monkeypatch.setenv(f"TARN_{name}", "0")

    assert [thing.what for thing in collect() if "s3://" in thing.what] == []
    assert athena.count("airlines", whole.settings.database, whole)[0] == 16
    assert ledger.read() == ledger.pending_refresh() == []
    assert athena.count("runs", whole.settings.ops_database, whole)[0] == 0
    with pytest.raises(Terminal, match="clear its task `publish`"):
        trace("airlines")
    results = {"land": {}, "clean": {"recipe_version": "1.0"}}
    again = publish(AIRLINES, tokens("aaa"), results)
    assert again["location"] == entry["location"]
    assert list(trace("airlines").all_problems()) == []
    assert ledger.pending_refresh() == ["airlines"]

"""A plan says what a deploy would do, and touches nothing."""

from pathlib import Path
from typing import Any

import pytest

from laptop import plan as shown
from tarn.aws import Aws
from tarn.contracts.changes import kept_key, sha256
from tarn.deploy import deploy
from tarn.deploy.compare import DONE
from tarn.errors import Terminal
from tarn.ledger import ledger
from tarn.ledger.provenance import declared_job_sha256
from tarn.planning.plan import make_plan
from tarn.rows.recipe import declared_steps, digest
from tarn.settings import Settings
from tests.tarn.conftest import ROOT, change, changed, name_lake


def lines(plan: Any) -> list[str]:
    return [f"{change.what}: {DONE[change.verb]}" for change in plan.changes]


def test_before_anything_is_there(home: Path, aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "infra").unlink()
    (home / "infra").symlink_to(ROOT / "infra")
    name_lake(monkeypatch)
    plan = make_plan()
    assert shown.exit_code(plan) == shown.CHANGED
    assert [c.changes[0].what for c in plan.contracts] == ["the dataset is new"]
    assert lines(make_plan()) == lines(plan)  # nothing was made
    assert lines(plan) == changed(deploy())
    assert make_plan().changes == ()


def test_a_plan_is_what_a_deploy_does(home: Path, lake: Aws) -> None:
    list(deploy())
    assert shown.exit_code(make_plan()) == shown.UNCHANGED
    change(home / "datasets" / "airlines.yaml", "Two-letter code.", "A code of two letters.")
    change(home / "recipes" / "airlines.json", "NA", "none")
    plan = make_plan()
    assert [(change.verb, change.what) for change in plan.changes] == [
        ("write", "contract airlines"),
        ("update", f"table {lake.settings.database}.airlines"),
        ("publish", f"recipe {lake.settings.prefix}-airlines"),
    ]
    kept = kept_key("airlines", sha256("airlines", lake.settings))
    assert lake.get_json("ops", kept) is None
    assert lines(plan) == changed(deploy())
    assert lake.get_json("ops", kept) == lake.get_json("ops", "contracts/airlines.json")


def test_an_update_says_where(home: Path, lake: Aws) -> None:
    list(deploy())
    contract = home / "datasets" / "airlines.yaml"
    change(
        contract,
        "        required: true\n",
        "        required: true\n        classification: public\n",
    )
    (update,) = [c for c in make_plan().changes if c.what.startswith("table ")]
    assert update.detail == ("StorageDescriptor.Columns[0].Parameters",)
    list(deploy())
    change(contract, "        classification: public\n", "")
    (update,) = [c for c in make_plan().changes if c.what.startswith("table ")]
    assert update.detail == ("StorageDescriptor.Columns[0].Parameters",)
    list(deploy())
    assert make_plan().changes == ()


def test_a_refused_change_is_shown_and_is_an_error(home: Path, lake: Aws) -> None:
    list(deploy())
    change(home / "datasets" / "airlines.yaml", "- name: name\n", "- name: title\n")
    plan = make_plan()
    assert plan.to_dict()["refused"]
    assert shown.exit_code(plan) == shown.FAILED
    with pytest.raises(Terminal, match=r"It breaks readers of 1\.0\.0"):
        list(deploy())


def record(settings: Settings, **members: Any) -> dict[str, Any]:
    return {
        "dataset": "airlines",
        "partition": "all",
        "token": "abc",
        "status": "published",
        "finished_at": "2013-01-01T00:00:00+00:00",
        "bytes_landed": 1000,
        "cost_usd": 0.25,
        "contract_version": "1.0.0",
        "contract_sha256": sha256("airlines", settings),
        "recipe_sha256": digest(declared_steps("airlines", settings)),
        "job_sha256": declared_job_sha256("airlines", settings),
        **members,
    }


def test_partitions_to_rebuild(home: Path, lake: Aws) -> None:
    list(deploy())
    ledger.record(record(lake.settings), lake)
    plan = make_plan()
    assert (plan.rebuilds, plan.unknown) == ((), ())

    contract = home / "datasets" / "airlines.yaml"
    change(contract, "purpose: ", "purpose: Again, ")
    assert make_plan().rebuilds == ()  # no row differs by a description

    change(
        contract,
        "customProperties:\n  - property: source",
        "      - name: fleet\n        logicalType: integer\n        physicalType: int\n"
        "customProperties:\n  - property: source",
    )
    (home / "glue_jobs" / "lake_convert.py").open("a").write("# changed\n")
    (rebuild,) = make_plan().rebuilds
    assert rebuild.reasons == ("column fleet is new, nullable", "job changed")
    assert (rebuild.bytes, rebuild.cost_usd) == (1000, 0.25)
    assert shown.exit_code(make_plan()) == shown.CHANGED
    list(deploy())
    assert shown.exit_code(make_plan()) == shown.UNCHANGED
    assert len(make_plan().rebuilds) == 1


def test_a_contract_that_was_not_kept(home: Path, lake: Aws) -> None:
    list(deploy())
    ledger.record(record(lake.settings, contract_sha256="00"), lake)
    (rebuild,) = make_plan().rebuilds
    assert rebuild.reasons == ("contract 1.0.0 is another, not kept",)


def test_records_from_before_digests_were_kept(home: Path, lake: Aws) -> None:
    list(deploy())
    old = record(lake.settings)
    del old["contract_sha256"], old["recipe_sha256"], old["job_sha256"]
    ledger.record(old, lake)
    plan = make_plan()
    assert (plan.rebuilds, plan.unknown) == ((), ("airlines all",))

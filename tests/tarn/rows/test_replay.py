"""What a replay would do, asked of Athena; the replay itself is in test_pipeline and tests/e2e."""

import json
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import Rule
from tarn.contracts.load import load_contract
from tarn.deploy import stage
from tarn.errors import Terminal
from tarn.ledger import ledger
from tarn.ledger.record import failed
from tarn.partition import Partition
from tarn.published.rollback import rollback
from tarn.rows import quarantine
from tarn.rows.replay import PASSES, Published, forecast, published, require_clean, require_deployed
from tarn.steps.publish import publish
from tests.tarn import ground
from tests.tarn.airlines import AIRLINES, converted, tokens
from tests.tarn.conftest import deploy_stages


def mend(lake: Aws, monkeypatch: pytest.MonkeyPatch, *rules: Rule) -> None:
    """Airlines with other rules, declared and deployed."""
    import dataclasses

    contract = dataclasses.replace(load_contract("airlines"), rules=rules)
    monkeypatch.setattr("tarn.rows.replay.load_contract", lambda *_: contract)
    lake.put_json("ops", "contracts/airlines.json", contract.to_job_json())


def rows(lake: Aws, *found: tuple[str, dict[str, str]]) -> None:
    """Rows of the published run in the quarantine table."""
    body = "".join(json.dumps({"rule": rule, "fields": fields}) + "\n" for rule, fields in found)
    key = f"{quarantine.folder(AIRLINES, 'abc')}rows-00000.json"
    lake.s3.put_object(Bucket=lake.settings.bucket("quarantine"), Key=key, Body=body.encode())
    quarantine._add_partition(AIRLINES, "abc", lake)


RUN = Published(AIRLINES, "abc", "abc", 16, {"known": 2})
ZZ, YY = {"carrier": "ZZ", "name": "Late"}, {"carrier": "YY", "name": "Later"}
TAKEN = {"carrier": "00", "name": "Airline 0"}


@pytest.mark.parametrize(
    ("rules", "found", "again"),
    [
        ([], [("known", ZZ), ("known", YY)], {("known", PASSES): 2}),
        (
            [Rule("known", "carrier <> 'ZZ'", "quarantine")],
            [("known", ZZ), ("known", YY)],
            {("known", "known"): 1, ("known", PASSES): 1},
        ),
        ([], [("known", {"name": "x"})], {("known", "required:carrier"): 1}),
        ([], [("known", TAKEN)], {("known", "unique:carrier"): 1}),
        ([], [("known", ZZ), ("old", ZZ)], {("known", PASSES): 1, ("old", "unique:carrier"): 1}),
        # Spark's SQL, as the Glue job runs it.
        ([Rule("r", "name RLIKE '^Later'", "quarantine")], [("known", ZZ), ("known", YY)],
         {("known", "r"): 1, ("known", PASSES): 1}),
        ([Rule("r", "nullif(name, 'Late') IS NULL", "quarantine")], [("known", ZZ)],
         {("known", PASSES): 1}),
    ],
)  # fmt: skip
def test_forecast(
    deployed: Aws,
    monkeypatch: pytest.MonkeyPatch,
    rules: list[Rule],
    found: Any,
    again: dict[tuple[str, str], int],
) -> None:
    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    rows(deployed, *found)
    mend(deployed, monkeypatch, *rules)
    assert forecast(RUN, deployed).again == again


def test_published_rows_that_a_stricter_rule_breaks(
    deployed: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    mend(deployed, monkeypatch, Rule("early", "carrier < '10'", "quarantine"))
    told = forecast(RUN, deployed)
    assert (told.again, told.broken) == ({}, {"early": 6})


def test_columns_with_any_name_are_told_from_what_the_forecast_adds(
    deployed: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The query has names of its own beside those of the contract's columns."""
    import dataclasses

    from tarn.contracts.contract import Column

    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    rows(deployed, ("known", ZZ | {"place": "NYC"}), ("known", YY))
    contract = load_contract("airlines")
    more = ("rule", "fields", "now", "place", "taken", "line", "dataset", "partition", "run")
    columns = (*contract.columns, *(Column(name, "string") for name in more))
    rule = Rule("placed", "place IS NOT NULL", "quarantine")
    contract = dataclasses.replace(contract, columns=columns, rules=(rule,))
    monkeypatch.setattr("tarn.rows.replay.load_contract", lambda *_: contract)
    deployed.put_json("ops", "contracts/airlines.json", contract.to_job_json())
    monkeypatch.setattr("tarn.rows.replay._broken_sql", lambda *_: "SELECT 'x', 0")
    assert forecast(RUN, deployed).again == {("known", PASSES): 1, ("known", "placed"): 1}


def test_a_contract_that_is_not_deployed(lake: Aws) -> None:
    contract = load_contract("airlines")
    with pytest.raises(Terminal, match=r"datasets/airlines\.yaml is not what is deployed"):
        require_deployed(contract, lake)
    list(stage("declarations:contracts")(lake))
    assert require_deployed(contract, lake)["name"] == "airlines"


def test_cleaned_data_that_is_gone(lake: Aws) -> None:
    with pytest.raises(Terminal, match=r"The cleaned data of airlines all, s3://.*, is gone"):
        require_clean(RUN, lake)
    key = f"{AIRLINES.run_folder('abc')}part-0.parquet"
    lake.s3.put_object(Bucket=lake.settings.bucket("clean"), Key=key, Body=b"x")
    require_clean(RUN, lake)


def test_the_published_run(deployed: Aws) -> None:
    with pytest.raises(Terminal, match="airlines all is not published yet"):
        published(AIRLINES, deployed)
    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    publish(AIRLINES, tokens("def"), converted(deployed, "def", rows=15))
    assert published(AIRLINES, deployed).run == "def"
    rollback(AIRLINES, "ann", aws=deployed)
    found = published(AIRLINES, deployed)
    assert (found.run, found.rows) == ("abc", 16)


def test_failed_runs_are_not_the_published_one(deployed: Aws) -> None:
    """One failed before it had converted; one went on to publish what it had converted."""
    ledger.record(failed(AIRLINES, "fff", "land", "No source.", {}, {}, deployed))
    results = converted(deployed, "abc")
    done = {"convert": {"token": "abc"}}
    ledger.record(failed(AIRLINES, "ggg", "validate", "Not yet.", {}, done, deployed))
    publish(AIRLINES, tokens("abc"), results)
    found = published(AIRLINES, deployed)
    assert (found.run, found.clean, found.rows) == ("abc", "abc", 16)


@pytest.mark.parametrize("name", ["flights", "weather", "planes"])
def test_the_lakes_own_rules_are_athenas_too(lake: Aws, name: str) -> None:
    """Each contract's forecast is a query that Athena takes."""
    ground.databases(lake)
    ground.workgroup(lake)
    deploy_stages(lake, "declarations:contracts", "glue:tables", "quarantine:table")
    contract = load_contract(name)
    label = "2013-03" if contract.partition_keys else "all"
    told = forecast(Published(Partition.parse(contract, label), "x", "x", 0, {}), lake)
    assert (told.again, told.broken) == ({}, {})

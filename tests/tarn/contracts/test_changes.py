"""What breaks readers needs a new major version; all else flows."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.changes import compare, differences
from tarn.contracts.contract import ContractErrors
from tarn.contracts.load import load_contract
from tarn.deploy import deploy
from tests.tarn.conftest import change

FLIGHTS: dict[str, Any] = load_contract("flights").to_job_json()
GATE = {"name": "gate", "type": "string", "required": False, "classification": "", "values": []}

Edit = Callable[[dict[str, Any]], Any]


def column(contract: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in contract["columns"] if c["name"] == name)
    return found


def drop_gone(contract: dict[str, Any]) -> None:
    contract["columns"] = [c for c in contract["columns"] if c["name"] != "tailnum"]


@pytest.mark.parametrize(
    ("edit", "what", "breaking"),
    [
        (lambda c: c["columns"].append(GATE), "column gate is new, nullable", False),
        (lambda c: c["columns"].append({**GATE, "required": True}), "gate is new, required", True),
        (drop_gone, "column tailnum is gone", True),
        (lambda c: column(c, "flight").update(type="bigint"), "goes from int to bigint", True),
        (lambda c: column(c, "tailnum").update(required=True), "tailnum is required now", True),
        (lambda c: column(c, "dest").update(required=False), "dest is nullable now", True),
        (lambda c: column(c, "origin")["values"].remove("LGA"), "may no longer be LGA", True),
        (lambda c: column(c, "origin")["values"].append("SWF"), "may be SWF too", False),
        (lambda c: column(c, "origin").update(values=[]), "may be anything", False),
        (lambda c: column(c, "dest").update(values=["BOS"]), "may only be BOS", True),
        (
            lambda c: column(c, "tailnum").update(classification="public"),
            "internal to public",
            False,
        ),
        (lambda c: c["columns"].reverse(), "in another order", False),
        (lambda c: c["keys"].remove("flight"), "the primary key goes from time_hour", True),
        (lambda c: c["partition_columns"].pop(), "goes? from year, month to year", True),
        (lambda c: c["sort_by"].pop(), "the order goes from", False),
        (lambda c: c["rules"].pop(), "rule clock_time is gone", False),
        (lambda c: c["rules"][1].update(action="fail"), "rule ground_speed is another", False),
        (lambda c: c.update(drift="evolve"), "goes from fail to evolve", False),
        (lambda c: c["drops"].update(rows=9), "rows to 50 % of the landed rows, and 9", False),
        (lambda c: c["layout"].update(zstd_level=9), "zstd_level goes from 3 to 9", False),
    ],
)
def test_one_change(edit: Edit, what: str, breaking: bool) -> None:
    declared = copy.deepcopy(FLIGHTS)
    edit(declared)
    (found,) = compare(FLIGHTS, declared)
    assert found.breaking is breaking
    assert what in found.what or what.replace("goes?", "keys go") in found.what


def test_no_change() -> None:
    assert compare(FLIGHTS, FLIGHTS) == ()


def test_what_was_deployed_before_versions_were_kept() -> None:
    old = {key: FLIGHTS[key] for key in ("name", "keys", "sort_by", "rules")}
    old["columns"] = [{k: c[k] for k in ("name", "type", "required")} for c in FLIGHTS["columns"]]
    assert compare(old, FLIGHTS) == ()


def test_a_new_nullable_column_flows(home: Path, lake: Aws) -> None:
    list(deploy())
    contract = home / "datasets" / "airlines.yaml"
    text = "      - name: fleet\n        logicalType: integer\n        physicalType: int\n"
    change(
        contract,
        "customProperties:\n  - property: source",
        f"{text}customProperties:\n  - property: source",
    )
    (difference,) = differences(lake)
    assert [c.what for c in difference.changes] == ["column fleet is new, nullable"]
    assert not difference.refused
    lines = list(deploy())
    assert f"table {lake.settings.database}.airlines: updated" in lines
    assert differences(lake) == []


def test_a_breaking_change_asks_for_a_new_major_version(home: Path, lake: Aws) -> None:
    list(deploy())
    contract = home / "datasets" / "airlines.yaml"
    change(contract, "- name: name\n", "- name: title\n")
    change(contract, "version: 1.0.0", "version: 1.9.0")
    with pytest.raises(ContractErrors) as caught:
        list(deploy())
    message = str(caught.value)
    assert message.startswith("datasets/airlines.yaml:5: column name is gone. ")
    assert "datasets/airlines.yaml:5: column title is new, required." in message
    assert "give `version: 2.0.0`, or take it back." in message
    deployed = lake.get_json("ops", "contracts/airlines.json")
    assert deployed is not None
    assert deployed["version"] == "1.0.0"  # nothing was touched

    change(contract, "version: 1.9.0", "version: 2.0.0")
    assert f"table {lake.settings.database}.airlines: updated" in list(deploy())

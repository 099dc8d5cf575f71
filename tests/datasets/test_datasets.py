"""The declared datasets hang together: contract, recipe, job, suite and ruleset of one stem."""

import json
from pathlib import Path

import pytest

from tarn.contracts.load import dataset_names, load_contract

ROOT = Path(__file__).parent.parent.parent
NAMES = dataset_names()


def test_there_are_five() -> None:
    assert NAMES == ["airlines", "airports", "flights", "planes", "weather"]


@pytest.mark.parametrize("folder", ["recipes", "glue_jobs", "expectations", "dags"])
@pytest.mark.parametrize("name", NAMES)
def test_every_dataset_has_all_its_files(folder: str, name: str) -> None:
    suffix = ".py" if folder in ("glue_jobs", "dags") else ".json"
    assert (ROOT / folder / f"{name}{suffix}").is_file()


def test_no_orphans() -> None:
    stems = {path.stem for path in (ROOT / "expectations").glob("*.json")}
    stems |= {path.name.split(".")[0] for path in (ROOT / "recipes").glob("*.json")}
    assert stems == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_required(name: str) -> None:
    contract = load_contract(name)
    required = {column.name for column in contract.columns if column.required}
    assert set(contract.keys) <= required
    assert contract.sort_by == contract.keys


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_described(name: str) -> None:
    contract = load_contract(name)
    for column in (*contract.columns, *contract.partition_columns):
        assert column.description.endswith("."), column.name


@pytest.mark.parametrize("name", NAMES)
def test_partition_keys_are_no_columns(name: str) -> None:
    contract = load_contract(name)
    assert not set(contract.partition_keys) & {column.name for column in contract.columns}
    assert set(contract.partition_keys) <= set(contract.source_columns)


@pytest.mark.parametrize("name", NAMES)
def test_the_suite_is_about_the_columns(name: str) -> None:
    contract = load_contract(name)
    suite = json.loads((ROOT / "expectations" / f"{name}.json").read_text())
    assert suite["name"] == name
    named = {e["kwargs"]["column"] for e in suite["expectations"] if "column" in e["kwargs"]}
    for expectation in suite["expectations"]:
        assert expectation.keys() == {"type", "kwargs", "severity"}
        assert expectation["severity"] in ("critical", "warning", "info")
        named |= set(expectation["kwargs"].get("column_list", []))
    assert named <= {column.name for column in contract.columns}


@pytest.mark.parametrize("name", NAMES)
def test_the_suite_holds_what_the_contract_promises(name: str) -> None:
    contract = load_contract(name)
    suite = json.loads((ROOT / "expectations" / f"{name}.json").read_text())["expectations"]
    critical = [e for e in suite if e["severity"] == "critical"]
    not_null = {
        e["kwargs"]["column"]
        for e in critical
        if e["type"] == "expect_column_values_to_not_be_null" and "mostly" not in e["kwargs"]
    }
    assert {c.name for c in contract.columns if c.required} == not_null
    unique = [
        e["kwargs"].get("column_list") or [e["kwargs"]["column"]]
        for e in critical
        if e["type"].endswith("unique")
    ]
    assert unique == [list(contract.keys)]

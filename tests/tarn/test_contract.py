"""Contracts are read whole; a bad one says file, line and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tarn.contract import ContractError, load_contract, load_contracts
from tarn.errors import Terminal
from tarn.settings import Settings

GOOD = """\
apiVersion: v3.1.0
kind: DataContract
id: tarn.trips
name: trips
version: 1.0.0
status: active
description:
  purpose: Trips.
team:
  name: people
slaProperties:
  - property: frequency
    scheduler: cron
    schedule: "0 0 1 * *"
schema:
  - name: trips
    customProperties:
      - property: sortBy
        value: [id]
    quality:
      - name: long_enough
        type: custom
        engine: tarn
        implementation:
          expression: miles > 0
          action: quarantine
    properties:
      - name: year
        logicalType: integer
        physicalType: int
        partitioned: true
        partitionKeyPosition: 1
      - name: id
        logicalType: integer
        physicalType: bigint
        required: true
        primaryKey: true
      - name: miles
        logicalType: number
        physicalType: decimal(10,2)
      - name: day
        logicalType: date
        physicalType: date
        customProperties:
          - property: derived
            value: true
customProperties:
  - property: source
    value:
      kind: files
      location: inbox
      pattern: "{dataset}-{label}.csv"
"""

Write = Callable[[str], Settings]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Settings:
        (tmp_path / "datasets").mkdir(exist_ok=True)
        (tmp_path / "datasets" / "trips.yaml").write_text(text)
        return Settings(home=str(tmp_path))

    return written


def test_read(write: Write) -> None:
    contract = load_contract("trips", write(GOOD))
    assert contract.source_columns == ("year", "id", "miles")
    assert [c.name for c in contract.columns] == ["id", "miles", "day"]
    assert contract.partition_keys == ("year",)
    assert contract.keys == ("id",)
    assert contract.owner == "people"
    assert contract.to_job_json() == {
        "name": "trips",
        "columns": [
            {"name": "id", "type": "bigint", "required": True},
            {"name": "miles", "type": "decimal(10,2)", "required": False},
            {"name": "day", "type": "date", "required": False},
        ],
        "keys": ["id"],
        "sort_by": ["id"],
        "rules": [{"name": "long_enough", "expression": "miles > 0", "action": "quarantine"}],
    }


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", 1, "Use v3.1.0"),
        ("name: trips\nversion", "name: trip\nversion", 4, "Give both the same name"),
        ("physicalType: bigint", "physicalType: varchar", 35, "Column id: a integer cannot"),
        ("logicalType: date", "logicalType: day", 42, "Use one of boolean, date"),
        ("action: quarantine", "action: ignore", 26, "Use one of quarantine, fail"),
        ("value: [id]", "value: [ids]", 17, "'ids', which is no published column"),
        ("name: miles", "name: id", 38, "Column id is there twice"),
        ("name: miles", "name: Miles run", 38, "is no column name"),
        ("kind: files", "kind: ftp", 50, "Use one of python-package, files"),
        ("location: inbox", "folder: inbox", 51, "A files source has no `folder`"),
        ("        primaryKey: true\n", "", 28, "No column is a primary key"),
        ("name: year", "name: region", 28, "Partition by year, month"),
        ("  name: people\n", "", 9, "`team` is missing"),
        ("kind: DataContract", "kind: [Data", 3, "This is not YAML"),
    ],
)
def test_a_bad_contract_says_where(write: Write, old: str, new: str, where: int, says: str) -> None:
    assert old in GOOD
    settings = write(GOOD.replace(old, new, 1))
    with pytest.raises(ContractError) as caught:
        load_contract("trips", settings)
    message = str(caught.value)
    assert says in message
    assert message.startswith(f"datasets/trips.yaml:{where}: "), message


BUDGET = "  - property: monthlyBudgetUsd\n    value: "


def test_a_budget(write: Write) -> None:
    assert load_contract("trips", write(GOOD)).monthly_budget_usd is None
    contract = load_contract("trips", write(f"{GOOD}{BUDGET}12"))
    assert contract.monthly_budget_usd == 12.0


@pytest.mark.parametrize("value", ["0", "-1", "true", "much", ".nan", "[1]"])
def test_a_budget_that_is_none(write: Write, value: str) -> None:
    with pytest.raises(ContractError, match="Give US dollars, more than 0"):
        load_contract("trips", write(f"{GOOD}{BUDGET}{value}"))


def test_no_such_dataset(write: Write) -> None:
    with pytest.raises(Terminal, match=r"no dataset 'cars'.*Declared: trips"):
        load_contract("cars", write(GOOD))


def test_all(write: Write) -> None:
    assert list(load_contracts(write(GOOD))) == ["trips"]

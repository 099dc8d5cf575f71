"""Contracts: datasets/<name>.yaml, in the Open Data Contract Standard (v3.1).

The standard says columns, types, keys, owner and service levels. What it has no word for (where
the raw file comes from, the order of rows) stands in its `customProperties`; row rules are its
`quality` entries of type `custom` and engine `tarn`.
https://bitol-io.github.io/open-data-contract-standard/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tarn.errors import Terminal
from tarn.settings import Settings

ENGINE = "tarn"  # of the quality entries that are row rules


@dataclass(frozen=True)
class Column:
    """One published column. `type` is Glue's (Hive's): int, double, string, timestamp, date."""

    name: str
    type: str
    required: bool = False
    description: str = ""


@dataclass(frozen=True)
class Rule:
    """A row rule: an SQL expression that must be true; where it is NULL the row passes."""

    name: str
    expression: str
    action: str  # "quarantine" | "fail"
    description: str = ""


@dataclass(frozen=True)
class Source:
    """Where the raw file of a partition comes from."""

    kind: str  # "python-package" | "files"
    package: str = ""
    member: str = ""  # path inside the package: a .csv, or a .zip that holds one
    location: str = ""  # folder or s3:// prefix
    pattern: str = ""  # file of a partition: "{dataset}-{label}.csv"


@dataclass(frozen=True)
class Contract:
    """What a dataset is: columns, types, keys, rules, source, schedule, owner."""

    name: str
    description: str
    owner: str
    schedule: str  # cron, UTC
    start: str  # first interval, ISO date
    end: str  # last interval, ISO date, or ""
    source: Source
    source_columns: tuple[str, ...]  # the header of the raw file, in order
    columns: tuple[Column, ...]  # published, without partition keys
    partition_columns: tuple[Column, ...]
    keys: tuple[str, ...]
    sort_by: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    freshness: str = ""  # service level: "45d"
    monthly_budget_usd: float | None = None  # scheduled runs stop once a month has cost it
    tags: tuple[str, ...] = ()

    @property
    def partition_keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.partition_columns)

    def to_job_json(self) -> dict[str, Any]:
        """What the Glue job reads from ops/contracts/<name>.json."""
        return {
            "name": self.name,
            "columns": [
                {"name": c.name, "type": c.type, "required": c.required} for c in self.columns
            ],
            "keys": list(self.keys),
            "sort_by": list(self.sort_by),
            "rules": [
                {"name": r.name, "expression": r.expression, "action": r.action} for r in self.rules
            ],
        }


class ContractError(Terminal):
    """A contract that cannot be used: which file, which line, what is wrong, what to do."""

    def __init__(self, file: str, line: int, problem: str, remedy: str) -> None:
        self.file = file
        self.line = line
        self.problem = problem
        self.remedy = remedy
        super().__init__(file, line, problem, remedy)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem} {self.remedy}"


def load_contract(name: str, settings: Settings | None = None) -> Contract:
    """The contract of a dataset; what is wrong in it is said with file, line and remedy."""
    from tarn.odcs import read_contract

    settings = settings or Settings.from_environment()
    path = settings.root / "datasets" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(dataset_names(settings)) or "none"
        raise Terminal(f"There is no dataset {name!r}: {path} is missing. Declared: {known}.")
    return read_contract(path)


def load_contracts(settings: Settings | None = None) -> dict[str, Contract]:
    """All contracts of datasets/, by name."""
    settings = settings or Settings.from_environment()
    return {name: load_contract(name, settings) for name in dataset_names(settings)}


def dataset_names(settings: Settings | None = None) -> list[str]:
    """The declared datasets, without reading their contracts."""
    settings = settings or Settings.from_environment()
    return sorted(path.stem for path in (settings.root / "datasets").glob("*.yaml"))

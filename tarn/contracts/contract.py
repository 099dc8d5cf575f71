"""Contracts: datasets/<name>.yaml, in the Open Data Contract Standard (v3.1).

The standard says columns, types, keys, allowed values, classification, owner and service levels.
What it has no word for (where the raw file comes from, the order of rows, what to do about drift)
stands in its `customProperties`; row rules are its `quality` entries of type `custom` and engine
`tarn`, and its metric `invalidValues` with `validValues`.
https://bitol-io.github.io/open-data-contract-standard/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tarn.contracts.drop_limit import DropLimit
from tarn.contracts.layout import Layout
from tarn.errors import Terminal

ENGINE = "tarn"  # of the quality entries that are row rules
CLASSIFICATIONS = ("public", "internal", "confidential", "restricted")
DRIFT_POLICIES = ("fail", "quarantine", "evolve")


@dataclass(frozen=True)
class Column:
    """One published column. `type` is Glue's (Hive's): int, double, string, timestamp, date.

    values: all that the column may hold beside NULL, or () where anything goes.
    """

    name: str
    type: str
    required: bool = False
    description: str = ""
    classification: str = ""  # one of CLASSIFICATIONS, or "" where nobody said
    values: tuple[str | int, ...] = ()


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
    version: str  # major.minor.patch; a breaking change needs a new major
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
    rules: tuple[Rule, ...] = ()  # those of the columns' values first
    drift: str = "fail"  # one of DRIFT_POLICIES
    layout: Layout = field(default_factory=Layout)  # of the published files
    drops: DropLimit = field(default_factory=DropLimit)  # rows that the recipe may drop
    freshness: str = ""  # service level: "45d"
    monthly_budget_usd: float | None = None  # scheduled runs stop once a month has cost it
    tags: tuple[str, ...] = ()

    @property
    def partition_keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.partition_columns)

    def to_job_json(self) -> dict[str, Any]:
        """What is deployed as ops/contracts/<name>.json.

        The Glue job reads columns, keys, order and rules; a later deploy holds all of it against
        what is declared then.
        """
        return {
            "name": self.name,
            "version": self.version,
            "columns": [_deployed(column) for column in self.columns],
            "partition_columns": [_deployed(column) for column in self.partition_columns],
            "keys": list(self.keys),
            "sort_by": list(self.sort_by),
            "rules": [
                {"name": r.name, "expression": r.expression, "action": r.action} for r in self.rules
            ],
            "drift": self.drift,
            "layout": self.layout.to_dict(),
            "drops": self.drops.to_dict(),
        }


def _deployed(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "required": column.required,
        "classification": column.classification,
        "values": list(column.values),
    }


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a contract: on which line, what, and what to do."""

    line: int
    what: str
    remedy: str


class ContractError(Terminal):
    """A contract that cannot be used, with everything that is wrong in it."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.line, p.what)))
        super().__init__(file, self.problems)

    def __str__(self) -> str:
        return "\n".join(f"{self.file}:{p.line}: {p.what} {p.remedy}" for p in self.problems)


class ContractErrors(Terminal):
    """What is wrong in several contracts, or with them: each with its file, lines and remedies."""

    def __init__(self, errors: Sequence[ContractError]) -> None:
        self.errors = tuple(errors)
        super().__init__(self.errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)

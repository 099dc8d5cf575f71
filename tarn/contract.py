"""Contracts: datasets/<name>.yaml, in the Open Data Contract Standard (v3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
    tags: tuple[str, ...] = ()

    @property
    def partition_keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.partition_columns)

    def to_job_json(self) -> dict[str, Any]:
        """What the Glue job reads from ops/contracts/<name>.json."""
        raise NotImplementedError


def load_contract(name: str) -> Contract:
    """The contract of a dataset; what is wrong in it is said with file, line and remedy."""
    raise NotImplementedError


def load_contracts() -> dict[str, Contract]:
    """All contracts of datasets/, by name."""
    raise NotImplementedError

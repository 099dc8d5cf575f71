"""A partition: one dataset over one data interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tarn.errors import Terminal

if TYPE_CHECKING:
    from tarn.contracts.contract import Contract

WIDTHS = {"year": 4, "month": 2, "day": 2, "hour": 2}


@dataclass(frozen=True)
class Partition:
    """One dataset over one interval: `flights` of `2013-03`, or all of `planes`."""

    dataset: str
    keys: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, contract: Contract, logical_date: datetime | None) -> Partition:
        """The partition of a data interval's start; a dataset without keys has just one."""
        if not contract.partition_keys:
            return cls(contract.name)
        if logical_date is None:
            raise Terminal(
                f"{contract.name} is partitioned by {', '.join(contract.partition_keys)}, and this "
                "run has no logical date. Start it for a date, or as a backfill."
            )
        return cls(
            contract.name,
            tuple((key, int(getattr(logical_date, key))) for key in contract.partition_keys),
        )

    @classmethod
    def parse(cls, contract: Contract, label: str) -> Partition:
        """The partition of a label: `2013-03`, or `all` for a dataset without keys."""
        parts = [] if label == "all" else label.split("-")
        if len(parts) != len(contract.partition_keys) or not all(
            part.isascii() and part.isdigit() for part in parts
        ):
            wanted = "-".join(contract.partition_keys) or "all"
            raise Terminal(f"{label!r} is no partition of {contract.name}: give {wanted}.")
        return cls(
            contract.name,
            tuple(
                (key, int(part)) for key, part in zip(contract.partition_keys, parts, strict=True)
            ),
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Partition:
        return cls(data["dataset"], tuple((k, int(v)) for k, v in data["values"].items()))

    def to_dict(self) -> dict[str, Any]:
        return {"dataset": self.dataset, "values": self.values}

    @property
    def values(self) -> dict[str, int]:
        return dict(self.keys)

    @property
    def path(self) -> str:
        """`year=2013/month=3/`, or nothing."""
        return "".join(f"{key}={value}/" for key, value in self.keys)

    @property
    def label(self) -> str:
        """`2013-03`, or `all`: how people and file names say it."""
        parts = [str(value).zfill(WIDTHS.get(key, 1)) for key, value in self.keys]
        return "-".join(parts) or "all"

    @property
    def slug(self) -> str:
        """`flights-2013-03`, or `planes`: for names on AWS."""
        return f"{self.dataset}-{self.label}" if self.keys else self.dataset

    @property
    def folder(self) -> str:
        """`flights/year=2013/month=3/`: the partition's folder in every zone."""
        return f"{self.dataset}/{self.path}"

    def run_folder(self, token: str) -> str:
        """The folder of one run of a step, in the zone that the step writes."""
        return f"{self.folder}run={token}/"

    def __str__(self) -> str:
        return f"{self.dataset} {self.label}"

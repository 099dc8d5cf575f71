"""Which published partitions are cut otherwise than their contracts say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tarn.aws import Aws
from tarn.contracts.layout import MEGABYTE, Layout
from tarn.contracts.load import load_contract
from tarn.errors import aws_errors
from tarn.ledger import ledger
from tarn.partition import Partition

PARQUET = re.compile(
    r"\.parquet(\.\w+)?$"
)  # Spark's `.snappy.parquet`, DataBrew's `.parquet.snappy`


@dataclass(frozen=True)
class Cut:
    """How a published partition is cut now, and how a rewrite would cut it."""

    partition: Partition
    clean: str  # the clean step's token, or "" where the ledger has none
    sizes: tuple[int, ...]  # bytes of its files
    wanted: int  # files that a rewrite makes; 0 where its clean data is gone
    layout: Layout

    @property
    def over(self) -> bool:
        """Whether a rewrite would bring it to its budget: fewer files, or none too large."""
        if not self.wanted:
            return False
        largest = max(self.sizes, default=0)
        too_large = largest > 1.5 * self.layout.file_megabytes * MEGABYTE
        return len(self.sizes) > self.wanted or (too_large and len(self.sizes) < self.wanted)


def cuts(datasets: Iterable[str], aws: Aws) -> list[Cut]:
    """The published partitions of the datasets, as their files are cut."""
    wanted, found = set(datasets), []
    with aws_errors("layout"):
        records = [r for r in ledger.summary(aws) if r["dataset"] in wanted]
        names = {record["dataset"] for record in records}
        contracts = {name: load_contract(name, aws.settings) for name in names}
        for record in records:
            contract = contracts[record["dataset"]]
            partition = Partition.parse(contract, record["partition"])
            found.append(_cut(partition, record, contract.layout, aws))
    return found


def _cut(partition: Partition, record: Mapping[str, Any], layout: Layout, aws: Aws) -> Cut:
    tokens = record["tokens"]
    sizes, token = _sizes(partition, "curated", tokens["convert"], aws), tokens.get("clean", "")
    clean = _sizes(partition, "clean", token, aws) if token else ()
    return Cut(partition, token, sizes, layout.files_for(sum(clean)) if clean else 0, layout)


def _sizes(partition: Partition, zone: str, token: str, aws: Aws) -> tuple[int, ...]:
    keys = aws.keys(zone, partition.run_folder(token))
    return tuple(size for key, size in keys if PARQUET.search(key))

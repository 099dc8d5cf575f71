"""How a dataset's published files are cut, and which partitions are cut otherwise.

The contract's table says it in its `customProperties`; what it leaves out has a default here.
https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarn.aws import Aws
    from tarn.partition import Partition

MEGABYTE = 1024 * 1024
LEVELS = range(1, 23)  # of zstd
# Property -> field, least, most.
PROPERTIES = {
    "fileMegabytes": ("file_megabytes", 1, 5120),
    "rowGroupMegabytes": ("row_group_megabytes", 1, 1024),
    "zstdLevel": ("zstd_level", LEVELS[0], LEVELS[-1]),
}


@dataclass(frozen=True)
class Layout:
    """Megabytes are of 1024 × 1024 bytes.

    file_megabytes: clean data (Parquet, Snappy) that one published file holds, about;
    row_group_megabytes: of uncompressed data in a row group, at most about.
    """

    file_megabytes: int = 128
    row_group_megabytes: int = 128
    zstd_level: int = 3

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Layout:
        """From a table's custom properties. ValueError for a value out of its range."""
        found = {}
        for name, (field, least, most) in PROPERTIES.items():
            if (value := properties.get(name)) is None:
                continue
            if type(value) is not int or not least <= value <= most:
                raise ValueError(f"`{name}` is {value!r}, no whole number from {least} to {most}.")
            found[field] = value
        return cls(**found)

    def to_dict(self) -> dict[str, int]:
        return asdict(self)

    def files_for(self, size: int) -> int:
        """How many files the Glue job makes of so many bytes of clean data."""
        return max(1, round(size / (self.file_megabytes * MEGABYTE)))


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
    from tarn.contracts.contract import load_contract
    from tarn.errors import aws_errors
    from tarn.ledger import ledger
    from tarn.partition import Partition

    wanted = set(datasets)
    found = []
    with aws_errors("layout"):
        for record in ledger.summary(aws):
            if record["dataset"] in wanted:
                contract = load_contract(record["dataset"], aws.settings)
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
    return tuple(size for key, size in keys if key.endswith(".parquet"))

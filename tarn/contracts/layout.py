"""How a dataset's published files are to be cut.

The contract's table says it in its `customProperties`; what it leaves out has a default here.
https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

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

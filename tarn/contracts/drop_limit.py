"""How many rows a partition's recipe may drop: what the contract's table says, or half of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

PROPERTIES = {"maxDroppedPercent": "percent", "maxDroppedRows": "rows"}  # property -> field


@dataclass(frozen=True)
class DropLimit:
    """percent: of the rows that landed, 0 to 100; rows: None for any number. Both hold."""

    percent: float = 50
    rows: int | None = None

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> DropLimit:
        """From a table's custom properties. ValueError for a value out of its range."""
        found = {PROPERTIES[name]: value for name, value in properties.items()}
        percent: Any = found.get("percent", cls.percent)
        rows: Any = found.get("rows", 0)
        if type(percent) not in (int, float) or not 0 <= percent <= 100:
            raise ValueError(f"`maxDroppedPercent` is {percent!r}, no number from 0 to 100.")
        if type(rows) is not int or rows < 0:
            raise ValueError(f"`maxDroppedRows` is {rows!r}, no whole number from 0.")
        return cls(**found)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def allowed(self, landed: int) -> int:
        """The most rows of so many that may be dropped."""
        # As it is written: 0.57 % of 10,000 is 57, and by binary floats 56.
        share = math.floor(landed * Fraction(str(self.percent)) / 100)
        return share if self.rows is None else min(share, self.rows)

    def __str__(self) -> str:
        share = f"{self.percent:g} % of the landed rows"
        return share if self.rows is None else f"{share}, and {self.rows:,} rows at most"

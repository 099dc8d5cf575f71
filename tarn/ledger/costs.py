"""What AWS charges, as estimates in US dollars: list prices of us-east-1.

An estimate leaves out free tiers, discounts, taxes, S3's requests and storage.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tarn import moments

GLUE_PAGE = "https://aws.amazon.com/glue/pricing/"


@dataclass(frozen=True)
class Price:
    """What one unit of a service costs; where AWS says so, and when that was last looked up."""

    usd: float
    unit: str
    source: str
    looked_up: str


PRICES = {
    "databrew": Price(0.48, "node-hour", GLUE_PAGE, "2026-11"),
    "glue": Price(0.44, "DPU-hour", GLUE_PAGE, "2026-11"),
    "crawler": Price(0.44, "DPU-hour", GLUE_PAGE, "2026-11"),
    "athena": Price(5.0, "TB", "https://aws.amazon.com/athena/pricing/", "2026-11"),
    "spice": Price(0.38, "GB-month", "https://aws.amazon.com/quicksight/pricing/", "2026-11"),
}
GLUE_MINIMUM_SECONDS = 60
CRAWLER_MINIMUM_SECONDS = 600
CRAWLER_DPUS = 2
ATHENA_MINIMUM_BYTES = 10_000_000  # of each query
MONTH_SECONDS = 30 * 86400
DPUS = {"G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0}


@dataclass(frozen=True)
class Cost:
    """What one step used of a service, in the price's unit, and its price."""

    service: str
    units: float
    unit: str
    usd: float

    def of(self, step: str, run_id: str, ran_at: datetime | None) -> dict[str, Any]:
        """A line of a ledger record; two lines of one run of AWS's are the same bill.

        ran_at: when AWS says that the run began, which is the month that it bills it in; None
        where it does not say.
        """
        ran = {"ran_at": moments.text(ran_at) if ran_at else ""}
        return {"step": step, "run_id": run_id, **ran, **asdict(self)}


def _cost(service: str, units: float) -> Cost:
    price = PRICES[service]
    return Cost(service, round(units, 9), price.unit, round(units * price.usd, 6))


def databrew(seconds: float, nodes: int) -> Cost:
    """A job's run; AWS bills each minute that has begun."""
    minutes = max(1, math.ceil(seconds / 60))
    return _cost("databrew", minutes / 60 * nodes)


def glue_job(seconds: float, dpus: float) -> Cost:
    """A job's run; AWS bills a minute at least."""
    return _cost("glue", max(seconds, GLUE_MINIMUM_SECONDS) / 3600 * dpus)


def crawler(seconds: float) -> Cost:
    """A crawl; AWS bills ten minutes at least."""
    return _cost("crawler", max(seconds, CRAWLER_MINIMUM_SECONDS) / 3600 * CRAWLER_DPUS)


def athena(scanned: Iterable[int]) -> Cost:
    """Queries, by the bytes that each scanned; AWS bills 10 MB of each at least."""
    return _cost("athena", sum(max(size, ATHENA_MINIMUM_BYTES) for size in scanned) / 1e12)


def spice(size: int, seconds: float) -> Cost:
    """Bytes held for some time: SPICE is billed by capacity, an ingestion itself is free."""
    return _cost("spice", size / 1e9 * seconds / MONTH_SECONDS)

"""What a run takes of AWS's capacity, and what AWS would bill for it: an estimate for people.

Capacity is the declared workers over the real run time here, since one machine does the work.
"""

from dataclasses import dataclass
from typing import Any

# US dollars a DPU-hour: list prices of us-east-1, looked up in 2026-11
# (https://aws.amazon.com/glue/pricing/).
PRICES = {"STANDARD": 0.44, "FLEX": 0.29}
MINIMUM_SECONDS = 60  # AWS bills a minute at least, then by the second


@dataclass(frozen=True)
class Estimate:
    """Of one run."""

    dpu_hours: float
    usd: float


def estimate(run: dict[str, Any]) -> Estimate:
    """What AWS would bill for a run (its JobRun), up to now where it has not ended.

    >>> estimate({"MaxCapacity": 10.0, "ExecutionTime": 30})
    Estimate(dpu_hours=0.16666666666666666, usd=0.07333333333333333)
    >>> estimate({"MaxCapacity": 10.0, "ExecutionTime": 0})
    Estimate(dpu_hours=0.0, usd=0.0)
    """
    seconds = run.get("ExecutionTime", 0)
    billed = max(seconds, MINIMUM_SECONDS) if seconds else 0
    hours = billed * run.get("MaxCapacity", 0) / 3600
    return Estimate(hours, hours * PRICES[run.get("ExecutionClass", "STANDARD")])


def dpu_seconds(run: dict[str, Any], plan: dict[str, Any], seconds: float) -> dict[str, float]:
    """The member DPUSeconds, which AWS gives for FLEX and where auto scaling is on."""
    scaled = plan["Arguments"].get("--enable-auto-scaling", "false").lower() == "true"
    if not scaled and run.get("ExecutionClass") != "FLEX":
        return {}
    return {"DPUSeconds": seconds * run.get("MaxCapacity", 0)}

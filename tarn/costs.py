"""What AWS charges, as estimates in US dollars (us-east-1, list prices).

https://aws.amazon.com/glue/pricing/ · https://aws.amazon.com/athena/pricing/
"""

from __future__ import annotations

DATABREW_NODE_HOUR = 0.48
GLUE_DPU_HOUR = 0.44
GLUE_MINIMUM_SECONDS = 60
CRAWLER_MINIMUM_SECONDS = 600
CRAWLER_DPUS = 2
ATHENA_TERABYTE = 5.0
ATHENA_MINIMUM_BYTES = 10_000_000
DPUS = {"G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0}


def databrew(seconds: float, nodes: int) -> float:
    return round(seconds / 3600 * nodes * DATABREW_NODE_HOUR, 6)


def glue_job(seconds: float, dpus: float) -> float:
    return round(max(seconds, GLUE_MINIMUM_SECONDS) / 3600 * dpus * GLUE_DPU_HOUR, 6)


def crawler(seconds: float) -> float:
    billed = max(seconds, CRAWLER_MINIMUM_SECONDS)
    return round(billed / 3600 * CRAWLER_DPUS * GLUE_DPU_HOUR, 6)


def athena(scanned: int) -> float:
    return round(max(scanned, ATHENA_MINIMUM_BYTES) / 1e12 * ATHENA_TERABYTE, 6)

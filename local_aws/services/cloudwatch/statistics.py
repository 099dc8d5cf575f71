"""Periods and statistics, as GetMetricData and GetMetricStatistics have them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

import datetime as dt
import time
from collections.abc import Callable

from local_aws.database import Row
from local_aws.errors import ServiceError
from local_aws.services.cloudwatch.errors import unsupported
from local_aws.services.cloudwatch.model import DAY, Span

SHORT_PERIODS = (1, 5, 10, 20, 30)
STATISTICS: dict[str, Callable[[Row], float]] = {
    "SampleCount": lambda row: float(row["samples"]),
    "Average": lambda row: float(row["sum"] / row["samples"]),
    "Sum": lambda row: float(row["sum"]),
    "Minimum": lambda row: float(row["minimum"]),
    "Maximum": lambda row: float(row["maximum"]),
}


def statistic(name: str) -> Callable[[Row], float]:
    """How to compute it from a period's row. Percentiles and the like are refused."""
    if name not in STATISTICS:
        raise unsupported(f"The statistic {name}")
    return STATISTICS[name]


def span(start: dt.datetime, end: dt.datetime, period: int, error: type[ServiceError]) -> Span:
    """The rounded span. Raises `error` where it is empty, or the period one that AWS has not."""
    if start >= end:
        raise error("The parameter StartTime must be less than the parameter EndTime.")
    if period not in SHORT_PERIODS and period % 60:
        raise error("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
    first = int(start.timestamp())
    step = period if period in SHORT_PERIODS else _rounding(time.time() - first)
    return Span(first - first % step, _up(end.timestamp()), period)


def _rounding(age: float) -> int:
    """To what a start is rounded down, by how many seconds ago it is."""
    if age < 15 * DAY:
        return 60
    return 300 if age < 63 * DAY else 3600


def _up(moment: float) -> int:
    return int(moment) + (moment > int(moment))


def moment(at: int) -> dt.datetime:
    """Epoch seconds as a time in UTC."""
    return dt.datetime.fromtimestamp(at, dt.UTC)

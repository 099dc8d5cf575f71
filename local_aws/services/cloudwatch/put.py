"""What PutMetricData takes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import datetime as dt
import math
import time
from collections.abc import Iterator

from local_aws.context import Request
from local_aws.services.cloudwatch.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    unsupported,
)
from local_aws.services.cloudwatch.model import DAY, Datum, Dimensions, Metric

HOUR = 3600
MOST_METRICS, MOST_VALUES = 1000, 150
LARGEST = 2.0**360
OLDEST, NEWEST = 14 * DAY, 2 * HOUR
KINDS = ("Value", "Values", "StatisticValues")


def data(request: Request) -> list[Datum]:
    """The request's data, checked."""
    if request.get("EntityMetricData"):
        raise unsupported("PutMetricData's EntityMetricData")
    namespace, members = request["Namespace"], request.get("MetricData", [])
    if namespace.startswith("AWS/"):
        raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
    if len(members) > MOST_METRICS:
        raise InvalidParameterValue(
            f"The collection MetricData must not have a size greater than {MOST_METRICS}."
        )
    moment = time.time()
    return [
        datum
        for number, member in enumerate(members, 1)
        for datum in _data(namespace, member, f"MetricData.member.{number}", moment)
    ]


def _data(namespace: str, member: Request, place: str, moment: float) -> Iterator[Datum]:
    given = [kind for kind in KINDS if kind in member]
    if len(given) != 1:
        raise InvalidParameterCombination(
            f"{place} needs one of Value, Values and StatisticValues, not {given or 'none'}"
        )
    metric = Metric(namespace, member["MetricName"], dimensions(member.get("Dimensions", [])))
    at, unit = _moment(member, place, moment), member.get("Unit", "None")
    if given == ["StatisticValues"]:
        yield _set(metric, at, unit, member["StatisticValues"], place)
        return
    for value, count in _values(member, place):
        yield Datum.of(metric, at, unit, _number(value, place), _count(count, place))


def dimensions(members: list[dict[str, str]]) -> Dimensions:
    """As a dict; AWS takes a name once."""
    found = {member["Name"]: member["Value"] for member in members}
    if len(found) != len(members):
        raise InvalidParameterValue("A dimension's name is there twice.")
    return found


def _moment(member: Request, place: str, moment: float) -> int:
    """A metric of regular resolution has its data at whole minutes."""
    resolution: int = member.get("StorageResolution", 60)
    if resolution not in (1, 60):
        raise InvalidParameterValue(f"{place}.StorageResolution is 1 or 60, not {resolution}")
    given: dt.datetime | None = member.get("Timestamp")
    at = given.timestamp() if given else moment
    if not moment - OLDEST <= at <= moment + NEWEST:
        raise InvalidParameterValue(
            f"{place}.Timestamp must be within the last two weeks or the next two hours"
        )
    return int(at // resolution) * resolution


def _values(member: Request, place: str) -> list[tuple[float, float]]:
    if "Value" in member:
        return [(member["Value"], 1.0)]
    values = member["Values"]
    counts = member.get("Counts") or [1.0] * len(values)
    if len(counts) != len(values):
        raise InvalidParameterValue(
            f"The parameters {place}.Values and {place}.Counts must be of the same size."
        )
    if len(values) > MOST_VALUES:
        raise InvalidParameterValue(f"{place}.Values holds more than {MOST_VALUES} values")
    return list(zip(values, counts, strict=True))


def _set(metric: Metric, at: int, unit: str, values: dict[str, float], place: str) -> Datum:
    low, high = _number(values["Minimum"], place), _number(values["Maximum"], place)
    if low > high:
        raise InvalidParameterValue(f"{place}.StatisticValues.Minimum is over its Maximum")
    count, total = _count(values["SampleCount"], place), _number(values["Sum"], place)
    return Datum(metric, at, unit, count, total, low, high)


def _number(value: float, place: str) -> float:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise InvalidParameterValue(f"The value {value} for parameter {place}.Value is invalid.")
    return value


def _count(value: float, place: str) -> float:
    if not _number(value, place) > 0:
        raise InvalidParameterValue(f"{place} has a count of {value}: it must be over 0")
    return value

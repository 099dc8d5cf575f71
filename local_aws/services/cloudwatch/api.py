"""CloudWatch's operations on metrics.

What AWS does: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/. Not here: alarms,
dashboards, metric streams, anomaly detection, insight rules; metric math, searches and Metrics
Insights queries; percentiles and trimmed statistics.
"""

import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.database import Row
from local_aws.services.cloudwatch import put
from local_aws.services.cloudwatch.errors import (
    InvalidNextToken,
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
    unsupported,
)
from local_aws.services.cloudwatch.model import DAY, LISTED_DAYS, Metric, MetricStore
from local_aws.services.cloudwatch.statistics import moment, span, statistic

METRICS_A_PAGE = 500
MOST_DATAPOINTS = 1440
MOST_QUERIES = 500
DATAPOINTS_A_PAGE = 100_800
RECENT_SECONDS = {"PT3H": 3 * 3600}

# Members that would change what an operation means: refused rather than left out of account.
UNSUPPORTED_LIST = ("IncludeLinkedAccounts", "OwningAccount")
UNSUPPORTED_QUERY = ("Expression", "AccountId")
UNSUPPORTED = (
    "EntityMetricData",
    "ExtendedStatistics",
    *UNSUPPORTED_LIST,
    *(f"MetricDataQuery.{member}" for member in UNSUPPORTED_QUERY),
    "dynamic labels",
)


class CloudWatchApi:
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        self.store: MetricStore = platform.metrics

    def start(self) -> None:
        """What is too old is forgotten when the server starts."""
        self.store.expire()

    def put_metric_data(self, request: Request) -> Response:
        self.store.put(put.data(request))
        return {}

    def list_metrics(self, request: Request) -> Response:
        """Metrics with data of the last two weeks, 500 a page."""
        for member in UNSUPPORTED_LIST:
            if request.get(member):
                raise unsupported(f"ListMetrics' {member}")
        age = RECENT_SECONDS.get(request.get("RecentlyActive", ""), LISTED_DAYS * DAY)
        after = _opened(request, InvalidParameterValue)
        rows = self.store.metrics(after, int(time.time()) - age)
        found = list(islice((row for row in rows if _fits(row, request)), METRICS_A_PAGE + 1))
        shown = found[:METRICS_A_PAGE]
        more = {"NextToken": str(shown[-1]["id"])} if len(found) > len(shown) else {}
        return {"Metrics": [_listed(row) for row in shown], **more}

    def get_metric_statistics(self, request: Request) -> Response:
        if request.get("ExtendedStatistics"):
            raise unsupported("GetMetricStatistics' ExtendedStatistics")
        if not request.get("Statistics"):
            raise InvalidParameterCombination(
                "Must specify either Statistics or ExtendedStatistics"
            )
        asked = span(
            request["StartTime"], request["EndTime"], request["Period"], InvalidParameterValue
        )
        points = -(-(asked.end - asked.start) // asked.period)
        if points > MOST_DATAPOINTS:
            raise InvalidParameterCombination(
                f"You have requested up to {points:,} datapoints, which exceeds the limit of "
                f"{MOST_DATAPOINTS:,}. You may reduce the datapoints requested by increasing "
                "Period, or decreasing the time range."
            )
        rows = self.store.series_by_unit(_metric(request), asked, request.get("Unit"))
        return {
            "Label": request["MetricName"],
            "Datapoints": [_datapoint(row, request["Statistics"]) for row in rows],
        }

    def get_metric_data(self, request: Request) -> Response:
        queries = request["MetricDataQueries"]
        if len(queries) > MOST_QUERIES:
            raise ValidationError(f"MetricDataQueries holds more than {MOST_QUERIES} queries")
        if len({query["Id"] for query in queries}) < len(queries):
            raise ValidationError("The values for parameter id in MetricDataQueries are not unique")
        results = [self._result(query, request) for query in queries]
        shown = [r for r, query in zip(results, queries, strict=True) if query.get("ReturnData", 1)]
        return _paged(shown, request)

    def _result(self, query: Request, request: Request) -> Response:
        for member in UNSUPPORTED_QUERY:
            if query.get(member):
                raise unsupported(f"MetricDataQuery's {member}")
        if "MetricStat" not in query:
            raise ValidationError(f"The query {query['Id']} needs a MetricStat")
        wanted = query["MetricStat"]
        compute = statistic(wanted["Stat"])
        asked = span(request["StartTime"], request["EndTime"], wanted["Period"], ValidationError)
        rows = self.store.series(_metric(wanted["Metric"]), asked, wanted.get("Unit"))
        if request.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            rows.reverse()
        return {
            "Id": query["Id"],
            "Label": _label(query),
            "Timestamps": [moment(row["at"]) for row in rows],
            "Values": [compute(row) for row in rows],
            "StatusCode": "Complete",
        }


def _metric(named: Request) -> Metric:
    missing = [member for member in ("Namespace", "MetricName") if not named.get(member)]
    if missing:
        raise ValidationError(f"The parameter {missing[0]} of a metric is required.")
    given = put.dimensions(named.get("Dimensions", []))
    return Metric(named["Namespace"], named["MetricName"], given)


def _label(query: Request) -> str:
    label: str = query.get("Label") or query["MetricStat"]["Metric"]["MetricName"]
    if "${" in label:
        raise unsupported("A dynamic label")
    return label


def _datapoint(row: Row, statistics: Sequence[str]) -> Response:
    found = {name: statistic(name)(row) for name in statistics}
    return {"Timestamp": moment(row["at"]), "Unit": row["unit"], **found}


def _fits(row: Row, request: Request) -> bool:
    """Whether it has the asked-for dimensions; a filter without a value takes any."""
    return (
        request.get("Namespace") in (None, row["namespace"])
        and request.get("MetricName") in (None, row["name"])
        and all(
            one["Name"] in row["dimensions"]
            and one.get("Value") in (None, row["dimensions"][one["Name"]])
            for one in request.get("Dimensions", [])
        )
    )


def _listed(row: Row) -> Response:
    given = [{"Name": name, "Value": value} for name, value in row["dimensions"].items()]
    return {"Namespace": row["namespace"], "MetricName": row["name"], "Dimensions": given}


def _paged(results: list[dict[str, Any]], request: Request) -> Response:
    """So many of the results' data points as a page may have, from where the last one ended."""
    skipped = _opened(request, InvalidNextToken)
    left = request.get("MaxDatapoints", DATAPOINTS_A_PAGE)
    if not 0 < left <= DATAPOINTS_A_PAGE:
        raise ValidationError(f"MaxDatapoints must be from 1 to {DATAPOINTS_A_PAGE}")
    end, before = skipped + left, 0
    for result in results:
        whole = len(result["Values"])
        part = slice(max(0, skipped - before), max(0, end - before))
        before += whole
        result |= {"Values": result["Values"][part], "Timestamps": result["Timestamps"][part]}
        result["StatusCode"] = "PartialData" if before > end else "Complete"
    more = {"NextToken": str(end)} if before > end else {}
    return {"MetricDataResults": results, "Messages": [], **more}


def _opened(request: Request, error: type[InvalidNextToken | InvalidParameterValue]) -> int:
    """What a page's token says: how much there was before it."""
    token = request.get("NextToken", "0")
    if not (token.isascii() and token.isdecimal() and len(token) < 19):
        raise error("Request parameter NextToken is invalid")
    return int(token)

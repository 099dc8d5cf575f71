"""CloudWatch Logs' operations.

What AWS does: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/. Not here:
subscriptions, metric filters, Insights queries, live tail.
"""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.logs import keys, tokens
from local_aws.services.logs.errors import InvalidParameterException, unsupported
from local_aws.services.logs.model import (
    END,
    LogStore,
    Position,
    Row,
    Window,
    position,
)
from local_aws.services.logs.patterns import terms

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# Members that would change what an operation means: refused rather than left out of account.
UNSUPPORTED_GROUP = ("deletionProtectionEnabled",)
UNSUPPORTED_SEARCH = ("accountIdentifiers", "includeLinkedAccounts", "logGroupIdentifiers")

_HOUR = 3_600_000
_TOO_OLD = 14 * 24 * _HOUR
_TOO_NEW = 2 * _HOUR


class LogsApi:
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.store: LogStore = platform.logs

    def start(self) -> None:
        """Retention is applied when the server starts and when a policy is set."""
        self.store.expire()

    # Groups

    def create_log_group(self, request: Request) -> Response:
        for member in UNSUPPORTED_GROUP:
            if request.get(member):
                raise unsupported(f"CreateLogGroup's {member}")
        if request.get("logGroupClass", "STANDARD") != "STANDARD":
            raise unsupported(f"The log group class {request['logGroupClass']}")
        _check_tags(request.get("tags", {}))
        key = request.get("kmsKeyId")
        if key is not None:
            keys.check(self.platform, key)
        self.store.create_group(request["logGroupName"], request.get("tags"), key)
        return {}

    def delete_log_group(self, request: Request) -> Response:
        self.store.delete_group(request["logGroupName"])
        return {}

    def put_retention_policy(self, request: Request) -> Response:
        days = request["retentionInDays"]
        if days not in RETENTION_DAYS:
            raise InvalidParameterException(
                f"retentionInDays must be one of {list(RETENTION_DAYS)}, not {days}"
            )
        self.store.set_retention(request["logGroupName"], days)
        return {}

    def delete_retention_policy(self, request: Request) -> Response:
        self.store.set_retention(request["logGroupName"], None)
        return {}

    def describe_log_groups(self, request: Request) -> Response:
        prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
        if prefix and pattern:
            raise InvalidParameterException(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            )
        for member in UNSUPPORTED_SEARCH:
            if request.get(member):
                raise unsupported(f"DescribeLogGroups' {member}")
        fitting = [
            self._described_group(group)
            for group in self.store.groups()
            if group["name"].startswith(prefix or "")
            and (pattern or "").lower() in group["name"].lower()
        ]
        chosen, token = _page(fitting, request)
        return {"logGroups": chosen, **token}

    def _described_group(self, group: Row) -> Response:
        arn = self._arn(group["name"])
        retention = {"retentionInDays": group["retention"]} if group["retention"] else {}
        key = {"kmsKeyId": group["kms_key"]} if group["kms_key"] else {}
        return {
            "logGroupName": group["name"],
            "creationTime": group["created"],
            "metricFilterCount": 0,
            "arn": f"{arn}:*",
            "logGroupArn": arn,
            "storedBytes": group["bytes"],
            "logGroupClass": "STANDARD",
            **retention,
            **key,
        }

    # Keys

    def associate_kms_key(self, request: Request) -> Response:
        group = self._keyed(request)
        keys.check(self.platform, request["kmsKeyId"])
        self.store.set_key(group, request["kmsKeyId"])
        return {}

    def disassociate_kms_key(self, request: Request) -> Response:
        self.store.set_key(self._keyed(request), None)
        return {}

    @staticmethod
    def _keyed(request: Request) -> str:
        """Results of Insights queries have keys by their resourceIdentifier: none are here."""
        if "resourceIdentifier" in request:
            raise unsupported("A key by resourceIdentifier")
        if "logGroupName" not in request:
            raise InvalidParameterException("logGroupName is required.")
        return str(request["logGroupName"])

    # Tags

    def tag_resource(self, request: Request) -> Response:
        _check_tags(request["tags"])
        self.store.tag(self._tagged(request), request["tags"])
        return {}

    def untag_resource(self, request: Request) -> Response:
        self.store.untag(self._tagged(request), request["tagKeys"])
        return {}

    def list_tags_for_resource(self, request: Request) -> Response:
        return {"tags": self.store.tags(self._tagged(request))}

    def _tagged(self, request: Request) -> str:
        """The group of an ARN; nothing else here has tags."""
        arn: str = request["resourceArn"]
        group = arn.removeprefix(self._arn(""))
        if not arn.startswith(self._arn("")) or ":" in group:
            raise InvalidParameterException(f"Invalid resourceArn: {arn}")
        return group

    # Streams

    def create_log_stream(self, request: Request) -> Response:
        self.store.create_stream(request["logGroupName"], request["logStreamName"])
        return {}

    def delete_log_stream(self, request: Request) -> Response:
        self.store.delete_stream(request["logGroupName"], request["logStreamName"])
        return {}

    def describe_log_streams(self, request: Request) -> Response:
        group, prefix = self._group(request), request.get("logStreamNamePrefix", "")
        by_time = request.get("orderBy") == "LastEventTime"
        if by_time and prefix:
            raise InvalidParameterException(
                "Cannot order by LastEventTime with a logStreamNamePrefix."
            )
        streams = [s for s in self.store.streams(group) if s["name"].startswith(prefix)]
        if by_time:
            streams.sort(key=lambda stream: stream["last"] or 0)
        if request.get("descending"):
            streams.reverse()
        chosen, token = _page([self._described_stream(s) for s in streams], request)
        return {"logStreams": chosen, **token}

    def _described_stream(self, stream: Row) -> Response:
        times = {
            "firstEventTimestamp": stream["first"],
            "lastEventTimestamp": stream["last"],
            "lastIngestionTime": stream["ingested"],
        }
        return {
            "logStreamName": stream["name"],
            "creationTime": stream["created"],
            "arn": f"{self._arn(stream['log_group'])}:log-stream:{stream['name']}",
            "storedBytes": 0,  # AWS reports 0 for streams since 2019
            "uploadSequenceToken": str(stream["id"]),
            **{name: at for name, at in times.items() if at is not None},
        }

    # Events

    def put_log_events(self, request: Request) -> Response:
        group, stream = request["logGroupName"], request["logStreamName"]
        number = self.store.stream(group, stream)["id"]
        events = [(event["timestamp"], event["message"]) for event in request["logEvents"]]
        if any(later[0] < earlier[0] for earlier, later in pairwise(events)):
            raise InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        kept, rejected = _timely([at for at, _ in events])
        self.store.put(group, stream, events[kept])
        info = {"rejectedLogEventsInfo": rejected} if rejected else {}
        return {"nextSequenceToken": str(number), **info}

    def get_log_events(self, request: Request) -> Response:
        """AWS hands out the caller's own token again at either end of the stream."""
        group, stream = self._group(request), request["logStreamName"]
        low = Position(request.get("startTime", 0), 0)
        high = Position(request["endTime"], 0) if "endTime" in request else END
        going_back = not request.get("startFromHead", False)
        if "nextToken" in request:
            going_back, place = tokens.read(request["nextToken"])
            low, high = (low, min(high, place)) if going_back else (max(low, place), high)
        window = Window(low, high, request.get("limit", 10_000), going_back)
        events = self.store.events(group, [stream], window)
        first, last = _ends(events, low, high if going_back else _following(low))
        return {
            "events": [_event(event) for event in events],
            "nextForwardToken": tokens.forward(last),
            "nextBackwardToken": tokens.backward(first),
        }

    def filter_log_events(self, request: Request) -> Response:
        """A page that is not empty carries a token, so that a caller can come back for more."""
        group = self._group(request)
        low = Position(request.get("startTime", 0), 0)
        high = Position(request["endTime"] + 1, 0) if "endTime" in request else END
        if "nextToken" in request:
            _, place = tokens.read(request["nextToken"])
            low = max(low, place)
        streams = self._streams(group, request)
        words = terms(request.get("filterPattern", ""))
        window = Window(low, high, request.get("limit", 10_000))
        events = self.store.events(group, streams, window, words)
        token = {"nextToken": tokens.forward(position(events[-1]))} if events else {}
        return {
            "events": [_filtered(event) for event in events],
            "searchedLogStreams": [],
            **token,
        }

    def _streams(self, group: str, request: Request) -> Sequence[str]:
        prefix = request.get("logStreamNamePrefix")
        names: list[str] | None = request.get("logStreamNames")
        if names and prefix:
            raise InvalidParameterException(
                "logStreamNames and logStreamNamePrefix are mutually exclusive."
            )
        everything = [stream["name"] for stream in self.store.streams(group)]
        return names or [name for name in everything if name.startswith(prefix or "")]

    def _group(self, request: Request) -> str:
        given: str | None = request.get("logGroupName") or request.get("logGroupIdentifier")
        if not given:
            raise InvalidParameterException("logGroupName or logGroupIdentifier is required.")
        return given.partition(":log-group:")[2].removesuffix(":*") or given

    def _arn(self, group: str) -> str:
        return self.platform.arn("logs", f"log-group:{group}")


def _check_tags(tags: dict[str, str]) -> None:
    if any(key.lower().startswith("aws:") for key in tags):
        raise InvalidParameterException("Tag keys that begin with aws: are AWS's own.")


def _timely(times: Sequence[int]) -> tuple[slice, dict[str, int]]:
    """The events that AWS takes, of those in order, and what it says of the others."""
    moment = time.time_ns() // 1_000_000
    old = sum(at < moment - _TOO_OLD for at in times)
    new = sum(at > moment + _TOO_NEW for at in times)
    rejected = {"tooOldLogEventEndIndex": old} if old else {}
    if new:
        rejected["tooNewLogEventStartIndex"] = len(times) - new
    return slice(old, len(times) - new), rejected


def _ends(events: Sequence[Row], low: Position, high: Position) -> tuple[Position, Position]:
    """From where to go on backward and forward; on an empty page, past what is known."""
    if not events:
        return high, low
    return position(events[0]), position(events[-1])


def _following(place: Position) -> Position:
    return Position(place.timestamp, place.event + 1)


def _event(event: Row) -> Response:
    return {
        "timestamp": event["timestamp"],
        "message": event["message"],
        "ingestionTime": event["ingested"],
    }


def _filtered(event: Row) -> Response:
    return {"logStreamName": event["stream"], "eventId": str(event["id"]), **_event(event)}


def _page(items: Sequence[Any], request: Request) -> tuple[Sequence[Any], dict[str, str]]:
    start = 0
    if "nextToken" in request:
        if not request["nextToken"].isdigit():
            raise InvalidParameterException("The specified nextToken is invalid.")
        start = int(request["nextToken"])
    end = start + request.get("limit", 50)
    return items[start:end], {"nextToken": str(end)} if end < len(items) else {}

"""What runs printed: CloudWatch's log streams, the end first."""

from typing import Any

from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake
from local_aws.errors import ServiceError

TAIL = 100
PAGE = 500


def tail(lake: Lake, group: str, stream: str) -> list[dict[str, Any]]:
    """The last lines of a stream; none where nothing was printed."""
    request = {"logGroupName": group, "logStreamName": stream, "limit": TAIL}
    try:
        return list(lake.logs.get_log_events(request)["events"])
    except ServiceError:
        return []


def log(lake: Lake, ask: Ask) -> Answer:
    """A stream, a page at a time; `q` is CloudWatch's filter pattern."""
    group, stream = ask.get("group"), ask.get("stream")
    values = _filtered(lake, ask) if ask.get("q") else _page(lake, ask)
    return page("log.html", group=group, stream=stream, q=ask.get("q"), **values)


def _page(lake: Lake, ask: Ask) -> dict[str, Any]:
    request: dict[str, Any] = {
        "logGroupName": ask.get("group"),
        "logStreamName": ask.get("stream"),
        "limit": PAGE,
    }
    if ask.get("token"):
        request["nextToken"] = ask.get("token")
    answer = lake.logs.get_log_events(request)
    full = len(answer["events"]) == PAGE
    older = answer["nextBackwardToken"] if full or ask.get("token") else None
    newer = answer["nextForwardToken"] if ask.get("token") else None
    return {"events": answer["events"], "older": older, "newer": newer}


def _filtered(lake: Lake, ask: Ask) -> dict[str, Any]:
    request: dict[str, Any] = {
        "logGroupName": ask.get("group"),
        "logStreamNames": [ask.get("stream")],
        "filterPattern": ask.get("q"),
        "limit": PAGE,
    }
    if ask.get("token"):
        request["nextToken"] = ask.get("token")
    answer = lake.logs.filter_log_events(request)
    following = answer.get("nextToken") if len(answer["events"]) == PAGE else None
    return {"events": answer["events"], "older": None, "newer": following}

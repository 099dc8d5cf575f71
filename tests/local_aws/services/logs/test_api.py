"""CloudWatch Logs through boto3, against a running server."""

import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer

HOUR = 3_600_000


@pytest.fixture
def logs(aws: LocalServer) -> Any:
    return aws.client("logs")


@pytest.fixture
def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def group(logs: Any) -> str:
    name = f"/test/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=name)
    return name


@pytest.fixture
def stream(logs: Any, group: str) -> dict[str, str]:
    """A stream, as the arguments that name it."""
    named = {"logGroupName": group, "logStreamName": "run"}
    logs.create_log_stream(**named)
    return named


def put(logs: Any, stream: dict[str, str], start: int, *messages: str) -> dict[str, Any]:
    events = [{"timestamp": start + i, "message": text} for i, text in enumerate(messages)]
    answer: dict[str, Any] = logs.put_log_events(**stream, logEvents=events)
    return answer


def said(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_groups(logs: Any, group: str) -> None:
    assert refusal(logs.create_log_group, logGroupName=group)[0] == (
        "ResourceAlreadyExistsException"
    )
    logs.create_log_group(logGroupName=f"{group}/b")
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert [item["logGroupName"] for item in found] == [group, f"{group}/b"]
    assert found[0]["arn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePattern=group.upper(), PaginationConfig={"PageSize": 1}
    )
    assert len([item for page in pages for item in page["logGroups"]]) == 2
    logs.delete_log_group(logGroupName=group)
    assert refusal(logs.delete_log_group, logGroupName=group)[0] == "ResourceNotFoundException"


def test_retention(logs: Any, group: str) -> None:
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 7
    logs.delete_retention_policy(logGroupName=group)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert "retentionInDays" not in found
    code, message = refusal(logs.put_retention_policy, logGroupName=group, retentionInDays=8)
    assert (code, "not 8" in message) == ("InvalidParameterException", True)


def test_streams(logs: Any, group: str, now: int) -> None:
    for name, at in (("b", now), ("a", now + 5), ("ab", now - 5)):
        named = {"logGroupName": group, "logStreamName": name}
        logs.create_log_stream(**named)
        put(logs, named, at, "x")

    def names(**options: Any) -> list[str]:
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, **options)
        return [item["logStreamName"] for page in pages for item in page["logStreams"]]

    assert names(PaginationConfig={"PageSize": 2}) == ["a", "ab", "b"]
    assert names(logStreamNamePrefix="a") == ["a", "ab"]
    assert names(orderBy="LastEventTime", descending=True) == ["a", "b", "ab"]
    (found,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="b")["logStreams"]
    assert found["firstEventTimestamp"] == found["lastEventTimestamp"] == now
    logs.delete_log_stream(logGroupName=group, logStreamName="ab")
    assert names() == ["a", "b"]
    assert refusal(logs.describe_log_streams, logGroupName="/nowhere")[0] == (
        "ResourceNotFoundException"
    )


def test_forward_until_the_token_stays_the_same(
    logs: Any, stream: dict[str, str], now: int
) -> None:
    put(logs, stream, now, "one", "two", "three")
    first = logs.get_log_events(**stream, startFromHead=True, limit=2)
    assert said(first) == ["one", "two"]
    second = logs.get_log_events(**stream, nextToken=first["nextForwardToken"])
    assert said(second) == ["three"]
    third = logs.get_log_events(**stream, nextToken=second["nextForwardToken"])
    assert said(third) == []
    assert third["nextForwardToken"] == second["nextForwardToken"]
    put(logs, stream, now + 10, "four")
    fourth = logs.get_log_events(**stream, nextToken=third["nextForwardToken"])
    assert said(fourth) == ["four"]


def test_backward_until_the_token_stays_the_same(
    logs: Any, stream: dict[str, str], now: int
) -> None:
    put(logs, stream, now, "one", "two", "three")
    last = logs.get_log_events(**stream, limit=2)
    assert said(last) == ["two", "three"]
    first = logs.get_log_events(**stream, limit=2, nextToken=last["nextBackwardToken"])
    assert said(first) == ["one"]
    none = logs.get_log_events(**stream, nextToken=first["nextBackwardToken"])
    assert said(none) == []
    assert none["nextBackwardToken"] == first["nextBackwardToken"]
    again = logs.get_log_events(**stream, nextToken=none["nextForwardToken"])
    assert said(again) == ["one", "two", "three"]


def test_an_empty_stream_can_be_followed(logs: Any, stream: dict[str, str], now: int) -> None:
    for from_head in (True, False):
        empty = logs.get_log_events(**stream, startFromHead=from_head)
        assert said(empty) == []
    put(logs, stream, now, "one")
    assert said(logs.get_log_events(**stream, nextToken=empty["nextForwardToken"])) == ["one"]


def test_a_time_window(logs: Any, stream: dict[str, str], now: int) -> None:
    put(logs, stream, now, "one", "two", "three")
    window = {"startTime": now + 1, "endTime": now + 2}
    assert said(logs.get_log_events(**stream, **window)) == ["two"]
    # FilterLogEvents counts the end in, GetLogEvents does not.
    filtered = logs.filter_log_events(logGroupName=stream["logGroupName"], **window)
    assert said(filtered) == ["two", "three"]


def test_filter_over_streams(logs: Any, stream: dict[str, str], now: int) -> None:
    group = stream["logGroupName"]
    other = {"logGroupName": group, "logStreamName": "other"}
    logs.create_log_stream(**other)
    put(logs, stream, now, "ERROR disk", "fine")
    put(logs, other, now + 1, "ERROR net")
    found = logs.filter_log_events(logGroupName=group, filterPattern="ERROR")
    assert said(found) == ["ERROR disk", "ERROR net"]
    assert [event["logStreamName"] for event in found["events"]] == ["run", "other"]
    found = logs.filter_log_events(logGroupName=group, logStreamNames=["other"])
    assert said(found) == ["ERROR net"]
    found = logs.filter_log_events(logGroupName=group, logStreamNamePrefix="ru")
    assert said(found) == ["ERROR disk", "fine"]
    assert refusal(logs.filter_log_events, logGroupName=group, logStreamNames=["gone"])[0] == (
        "ResourceNotFoundException"
    )
    code, message = refusal(logs.filter_log_events, logGroupName=group, filterPattern="{ $.a = 1 }")
    assert (code, "{ $.a = 1 }" in message) == ("InvalidParameterException", True)


def test_filter_goes_on_where_it_stopped(logs: Any, stream: dict[str, str], now: int) -> None:
    """The way in which Airflow's Glue operator follows a running job."""
    group = stream["logGroupName"]
    put(logs, stream, now, "one", "two", "three")
    paginator = logs.get_paginator("filter_log_events")
    pages = list(paginator.paginate(logGroupName=group, PaginationConfig={"PageSize": 2}))
    assert [text for page in pages for text in said(page)] == ["one", "two", "three"]
    token = [page["nextToken"] for page in pages if "nextToken" in page][-1]
    put(logs, stream, now + 10, "four")
    pages = paginator.paginate(logGroupName=group, PaginationConfig={"StartingToken": token})
    assert [text for page in pages for text in said(page)] == ["four"]


def test_events_that_aws_would_not_take(logs: Any, stream: dict[str, str], now: int) -> None:
    events = [
        {"timestamp": now - 15 * 24 * HOUR, "message": "too old"},
        {"timestamp": now, "message": "fine"},
        {"timestamp": now + 3 * HOUR, "message": "too new"},
    ]
    answer = logs.put_log_events(**stream, logEvents=events)
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 1,
        "tooNewLogEventStartIndex": 2,
    }
    assert said(logs.get_log_events(**stream)) == ["fine"]
    code, message = refusal(logs.put_log_events, **stream, logEvents=events[::-1])
    assert (code, "chronological" in message) == ("InvalidParameterException", True)


def test_refused(logs: Any, stream: dict[str, str]) -> None:
    assert refusal(logs.get_log_events, **stream, nextToken="forged") == (
        "InvalidParameterException",
        "The specified nextToken is invalid: forged",
    )
    code, message = refusal(
        logs.create_log_group, logGroupName="/refused", logGroupClass="DELIVERY"
    )
    assert code == "InvalidParameterException"
    assert "not supported by local_aws" in message
    code, message = refusal(
        logs.start_query, logGroupName="/x", startTime=0, endTime=1, queryString="fields @message"
    )
    assert (code, "StartQuery" in message) == ("UnknownOperationException", True)


def test_tags_of_a_group(logs: Any, stream: dict[str, str]) -> None:
    group = stream["logGroupName"]
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"team": "lake", "env": "dev"})
    logs.tag_resource(resourceArn=arn, tags={"env": "prod"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "lake", "env": "prod"}
    logs.untag_resource(resourceArn=arn, tagKeys=["team", "missing"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"env": "prod"}
    many = {f"tag{number}": "x" for number in range(50)}
    assert refusal(logs.tag_resource, resourceArn=arn, tags=many)[0] == "TooManyTagsException"
    own = {"aws:own": "x"}
    assert refusal(logs.tag_resource, resourceArn=arn, tags=own)[0] == "InvalidParameterException"
    for wrong, code in (
        (f"{arn}-missing", "ResourceNotFoundException"),
        (f"{arn}:log-stream:x", "InvalidParameterException"),
        ("arn:aws:s3:::bucket", "InvalidParameterException"),
    ):
        assert refusal(logs.list_tags_for_resource, resourceArn=wrong)[0] == code


def test_tags_and_keys_go_with_their_group(logs: Any, server: LocalServer) -> None:
    name = f"/kept/{uuid.uuid4().hex}"
    key = server.client("kms").create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName=name, tags={"team": "lake"}, kmsKeyId=key)
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert found["kmsKeyId"] == key
    logs.delete_log_group(logGroupName=name)
    logs.create_log_group(logGroupName=name)
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert "kmsKeyId" not in found
    assert logs.list_tags_for_resource(resourceArn=found["logGroupArn"])["tags"] == {}

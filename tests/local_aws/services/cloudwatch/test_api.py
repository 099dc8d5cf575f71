"""CloudWatch's metrics through boto3 and AWS's command line, in each protocol of theirs."""

import datetime as dt
import json
import math
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conftest import ACCESS_KEY, SECRET_KEY, LocalServer, start_server
from tests.local_aws.conftest import allow, new_user

MINUTE = dt.timedelta(minutes=1)
NOON = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)
PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")


@pytest.fixture
def cloudwatch(aws: LocalServer) -> Any:
    return aws.client("cloudwatch")


@pytest.fixture
def namespace() -> str:
    return f"Test/{uuid.uuid4().hex[:8]}"


def datum(name: str, at: dt.datetime, value: float, **more: Any) -> dict[str, Any]:
    return {"MetricName": name, "Timestamp": at, "Value": value, **more}


def dimensions(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def statistics(cloudwatch: Any, namespace: str, name: str, **more: Any) -> list[dict[str, Any]]:
    request = {
        "StartTime": NOON,
        "EndTime": NOON + 10 * MINUTE,
        "Period": 60,
        "Statistics": ["SampleCount", "Average", "Sum", "Minimum", "Maximum"],
    }
    asked = request | more
    answer = cloudwatch.get_metric_statistics(Namespace=namespace, MetricName=name, **asked)
    return list(answer["Datapoints"])


def query(namespace: str, name: str, stat: str = "Sum", **metric: Any) -> dict[str, Any]:
    named = {"Namespace": namespace, "MetricName": name, **metric}
    return {"Id": "q", "MetricStat": {"Metric": named, "Period": 60, "Stat": stat}}


def series(cloudwatch: Any, *queries: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    window = {"StartTime": NOON, "EndTime": NOON + 10 * MINUTE} | more
    found = cloudwatch.get_metric_data(MetricDataQueries=list(queries), **window)
    return list(found["MetricDataResults"])


def refusal(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_protocol_of_the_model(aws: LocalServer, namespace: str, protocol: str) -> None:
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def only(service: str, kind: str, **version: Any) -> Any:
        model = load(service, kind, **version)
        if kind == "service-2" and service == "cloudwatch":
            metadata = model["metadata"] | {"protocol": protocol, "protocols": [protocol]}
            return model | {"metadata": metadata}
        return model

    loader.load_service_model = only
    client = session.create_client(
        "cloudwatch",
        endpoint_url=aws.endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )
    assert client.meta.service_model.metadata["protocol"] == protocol
    data = [datum("files", NOON, 2.5, Unit="Count", Dimensions=dimensions(Job="a&b <é>"))]
    client.put_metric_data(Namespace=namespace, MetricData=data)
    metrics = client.list_metrics(Namespace=namespace)["Metrics"]
    assert metrics == [
        {
            "Namespace": namespace,
            "MetricName": "files",
            "Dimensions": dimensions(Job="a&b <é>"),
        }
    ]
    found = series(client, query(namespace, "files", Dimensions=dimensions(Job="a&b <é>")))
    assert found[0]["Values"] == [2.5]
    assert found[0]["Timestamps"] == [NOON]
    point = statistics(client, namespace, "files", Dimensions=dimensions(Job="a&b <é>"))[0]
    assert (point["Timestamp"], point["Average"], point["Unit"]) == (NOON, 2.5, "Count")
    code, _ = refusal(client.put_metric_data, Namespace="AWS/x", MetricData=data)
    assert code == "InvalidParameterValue"
    code, message = refusal(client.describe_alarms)
    assert "cloudwatch:DescribeAlarms is not supported" in message
    assert code.startswith("UnknownOperation")


def test_a_large_request_travels_packed(cloudwatch: Any, namespace: str) -> None:
    """botocore compresses what is over 10 KB."""
    data = [datum(f"metric-{n:03d}", NOON, n, Unit="Bytes") for n in range(501)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace))
    assert [len(page["Metrics"]) for page in pages] == [500, 1]


def test_the_command_line(aws: LocalServer, namespace: str) -> None:
    def run(*words: str) -> Any:
        command = [str(Path(sys.executable).with_name("aws")), "cloudwatch", *words]
        done = subprocess.run(command, env=aws.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    put = ("--metric-name", "rows", "--value", "3", "--unit", "Count", "--dimensions", "Job=a")
    run("put-metric-data", "--namespace", namespace, *put)
    listed = run("list-metrics", "--namespace", namespace)
    assert [metric["MetricName"] for metric in listed["Metrics"]] == ["rows"]


def test_periods_begin_with_the_rounded_start(cloudwatch: Any, namespace: str) -> None:
    data = [datum("m", NOON + n * MINUTE, n) for n in range(6)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    start = NOON + MINUTE + dt.timedelta(seconds=31)
    found = statistics(cloudwatch, namespace, "m", Period=120, StartTime=start)
    assert sorted((p["Timestamp"], p["Sum"]) for p in found) == [
        (NOON + MINUTE, 1 + 2),
        (NOON + 3 * MINUTE, 3 + 4),
        (NOON + 5 * MINUTE, 5),
    ]


def test_the_end_is_not_in_it(cloudwatch: Any, namespace: str) -> None:
    data = [datum("m", NOON + n * MINUTE, 1) for n in (0, 10)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    assert len(statistics(cloudwatch, namespace, "m")) == 1


def test_data_of_a_minute_are_one_point_unless_of_high_resolution(
    cloudwatch: Any, namespace: str
) -> None:
    moments = [NOON + dt.timedelta(seconds=n) for n in (0, 10, 20)]
    for resolution, name in ((60, "regular"), (1, "high")):
        data = [datum(name, at, 2, StorageResolution=resolution) for at in moments]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    assert [p["Sum"] for p in statistics(cloudwatch, namespace, "regular", Period=10)] == [6]
    assert [p["Sum"] for p in statistics(cloudwatch, namespace, "high", Period=10)] == [2, 2, 2]


def test_values_with_counts_and_sets_are_one(cloudwatch: Any, namespace: str) -> None:
    several = {"Values": [1.0, 4.0], "Counts": [3.0, 1.0]}
    statistic = {"SampleCount": 2.0, "Sum": 10.0, "Minimum": 0.5, "Maximum": 9.5}
    data = [
        {"MetricName": "m", "Timestamp": NOON, **several},
        {"MetricName": "m", "Timestamp": NOON, "StatisticValues": statistic},
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    (point,) = statistics(cloudwatch, namespace, "m")
    assert (point["SampleCount"], point["Sum"]) == (6, 17)
    assert (point["Minimum"], point["Maximum"]) == (0.5, 9.5)
    assert math.isclose(point["Average"], 17 / 6)


def test_dimensions_make_another_metric(cloudwatch: Any, namespace: str) -> None:
    """Their order means nothing; a part of them is not the metric."""
    both = dimensions(A="1", B="2")
    data = [datum("m", NOON, 5), datum("m", NOON, 7, Dimensions=both)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)

    def total(given: list[dict[str, str]]) -> list[float]:
        return list(series(cloudwatch, query(namespace, "m", Dimensions=given))[0]["Values"])

    assert [total([]), total(both), total(both[::-1]), total(both[:1])] == [[5], [7], [7], []]
    named = cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": "B"}])["Metrics"]
    assert [metric["Dimensions"] for metric in named] == [both]
    other = cloudwatch.list_metrics(Namespace=namespace, Dimensions=dimensions(B="3"))["Metrics"]
    assert other == []


def test_units_are_kept_apart(cloudwatch: Any, namespace: str) -> None:
    data = [datum("m", NOON, 1, Unit="Bytes"), datum("m", NOON, 2, Unit="Kilobytes")]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    found = statistics(cloudwatch, namespace, "m")
    assert sorted((p["Unit"], p["Sum"]) for p in found) == [("Bytes", 1), ("Kilobytes", 2)]
    assert [p["Sum"] for p in statistics(cloudwatch, namespace, "m", Unit="Bytes")] == [1]
    assert statistics(cloudwatch, namespace, "m", Unit="Count") == []


def test_pages_of_data_points(cloudwatch: Any, namespace: str) -> None:
    data = [datum(name, NOON + n * MINUTE, n) for name in "ab" for n in range(4)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    queries = [query(namespace, name) | {"Id": name} for name in "ab"]
    found: dict[str, list[float]] = {"a": [], "b": []}
    statuses = []
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries,
        StartTime=NOON,
        EndTime=NOON + 10 * MINUTE,
        ScanBy="TimestampAscending",
        MaxDatapoints=3,
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            found[result["Id"]] += result["Values"]
        statuses.append([result["StatusCode"] for result in page["MetricDataResults"]])
    assert found == {"a": [0, 1, 2, 3], "b": [0, 1, 2, 3]}
    assert statuses == [["PartialData"] * 2, ["Complete", "PartialData"], ["Complete"] * 2]


def test_the_newest_first_and_what_is_not_to_be_returned(cloudwatch: Any, namespace: str) -> None:
    data = [datum("m", NOON + n * MINUTE, n) for n in range(3)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    asked = (query(namespace, "m"), query(namespace, "m") | {"Id": "no", "ReturnData": False})
    (found,) = series(cloudwatch, *asked)
    assert (found["Id"], found["Label"], found["Values"]) == ("q", "m", [2, 1, 0])


BAD = {
    "reserved": ({"Namespace": "AWS/Glue"}, "InvalidParameterValue"),
    "infinite": ({"Value": math.inf}, "InvalidParameterValue"),
    "no number": ({"Value": math.nan}, "InvalidParameterValue"),
    "too large": ({"Value": 2.0**361}, "InvalidParameterValue"),
    "old": ({"Timestamp": NOON - dt.timedelta(days=15)}, "InvalidParameterValue"),
    "future": ({"Timestamp": NOON + dt.timedelta(hours=9)}, "InvalidParameterValue"),
    "resolution": ({"StorageResolution": 30}, "InvalidParameterValue"),
    "unit": ({"Unit": "Furlongs"}, "ValidationError"),
    "two kinds": ({"Values": [1.0]}, "InvalidParameterCombination"),
    "twice": ({"Dimensions": dimensions(A="1") * 2}, "InvalidParameterValue"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_taken_leaves_nothing(cloudwatch: Any, namespace: str, case: str) -> None:
    change, expected = dict(BAD[case][0]), BAD[case][1]
    named = change.pop("Namespace", namespace)
    data = [datum("good", NOON, 1), datum("bad", NOON, 1) | change]
    code, _ = refusal(cloudwatch.put_metric_data, Namespace=named, MetricData=data)
    assert code == expected
    assert cloudwatch.list_metrics(Namespace=named)["Metrics"] == []


def test_what_is_refused_by_name(cloudwatch: Any, namespace: str) -> None:
    window = {"StartTime": NOON, "EndTime": NOON + MINUTE}
    sum_of_all = [{"Id": "e", "Expression": "SUM(METRICS())"}]
    code, message = refusal(cloudwatch.get_metric_data, MetricDataQueries=sum_of_all, **window)
    assert (code, message) == (
        "ValidationError",
        "MetricDataQuery's Expression is not supported by local_aws",
    )
    tenth = [query(namespace, "m", "p90")]
    _, message = refusal(cloudwatch.get_metric_data, MetricDataQueries=tenth, **window)
    assert message == "The statistic p90 is not supported by local_aws"
    many = {"StartTime": NOON - dt.timedelta(days=2), "Period": 60}
    code, _ = refusal(statistics, cloudwatch=cloudwatch, namespace=namespace, name="m", **many)
    assert code == "InvalidParameterCombination"
    code, _ = refusal(statistics, cloudwatch=cloudwatch, namespace=namespace, name="m", Period=61)
    assert code == "InvalidParameterValue"
    code, _ = refusal(cloudwatch.list_metrics, NextToken="x")
    assert code == "InvalidParameterValue"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"\x9f" * 5000,
        b"\x81" * 5000,
        b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\xa0\x01",
        b"\x62\xff\xff",
        b"\xa1\x69Namespace\x01",
        b"\x01",
        b"\xa1\x69Namespace\xc1\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00",
    ],
)
def test_a_body_that_is_no_request(aws: LocalServer, body: bytes) -> None:
    url = f"{aws.endpoint}/service/GraniteServiceVersion20100801/operation/PutMetricData"
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    request = AWSRequest("POST", url, data=body, headers=headers)
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "monitoring", "us-east-1").add_auth(request)
    answer = httpx.post(url, content=body, headers=dict(request.headers))
    assert answer.status_code == 400
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert answer.headers["x-amzn-query-error"] == "Serialization;Sender"


def test_a_user_needs_a_policy(aws: LocalServer, namespace: str) -> None:
    """Whose actions are called cloudwatch's, while requests are signed for monitoring."""
    user = new_user(aws, allow("cloudwatch:PutMetricData"))
    client = user.client("cloudwatch")
    client.put_metric_data(Namespace=namespace, MetricData=[datum("m", NOON, 1)])
    code, message = refusal(client.list_metrics, Namespace=namespace)
    assert code == "AccessDenied"
    assert "not authorized to perform: cloudwatch:ListMetrics on resource: *" in message


@pytest.mark.restart
def test_metrics_survive_a_kill(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    server.client("cloudwatch").put_metric_data(Namespace="N", MetricData=[datum("m", NOON, 4)])
    server.process.kill()
    server.process.wait()
    again = start_server(tmp_path / "data")
    try:
        assert [p["Sum"] for p in statistics(again.client("cloudwatch"), "N", "m")] == [4]
    finally:
        again.stop()

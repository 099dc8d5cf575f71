"""--enable-metrics: what a run publishes in CloudWatch."""

import datetime as dt
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import Glue, script

from local_aws.context import Credentials, Platform
from local_aws.services.cloudwatch.model import MetricStore, Span
from local_aws.services.glue.jobs import observability
from local_aws.services.glue.jobs.metrics import PUBLISHED, RunMetrics, metric_of
from local_aws.services.glue.jobs.model import Run
from local_aws.services.glue.jobs.outcome import (
    OUT_OF_MEMORY,
    LaunchFailed,
    Outcome,
    Report,
    judge,
    launch_error,
    without_jvm,
)
from tests.conftest import LocalServer

COUNTED = """
from pyspark.context import SparkContext
from awsglue.context import GlueContext
glue = GlueContext(SparkContext.getOrCreate())
GlueContext(SparkContext.getOrCreate())
spark = glue.spark_session
spark.range(0, 1000, 1, 4).selectExpr("id", "id % 7 AS k").write.parquet("s3://@bucket@/in/")
rows = spark.read.parquet("s3://@bucket@/in/")
rows.groupBy("k").count().write.parquet("s3a://@bucket@/out/")
def fail(row):
    raise ValueError(row)
try:
    spark.sparkContext.parallelize([1], 1).map(fail).count()
except Exception as error:
    print(type(error).__name__)
"""
UNCOUNTED = """
from pyspark.sql import SparkSession
print(SparkSession.builder.getOrCreate().range(10).count())
"""
ARGUMENTS = {"--enable-metrics": "", "--enable-observability-metrics": "true"}
WINDOW = dt.timedelta(minutes=10)


@dataclass
class Metered:
    """A job that ran once with metrics, and what there is of it in CloudWatch."""

    glue: Glue
    cloudwatch: Any
    job: str
    run: dict[str, Any]

    def dimensions(self, run_id: str, kind: str) -> list[dict[str, str]]:
        named = {"JobName": self.job, "JobRunId": run_id, "Type": kind}
        return [{"Name": name, "Value": value} for name, value in named.items()]

    def value(self, name: str, stat: str = "Sum", kind: str = "count", run_id: str = "") -> float:
        """Over the whole run, by GetMetricData."""
        dimensions = self.dimensions(run_id or self.run["Id"], kind)
        metric = {"Namespace": "Glue", "MetricName": name, "Dimensions": dimensions}
        now = dt.datetime.now(dt.UTC)
        found = self.cloudwatch.get_metric_data(
            MetricDataQueries=[
                {"Id": "q", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": stat}}
            ],
            StartTime=now - WINDOW,
            EndTime=now + WINDOW,
        )["MetricDataResults"][0]["Values"]
        assert len(found) == 1, name
        return float(found[0])

    def listed(self, run_id: str) -> set[tuple[str, str]]:
        """Names and types."""
        filters = [{"Name": "JobName", "Value": self.job}, {"Name": "JobRunId", "Value": run_id}]
        pages = self.cloudwatch.get_paginator("list_metrics").paginate(
            Namespace="Glue", Dimensions=filters
        )
        return {
            (metric["MetricName"], one["Value"])
            for page in pages
            for metric in page["Metrics"]
            for one in metric["Dimensions"]
            if one["Name"] == "Type"
        }


@pytest.fixture(scope="module")
def metered(server: LocalServer) -> Metered:
    glue = Glue(server)
    text = script(COUNTED, bucket=glue.bucket)
    job = glue.job(text, kind="glueetl", DefaultArguments=ARGUMENTS)
    run = glue.wait(job, glue.start(job), patience=240)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    return Metered(glue, server.client("cloudwatch"), job, run)


def sizes(glue: Glue, prefix: str) -> int:
    answer = glue.s3.list_objects_v2(Bucket=glue.bucket, Prefix=prefix)
    return sum(item["Size"] for item in answer["Contents"])


@pytest.mark.spark
def test_every_metric_of_the_table_is_there(metered: Metered) -> None:
    expected = {
        (f"glue.{who}.{known.name}", known.type)
        for known in PUBLISHED.values()
        for who in known.whose
    }
    expected.add(("glue.succeed.ALL", "count"))
    assert metered.listed(metered.run["Id"]) == expected
    assert metered.listed("ALL") == expected


@pytest.mark.spark
def test_counts_are_what_the_run_did(metered: Metered) -> None:
    value = metered.value
    assert value("glue.driver.aggregate.recordsRead") == 2 * 1000  # range() is a source to Spark
    assert value("glue.driver.aggregate.numFailedTasks") == 1
    assert value("glue.driver.aggregate.numKilledTasks") == 0
    assert value("glue.driver.aggregate.numCompletedTasks") >= 4 + 2
    assert value("glue.driver.aggregate.numCompletedStages") >= 3
    written = value("glue.driver.aggregate.shuffleBytesWritten")
    assert written == value("glue.driver.aggregate.shuffleLocalBytesRead") > 0
    assert value("glue.driver.aggregate.bytesRead") > 0
    assert value("glue.driver.aggregate.elapsedTime") < 1000 * (metered.run["ExecutionTime"] + 1)
    assert value("glue.driver.aggregate.elapsedTime") > 0


@pytest.mark.spark
def test_s3s_bytes_are_those_of_the_objects(metered: Metered) -> None:
    read, written = "s3.filesystem.read_bytes", "s3.filesystem.write_bytes"
    in_s3 = sizes(metered.glue, "in/") + sizes(metered.glue, "out/")
    for who in ("driver", "ALL"):
        assert metered.value(f"glue.{who}.{written}", kind="gauge") == in_s3
        assert metered.value(f"glue.{who}.{read}", kind="gauge") > 0


@pytest.mark.spark
def test_gauges_are_of_the_jvm(metered: Metered) -> None:
    usage = metered.value("glue.driver.jvm.heap.usage", "Average", "gauge")
    used = metered.value("glue.driver.jvm.heap.used", "Average", "gauge")
    assert 0 < usage < 1
    assert 1 << 20 < used < 1 << 33
    assert 0 <= metered.value("glue.ALL.system.cpuSystemLoad", "Maximum", "gauge") <= 1
    assert metered.value("glue.driver.BlockManager.disk.diskSpaceUsed_MB", kind="gauge") == 0


@pytest.mark.spark
def test_the_jvm_serves_the_next_run_too(metered: Metered) -> None:
    said = metered.glue.log(metered.run["Id"], "error")
    assert not [line for line in said if "not used again" in line or "not reported" in line]


@pytest.mark.spark
def test_units_by_get_metric_statistics(metered: Metered) -> None:
    now = dt.datetime.now(dt.UTC)
    found = metered.cloudwatch.get_metric_statistics(
        Namespace="Glue",
        MetricName="glue.driver.aggregate.elapsedTime",
        Dimensions=metered.dimensions("ALL", "count"),
        StartTime=now - WINDOW,
        EndTime=now + WINDOW,
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert {point["Unit"] for point in found} == {"Milliseconds"}


@pytest.mark.spark
def test_a_run_without_a_glue_context_publishes_nothing(metered: Metered) -> None:
    """And takes nothing from what is there of all the job's runs."""
    before = metered.value("glue.driver.aggregate.numFailedTasks", run_id="ALL")
    location = metered.glue.put("uncounted.py", UNCOUNTED)
    command = {"Name": "glueetl", "ScriptLocation": location}
    update = {"Role": "lake", "Command": command}
    metered.glue.client.update_job(JobName=metered.job, JobUpdate=update)
    run = metered.glue.run(metered.job, Arguments={"--enable-metrics": "true"})
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert metered.listed(run["Id"]) == set()
    assert metered.value("glue.driver.aggregate.numFailedTasks", run_id="ALL") == before


# Without Spark.


def a_run(arguments: dict[str, str], kind: str = "glueetl", version: str = "5.1") -> Run:
    plan = {"Arguments": arguments, "Command": {"Name": kind}, "GlueVersion": version}
    return Run("jr_1", "job", 1, {}, plan, [])


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    made = Platform(tmp_path, 1, Credentials("key", "secret"))
    made.metrics = MetricStore(made)
    return made


def report(at: int, **figures: float) -> str:
    return json.dumps({"at": at * 1000, **figures}) + "\n"


def sums(platform: Platform, name: str) -> list[tuple[int, float]]:
    metric = metric_of("job", "ALL", name, "count")
    rows = platform.metrics.series(metric, Span(0, 10_000, 60))
    return [(row["at"], row["sum"]) for row in rows]


def test_what_is_reported_between_is_published_once(platform: Platform, tmp_path: Path) -> None:
    metrics = RunMetrics(platform, a_run({"--enable-metrics": "true"}), tmp_path)
    metrics.pump()
    file = tmp_path / "metrics"
    file.write_text(report(61, bytesRead=5) + '{"at": 90')
    for _ in range(2):
        metrics.pump()
    assert sums(platform, "glue.driver.aggregate.bytesRead") == [(60, 5)]
    file.write_text(report(61, bytesRead=5) + report(90, bytesRead=2) + report(121, bytesRead=1))
    metrics.pump()
    assert sums(platform, "glue.driver.aggregate.bytesRead") == [(60, 7), (120, 1)]


@pytest.mark.parametrize(
    "line", ["nothing\n", "[]\n", '{"at": 1, "unknown": 3}\n', '{"at": 1e400}\n']
)
def test_a_report_that_cannot_be_read_is_logged(
    platform: Platform, tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    metrics = RunMetrics(platform, a_run({"--enable-metrics": ""}), tmp_path)
    file = tmp_path / "metrics"
    file.write_text(line)
    with caplog.at_level(logging.ERROR):
        metrics.pump()
    assert "Metrics of the run jr_1 were not published" in caplog.text
    with file.open("a") as stream:
        stream.write(report(60, bytesRead=3))
    metrics.pump()
    assert sums(platform, "glue.driver.aggregate.bytesRead") == [(60, 3)]


@pytest.mark.parametrize("arguments", [{}, {"--enable-metrics": "false"}])
def test_nothing_is_asked_of_spark_without_the_argument(
    platform: Platform, tmp_path: Path, arguments: dict[str, str]
) -> None:
    metrics = RunMetrics(platform, a_run(arguments), tmp_path)
    (tmp_path / "metrics").write_text(report(60, bytesRead=3))
    metrics.pump()
    assert metrics.settings == {}
    assert sums(platform, "glue.driver.aggregate.bytesRead") == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome("SUCCEEDED"), ["glue.succeed.ALL"]),
        (Outcome("STOPPED"), []),
        (Outcome("TIMEOUT", "Job run timed out"), ["glue.error.ALL", "glue.error.TIMEOUT_ERROR"]),
        (
            Outcome("FAILED", "Error Category: QUERY_ERROR; Failed Line Number: 3; x"),
            ["glue.error.ALL", "glue.error.QUERY_ERROR"],
        ),
        (launch_error(LaunchFailed("x")), ["glue.error.ALL", "glue.error.LAUNCH_ERROR"]),
        (
            without_jvm(Outcome("FAILED", "x"), OUT_OF_MEMORY),
            ["glue.error.ALL", "glue.error.OUT_OF_MEMORY_ERROR"],
        ),
        (Outcome("FAILED", "SystemExit: 3"), ["glue.error.ALL", "glue.error.SYSTEM_EXIT_ERROR"]),
        (judge(Report(), -9), ["glue.error.ALL", "glue.error.UNCLASSIFIED_ERROR"]),
    ],
)
def test_what_a_run_ended_of(platform: Platform, outcome: Outcome, expected: list[str]) -> None:
    observability.publish(platform, a_run({observability.ARGUMENT: "true"}), outcome)
    found = platform.metrics.metrics(0, 0)
    assert [m["name"] for m in found if m["dimensions"]["JobRunId"] == "ALL"] == expected
    assert [m["name"] for m in found if m["dimensions"]["JobRunId"] == "jr_1"] == expected
    assert {m["dimensions"]["ObservabilityGroup"] for m in found} <= {"error"}


@pytest.mark.parametrize(
    ("kind", "version", "value"),
    [("pythonshell", "3.0", "true"), ("glueetl", "3.0", "true"), ("glueetl", "5.1", "false")],
)
def test_where_there_is_no_observability(
    platform: Platform, kind: str, version: str, value: str
) -> None:
    run = a_run({observability.ARGUMENT: value}, kind, version)
    observability.publish(platform, run, Outcome("SUCCEEDED"))
    assert platform.metrics.metrics(0, 0) == []

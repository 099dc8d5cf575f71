"""A run with --enable-observability-metrics publishes that it succeeded, or of what it failed.

https://docs.aws.amazon.com/glue/latest/dg/monitor-observability.html
Of AWS's four groups only the reliability of runs is here. It needs no GlueContext: a script with a
SYNTAX_ERROR, which is one of the categories, never has one.
"""

import re
import time
from collections.abc import Iterator

from local_aws.context import Platform
from local_aws.services.cloudwatch.model import Datum, Metric
from local_aws.services.glue.jobs.metrics import EVERY_RUN, NAMESPACE, RESOLUTION, asked, put
from local_aws.services.glue.jobs.model import Run
from local_aws.services.glue.jobs.outcome import OUT_OF_MEMORY_MESSAGE, Outcome

ARGUMENT = "--enable-observability-metrics"
FIRST_VERSION = "4"  # of Glue
NOT_PUBLISHED = (
    "glue.driver.skewness.*",
    "glue.driver.workerUtilization",
    "glue.*.memory.*",
    "glue.*.disk.*",
    "glue.driver.{bytes,records,files,partitions}Read",
    "glue.driver.{bytes,records,files}Written",
)
NAMED = re.compile(r"Error Category: (?P<category>[A-Z0-9_]+);")
BEGINNINGS = {
    "LAUNCH ERROR |": "LAUNCH_ERROR",
    "SystemExit:": "SYSTEM_EXIT_ERROR",
    OUT_OF_MEMORY_MESSAGE: "OUT_OF_MEMORY_ERROR",
}


def publish(platform: Platform, run: Run, outcome: Outcome) -> None:
    """At the run's end; of a stopped run there is nothing to say."""
    spark = run.plan["Command"]["Name"] == "glueetl"
    if spark and run.plan["GlueVersion"] >= FIRST_VERSION and asked(run, ARGUMENT):
        put(platform, run, _data(run, outcome))


def category(outcome: Outcome) -> str:
    """AWS's name of what a failed run failed of."""
    message = outcome.message or ""
    if outcome.state == "TIMEOUT":
        return "TIMEOUT_ERROR"
    if found := NAMED.match(message):
        return found["category"]
    fitting = (name for start, name in BEGINNINGS.items() if message.startswith(start))
    return next(fitting, "UNCLASSIFIED_ERROR")


def _data(run: Run, outcome: Outcome) -> Iterator[Datum]:
    at = int(time.time()) // RESOLUTION * RESOLUTION
    for name in _names(outcome):
        for run_id in (run.id, EVERY_RUN):
            dimensions = {"JobName": run.job, "JobRunId": run_id, "Type": "count"}
            metric = Metric(NAMESPACE, name, dimensions | {"ObservabilityGroup": "error"})
            yield Datum.of(metric, at, "Count", 1)


def _names(outcome: Outcome) -> tuple[str, ...]:
    if outcome.state == "SUCCEEDED":
        return ("glue.succeed.ALL",)
    if outcome.state in ("FAILED", "TIMEOUT"):
        return ("glue.error.ALL", f"glue.error.{category(outcome)}")
    return ()

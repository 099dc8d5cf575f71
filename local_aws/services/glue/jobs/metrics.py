"""What a run with --enable-metrics publishes in CloudWatch, while it runs.

https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html
A listener in the run's Spark (glue_runtime/RunMetrics.java) writes its figures to a file every 30
seconds and at the end. Here Spark's one executor is its driver: ``glue.ALL`` and ``glue.driver``
are the same, and there is no ``glue.<executor id>``.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from local_aws.context import Platform
from local_aws.services.cloudwatch.model import Datum, Metric, Span
from local_aws.services.cloudwatch.statistics import statistic
from local_aws.services.glue.jobs.model import Run
from local_aws.services.glue.jobs.tail import Tail

logger = logging.getLogger(__name__)

ARGUMENT = "--enable-metrics"
SETTING = "spark.local_aws.metrics"
NAMESPACE = "Glue"
RESOLUTION = 60  # seconds
EVERY_RUN = "ALL"


@dataclass(frozen=True)
class Published:
    """AWS's name of a figure behind ``glue.<who>.``, its unit, and the statistic to see it by."""

    name: str
    unit: str
    type: str = "count"
    whose: tuple[str, ...] = ("driver",)
    statistic: str = "Sum"


BOTH = ("driver", "ALL")
PUBLISHED = {
    "bytesRead": Published("aggregate.bytesRead", "Bytes"),
    "recordsRead": Published("aggregate.recordsRead", "Count"),
    "elapsedTime": Published("aggregate.elapsedTime", "Milliseconds"),
    "completedStages": Published("aggregate.numCompletedStages", "Count"),
    "completedTasks": Published("aggregate.numCompletedTasks", "Count"),
    "failedTasks": Published("aggregate.numFailedTasks", "Count"),
    "killedTasks": Published("aggregate.numKilledTasks", "Count"),
    "shuffleBytesWritten": Published("aggregate.shuffleBytesWritten", "Bytes"),
    "shuffleLocalBytesRead": Published("aggregate.shuffleLocalBytesRead", "Bytes"),
    "diskSpaceUsedMegabytes": Published(
        "BlockManager.disk.diskSpaceUsed_MB", "Megabytes", "gauge", statistic="Average"
    ),
    "heapUsed": Published("jvm.heap.used", "Bytes", "gauge", BOTH, "Average"),
    "heapUsage": Published("jvm.heap.usage", "Percent", "gauge", BOTH, "Average"),
    "cpuSystemLoad": Published("system.cpuSystemLoad", "Percent", "gauge", BOTH, "Average"),
    "s3BytesRead": Published("s3.filesystem.read_bytes", "Bytes", "gauge", BOTH),
    "s3BytesWritten": Published("s3.filesystem.write_bytes", "Bytes", "gauge", BOTH),
}
"""Each figure of the listener's by its name there."""

NOT_PUBLISHED = (
    "glue.driver.ExecutorAllocationManager.executors.numberAllExecutors",
    "glue.driver.ExecutorAllocationManager.executors.numberMaxNeededExecutors",
    "glue.driver.streaming.numRecords",
    "glue.driver.streaming.batchProcessingTimeInMs",
    "glue.<executorId>.*",
)


class RunMetrics:
    """Of one run, as its listener reports them."""

    def __init__(self, platform: Platform, run: Run, folder: Path) -> None:
        self._platform = platform
        self._run = run
        self._file = folder / "metrics"
        self._tail = Tail(self._file, self._publish)

    @property
    def wanted(self) -> bool:
        return asked(self._run, ARGUMENT)

    @property
    def settings(self) -> dict[str, str]:
        """Spark's, by which GlueContext learns that they are wanted, and where they go."""
        return {SETTING: str(self._file)} if self.wanted else {}

    def pump(self) -> None:
        """Publish what was reported since."""
        if self.wanted:
            self._tail.pump()

    def _publish(self, lines: list[str]) -> None:
        put(self._platform, self._run, (datum for line in lines for datum in self._data(line)))

    def _data(self, line: str) -> Iterator[Datum]:
        figures: dict[str, float] = json.loads(line)
        second = int(figures.pop("at")) // 1000
        at = second - second % RESOLUTION
        for name, value in figures.items():
            known = PUBLISHED[name]
            for metric in self._metrics(known):
                yield Datum.of(metric, at, known.unit, float(value))

    def _metrics(self, known: Published) -> Iterator[Metric]:
        for who in known.whose:
            for run_id in (self._run.id, EVERY_RUN):
                yield metric_of(self._run.job, run_id, f"glue.{who}.{known.name}", known.type)


@dataclass(frozen=True)
class Course:
    """A metric over a run: its name there, its unit, and its statistic minute by minute."""

    name: str
    unit: str
    statistic: str
    values: tuple[float, ...]

    @property
    def whole(self) -> float:
        """Over the whole run: the sum of sums, the average of averages."""
        total = sum(self.values)
        return total if self.statistic == "Sum" else total / len(self.values)


def courses(platform: Platform, run: Run) -> list[Course]:
    """What the run has published; what is of the driver and of all executors is there once."""
    if not asked(run, ARGUMENT):
        return []
    found = (_course(platform, run, known) for known in PUBLISHED.values())
    return [course for course in found if course.values]


def _course(platform: Platform, run: Run, known: Published) -> Course:
    begin = int(run.document["StartedOn"].timestamp())
    span = Span(begin - begin % RESOLUTION, int(time.time()) + RESOLUTION, RESOLUTION)
    name = f"glue.{known.whose[0]}.{known.name}"
    rows = platform.metrics.series(metric_of(run.job, run.id, name, known.type), span)
    values = tuple(statistic(known.statistic)(row) for row in rows)
    return Course(name, known.unit, known.statistic, values)


def asked(run: Run, argument: str) -> bool:
    """The parameter's presence is what counts, but for the console's "false"."""
    given: str = run.plan["Arguments"].get(argument, "false")
    return given.lower() != "false"


def put(platform: Platform, run: Run, data: Iterable[Datum]) -> None:
    """Publish them all or none; what goes wrong is logged, and no matter to the run."""
    try:
        platform.metrics.put(data)
    except Exception:
        logger.exception("Metrics of the run %s were not published", run.id)


def metric_of(job: str, run_id: str, name: str, kind: str) -> Metric:
    """The metric as CloudWatch has it; `kind` is count or gauge."""
    return Metric(NAMESPACE, name, {"JobName": job, "JobRunId": run_id, "Type": kind})

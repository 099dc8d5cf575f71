"""CloudWatch's logs and metrics as an actor may write them."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.acting.actor import Actor
from local_aws.acting.errors import Denied
from local_aws.services.cloudwatch.model import MetricStore
from local_aws.services.logs.errors import ResourceNotFoundException
from local_aws.services.logs.model import LogStore

logger = logging.getLogger(__name__)


class GuardedLogs(LogStore):
    """Makes groups and streams, and writes to them, where the actor may."""

    def __init__(self, logs: LogStore, actor: Actor, prefix: str) -> None:
        self._logs = logs
        self._actor = actor
        self._prefix = prefix
        self._open: set[tuple[str, str]] = set()

    def create_group(
        self, name: str, tags: Mapping[str, str] | None = None, kms_key: str | None = None
    ) -> None:
        self._actor.require("logs:CreateLogGroup", self._arn(name))
        self._logs.create_group(name, tags, kms_key)

    def append(self, group: str, stream: str, messages: Iterable[tuple[int, str]]) -> None:
        """Raises `Denied` where the group or stream would have to be made, or may not be written.

        What is allowed once stays so for as long as the actor works: a run writes many times.
        """
        if (group, stream) not in self._open:
            self._make(group, stream)
            self._actor.require("logs:PutLogEvents", self._arn(group, stream))
            self._open.add((group, stream))
        self._logs.append(group, stream, messages)

    def _make(self, group: str, stream: str) -> None:
        """Ask for what is missing; `append` of the real logs makes it."""
        try:
            self._logs.group(group)
        except ResourceNotFoundException:
            self._actor.require("logs:CreateLogGroup", self._arn(group))
        try:
            self._logs.stream(group, stream)
        except ResourceNotFoundException:
            self._actor.require("logs:CreateLogStream", self._arn(group))

    def _arn(self, group: str, stream: str = "") -> str:
        return f"{self._prefix}log-group:{group}:log-stream:{stream}"


class QuietLogs(LogStore):
    """Logs of a run that goes on without them, as runs on AWS do whose role may not write any."""

    def __init__(self, logs: LogStore) -> None:
        self._logs = logs
        self._told = False

    def create_group(
        self, name: str, tags: Mapping[str, str] | None = None, kms_key: str | None = None
    ) -> None:
        self._try(self._logs.create_group, name, tags, kms_key)

    def append(self, group: str, stream: str, messages: Iterable[tuple[int, str]]) -> None:
        self._try(self._logs.append, group, stream, messages)

    def _try(self, write: Any, *arguments: Any) -> None:
        try:
            write(*arguments)
        except Denied as error:
            if not self._told:
                logger.warning("a run has no logs: %s", error.message)
            self._told = True


class GuardedMetrics(MetricStore):
    """Puts metrics where the actor may."""

    def __init__(self, metrics: MetricStore, actor: Actor) -> None:
        self._metrics = metrics
        self._actor = actor
        self._allowed = False

    def put(self, data: Iterable[Any]) -> None:
        if not self._allowed:
            self._actor.require("cloudwatch:PutMetricData", "*")
            self._allowed = True
        self._metrics.put(data)

    def series(self, *arguments: Any, **named: Any) -> Any:
        """Read by the service itself for its own pages."""
        return self._metrics.series(*arguments, **named)

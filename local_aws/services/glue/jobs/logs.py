"""What a run prints, on its way to CloudWatch Logs while it runs.

Output goes there as in Glue 5: the script's own streams to ``<prefix>/output``, Spark's,
GlueLogger's and the installer's to ``<prefix>/error``, in a stream of the run's id
(https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html).
Glue 4.0 and earlier know a third group, for a driver whose run has continuous logging on
(https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html). AWS's pages
do not say who makes that group; scripts that tidy up after a run take it for granted, so each run
of these versions does.
"""

import contextlib
import time
from pathlib import Path

from local_aws.context import Platform
from local_aws.services.glue.jobs.tail import Tail
from local_aws.services.logs.errors import ResourceAlreadyExistsException

PREFIX = "/aws-glue/jobs"
CONTINUOUS = f"{PREFIX}/logs-v2"
EVERY = 0.5  # seconds


class RunLog:
    """The streams of a run.

    ``has_third``: it is of a version with the third group; ``continuous``: which it writes to.
    """

    def __init__(
        self,
        platform: Platform,
        run_id: str,
        prefix: str = PREFIX,
        *,
        has_third: bool = False,
        continuous: bool = False,
    ) -> None:
        self.output, self.error = f"{prefix}/output", f"{prefix}/error"
        self._platform = platform
        self._stream = run_id
        self._has_third = has_third
        self._driver = f"{run_id}-driver" if has_third and continuous else None
        self._tails: dict[Path, Tail] = {}
        self._pumped = 0.0

    def open(self) -> None:
        """Make the streams: whoever waits for a run's log finds an empty one until then."""
        for group in (self.output, self.error):
            self.write(group)
        if self._has_third:
            with contextlib.suppress(ResourceAlreadyExistsException):
                self._platform.logs.create_group(CONTINUOUS)

    def follow(self, file: Path, group: str, offset: int = 0) -> None:
        """Hand on what is written to the file behind the offset."""
        tail = Tail(file, lambda lines: self.write(group, *lines), offset)
        self._tails.setdefault(file, tail)

    def pump(self, last: bool = False) -> None:
        """Hand on what was written since; with `last` also lines that have no end."""
        self._pumped = time.monotonic()
        for tail in self._tails.values():
            tail.pump(last)

    def pump_now_and_then(self) -> None:
        """Pump, unless it was done a moment ago."""
        if time.monotonic() - self._pumped > EVERY:
            self.pump()

    def write(self, group: str, *lines: str) -> None:
        stamp = int(time.time() * 1000)
        events = [(stamp, line) for line in lines]
        self._platform.logs.append(group, self._stream, events)
        if self._driver and group == self.error:
            self._platform.logs.append(CONTINUOUS, self._driver, events)

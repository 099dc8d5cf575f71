"""What a run prints, on its way to CloudWatch Logs while it runs.

Output goes there as in Glue 5: the script's own streams to ``<prefix>/output``, Spark's,
GlueLogger's and the installer's to ``<prefix>/error``, in a stream of the run's id
(https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html).
"""

import time
from pathlib import Path

from local_aws.context import Platform
from local_aws.services.glue.jobs.tail import Tail

PREFIX = "/aws-glue/jobs"
EVERY = 0.5  # seconds


class RunLog:
    """The two streams of a run."""

    def __init__(self, platform: Platform, run_id: str, prefix: str = PREFIX) -> None:
        self.output, self.error = f"{prefix}/output", f"{prefix}/error"
        self._platform = platform
        self._stream = run_id
        self._tails: dict[Path, Tail] = {}
        self._pumped = 0.0

    def open(self) -> None:
        """Make both streams: whoever waits for a run's log finds an empty one until then."""
        for group in (self.output, self.error):
            self.write(group)

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
        self._platform.logs.append(group, self._stream, [(stamp, line) for line in lines])

"""How a run ended: its state and ErrorMessage, from what its process reported or how it died.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

import json
import signal
from dataclasses import dataclass
from pathlib import Path

from local_aws.errors import ServiceError

OUT_OF_MEMORY = "java.lang.OutOfMemoryError"
OUT_OF_MEMORY_MESSAGE = "Command Failed due to Out of Memory"


@dataclass(frozen=True)
class Outcome:
    """A run's last state and, where it did not succeed, why."""

    state: str
    message: str | None = None


@dataclass(frozen=True)
class Report:
    """What the script's process left in its report file (`glue_runtime/launch.py` writes it)."""

    error: str | None = None
    traceback: str = ""
    clean: bool = False

    @classmethod
    def read(cls, file: Path) -> "Report":
        """Empty where the process died before it could report."""
        return cls(**json.loads(file.read_text())) if file.is_file() else cls()


class LaunchFailed(Exception):
    """The script could not be started; the message is what comes behind ``LAUNCH ERROR |``."""


def launch_error(error: Exception) -> Outcome:
    """A run that failed before its script began."""
    if isinstance(error, ServiceError):
        return Outcome("FAILED", f"{error.code}: {error.message}")
    return Outcome("FAILED", f"LAUNCH ERROR | {error} Please refer logs for details.")


def judge(report: Report, code: int) -> Outcome:
    """What a process that ended by itself amounts to.

    code: as of `subprocess`, negative for a signal.
    """
    if report.error:
        return Outcome("FAILED", report.error)
    if code == 0:
        return Outcome("SUCCEEDED")
    # A shell's number of a death by signal, which is what AWS shows.
    shown = code if code > 0 else 128 - code
    how = f" ({signal.Signals(-code).name})" if code < 0 else ""
    return Outcome("FAILED", f"Command failed with exit code {shown}{how}")


def without_jvm(outcome: Outcome, said: str) -> Outcome:
    """A run that failed while its JVM died; `said` is what the JVM last wrote to its log."""
    if OUT_OF_MEMORY in said:
        return Outcome("FAILED", OUT_OF_MEMORY_MESSAGE)
    return Outcome("FAILED", f"{outcome.message} (Spark's JVM ended during the run)")

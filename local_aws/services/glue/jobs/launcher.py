"""How the pool's JVMs are started, made warm, and given an archive of Spark's classes."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

from local_aws import child_processes
from local_aws.context import Platform
from local_aws.services.glue.jobs import spark_conf
from local_aws.services.glue.jobs.class_archive import ClassArchive
from local_aws.services.glue.jobs.java import java_home
from local_aws.services.glue.jobs.jvm import (
    LAYOUT,
    RUNTIME,
    Jvm,
    classes_folder,
    spark_environment,
    spark_jars,
)

SPARE_BYTES = 2 << 30  # of memory that must be free for a JVM that nobody has asked for
REHEARSAL_SECONDS = 180.0
BRIEFLY = ("parquet",)
EVERY_FORMAT = ("parquet", "csv", "json", "orc")
FIRST_TIER = "-XX:TieredStopAtLevel=1"  # a JVM that soon ends is not worth compiling well for

log = logging.getLogger(__name__)


class Launcher:
    """Of one server."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.data_dir / "state" / "glue-classes"
        self._environment = platform.child_environment()
        self._lock = threading.Lock()
        self._training: Jvm | None = None
        self._closed = False

    def launch(self) -> Jvm:
        """A JVM, with the archive where there is one."""
        archive = self._archive()
        return self._start([], archive if archive.complete else None)

    def may_prepare(self) -> bool:
        """Whether a JVM that waits for a job is wanted, and there is memory for it."""
        return _works_ahead() and bool(psutil.virtual_memory().available >= SPARE_BYTES)

    def rehearse(self, jvm: Jvm, formats: Sequence[str] = BRIEFLY) -> bool:
        """Make it warm; whether it is clean after that."""
        settings = spark_conf.defaults(self._platform, "rehearsal", jvm.folder, [])
        command = [sys.executable, str(RUNTIME / "rehearsal.py"), str(jvm.connection)]
        child = subprocess.Popen(
            [*command, str(jvm.classes), json.dumps(settings), *formats],
            cwd=jvm.folder,
            env=spark_environment(self._environment) | {"TMPDIR": str(jvm.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return child.wait(REHEARSAL_SECONDS) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            child_processes.end_tree(child.pid)
            child.wait()

    def make_archive(self) -> None:
        """Once for these jars and this Java; what goes wrong costs time alone, and is logged."""
        if not _works_ahead():
            return
        archive = self._archive()
        if archive.complete:
            return
        try:
            archive.make(self._train)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            if not self._closed:
                log.warning("No archive of Spark's classes was made: %s", error)

    def judge(self, jvm: Jvm) -> None:
        """After a JVM has started: an archive that it refused is of no use to any other."""
        refused = jvm.refused_archive
        if refused and refused.complete:
            log.warning("Java refused the archive of Spark's classes, which will be made again")
            refused.discard()

    def close(self) -> None:
        """End what is being made."""
        with self._lock:
            self._closed = True
            if self._training:
                self._training.end()

    def _train(self, options: list[str]) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError("the server is closing")
            jvm = self._training = self._start([*options, FIRST_TIER], None)
        try:
            jvm.be_patient()
            if not self.rehearse(jvm, EVERY_FORMAT):
                raise RuntimeError("the rehearsal failed")
            jvm.finish()
        finally:
            with self._lock:
                self._training = None
            jvm.end()

    def _start(self, options: list[str], archive: ClassArchive | None) -> Jvm:
        return Jvm(
            self._platform.scratch("glue-jvm"),
            classes_folder(self._state),
            self._environment,
            options,
            archive,
        )

    def _archive(self) -> ClassArchive:
        folder: Path = self._state / "archive"
        return ClassArchive(folder, java_home(), spark_jars(), LAYOUT)


def _works_ahead() -> bool:
    """Whether a JVM may be started that no job has asked for."""
    return os.environ.get("LOCAL_AWS_SPARK_AHEAD") != "0"

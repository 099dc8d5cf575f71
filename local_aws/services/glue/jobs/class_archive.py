"""Spark's classes, read and checked once for all JVMs: Java's class-data sharing.

Half of what a JVM does until Spark's first query is loading 14,000 classes. Java 17 can keep them
in an archive (https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html), here of two
layers: Java's own classes, which the wheel comes without, and what a JVM had loaded when it ended.
It is made once, by a JVM that runs `glue_runtime/rehearsal.py` at the lowest priority.

Java takes an archive only with the very jars and the very Java that it was made with, and goes on
without it and without a word when they differ; a torn one can even crash it. So an archive is in a
folder named after all that it depends on, counts only with the sizes that were written down when it
was complete, has its checksums verified by each JVM, and the JVM's log is read for whether it was
taken: one that was refused is deleted, and made again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

LAYERS = ("java.jsa", "spark.jsa")
COMPLETE = "complete.json"
TAKEN = "Mapped dynamic region"
REFUSED = "Unable to use shared archive"

Train = Callable[[list[str]], None]
"""Runs a JVM with these options through the rehearsal, until it has ended by itself."""


class ClassArchive:
    """In `folder`, for this Java and these jars; `options` are those of the JVMs that use it."""

    def __init__(
        self, folder: Path, java: Path, jars: Sequence[Path], options: Sequence[str]
    ) -> None:
        self._root = folder
        self._java = java
        self._options = [*options]
        self._folder = folder / _digest(java, jars, options)

    @property
    def complete(self) -> bool:
        """Both layers are there as they were when they were made."""
        try:
            sizes = json.loads((self._folder / COMPLETE).read_text())
            return bool(sizes == self._sizes(self._folder))
        except (OSError, ValueError):
            return False

    def use(self, log: Path) -> list[str]:
        """The options that make a JVM use it and tell, in a file, whether it did."""
        layers = os.pathsep.join(str(self._folder / name) for name in LAYERS)
        return [
            f"-XX:SharedArchiveFile={layers}",
            "-XX:+VerifySharedSpaces",
            f"-Xlog:cds=info,cds+dynamic=info:file={log}:none:filecount=0",
        ]

    @staticmethod
    def was_taken(log: Path) -> bool:
        """What a JVM that has started says."""
        told = log.read_text(errors="replace") if log.exists() else ""
        return TAKEN in told and REFUSED not in told

    def discard(self) -> None:
        """Delete it. JVMs that have mapped it keep it until they end."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def make(self, train: Train) -> None:
        """Make it, in place of those of other jars; nothing counts before all of it is there."""
        shutil.rmtree(self._root, ignore_errors=True)
        making = self._root / f"making-{uuid.uuid4().hex[:8]}"
        making.mkdir(parents=True)
        lower, upper = (making / name for name in LAYERS)
        dump = [str(self._java / "bin" / "java"), *self._options, "-Xshare:dump"]
        try:
            subprocess.run(
                [*dump, f"-XX:SharedArchiveFile={lower}"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
            )
            train([f"-XX:SharedArchiveFile={lower}", f"-XX:ArchiveClassesAtExit={upper}"])
            (making / COMPLETE).write_text(json.dumps(self._sizes(making)))
            making.rename(self._folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    @staticmethod
    def _sizes(folder: Path) -> dict[str, int]:
        return {name: (folder / name).stat().st_size for name in LAYERS}


def _digest(java: Path, jars: Sequence[Path], options: Sequence[str]) -> str:
    """Of all that Java compares, and of the options that decide how memory is laid out."""
    files = [java / "release", java / "lib" / "modules", *jars]
    told = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    text = "\n".join([*told, *options, (java / "release").read_text()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]

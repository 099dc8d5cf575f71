"""Attach a job's Python process to the JVM that the runner lends it, and give the JVM back clean.

PySpark itself knows how to join a JVM that runs already: it reads ``PYSPARK_GATEWAY_PORT`` and
``PYSPARK_GATEWAY_SECRET``, as under ``spark-submit``
(https://github.com/apache/spark/blob/v3.5.6/python/pyspark/java_gateway.py). A session's defaults
are the JVM's system properties ``spark.*``; they are set anew for each job.
"""

import gc
import os
import struct
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import jvm_state  # type: ignore[import-not-found] # beside this file

CLASSES_JAR = "local_aws.jar"


class _State:
    taken: jvm_state.Taken | None = None


def attach(connection_file: Path, conf: dict[str, str], classes: Path) -> None:
    """Wait for the JVM, then make it this job's: every ``SparkContext()`` from now on is in it."""
    port, secret = _read_connection(connection_file)
    os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = secret
    from pyspark import SparkContext

    SparkContext._ensure_initialized()
    jvm: Any = SparkContext._jvm
    _compile_file_system(jvm, classes)
    _State.taken = jvm_state.Taken(jvm)
    for name, value in conf.items():
        jvm.java.lang.System.setProperty(name, value)


def detach() -> bool:
    """Stop the session, as Glue scripts never do. True when the JVM can serve another job."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    context: Any = SparkContext._active_spark_context
    jvm: Any = SparkContext._jvm
    if jvm is None or _State.taken is None:
        return False
    if context is not None:
        context.stop()
    jvm.SparkSession.clearDefaultSession()
    jvm.SparkSession.clearActiveSession()
    SparkSession._instantiatedSession = None
    _forget_codecs(jvm)
    gc.collect()  # the JVM frees what this process' objects held
    contexts = getattr(getattr(jvm.org.apache.spark, "SparkContext$"), "MODULE$")
    left = _State.taken.left()
    for one in left:
        jvm.java.lang.System.err.println(f"This JVM is not used again: {one}")
    return not left and bool(contexts.getActive().isEmpty())


def _forget_codecs(jvm: Any) -> None:
    """Parquet keeps the first codec of a name, with its level, for as long as the JVM lives.

    On AWS a job's JVM is its own. https://github.com/apache/parquet-java/pull/1134
    """
    factory = jvm.java.lang.Class.forName("org.apache.parquet.hadoop.CodecFactory")
    codecs = factory.getDeclaredField("CODEC_BY_NAME")
    codecs.setAccessible(True)
    codecs.get(None).clear()


def _read_connection(path: Path, patience: float = 120) -> tuple[int, str]:
    deadline = time.monotonic() + patience
    while not path.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Spark's JVM did not start within {patience:.0f} s")
        time.sleep(0.02)
    content = path.read_bytes()
    port, length = struct.unpack(">ii", content[:8])
    return port, content[8 : 8 + length].decode()


def _compile_file_system(jvm: Any, classes: Path) -> None:
    """Compile what is beside this file, once: the JVM has no javac, but Spark brings Janino."""
    if (classes / CLASSES_JAR).exists():
        return
    from pyspark import SparkContext

    sources = sorted(Path(__file__).parent.glob("*.java"))
    with tempfile.TemporaryDirectory(dir=classes.parent) as scratch:
        compiler = jvm.org.codehaus.janino.Compiler()
        compiler.setDestinationDirectory(jvm.java.io.File(scratch), False)
        files = SparkContext._gateway.new_array(jvm.java.io.File, len(sources))
        for number, source in enumerate(sources):
            files[number] = jvm.java.io.File(str(source))
        compiler.compile(files)
        built = sorted(Path(scratch).rglob("*.class"), reverse=True)
        jar = Path(scratch, CLASSES_JAR)
        with zipfile.ZipFile(jar, "w") as archive:
            for file in built:
                archive.write(file, file.relative_to(scratch))
        for file in built:
            target = classes / file.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        jar.replace(classes / CLASSES_JAR)

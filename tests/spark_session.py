"""A Spark session in the tests' own process, in a JVM started just as the runner starts one."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
RUNTIME = ROOT / "local_aws" / "glue_runtime"


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One for the whole session: PySpark joins one JVM a process. s3://lake/ is a folder of it."""
    sys.path[:0] = [path for path in [str(RUNTIME)] if path not in sys.path]
    import spark_attach

    from local_aws.services.glue.jobs.jvm import Jvm, classes_folder

    folder = tmp_path_factory.mktemp("spark")
    (folder / "s3" / "lake").mkdir(parents=True)
    jvm = Jvm(folder / "jvm", classes_folder(folder / "classes"), dict(os.environ))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = {
        "spark.app.name": "tests",
        "spark.driver.host": "127.0.0.1",
        "spark.executorEnv.PYTHONPATH": str(RUNTIME),
        "spark.hadoop.fs.local_aws.buckets": str(folder / "s3"),
        "spark.hadoop.fs.local_aws.staging": str(folder / "staging"),
        "spark.hadoop.fs.s3.impl": "local_aws.LocalS3",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
        "spark.master": "local[2]",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
    }
    try:
        spark_attach.attach(jvm.connection, conf, jvm.classes)
        from pyspark.sql import SparkSession

        session: Any = SparkSession.builder.getOrCreate()
        session.lake = folder / "s3" / "lake"
        yield session
        spark_attach.detach()
    finally:
        jvm.end()
        for name in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET", "PYSPARK_PYTHON"):
            os.environ.pop(name, None)

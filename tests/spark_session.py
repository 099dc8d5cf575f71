"""A Spark session in this process, in a JVM started just as the runner starts one."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "glue_jobs"), str(ROOT / "local_aws" / "glue_runtime")]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    import spark_attach

    from local_aws.services.glue.jobs.jvm import Jvm, classes_folder

    folder = tmp_path_factory.mktemp("spark")
    jvm = Jvm(folder / "jvm", classes_folder(folder / "classes"), dict(os.environ))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = {
        "spark.app.name": "tests",
        "spark.driver.host": "127.0.0.1",
        "spark.master": "local[2]",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
    }
    try:
        spark_attach.attach(jvm.connection, conf, jvm.classes)
        from lake_convert import SETTINGS
        from pyspark.sql import SparkSession

        session = SparkSession.builder.getOrCreate()
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
        yield session
        spark_attach.detach()
    finally:
        jvm.end()
        for name in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET", "PYSPARK_PYTHON"):
            os.environ.pop(name, None)

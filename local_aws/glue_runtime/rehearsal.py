"""A usual job on nothing: ``python rehearsal.py CONNECTION CLASSES SETTINGS FORMAT ...``.

It makes a JVM load the classes, and compile the code, that the next job would wait for: before an
archive of the classes is made, and in a JVM that waits for its first job. When that job has come, a
file `wanted` appears in the working directory, and the rest is left out.
"""

import functools
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spark_attach import attach, detach  # type: ignore[import-not-found] # beside this file

WANTED = Path("wanted")


def main(connection: str, classes: str, settings: str, *formats: str) -> int:
    """0 when the JVM is clean again."""
    with tempfile.TemporaryDirectory() as folder:
        bucket = Path(folder, "rehearsal")
        bucket.mkdir()
        own = {"spark.hadoop.fs.local_aws.buckets": folder, "spark.sql.shuffle.partitions": "1"}
        attach(Path(connection), json.loads(settings) | own, Path(classes))
        rehearse(f"s3://{bucket.name}", formats)
        return 0 if detach() else 1


def rehearse(root: str, formats: Sequence[str]) -> None:
    """A session, then step by step, until somebody wants the JVM."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    rows = spark.range(0, 100, 1, 1).selectExpr("id", "id % 3 AS k", "CAST(id AS STRING) AS s")
    steps = [functools.partial(there_and_back, rows, root, kind) for kind in formats]
    for step in (*steps, functools.partial(ask, rows)):
        if WANTED.exists():
            return
        step()


def there_and_back(rows: Any, root: str, kind: str) -> None:
    """Write and read a format."""
    rows.write.format(kind).partitionBy("k").save(f"{root}/{kind}")
    found = rows.sparkSession.read.format(kind).load(f"{root}/{kind}").count()
    if found != 100:
        raise AssertionError(f"{kind}: {found} rows, not 100")


def ask(rows: Any) -> None:
    """Sort, window, join, sum; SQL."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F  # noqa: N812

    window = Window.partitionBy("k").orderBy("id")
    ranked = rows.withColumn("n", F.row_number().over(window)).join(rows, ["id"], "left")
    ranked.createOrReplaceTempView("ranked")
    rows.sparkSession.sql("SELECT count(DISTINCT n), max(n) FROM ranked WHERE id > 3").collect()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

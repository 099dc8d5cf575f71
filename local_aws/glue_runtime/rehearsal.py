"""A usual job on nothing: ``python rehearsal.py CONNECTION CLASSES SETTINGS FORMAT ...``.

It makes a JVM load the classes, and compile the code, that the next job would wait for: before an
archive of the classes is made, and in a JVM that waits for its first job.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from spark_attach import attach, detach  # type: ignore[import-not-found] # beside this file


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
    """Each format there and back; sort, sum, window, join; SQL."""
    from pyspark.sql import SparkSession, Window
    from pyspark.sql import functions as F  # noqa: N812

    spark = SparkSession.builder.getOrCreate()
    rows = spark.range(0, 100, 1, 1).selectExpr("id", "id % 3 AS k", "CAST(id AS STRING) AS s")
    for kind in formats:
        rows.write.format(kind).partitionBy("k").save(f"{root}/{kind}")
        found = spark.read.format(kind).load(f"{root}/{kind}").count()
        if found != 100:
            raise AssertionError(f"{kind}: {found} rows, not 100")
    window = Window.partitionBy("k").orderBy("id")
    ranked = rows.withColumn("n", F.row_number().over(window)).join(rows, ["id"], "left")
    ranked.createOrReplaceTempView("ranked")
    spark.sql("SELECT count(DISTINCT n), max(n) FROM ranked WHERE id > 3").collect()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

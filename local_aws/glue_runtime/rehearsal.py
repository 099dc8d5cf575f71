"""What a usual job does, on nothing: ``python rehearsal.py CONNECTION CLASSES SETTINGS``.

It makes a JVM load the classes, and compile the code, that the next job would wait for: before an
archive of the classes is made, and in a JVM that waits for its first job.
"""

import json
import sys
import tempfile
from pathlib import Path

from spark_attach import attach, detach  # type: ignore[import-not-found] # beside this file


def main(connection: str, classes: str, settings: str) -> int:
    """0 when the JVM is clean again."""
    attach(Path(connection), json.loads(settings), Path(classes))
    with tempfile.TemporaryDirectory() as folder:
        rehearse(folder)
    return 0 if detach() else 1


def rehearse(folder: str) -> None:
    """Each format there and back, a join, a sum, a window, SQL."""
    from pyspark.sql import SparkSession, Window
    from pyspark.sql import functions as F  # noqa: N812

    spark = SparkSession.builder.getOrCreate()
    rows = spark.range(100).selectExpr("id", "id % 3 AS k", "CAST(id AS STRING) AS s")
    for kind in ("parquet", "csv", "json", "orc"):
        rows.write.format(kind).mode("overwrite").partitionBy("k").save(f"{folder}/{kind}")
        found = spark.read.format(kind).load(f"{folder}/{kind}").count()
        if found != 100:
            raise AssertionError(f"{kind}: {found} rows, not 100")
    again = spark.read.parquet(f"{folder}/parquet").withColumn("day", F.current_date())
    window = Window.partitionBy("k").orderBy("id")
    ranked = again.withColumn("n", F.row_number().over(window)).join(rows, ["id"], "left")
    ranked.createOrReplaceTempView("ranked")
    spark.sql("SELECT day, count(DISTINCT n), max(n) FROM ranked GROUP BY day").collect()
    again.repartitionByRange(2, "id").sortWithinPartitions("id").write.parquet(f"{folder}/sorted")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

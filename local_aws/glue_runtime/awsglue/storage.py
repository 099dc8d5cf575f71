"""purge_table and purge_s3_path.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import time
from typing import Any

from . import files, tables
from .unsupported import refuse_unknown

WEEK = 168
OPTIONS = ("retentionPeriod", "partitionPredicate", "excludeStorageClasses")


def purge_path(context: Any, root: str, options: dict[str, Any]) -> bool:
    """Delete the files that are older than the retention period; whether none is left."""
    refuse_unknown("purge", options, OPTIONS)
    hours = float(options.get("retentionPeriod", WEEK))
    last = time.time() * 1000 - hours * 3_600_000
    found = files.list_files(context, root)
    # Every object here is of storage class STANDARD unless it was put otherwise.
    if "STANDARD" in (options.get("excludeStorageClasses") or ()):
        return not found
    old = [file for file in found if file.modified <= last]
    for file in old:
        _delete(context, file.path)
    return len(old) == len(found)


def purge_table(glue_ctx: Any, database: str, name: str, options: dict[str, Any]) -> None:
    """Delete a table's files, and the partitions that have none left."""
    refuse_unknown("purge_table", options, OPTIONS)
    spark, table = glue_ctx.spark_session, glue_ctx.catalog.table(database, name)
    if not table.keys:
        purge_path(spark.sparkContext, table.location, options)
        return
    found = [
        (p["StorageDescriptor"]["Location"], list(p["Values"]))
        for p in glue_ctx.catalog.partitions(table)
    ]
    predicate = options.get("partitionPredicate", "")
    for location, values in tables.choose(spark, table.keys, found, predicate):
        if purge_path(spark.sparkContext, location, options):
            glue_ctx.catalog.client.delete_partition(
                DatabaseName=database, TableName=name, PartitionValues=values
            )


def _delete(context: Any, uri: str) -> None:
    path = context._jvm.org.apache.hadoop.fs.Path(uri)
    path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, False)

"""Read a table of the Data Catalog, asked for through boto3 like anybody else's script would."""

from functools import reduce
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

FORMATS = {
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "csv",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.openx.data.jsonserde.JsonSerDe": "json",
}


def read_table(spark: Any, database: str, name: str, predicate: str = "") -> Any:
    """The rows of the table's partitions that satisfy the predicate."""
    import boto3

    glue: Any = boto3.client("glue")
    table = glue.get_table(DatabaseName=database, Name=name)["Table"]
    keys = table.get("PartitionKeys") or []
    if not keys:
        return _read(spark, table, table["StorageDescriptor"]["Location"])
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
    partitions = [partition for page in pages for partition in page["Partitions"]]
    chosen = _choose(spark, keys, partitions, predicate)
    frames = [_with_keys(_read(spark, table, location), keys, v) for location, v in chosen]
    if not frames:
        return spark.createDataFrame([], _ddl(table["StorageDescriptor"]["Columns"] + keys))
    return reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), frames)


def _choose(
    spark: Any, keys: list[dict[str, Any]], partitions: list[dict[str, Any]], predicate: str
) -> list[tuple[str, list[str]]]:
    """(location, values) of the partitions; Spark itself evaluates the predicate over the keys."""
    found = [(p["StorageDescriptor"]["Location"], list(p["Values"])) for p in partitions]
    if not (predicate and found):
        return found
    names = [key["Name"] for key in keys]
    rows = [(number, *values) for number, (_, values) in enumerate(found)]
    candidates = spark.createDataFrame(rows, ["_partition", *names])
    for key in keys:
        candidates = candidates.withColumn(key["Name"], F.col(key["Name"]).cast(key["Type"]))
    kept = candidates.filter(predicate).select("_partition").collect()
    return [found[row[0]] for row in sorted(kept)]


def _read(spark: Any, table: dict[str, Any], location: str) -> Any:
    storage = table["StorageDescriptor"]
    library = storage["SerdeInfo"]["SerializationLibrary"]
    if library not in FORMATS:
        raise NotImplementedError(f"create_dynamic_frame.from_catalog of a table by {library}")
    kind = FORMATS[library]
    if kind != "csv":
        return spark.read.format(kind).load(location)
    serde = storage["SerdeInfo"].get("Parameters", {})
    skipped = (storage.get("Parameters", {}) | table.get("Parameters", {})).get(
        "skip.header.line.count", "0"
    )
    reader = spark.read.schema(_ddl(storage["Columns"])).option("header", skipped == "1")
    separator = serde.get("field.delim") or serde.get("separatorChar") or ","
    return reader.option("sep", separator).csv(location)


def _with_keys(df: Any, keys: list[dict[str, Any]], values: list[str]) -> Any:
    for key, value in zip(keys, values, strict=True):
        df = df.withColumn(key["Name"], F.lit(value).cast(key["Type"]))
    return df


def _ddl(columns: list[dict[str, Any]]) -> str:
    return ", ".join(f"`{column['Name']}` {column['Type']}" for column in columns)

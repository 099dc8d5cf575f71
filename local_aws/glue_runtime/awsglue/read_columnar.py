"""Parquet and ORC, whose files say their types.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-parquet-home.html
"""

from typing import Any

from pyspark.sql.types import StringType, StructField, StructType

from .files import Selection
from .unsupported import refuse_unknown

# They choose the way of reading, not what is read.
OPTIONS = ("useGlueParquetWriter", "compression", "blockSize", "pageSize", "optimizePerformance")


def read_parquet(spark: Any, chosen: Selection, options: dict[str, Any]) -> Any:
    """Files of several schemas are read as their union."""
    return _read(spark, "parquet", chosen, options)


def read_orc(spark: Any, chosen: Selection, options: dict[str, Any]) -> Any:
    """As `read_parquet`."""
    return _read(spark, "orc", chosen, options)


def _read(spark: Any, kind: str, chosen: Selection, options: dict[str, Any]) -> Any:
    refuse_unknown(f"format_options of {kind}", options, OPTIONS)
    reader = spark.read.format(kind).options(mergeSchema="true", **chosen.options())
    if not chosen.keys:
        return reader.load(chosen.paths)
    fields = [f for f in reader.load(chosen.paths).schema.fields if f.name not in chosen.keys]
    schema = StructType([*fields, *(StructField(name, StringType()) for name in chosen.keys)])
    return reader.schema(schema).load(chosen.paths)

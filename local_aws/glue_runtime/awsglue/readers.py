"""Readers of S3's files, one a format: a selection of files in, a DataFrame out."""

from collections.abc import Callable
from typing import Any

from pyspark.sql.types import StructType

from . import read_columnar, read_csv, read_json
from .files import Selection
from .unsupported import refuse

Reader = Callable[[Any, Selection, dict[str, Any]], Any]
READERS: dict[str, Reader] = {
    "csv": read_csv.read,
    "json": read_json.read,
    "glueparquet": read_columnar.read_parquet,
    "orc": read_columnar.read_orc,
    "parquet": read_columnar.read_parquet,
}


def read(spark: Any, kind: str | None, chosen: Selection, options: dict[str, Any]) -> Any:
    """The records; without files, none and no schema."""
    if kind not in READERS:
        refuse(f"format={kind!r} of a source")
    if not chosen.paths:
        return empty(spark)
    return READERS[kind](spark, chosen, options)


def empty(spark: Any) -> Any:
    """No records, and so no schema."""
    return spark.createDataFrame([], StructType([]))

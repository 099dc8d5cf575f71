"""Reading a table of the Data Catalog.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-partitions.html
`catalogPartitionPredicate` is an expression for the catalog, `push_down_predicate` one of Spark's
SQL over the partition keys. Partitions in folders named <key>=<value> below the table's own are
read by one reader; others each by their own.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any
from urllib.parse import quote

from pyspark.sql import functions as F  # noqa: N812

from . import files, frames, read_csv, readers
from .bookmarks import SourceBookmark
from .catalog import Catalog, Table
from .choice import column
from .files import Selection
from .unsupported import refuse

Partition = tuple[str, list[str]]


def read_table(
    spark: Any, catalog: Catalog, table: Table, predicate: str, options: dict[str, Any],
    bookmark: SourceBookmark | None,
) -> Any:  # fmt: skip
    """The records of the table's partitions that satisfy both predicates."""
    what = f"from_catalog({table.name}): additional_options"
    files.check_options(what, options)
    kind = table.format
    if kind not in readers.READERS:
        refuse(f"from_catalog({table.name}): classification {kind}")
    if not table.keys:
        chosen = files.select(spark, [table.location], _recursive(options), bookmark)
        return _read(spark, table, chosen)
    found = [
        ((p.get("StorageDescriptor") or {}).get("Location", "").rstrip("/"), list(p["Values"]))
        for p in catalog.partitions(table, options.get("catalogPartitionPredicate", ""))
    ]
    wanted = choose(spark, table.keys, found, predicate)
    if bookmark is None and wanted and all(_is_plain(table, partition) for partition in wanted):
        return _read_together(spark, table, wanted)
    return _read_apart(spark, table, wanted, options, bookmark)


def choose(
    spark: Any, keys: list[tuple[str, str]], found: list[Partition], predicate: str
) -> list[Partition]:
    """The partitions for which Spark's SQL says so."""
    if not (predicate and found):
        return found
    rows = [(number, *values) for number, (_, values) in enumerate(found)]
    schema = ", ".join(["`\ue000` int", *(f"`{name}` string" for name, _ in keys)])
    candidates = spark.createDataFrame(rows, schema)
    for name, kind in keys:
        candidates = candidates.withColumn(name, column(name).cast(kind))
    return [found[row[0]] for row in candidates.filter(predicate).select("\ue000").collect()]


def _read_together(spark: Any, table: Table, wanted: Sequence[Partition]) -> Any:
    names = tuple(name for name, _ in table.keys)
    paths = [location for location, _ in wanted]
    df = _read(spark, table, Selection(paths, base=table.location, keys=names))
    return df.select(
        *(column(name) for name in df.columns if name not in names),
        *(column(name).cast(kind).alias(name) for name, kind in table.keys),
    )


def _read_apart(
    spark: Any, table: Table, wanted: Sequence[Partition], options: dict[str, Any],
    bookmark: SourceBookmark | None,
) -> Any:  # fmt: skip
    locations = [location for location, _ in wanted]
    chosen = files.select_each(spark, locations, _recursive(options), bookmark)
    parts = [
        _with_keys(_read(spark, table, selection), table.keys, values)
        for selection, (_, values) in zip(chosen, wanted, strict=True)
        if selection.paths
    ]
    return reduce(frames.union, parts) if parts else readers.empty(spark)


def _read(spark: Any, table: Table, chosen: Selection) -> Any:
    if table.format == "csv" and chosen.paths:
        return read_csv.read_table(spark, chosen, table.format_options(), table.columns)
    return readers.read(spark, table.format, chosen, {})


def _recursive(options: dict[str, Any]) -> dict[str, Any]:
    return {"recurse": True, **options}


def _is_plain(table: Table, partition: Partition) -> bool:
    """Whether the folder is where Spark itself would look for these values."""
    location, values = partition
    names = [name for name, _ in table.keys]
    pairs = [
        f"{name}={quote(value, safe=' -_.~')}" for name, value in zip(names, values, strict=True)
    ]
    return location == "/".join([table.location, *pairs])


def _with_keys(df: Any, keys: list[tuple[str, str]], values: list[str]) -> Any:
    for (name, kind), value in zip(keys, values, strict=True):
        df = df.withColumn(name, F.lit(value).cast(kind))
    return df

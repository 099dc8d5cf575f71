"""What every convert job does: clean Parquet in, typed, sorted, zstd Parquet out.

Runs unchanged on AWS Glue 5.1 and in local_aws. Rows that break the contract go to quarantine with
the name of the first thing they break:

- ``type:<column>``: a value that is not of the contract's type, or would lose something by the cast
- ``required:<column>``: no value in a required or key column
- ``<rule>``: a row rule whose action is ``quarantine`` (an unknown result, NULL, passes)
- ``unique:<keys>``: a key that an earlier row, in the contract's order, already has

How files are cut is the contract's `layout`: megabytes of input a file, megabytes of a row group,
zstd's level. The same input gives the same rows in the same order, and the same bytes while it
makes one file (input up to one and a half times a file's); beyond, Spark cuts the files by a
sample of the rows. One thing differs from JVM to JVM: in which order Parquet's footer lists a
column's encodings (https://github.com/apache/parquet-java/issues/3215).

Each run has its own folders, so a run that repeats replaces only what itself wrote. Small objects
(contract, metrics) are read and written by Spark's own file system: a boto3 client costs a second
of CPU to make.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import Column, DataFrame, Observation, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812

Params = Mapping[str, Any]
Transform = Callable[[DataFrame, Params], DataFrame]

ARGUMENTS = ["JOB_NAME", "input", "output", "quarantine", "contract", "metrics"]
MEGABYTE = 1024 * 1024
RAW = "_raw"
RULE = "_rule"
ROWS = ":rows"  # beside counts by rule: no rule has such a name
INTEGERS = ("tinyint", "smallint", "int", "bigint")
FRACTIONS = ("float", "double", "decimal")
SETTINGS = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionOverwriteMode": "static",
}


class ContractBroken(Exception):
    """The input cannot become what the contract says, as a whole."""


def transform(df: DataFrame, params: Params) -> DataFrame:
    """The contract's columns, typed; the row as it came in `_raw`; what it breaks in `_rule`."""
    typed = _typed(df, params)
    judged = typed.withColumn(RULE, F.coalesce(*_violations(params), F.lit(None)))
    judged = _mark_duplicates(judged, params)
    return judged.select(*_names(params), RAW, RULE)


def published(judged: DataFrame, params: Params) -> DataFrame:
    """The rows that break nothing, in the contract's order."""
    return judged.filter(F.col(RULE).isNull()).select(*_names(params))


def quarantined(judged: DataFrame) -> DataFrame:
    """The others as they came, with the rule that they break."""
    return judged.filter(F.col(RULE).isNotNull()).select(f"{RAW}.*", RULE)


def main(transform: Transform = transform) -> None:
    """Glue's input and output around the transform."""
    args = getResolvedOptions(sys.argv, ARGUMENTS)
    spark = SparkSession(SparkContext.getOrCreate())
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    files = Files(spark)
    params = json.loads(files.read(args["contract"]))
    metrics = convert(spark, files, transform, params, args)
    files.write(args["metrics"], json.dumps(metrics, sort_keys=True))
    print(json.dumps({"job": args["JOB_NAME"], **metrics}, sort_keys=True))  # noqa: T201


def convert(
    spark: SparkSession, files: "Files", transform: Transform, params: Params, args: Params
) -> dict[str, Any]:
    """Write both sides of the split; the counts."""
    count = _file_count(files.size(args["input"])[1], params)
    df = spark.read.parquet(args["input"])
    _require_columns(df, params)
    judged = transform(df.coalesce(1) if count == 1 else df, params)
    if count > 1:
        judged = judged.persist()
    by_rule = _write_published(judged, params, args["output"], count)
    rows_in = by_rule.pop(ROWS, 0)
    _refuse_failed(params, by_rule)
    files.delete(args["quarantine"])
    rows_out, rows_bad = spark.read.parquet(args["output"]).count(), 0
    if by_rule:
        bad = _arranged(quarantined(judged), [RULE, *df.columns], 1)
        _write(bad, params, args["quarantine"])
        rows_bad = spark.read.parquet(args["quarantine"]).count()
    _require_conserved(rows_in, rows_out, rows_bad, by_rule)
    number, size = files.size(args["output"])
    return {
        "rows_in": rows_in,
        "rows_out": rows_out,
        "rows_quarantined": rows_bad,
        "quarantined_by_rule": by_rule,
        "files": number,
        "bytes": size,
    }


def _write_published(judged: DataFrame, params: Params, uri: str, count: int) -> dict[str, int]:
    """Write what breaks nothing; the number of all rows and of those that break each rule.

    One file is written by one stage, which counts on the way. With more, Spark may compute a stage
    again (it samples the rows to cut them into ranges), so counting is a pass of its own.
    """
    if count > 1:
        found = judged.agg(*_counts(params)).collect()[0].asDict()
    else:
        seen = Observation("seen")
        judged = judged.observe(seen, *_counts(params))
    _write(_arranged(published(judged, params), params["sort_by"], count), params, uri)
    if count == 1:
        found = seen.get
    return {name: n for name, n in found.items() if n}


def _require_conserved(
    rows_in: int, rows_out: int, rows_bad: int, by_rule: Mapping[str, int]
) -> None:
    """What was written, read back, is what came in and what was judged."""
    if rows_in != rows_out + rows_bad or rows_bad != sum(by_rule.values()):
        raise AssertionError(
            f"{rows_in} rows in, {rows_out} out, {rows_bad} quarantined of {dict(by_rule)}: rows "
            "are lost or doubled"
        )


def _names(params: Params) -> list[str]:
    return [column["name"] for column in params["columns"]]


def _require_columns(df: DataFrame, params: Params) -> None:
    missing = [name for name in _names(params) if name not in df.columns]
    if missing:
        raise ContractBroken(
            f"{params['name']}: the clean data has no column {', '.join(missing)}; "
            f"it has {', '.join(df.columns)}"
        )


def _typed(df: DataFrame, params: Params) -> DataFrame:
    kinds = dict(df.dtypes)
    raw = F.struct(*[F.col(f"`{name}`") for name in df.columns]).alias(RAW)
    typed = [_cast(c["name"], kinds[c["name"]], c["type"]) for c in params["columns"]]
    return df.select(raw, *typed)


def _cast(name: str, kind: str, target: str) -> Column:
    """The value in the target type; NULL where it cannot be or would lose its fraction."""
    cast = F.expr(f"try_cast(`{name}` AS {target})")
    if target in INTEGERS and kind.startswith(FRACTIONS):
        cast = F.when(F.col(f"`{name}`") == cast.cast("double"), cast)
    return cast.alias(name)


def _violations(params: Params) -> list[Column]:
    """For each check, in order, its name where the row breaks it."""
    needed = {c["name"] for c in params["columns"] if c.get("required")} | set(params["keys"])
    found = []
    for name in _names(params):
        raw, typed = F.col(f"{RAW}.`{name}`"), F.col(f"`{name}`")
        found.append(F.when(raw.isNotNull() & typed.isNull(), f"type:{name}"))
    for name in [name for name in _names(params) if name in needed]:
        found.append(F.when(F.col(f"`{name}`").isNull(), f"required:{name}"))
    for rule in params["rules"]:
        found.append(F.when(~F.expr(f"({rule['expression']})"), rule["name"]))
    return found


def _mark_duplicates(judged: DataFrame, params: Params) -> DataFrame:
    """Among the rows that break nothing else, all but the first of a key break its uniqueness."""
    if not params["keys"]:
        return judged
    sound = F.col(RULE).isNull()
    order = [F.col(f"`{name}`") for name in _order(params["sort_by"], _names(params))]
    window = Window.partitionBy(*params["keys"], sound).orderBy(*order)
    repeated = sound & (F.row_number().over(window) > 1)
    name = f"unique:{','.join(params['keys'])}"
    return judged.withColumn(RULE, F.when(repeated, name).otherwise(F.col(RULE)))


def _rule_names(params: Params) -> list[str]:
    names = _names(params)
    checks = [f"{kind}:{name}" for kind in ("type", "required") for name in names]
    rules = [rule["name"] for rule in params["rules"]]
    return [*checks, *rules, f"unique:{','.join(params['keys'])}"]


def _counts(params: Params) -> list[Column]:
    rules = [
        F.count(F.when(F.col(RULE) == name, 1)).alias(name)
        for name in dict.fromkeys(_rule_names(params))
    ]
    return [F.count(F.lit(1)).alias(ROWS), *rules]


def _refuse_failed(params: Params, counts: Mapping[str, int]) -> None:
    for rule in params["rules"]:
        if rule["action"] == "fail" and counts.get(rule["name"]):
            raise ContractBroken(
                f"{params['name']}: {counts[rule['name']]} rows break the rule {rule['name']}: "
                f"{rule['expression']}"
            )


def _order(first: list[str], names: list[str]) -> list[str]:
    """The given columns, then all others: no two different rows compare as equal."""
    return list(dict.fromkeys([*first, *names]))


def _arranged(df: DataFrame, sort_by: list[str], count: int) -> DataFrame:
    order = [F.col(f"`{name}`") for name in _order(list(sort_by), df.columns)]
    if count == 1:
        return df.coalesce(1).sortWithinPartitions(*order)
    return df.repartitionByRange(count, *order[: len(sort_by)]).sortWithinPartitions(*order)


def _file_count(size: int, params: Params) -> int:
    budget: float = params["layout"]["file_megabytes"] * MEGABYTE
    return max(1, round(size / budget))


def _write(df: DataFrame, params: Params, uri: str) -> None:
    # Parquet's own settings, for this write alone.
    # https://github.com/apache/parquet-java/blob/master/parquet-hadoop/README.md
    layout = params["layout"]
    options = {
        "parquet.block.size": int(layout["row_group_megabytes"] * MEGABYTE),
        "parquet.compression.codec.zstd.level": layout["zstd_level"],
    }
    df.write.mode("overwrite").options(**options).parquet(uri)


class Files:
    """Small objects and listings through Hadoop's file system, the same that Spark reads with."""

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark.sparkContext._jvm
        self._conf: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def read(self, uri: str) -> str:
        stream = self._system(uri).open(self._path(uri))
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write(self, uri: str, text: str) -> None:
        stream = self._system(uri).create(self._path(uri), True)
        try:
            stream.write(text.encode())
        finally:
            stream.close()

    def delete(self, uri: str) -> None:
        self._system(uri).delete(self._path(uri), True)

    def size(self, uri: str) -> tuple[int, int]:
        """How many files there are below, and their bytes."""
        summary = self._system(uri).getContentSummary(self._path(uri))
        return int(summary.getFileCount()), int(summary.getLength())

    def _path(self, uri: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(uri)

    def _system(self, uri: str) -> Any:
        return self._path(uri).getFileSystem(self._conf)

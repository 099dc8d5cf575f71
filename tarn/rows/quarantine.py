"""Quarantined rows as readers of lake_ops.quarantine see them: with rule and source line.

The Glue job leaves the rows as Parquet in its run's folder of the quarantine zone, each dataset
with columns of its own. Before a run is published they are written once more as JSON lines of one
shape for all datasets, with the line of the raw file that each comes from, below

    by-run/dataset=<dataset>/partition=<label>/run=<convert's token>/

and that folder becomes a partition of the table. (A dataset is named as a table is, without a
hyphen, so the folder is no dataset's.) The raw file is read once more for it, only where something
was quarantined. Lines are told of a run's first rows only (`BATCH`): who has more needs no list of
lines, and every publish needs a bound.
"""

from __future__ import annotations

import gzip
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.aws import forget as gone
from tarn.errors import Terminal, code_of
from tarn.partition import Partition
from tarn.rows.lines import SHOWN, LineFinder, told_apart
from tarn.rows.raw_file import RawFile
from tarn.rows.recipe import Trail

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "quarantine"
FOLDER = "by-run/"
RULE = "_rule"  # the column that the Glue job adds
BATCH = 20_000  # rows held at once; lines are looked for in the first batch alone
PARTITION_KEYS = ("dataset", "partition", "run")
COLUMNS = {
    "rule": ("string", "What the row breaks first: type:, required:, unique:, or a rule's name."),
    "line": ("bigint", "Its line in the raw file, the header being 1; NULL where not certain."),
    "lines": ("array<bigint>", "All lines that it may come from; [] where the recipe hides it."),
    "why": ("string", "Why there is no line."),
    "file": ("string", "The raw file."),
    "fields": ("map<string,string>", "The row as the recipe left it, without its NULLs."),
}


def table_input(aws: Aws) -> dict[str, Any]:
    """The Glue table of all datasets' quarantined rows."""
    return {
        "Name": TABLE,
        "Description": "Quarantined rows of every published run, with their rule and source line.",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "json"},
        "PartitionKeys": [{"Name": name, "Type": "string"} for name in PARTITION_KEYS],
        "StorageDescriptor": _storage(aws.settings.uri("quarantine", FOLDER)),
    }


def _storage(location: str) -> dict[str, Any]:
    return {
        "Columns": [
            {"Name": name, "Type": kind, "Comment": meaning}
            for name, (kind, meaning) in COLUMNS.items()
        ],
        "Location": location,
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }


def folder(partition: Partition, token: str) -> str:
    """Where the rows of a run are (token: the convert step's), in the quarantine zone."""
    return f"{FOLDER}dataset={partition.dataset}/partition={partition.label}/run={token}/"


def register(partition: Partition, token: str, rows: int, file: RawFile, trail: Trail) -> None:
    """Write a run's quarantined rows with their lines, and add them to the table.

    token: the convert step's; rows: how many its job counted; file: what was landed; trail: the
    recipe's. Terminal where the rows found are not as many. Again changes nothing.
    """
    if not rows:
        return
    aws = file.aws
    written = 0
    for number, table in enumerate(_batches(partition, token, aws)):
        lines = _explained(table, file, trail) if number == 0 else _plain(table, file)
        aws.s3.put_object(
            Bucket=aws.settings.bucket("quarantine"),
            Key=f"{folder(partition, token)}rows-{number:05}.json.gz",
            Body=_packed(lines),
            ChecksumAlgorithm="SHA256",
        )
        written += table.num_rows
    if written != rows:
        raise Terminal(
            f"The Glue job of {partition} counted {rows} quarantined rows, but {written} are in "
            f"{aws.settings.uri('quarantine', partition.run_folder(token))}. Clear the task "
            "`convert`."
        )
    _add_partition(partition, token, aws)


def _batches(partition: Partition, token: str, aws: Aws) -> Iterator[pa.Table]:
    """The Glue job's quarantined rows, so many at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    keys = sorted(key for key, _ in aws.keys("quarantine", partition.run_folder(token)))
    for key in keys:
        if key.endswith(".parquet"):
            body = aws.s3.get_object(Bucket=aws.settings.bucket("quarantine"), Key=key)["Body"]
            file = pq.ParquetFile(io.BytesIO(body.read()))
            for batch in file.iter_batches(BATCH):
                yield pa.Table.from_batches([batch])


def _explained(table: pa.Table, file: RawFile, trail: Trail) -> Iterator[dict[str, Any]]:
    """The rows with the lines that they may come from."""
    rows = _rows(table)
    candidates = _candidates(rows, file, _exact(trail, table.schema))
    told = zip(rows, candidates, told_apart(candidates), strict=True)
    for row, lines, line in told:
        yield _line(row, file, lines, line, "" if line else _why(lines, trail))


def _plain(table: pa.Table, file: RawFile) -> Iterator[dict[str, Any]]:
    """The rows beyond those whose lines are told."""
    for row in _rows(table):
        yield _line(row, file, [], None, f"lines are told of the first {BATCH:,} quarantined rows")


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    columns = zip(*map(_values, table.columns), strict=True)
    return [dict(zip(table.column_names, row, strict=True)) for row in columns]


def _values(column: pa.ChunkedArray) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):  # a day of the year 10000 is none in Python
        return list(column.cast("string").to_pylist())


def _line(
    row: dict[str, Any], file: RawFile, lines: Sequence[int], line: int | None, why: str
) -> dict[str, Any]:
    """A row as it stands in the table, by `COLUMNS`."""
    fields = {n: text(v) for n, v in row.items() if v is not None and n != RULE}
    return {
        "rule": row[RULE],
        "line": line,
        "lines": lines[:SHOWN],
        "why": why,
        "file": file.uri,
        "fields": fields,
    }


def _exact(trail: Trail, schema: pa.Schema) -> Trail:
    """Without single-precision columns: their values are not those of the texts."""
    import pyarrow as pa

    inexact = {field.name.lower() for field in schema if pa.types.is_float32(field.type)}
    origins = {name: o for name, o in trail.origins.items() if name not in inexact}
    return replace(trail, origins=origins)


def _candidates(rows: list[dict[str, Any]], file: RawFile, trail: Trail) -> list[list[int]]:
    if trail.mixing:
        return [[] for _ in rows]
    finder = LineFinder(rows, trail, file.header)
    for record in file.records():
        finder.look(record)
    return finder.candidates()


def _why(lines: Sequence[int], trail: Trail) -> str:
    if trail.mixing:
        return f"the recipe's step {trail.mixing} may make one row of several records"
    if not lines:
        return "no record has these values: DataBrew read the file in another way"
    if len(lines) == 1:
        return "another row has the same one line: DataBrew read the file in another way"
    many = f"more than {SHOWN}" if len(lines) > SHOWN else str(len(lines))
    return f"{many} records are alike in all that the recipe leaves as it was"


def text(value: Any) -> str:
    """A value as Athena casts it back: ISO dates, `true`, NaN by name."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return moment.isoformat(" ")
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "NaN" if isinstance(value, float) and math.isnan(value) else str(value)


def _packed(lines: Iterator[dict[str, Any]]) -> bytes:
    body = "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines)
    return gzip.compress(body.encode(), mtime=0)  # the same rows, the same bytes


def _add_partition(partition: Partition, token: str, aws: Aws) -> None:
    location = aws.settings.uri("quarantine", folder(partition, token))
    try:
        aws.glue.create_partition(
            DatabaseName=aws.settings.ops_database,
            TableName=TABLE,
            PartitionInput={
                "Values": [partition.dataset, partition.label, token],
                "StorageDescriptor": _storage(location),  # type: ignore[typeddict-item]
            },
        )
    except ClientError as error:
        if code_of(error) != "AlreadyExistsException":
            raise


def forget(partition: Partition, token: str, aws: Aws) -> None:
    """Take a run's rows out of the table, for whoever collects the run. Gone already is as good."""
    values = [partition.dataset, partition.label, token]
    database = aws.settings.ops_database
    gone(aws.glue.delete_partition, DatabaseName=database, TableName=TABLE, PartitionValues=values)
    for key, _ in aws.keys("quarantine", folder(partition, token)):
        aws.s3.delete_object(Bucket=aws.settings.bucket("quarantine"), Key=key)

"""One SELECT over the files of many partitions, with what is known of each file beside its rows."""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.reading.partitions import partition_constant
from local_aws.services.athena.serdes.spool import FILE
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.scope import Scan

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

Columns = list[tuple[str, t.Type]]
Keys = list[tuple[int, str, t.Type]]


def hidden_items(scan: Scan, data_file: DataFile) -> list[tuple[str, str]]:
    """The hidden columns that the query uses: name and the engine's SQL.

    https://trino.io/docs/current/connector/hive.html#metadata-columns
    """
    moment = dt.datetime.fromtimestamp(data_file.modified, dt.UTC)
    changed = f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}'"
    known = {
        "$path": quote(data_file.uri),
        "$file_size": f"CAST({data_file.size} AS BIGINT)",
        "$file_modified_time": f"struct_pack(u := {changed}, z := 'UTC')",
        "$partition": quote(data_file.partition),
    }
    return [(name, sql) for name, sql in known.items() if name in scan.used]


def constants(scan: Scan, data_file: DataFile, keys: Keys) -> tuple[tuple[str, str], ...]:
    """Everything that is the same for each row of a file."""
    values = [(n, partition_constant(data_file.values[i], k)) for i, n, k in keys]
    return (*values, *hidden_items(scan, data_file))


def joined(scan: Scan, items: list[str], source: str, files: list[DataFile], keys: Keys) -> str:
    """Rows of a source that says of each by `FILE` from which file it is."""
    known = {f.path: constants(scan, f, keys) for f in files}
    distinct = set(known.values())
    if len(distinct) == 1:
        [same] = distinct
        listed = [*items, *(f"{sql} AS {identifier(name)}" for name, sql in same)]
        return f"SELECT {', '.join(listed) or '1 AS one'} FROM {source} AS f"
    names = [identifier(name) for name, _ in next(iter(distinct))]
    rows = ", ".join(
        f"({', '.join([quote(path), *(sql for _, sql in found)])})" for path, found in known.items()
    )
    listed = [*items, *(f"p.{name}" for name in names)]
    return (
        f"SELECT {', '.join(listed)} FROM {source} AS f"
        f" JOIN (VALUES {rows}) AS p({', '.join(['__path', *names])}) ON f.{FILE} = p.__path"
    )

"""Decoded rows as Parquet in the query's own folder, where the engine reads them.

On disk, so that a large text file takes no memory; read as often as the query asks.
"""

from __future__ import annotations

import shutil
import uuid
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from local_aws.context import Platform
from local_aws.duckdb_files import path_list
from local_aws.services.athena.errors import QueryCancelled
from local_aws.services.athena.serdes.values import array_of, arrow_type
from local_aws.services.athena.trino import types as t

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

Columns = list[tuple[str, t.Type]]
Batches = Iterator[list[list[Any]]]
# The path of a row's file, by which its partition's values are joined in.
FILE = "__file"
# Of a row group, at the least.
_ROWS = 20_000


class Spool:
    """A folder that is gone when the query is."""

    def __init__(self, platform: Platform, cancelled: Callable[[], bool]) -> None:
        self._platform = platform
        self._cancelled = cancelled
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        if self._folder is None:
            self._folder = self._platform.scratch(f"athena-spool/{uuid.uuid4().hex}")
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def path(self, ending: str) -> Path:
        """A new file's."""
        return self.folder / f"{uuid.uuid4().hex}.{ending}"

    def check(self) -> None:
        """Raises QueryCancelled when the query was stopped."""
        if self._cancelled():
            raise QueryCancelled("Query was cancelled by user")

    def write(self, columns: Columns, files: Iterator[tuple[DataFile, Batches]]) -> str:
        """The engine's SQL of the rows: the columns, and `FILE`."""
        path = self.path("parquet")
        schema = pa.schema([*((n, arrow_type(k)) for n, k in columns), (FILE, pa.string())])
        with pq.ParquetWriter(path, schema, compression="none", use_dictionary=[FILE]) as out:
            for data_file, batches in files:
                held: list[list[Any]] = []
                for batch in batches:
                    self.check()
                    held += batch
                    if len(held) >= _ROWS:
                        out.write_table(_table(schema, columns, held, data_file.path))
                        held.clear()
                if held:
                    out.write_table(_table(schema, columns, held, data_file.path))
        return f"read_parquet({path_list([path])}, hive_partitioning=false)"

    def write_tables(self, schema: Any, tables: Iterator[Any]) -> str:
        """The same of Arrow tables that are there already."""
        path = self.path("parquet")
        with pq.ParquetWriter(path, schema, compression="none", use_dictionary=[FILE]) as out:
            for table in tables:
                self.check()
                out.write_table(table)
        return f"read_parquet({path_list([path])}, hive_partitioning=false)"


def _table(schema: Any, columns: Columns, rows: list[list[Any]], path: str) -> Any:
    found = list(zip(*rows, strict=True))
    arrays = [array_of(v, kind) for v, (_, kind) in zip(found, columns, strict=True)]
    return pa.table([*arrays, pa.array([path] * len(rows), pa.string())], schema=schema)

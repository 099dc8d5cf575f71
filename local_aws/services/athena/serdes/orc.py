"""ORC files, stripe by stripe. Athena finds their columns by place, or by name when asked to.

https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import orc

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.reading.file_types import read_as
from local_aws.services.athena.serdes.base import Columns, data_columns, property_of
from local_aws.services.athena.serdes.spool import FILE, Spool
from local_aws.services.athena.trino import types as t

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

Branch = tuple[str, list[str], list["DataFile"]]


def malformed(data_file: DataFile, why: object) -> QueryFailed:
    return QueryFailed("HIVE_BAD_DATA", f"Malformed ORC file. {why} [{data_file.uri}]")


def branches(
    table: dict[str, Any], files: list[DataFile], columns: Columns, spool: Spool
) -> list[Branch]:
    """For files of one schema each: the engine's relation, its items and the files."""
    by_name = (property_of(table, "orc.column.index.access") or "true").lower() == "false"
    known = [name.lower() for name, _ in data_columns(table)]
    places = [known.index(name.lower()) for name, _ in columns]
    groups: dict[Any, list[DataFile]] = defaultdict(list)
    for data_file in files:
        schema = _opened(data_file).schema
        found = [
            _field(schema, name, i, by_name) for (name, _), i in zip(columns, places, strict=True)
        ]
        groups[tuple(found)].append(data_file)
    made = []
    for found, members in groups.items():
        items = [
            _item(name, kind, field, members[0])
            for (name, kind), field in zip(columns, found, strict=True)
        ]
        made.append((_spooled(found, members, spool), items, members))
    return made


def _opened(data_file: DataFile) -> Any:
    try:
        return orc.ORCFile(data_file.path)
    except (pa.ArrowException, OSError) as error:
        raise malformed(data_file, error) from error


def _field(schema: Any, name: str, place: int, by_name: bool) -> tuple[str, Any] | None:
    """Name and type of the file's column, if it has one."""
    if not by_name:
        found = schema.field(place) if place < len(schema) else None
    else:
        found = next((f for f in schema if f.name.lower() == name.lower()), None)
    return (found.name, found.type) if found is not None else None


def _item(name: str, kind: t.Type, field: tuple[str, Any] | None, data_file: DataFile) -> str:
    if field is None:
        return f"CAST(NULL AS {t.duck_type(kind)}) AS {identifier(name)}"
    sql = read_as(f"f.{identifier(field[0])}", field[1], kind)
    if sql is None:
        raise malformed(
            data_file,
            f"Cannot read SQL type '{kind}' from ORC stream '.{field[0]}' of type"
            f" {str(field[1]).upper()}",
        )
    return f"{sql} AS {identifier(name)}"


def _spooled(found: Any, members: list[DataFile], spool: Spool) -> str:
    fields = {field[0]: field[1] for field in found if field is not None}
    schema = pa.schema([*fields.items(), (FILE, pa.string())])

    def tables() -> Iterator[Any]:
        for data_file in members:
            for table in _stripes(data_file, list(fields)):
                path = pa.array([data_file.path] * table.num_rows, pa.string())
                yield table.append_column(FILE, path).cast(schema)

    return spool.write_tables(schema, tables())


def _stripes(data_file: DataFile, names: list[str]) -> Iterator[Any]:
    file = _opened(data_file)
    if not names:
        yield pa.table({"one": pa.nulls(file.nrows)}).select([])
        return
    try:
        for index in range(file.nstripes):
            yield pa.Table.from_batches([file.read_stripe(index, columns=names)]).select(names)
    except (pa.ArrowException, OSError) as error:
        raise malformed(data_file, error) from error

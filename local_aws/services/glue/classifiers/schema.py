"""What a classifier says of a file, and how the columns of several files become one table's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

ALIKE = 0.7  # the share of columns that two schemas must have in common to be one table's

_WIDER = (
    ("tinyint", "smallint", "int", "bigint", "double"),
    ("float", "double"),
    ("date", "timestamp"),
)


@dataclass(frozen=True)
class Column:
    """A column in Hive's types."""

    name: str
    type: str


@dataclass(frozen=True)
class Schema:
    """A format and its columns."""

    classification: str
    columns: tuple[Column, ...] = ()
    compression: str = "none"
    delimiter: str = ""
    header: bool = False
    quoted: bool = False

    @property
    def format(self) -> tuple[str, str, str, bool]:
        """What files of one table must share whatever their columns are."""
        return self.classification, self.compression, self.delimiter, self.header


@dataclass(frozen=True)
class Classified:
    """A file's schema with the figures that the table's parameters report."""

    schema: Schema
    size: int
    record_size: int
    records: int | None = None  # counted, where the format knows; else derived from the sizes


UNKNOWN = Schema("UNKNOWN")


def alike(one: Schema, other: Schema) -> bool:
    """Whether two schemas would be one table to a crawler."""
    if one.format != other.format:
        return False
    most = max(len(one.columns), len(other.columns))
    return most == 0 or _common(one, other) / most >= ALIKE


def _common(one: Schema, other: Schema) -> int:
    """Text has names for identity: the same column may look like a number in one file only."""
    if one.classification == "csv" and one.header:
        return len({c.name for c in one.columns} & {c.name for c in other.columns})
    return len(set(one.columns) & set(other.columns))


def merge(schemas: Iterable[Schema]) -> Schema:
    """All columns of all schemas, in the order in which they were first seen."""
    merged: Schema | None = None
    types: dict[str, str] = {}
    for schema in dict.fromkeys(schemas):
        merged = merged or schema
        merged = replace(merged, quoted=merged.quoted or schema.quoted)
        # Two columns of a file may have one name: they stay two, as a crawler leaves them.
        for column in _numbered(schema.columns):
            types[column.name] = wider(types.get(column.name, column.type), column.type)
    if merged is None:
        raise ValueError("There is no schema to merge")
    return replace(merged, columns=tuple(Column(_plain(n), t) for n, t in types.items()))


def wider(one: str, other: str) -> str:
    """The type that holds both; string when there is none."""
    if one == other:
        return one
    for scale in _WIDER:
        if one in scale and other in scale:
            return scale[max(scale.index(one), scale.index(other))]
    return "string"


_MARK = "\0"


def _numbered(columns: Iterable[Column]) -> Iterable[Column]:
    seen: dict[str, int] = {}
    for column in columns:
        count = seen[column.name] = seen.get(column.name, 0) + 1
        yield replace(column, name=f"{column.name}{_MARK}{count}")


def _plain(name: str) -> str:
    return name.partition(_MARK)[0]

"""What a classifier says of a file, and how the columns of several files become one table's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

ALIKE = 0.7  # the share of columns that two schemas must have in common to be one table's

_WIDER = (
    ("tinyint", "smallint", "int", "bigint", "double"),
    ("float", "double"),
    ("date", "timestamp"),
)


class Unreadable(Exception):
    """A file that is left out of the crawl: it is broken, or of a format that we have not."""


@dataclass(frozen=True)
class Column:
    """A column in Hive's types."""

    name: str
    type: str


@dataclass(frozen=True)
class Schema:
    """A format and its columns; the other members are those of the formats that have them.

    ``quote``: the quote of a table that OpenCSVSerDe reads, else empty. ``paths``: the members of
    JSON as they are spelled. ``json_path``: where a custom classifier finds the records.
    ``avro``: the file's own schema.
    """

    classification: str
    columns: tuple[Column, ...] = ()
    compression: str = "none"
    delimiter: str = ""
    header: bool = False
    quoted: bool = False
    quote: str = ""
    paths: tuple[str, ...] = ()
    json_path: str = ""
    avro: str = ""

    @property
    def format(self) -> tuple[str | bool, ...]:
        """What files of one table must share whatever their columns are."""
        text = (self.delimiter, self.header, self.quote, self.json_path)
        return self.classification, self.compression, *text


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
    different = list(dict.fromkeys(schemas))
    if not different:
        raise ValueError("There is no schema to merge")
    if len(different) == 1:
        return different[0]
    types: dict[str, str] = {}
    for schema in different:
        # Two columns of a file may have one name: they stay two, as a crawler leaves them.
        for column in _numbered(schema.columns):
            types[column.name] = wider(types.get(column.name, column.type), column.type)
    return replace(
        different[0],
        columns=tuple(Column(_plain(n), t) for n, t in types.items()),
        quoted=any(schema.quoted for schema in different),
        paths=tuple(dict.fromkeys(path for schema in different for path in schema.paths)),
        # A reader fills what an older schema lacks from the one with the most fields.
        avro=max((schema for schema in different), key=lambda s: len(s.columns)).avro,
    )


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

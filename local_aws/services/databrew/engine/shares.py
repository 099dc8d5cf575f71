"""A result's rows shared out to files: evenly in their order, or by the values of columns.

More than one file reads the recipe's rows once, from a table in which they are numbered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from local_aws.services.databrew.engine.errors import AnalysisException
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import identifier, select

NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Share:
    """What goes into one file: rows, the columns of them, and the folder by these rows' values."""

    rows: Frame
    names: list[str]
    folder: Path = Path()


@dataclass(frozen=True)
class Numbered:
    """A result as a table. `number` is the column that numbers its rows, `names` are the others."""

    frame: Frame
    names: list[str]
    number: str

    @classmethod
    def of(cls, frame: Frame) -> "Numbered":
        """Compute the recipe's rows, which DuckDB keeps on disk where they are many."""
        number = frame.free("row")
        query = _numbered(frame.sql(), number)
        frame.connection.execute(f"CREATE TEMP TABLE result AS {query}")
        return cls(Frame.of(frame.connection, "result"), frame.names, number)

    def shares(self, files: int) -> Iterator[Share]:
        """At most so many, of equally many rows; one where there are no rows."""
        ((rows,),) = self.frame.rows({"rows": "count(*)"})
        size = max(1, -(-rows // files))
        for start in range(0, max(rows, 1), size):
            yield Share(self._rows(self.frame, start + 1, start + size), self.names)

    def partitions(self, columns: tuple[str, ...]) -> Iterator[Share]:
        """One for each combination of values, in a folder ``column=value/...``.

        The rows are sorted first, so that a share is read without all the others.
        """
        keys = list(dict.fromkeys(self.frame.resolve(name) for name in columns))
        rest = [name for name in self.names if name not in keys]
        if not rest:
            raise AnalysisException("Cannot use all columns for partition columns;")
        # An empty text goes where a missing value goes, as Spark has it.
        values = {key: f"nullif(CAST({identifier(key)} AS VARCHAR), '')" for key in keys}
        sorted_ = self._sorted(list(values.values()))
        number = identifier(self.number)
        ends = {"first row": f"min({number})", "last row": f"max({number})"}
        for *found, first, last in sorted_.rows(
            values | ends, f"GROUP BY ALL ORDER BY {ends['first row']}"
        ):
            parts = [_partition(k, v) for k, v in zip(keys, found, strict=True)]
            yield Share(self._rows(sorted_, first, last), rest, Path(*parts))

    def _sorted(self, values: list[str]) -> Frame:
        """The rows by these values and then in their order, numbered anew."""
        order = ", ".join([*values, identifier(self.number)])
        names = {name: identifier(name) for name in self.names}
        query = _numbered(select(names, self.frame.current, f"ORDER BY {order}"), self.number)
        self.frame.connection.execute(f"CREATE OR REPLACE TEMP TABLE by_value AS {query}")
        return Frame.of(self.frame.connection, "by_value")

    def _rows(self, frame: Frame, first: int, last: int) -> Frame:
        return frame.where(f"{identifier(self.number)} BETWEEN {first} AND {last}")


def _numbered(query: str, number: str) -> str:
    columns = f"SELECT *, row_number() OVER () AS {identifier(number)}"
    return " ".join([columns, "FROM", f"({query})", "AS rows"])


def _partition(key: str, value: str | None) -> str:
    return f"{key}={NULL_FOLDER if value is None else quote(value, safe=' .-_:')}"

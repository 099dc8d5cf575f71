"""A table in the making: its columns and the SQL that gives it, one common table expression a step.

Nothing is computed until the end: DuckDB sees the whole recipe as one query and streams it.
"""

from dataclasses import dataclass, replace
from typing import Any

import duckdb

from local_aws.services.databrew.engine import macros
from local_aws.services.databrew.engine.errors import AnalysisException, MissingColumn
from local_aws.services.databrew.engine.sql import identifier, select, select_all


@dataclass(frozen=True)
class Frame:
    """Columns (name to DuckDB type, in order) and the queries that make them."""

    connection: duckdb.DuckDBPyConnection
    columns: dict[str, str]
    source: str
    steps: tuple[str, ...] = ()
    # The data set's own columns: a JOIN leaves out those that it does not list, not the others.
    loaded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, source: str) -> "Frame":
        """A frame over a table or view of the connection, which learns the steps' macros."""
        macros.define(connection)
        described = connection.execute(f"DESCRIBE {source}").fetchall()
        columns = {row[0]: row[1] for row in described}
        return cls(connection, columns, source, loaded=frozenset(columns))

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    @property
    def current(self) -> str:
        """What the next step reads from."""
        return f"step_{len(self.steps)}" if self.steps else self.source

    def sql(self) -> str:
        """The whole recipe as one query."""
        final = select_all(self.current)
        if not self.steps:
            return final
        named = ",\n".join(f"step_{i} AS ({body})" for i, body in enumerate(self.steps, 1))
        return f"WITH {named}\n{final}"

    def resolve(self, name: str) -> str:
        """The column's own spelling: like Spark, upper and lower case are the same."""
        if name in self.columns:
            return name
        for column in self.columns:
            if column.lower() == name.lower():
                return column
        raise MissingColumn(name, self.names)

    def column(self, name: str) -> tuple[str, str]:
        """A column as SQL and its type."""
        resolved = self.resolve(name)
        return identifier(resolved), self.columns[resolved]

    def same(self) -> dict[str, str]:
        """Every column as it is: what a step starts from."""
        return {name: identifier(name) for name in self.columns}

    def select(self, columns: dict[str, str], tail: str = "") -> "Frame":
        """The next step: these expressions under these names."""
        _refuse_duplicates(columns)
        return self.then(self._types(columns, tail), select(columns, self.current, tail))

    def then(self, columns: dict[str, str], body: str) -> "Frame":
        """The next step: a query of its own, whose columns and types are known."""
        _refuse_duplicates(columns)
        return replace(self, columns=columns, steps=(*self.steps, body))

    def rows(self, columns: dict[str, str], tail: str = "") -> list[tuple[Any, ...]]:
        """What these expressions give now: for the few steps whose columns depend on the data."""
        named = ", ".join(f"step_{i} AS ({body})" for i, body in enumerate(self.steps, 1))
        query = select(columns, self.current, tail)
        found: list[tuple[Any, ...]] = self.connection.execute(
            f"WITH {named} {query}" if named else query
        ).fetchall()
        return found

    def free(self, stem: str) -> str:
        """A name that no column has, for a column that a step needs for itself."""
        taken, name = {column.lower() for column in self.columns}, stem
        while name.lower() in taken:
            name += "_"
        return name

    def where(self, condition: str) -> "Frame":
        """The next step: only these rows."""
        return self.tail(f"WHERE {condition}")

    def tail(self, clause: str) -> "Frame":
        """The next step: the same columns, with a clause after FROM."""
        return replace(self, steps=(*self.steps, select(self.same(), self.current, clause)))

    def _types(self, columns: dict[str, str], tail: str) -> dict[str, str]:
        """The types of expressions, asked of DuckDB over an empty row of this frame's shape.

        The cost stays the same however long the recipe is: earlier steps are not planned again.
        """
        changed = {n: e for n, e in columns.items() if e != identifier(n) or n not in self.columns}
        types = {name: self.columns.get(name, "") for name in columns}
        if changed:
            shape = {name: f"CAST(NULL AS {type_})" for name, type_ in self.columns.items()}
            source = "(" + select(shape, "(SELECT 1) AS one") + ") AS shape"
            query = "DESCRIBE " + select(changed, source, tail)
            types |= {row[0]: row[1] for row in self.connection.execute(query).fetchall()}
        return types


def _refuse_duplicates(columns: dict[str, str]) -> None:
    seen: set[str] = set()
    for name in columns:
        if name.lower() in seen:
            raise AnalysisException(f"Found duplicate column(s) in the data to save: `{name}`;")
        seen.add(name.lower())

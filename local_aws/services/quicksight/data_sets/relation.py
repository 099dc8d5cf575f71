"""The preparation as common table expressions, and what is known of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import duckdb

from local_aws.services.quicksight.data_sets.physical import Source
from local_aws.services.quicksight.data_sets.types import cast, column_type, misfits
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.expressions import quote

Origin = tuple[str, str]
"""A source's relation and its column."""


@dataclass(frozen=True)
class Relation:
    """One step: its name in SQL, its columns' types, and what its columns are called by tags.

    ``origins`` has the columns that are a source's own, unchanged: a filter of them may be asked of
    the source.
    """

    name: str
    columns: dict[str, str]
    origins: dict[str, Origin] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def known(self, column: str) -> str:
        """The column as SQL. Raises InvalidParameter."""
        if column not in self.columns:
            raise InvalidParameter(f"The column {column} is not in the data set at that step")
        return quote(column)

    def renamed(self, names: dict[str, str]) -> "Relation":
        """With other names for some columns, in their places."""
        return replace(
            self,
            columns={names.get(n, n): kind for n, kind in self.columns.items()},
            origins={names.get(n, n): origin for n, origin in self.origins.items()},
            descriptions={names.get(n, n): text for n, text in self.descriptions.items()},
        )

    def only(self, names: list[str]) -> "Relation":
        """With these columns, in this order."""
        return replace(
            self,
            columns={name: self.columns[name] for name in names},
            origins={n: origin for n, origin in self.origins.items() if n in names},
            descriptions={n: text for n, text in self.descriptions.items() if n in names},
        )


def check_names(columns: Iterable[str]) -> None:
    """Refuse names that DuckDB cannot hold, or takes for each other, as `Price` and `price`.

    Raises InvalidParameter, Unsupported.
    """
    seen: dict[str, str] = {}
    for name in columns:
        if "\0" in name:
            raise InvalidParameter(f"The column name {name!r} has a NUL")
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise Unsupported(f"Columns that differ in case alone ({other}, {name})")


class Steps:
    """The steps so far, over the sources' relations; ``empty`` binds them over no rows."""

    def __init__(self, empty: duckdb.DuckDBPyConnection) -> None:
        self.steps: list[tuple[str, str]] = []
        self.drops: list[str] = []
        self._empty = empty

    def source(self, source: Source) -> Relation:
        """A source's rows with the declared types; those with misfits are dropped."""
        check_names(source.declared)
        nothing = ", ".join(f"NULL::VARCHAR AS {quote(name)}" for name in source.declared)
        self._empty.execute(f"CREATE TEMP VIEW {source.name} AS SELECT {nothing}")
        casts = (f"{cast(quote(n), kind)} AS {quote(n)}" for n, kind in source.declared.items())
        misfit = misfits(source.declared)
        where = f" WHERE NOT ({misfit})" if misfit else ""
        if misfit:
            self.drops.append(f"SELECT count(*) FROM {source.name} WHERE {misfit}")  # noqa: S608
        origins = {name: (source.name, name) for name in source.declared}
        typed = f"SELECT {', '.join(casts)} FROM {source.name}{where}"  # noqa: S608
        return self.add(typed, Relation("", source.types(), origins))

    def add(self, sql: str, relation: Relation) -> Relation:
        """One more step, which has the columns of ``relation``. Raises Unsupported."""
        check_names(relation.columns)
        name = f"step{len(self.steps)}"
        self.steps.append((name, sql))
        return replace(relation, name=name)

    def drop(self, relation: Relation, condition: str) -> None:
        """Rows of a step that a cast leaves out count as dropped."""
        self.drops.append(self.query(f"SELECT count(*) FROM {relation.name} WHERE {condition}"))  # noqa: S608

    def query(self, last: str) -> str:
        """A query over the steps."""
        named = ", ".join(f"{name} AS ({sql})" for name, sql in self.steps)
        return f"WITH {named} {last}"

    def types(self, relation: Relation) -> dict[str, str]:
        """QuickSight's types of a step's columns. Raises InvalidParameter where SQL has none."""
        try:
            described = self._empty.execute(
                f"DESCRIBE {self.query(f'SELECT * FROM {relation.name}')}"  # noqa: S608
            ).fetchall()
        except duckdb.Error as error:
            raise InvalidParameter(f"The data set's columns do not fit: {error}") from None
        return {row[0]: column_type(str(row[1])) for row in described}

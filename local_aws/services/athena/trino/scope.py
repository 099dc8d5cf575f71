"""What a name means: the fields of the relations in sight, from the inside out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.trino.types import Type


@dataclass
class Scan:
    """One reading of a catalog table: the columns used and what is known of its partitions."""

    number: int
    database: str
    table: dict[str, object]
    alias: str
    used: set[str] = field(default_factory=set)
    predicates: list[Predicate] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    ranges: list[tuple[str, str, tuple[Any, ...]]] = field(default_factory=list)
    # As many rows as a LIMIT wants when nothing else stands between it and the table.
    rows: int | None = None

    @property
    def placeholder(self) -> str:
        return f"__scan_{self.number}__"


@dataclass
class Predicate:
    """A conjunct that mentions this scan's partition columns only; `names` maps the text under
    which the engine's SQL knows a column to the column."""

    node: exp.Expression
    names: dict[str, str]


@dataclass(frozen=True)
class Bound:
    """A comparison of a column with constants: what the statistics of a file can speak of."""

    column: str
    operator: str
    values: tuple[exp.Expression, ...]


@dataclass(frozen=True)
class Origin:
    """The catalog column that a field hands through unchanged.

    `pruning` says whether a predicate on the field holds for the column: below an outer join it
    does not, nor where the rows are read by more than one reference.
    """

    scan: int
    column: str
    partition: bool
    pruning: bool = True


@dataclass(frozen=True)
class Field:
    """A column in sight. `sql` is how the engine's SQL refers to it, and unique in the statement.

    With `item` it is not a column but stands for that analysed expression: an output's name in
    ORDER BY, a column that USING has merged.
    """

    name: str | None
    type: Type
    sql: str
    qualifier: tuple[str, ...] = ()
    hidden: bool = False
    origin: Origin | None = None
    item: exp.Expression | None = None


def fold(identifier: str) -> str:
    """Trino compares names without regard to case, quoted or not."""
    return identifier.lower()


@dataclass
class Scope:
    """The fields of one SELECT, its lambdas' arguments and the scope around it."""

    fields: list[Field] = field(default_factory=list)
    parent: Scope | None = None
    variables: dict[str, Field] = field(default_factory=dict)

    def with_variables(self, variables: Sequence[Field]) -> Scope:
        return Scope([], self, {fold(v.name or ""): v for v in variables})

    def chain(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def resolve(self, parts: list[str]) -> tuple[Field, list[str], Scope]:
        """The field and the names left over, which go into a row's fields."""
        for scope in self.chain():
            if fold(parts[0]) in scope.variables:
                return scope.variables[fold(parts[0])], parts[1:], scope
            for depth in range(min(len(parts) - 1, 3), -1, -1):
                found = scope.matches(parts[:depth], parts[depth])
                if len(found) > 1:
                    name = ".".join(parts).lower()
                    raise QueryFailed("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous")
                if found:
                    return found[0], parts[depth + 1 :], scope
        raise KeyError(".".join(parts))

    def matches(self, qualifier: list[str], name: str) -> list[Field]:
        wanted = tuple(fold(part) for part in qualifier)
        return [
            f
            for f in self.fields
            if f.name is not None
            and fold(f.name) == fold(name)
            and (not wanted or f.qualifier[-len(wanted) :] == wanted)
        ]


def requalified(fields: list[Field], qualifier: tuple[str, ...]) -> list[Field]:
    return [replace(f, qualifier=qualifier) for f in fields]


@dataclass(frozen=True)
class Output:
    """A column of a query's result. `sql_name` is its name in the engine, unique in the query."""

    name: str | None
    type: Type
    sql_name: str
    field: Field | None = None

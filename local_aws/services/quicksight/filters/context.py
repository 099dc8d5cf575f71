"""What a filter's condition depends on beside its own options."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.choices import ALL, MOST, NULL
from local_aws.services.quicksight.columns import Around, Columns
from local_aws.services.quicksight.errors import Unsupported, WrongChoice
from local_aws.services.quicksight.expressions import Compiled, Level, literal
from local_aws.services.quicksight.fields import aggregated
from local_aws.services.quicksight.parameters import Value

MEASURES = {
    "NumericalAggregationFunction": "NumericalMeasureField",
    "CategoricalAggregationFunction": "CategoricalMeasureField",
    "DateAggregationFunction": "DateMeasureField",
}


class Phase(IntEnum):
    """When a condition is applied: to rows, to values among the rows left, to a visual's groups."""

    ROWS = 0
    VALUES = 1
    GROUPS = 2


@dataclass(frozen=True)
class Condition:
    """A condition in SQL, or none (``sql`` is None: everything passes)."""

    sql: str | None
    phase: Phase = Phase.ROWS


@dataclass(frozen=True)
class Context:
    """One filter for one data set: its options, what the reader chose, parameters, the time.

    ``rows`` is the condition that the rows have passed when a VALUES filter looks at them.
    """

    options: Mapping[str, Any]
    columns: Columns
    data_set: str
    chosen: Sequence[str] | None = None
    parameters: Mapping[str, tuple[Value, ...] | None] = field(default_factory=dict)
    now: dt.datetime = dt.datetime.min
    week_start: int = periods.SUNDAY
    rows: str = "TRUE"
    # The dimensions of the query that is filtered: a table calculation is over those.
    around: Around = None
    # Every column that was compiled for the condition: what it stands on.
    used: list[Compiled] = field(default_factory=list)

    def compile(self, name: str) -> Compiled:
        """A column or a calculated field by name. Raises ExpressionError."""
        compiled = self.columns.compile(self.data_set, name)
        if compiled.level is Level.GROUPED and self.around is not None:
            compiled = self.columns.compile(self.data_set, name, self.around)
        self.used.append(compiled)
        return compiled

    @property
    def id(self) -> str:
        """The filter's id, for messages."""
        return str(self.options.get("FilterId", ""))

    def column(self, column: Mapping[str, Any] | None = None) -> tuple[str, Phase]:
        """The filter's column (or another) as SQL, aggregated where the filter says so."""
        name = (column or self.options["Column"])["ColumnName"]
        compiled = self.compile(name)
        if compiled.aggregate:
            return compiled.sql, Phase.GROUPS
        kind, function = next(iter(self.options.get("AggregationFunction", {}).items()), ("", None))
        if not kind:
            return compiled.sql, Phase.ROWS
        return aggregate(compiled.sql, kind, function), Phase.GROUPS

    def dimension(self, column: Mapping[str, Any] | None = None) -> str:
        """A column that must not be aggregated. Raises Unsupported."""
        sql, phase = self.column(column)
        if phase is Phase.GROUPS:
            raise Unsupported(f"The filter {self.id} on an aggregated field")
        return sql

    def parameter(self, name: str) -> tuple[Value, ...] | None:
        """A parameter's values; None where it stands for all. Raises Unsupported."""
        if name not in self.parameters:
            raise Unsupported(f"The parameter {name} of the filter {self.id}, not declared,")
        return self.parameters[name]

    def choices(self, most: int = MOST) -> Sequence[str] | None:
        """The reader's values, or None where there are none. Raises WrongChoice."""
        if self.chosen is None:
            return None
        if len(self.chosen) > most:
            raise WrongChoice(f"The filter {self.id} takes at most {most:,} values, "
                              f"not {len(self.chosen):,}.")  # fmt: skip
        return self.chosen

    @property
    def everything(self) -> bool:
        """Whether nothing is filtered out: the reader says so, or the definition does."""
        if self.chosen is not None:
            return ALL in self.chosen
        return self.options.get("SelectAllOptions") == "FILTER_ALL_VALUES"


def aggregate(sql: str, kind: str, function: Any) -> str:
    """A member of AggregationFunction over a row's value. Raises Unsupported."""
    if kind not in MEASURES:
        raise Unsupported(f"The aggregation {kind}")
    return aggregated(sql, MEASURES[kind], function)


def with_nulls(condition: str, column: str, option: str | None) -> str:
    """A condition with what NullOption says of empty values."""
    if option == "NULLS_ONLY":
        return f"({column} IS NULL)"
    if option == "NON_NULLS_ONLY":  # a condition without a bound, or a value, lets them pass
        return f"({condition} AND {column} IS NOT NULL)"
    return f"({condition} OR {column} IS NULL)" if option == "ALL_VALUES" else f"({condition})"


def text_literal(value: str) -> str:
    """A text as SQL. Raises WrongChoice for what no text of a data set holds."""
    if NULL in value:
        raise WrongChoice("A text with a NUL is no value of a column.")
    return literal(value)


def number(context: Context, value: Any) -> float | int:
    """A finite number. Raises WrongChoice."""
    try:
        found = float(value)
        if found - found == 0:
            return int(found) if found == int(found) and abs(found) < 2**53 else found
    except (TypeError, ValueError, OverflowError):
        pass
    raise WrongChoice(f"{str(value)[:100]!r} is no number for the filter {context.id}.")

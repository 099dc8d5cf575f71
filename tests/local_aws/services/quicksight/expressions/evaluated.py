"""What DuckDB makes of an expression over a few rows, as a visual would ask for it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.expressions import Compiled, Dimension, Kind, grouped
from local_aws.services.quicksight.expressions.calendar import truncated
from local_aws.services.quicksight.fields import measured
from local_aws.services.quicksight.preparation import SQL_TYPES
from local_aws.services.quicksight.query.stages import Selection, dimension_column, statement

DATA_SET, NAME = "data", "the expression"
Rows = Sequence[Sequence[Any]]


class Table:
    """A data set of typed columns in memory."""

    def __init__(self, columns: Mapping[str, str], rows: Rows) -> None:
        self.columns = columns
        self.connection = duckdb.connect()
        declared = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in columns.items())
        self.connection.execute(f"CREATE TABLE data ({declared})")
        marks = ", ".join("?" for _ in columns)
        for row in rows:
            self.connection.execute(f"INSERT INTO data VALUES ({marks})", list(row))

    def evaluate(
        self,
        text: str,
        by: Sequence[str] | None = None,
        fields: Mapping[str, str] | None = None,
        where: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        function: str | None = None,
    ) -> list[Any]:
        """Its value of each row, or with ``by`` each group's dimensions and its value.

        ``by`` has names, or ``name:GRANULARITY`` of dates; ``fields`` are calculated fields beside.
        """
        texts = {NAME: text, "the filter": where or "1 = 1"} | dict(fields or {})
        calculated = {(DATA_SET, name): found for name, found in texts.items()}
        columns = Columns(calculated, parameters or {}, {DATA_SET: self.columns})
        if by is None:
            conditions = [columns.compile(DATA_SET, "the filter")]
            found = Selection([], [columns.compile(DATA_SET, NAME)], conditions, grouped=False)
            return [row[0] for row in self._rows(found)]
        groups = [_group(columns, *item.split(":")) for item in by]
        around = tuple(
            Dimension(item.split(":")[0], group.sql, dimension_column(n), *item.split(":")[1:])
            for n, (item, group) in enumerate(zip(by, groups, strict=True))
        )
        conditions = [grouped(columns.compile(DATA_SET, "the filter", around))]
        compiled = columns.compile(DATA_SET, NAME, around)
        measure = measured(compiled, "NumericalMeasureField", function)
        order = [(Compiled(dimension_column(n)), "ASC") for n in range(len(by))]
        return self._rows(Selection(groups, [measure], conditions, order))

    def _rows(self, selection: Selection) -> list[list[Any]]:
        rows = self.connection.execute(statement(selection)).fetchall()
        return [[_plain(value) for value in row] for row in rows]


def _group(columns: Columns, name: str, grain: str | None = None) -> Compiled:
    compiled = columns.compile(DATA_SET, name)
    if grain is None:
        return compiled
    return Compiled(truncated(compiled.sql, grain), Kind.DATETIME, slots=compiled.slots)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return round(value, 9) if isinstance(value, float) else value

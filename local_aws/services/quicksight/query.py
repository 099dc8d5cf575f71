"""A visual's figures: its fields and filters as DuckDB queries over its data set.

Which categories are shown, in which order, is asked first (`Axis`); the figures then come by
category, with what a limit leaves out gathered under "Other" from the rows themselves, so that
averages and distinct counts of it are right.
"""

import datetime as dt
import decimal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from local_aws.services.quicksight.definition import Definition, Visual
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.expression import literal
from local_aws.services.quicksight.fields import Field, aggregated
from local_aws.services.quicksight.filters import joined
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.spice import open_data_set

OTHER = "Other"
MAX_CATEGORIES = 2500
Value = str | int | float | bool | dt.datetime | None
Sort = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Axis:
    """The values of one dimension in the order in which they are shown, and its SQL."""

    field: Field
    values: list[Value]
    sql: str
    cut: bool = False


class Query:
    """One visual's data set, open, with the filters that hold for it."""

    def __init__(self, store: Store, definition: Definition, visual: Visual):
        if visual.data_set is None:
            raise QueryRefused("This visual has no fields.")
        self.visual, self.definition = visual, definition
        arn = definition.data_sets[visual.data_set]
        self.connection = open_data_set(store, store.id_of(DATA_SET, arn))
        has = self._column_names().__contains__
        self.where = joined(definition.conditions(visual, has))

    def __enter__(self) -> "Query":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _column_names(self) -> set[str]:
        described = self.connection.execute("DESCRIBE data").fetchall()
        return {row[0] for row in described}

    def rows(self, sql: str) -> list[tuple[Value, ...]]:
        """Run a query. Raises QueryRefused with what DuckDB says."""
        try:
            return [tuple(map(simple, row)) for row in self.connection.execute(sql).fetchall()]
        except duckdb.Error as error:
            raise QueryRefused(str(error).splitlines()[0]) from error

    def select(
        self,
        dimensions: Sequence[Field | Axis],
        measures: Sequence[Field],
        sort: Sort = (),
        limit: int | None = None,
    ) -> list[tuple[Value, ...]]:
        """Measures by dimensions: a row a group, in the sort's order or the dimensions'."""
        groups = ", ".join(str(n + 1) for n in range(len(dimensions)))
        by = f"GROUP BY {groups}" if dimensions else ""
        order = self.order(sort, groups) if sort or groups else ""
        return self._fetch([*dimensions, *measures], f"{by} {order}", limit)

    def detail(self, fields: Sequence[Field], sort: Sort, limit: int) -> list[tuple[Value, ...]]:
        """The data set's own rows, in the sort's order."""
        return self._fetch(fields, self.order(sort, "") if sort else "", limit)

    def _fetch(
        self, chosen: Sequence[Field | Axis], tail: str, limit: int | None
    ) -> list[tuple[Value, ...]]:
        columns = ", ".join(item.sql for item in chosen)
        limited = "" if limit is None else f"LIMIT {limit}"
        return self.rows(f"SELECT {columns} FROM data WHERE {self.where} {tail} {limited}")  # noqa: S608

    def count(self) -> int:
        """How many rows the filters leave."""
        return int(self.rows(f"SELECT count(*) FROM data WHERE {self.where}")[0][0])  # type: ignore[arg-type]  # noqa: S608

    def order(self, sort: Sort, default: str) -> str:
        """An ORDER BY for a sort configuration."""
        terms = []
        for item in sort:
            kind, options = next(iter(item.items()))
            sql = self._sorted_by(kind, options)
            if sql:
                terms.append(f"{sql} {options['Direction']} NULLS LAST")
        return "ORDER BY " + (", ".join(terms) or default)

    def _sorted_by(self, kind: str, options: dict[str, Any]) -> str | None:
        if kind == "FieldSort":
            field = self.visual.field(options["FieldId"])
            return field.sql if field else None
        column = options["SortBy"]
        compiled = self.definition.columns.compile(self.visual.data_set or "", column["ColumnName"])
        function = options.get("AggregationFunction", {})
        named = next(iter(function.values()), None)
        if compiled.aggregate or not self.visual.aggregated:
            return compiled.sql
        return aggregated(compiled.sql, "NumericalMeasureField", named)

    def everything(self) -> Axis:
        """The axis of a visual without a category: one place for all rows."""
        field = Field("", self.visual.data_set or "", "", "'All'", False, "")
        return Axis(field, ["All"], field.sql)

    def axis(self, field: Field, sort: Sort, limit: dict[str, Any] | None = None) -> Axis:
        """The values of a dimension that are shown, in order."""
        limit = limit or {}
        size = min(int(limit.get("ItemsLimit") or MAX_CATEGORIES), MAX_CATEGORIES)
        order = self.order(sort, self._natural(field))
        found = self._fetch([field], f"GROUP BY 1 {order}, 1", size + 1)
        values = [row[0] for row in found]
        if len(values) <= size:
            return Axis(field, values, field.sql)
        values = values[:size]
        shown = f"{field.sql} IN ({', '.join(_sql_value(v) for v in values if v is not None)})"
        if None in values:
            shown = f"({shown} OR {field.sql} IS NULL)"
        if limit.get("OtherCategories", "INCLUDE") == "EXCLUDE" or field.date or field.numeric:
            self.where = f"({self.where}) AND {shown}"
            return Axis(field, values, field.sql, cut=True)
        sql = f"CASE WHEN {shown} THEN {field.sql} ELSE {literal(OTHER)} END"
        return Axis(field, [*(v for v in values if v != OTHER), OTHER], sql, cut=True)

    def _natural(self, field: Field) -> str:
        """Time and numbers in their order, names by the first measure."""
        measure = next((f for f in self.visual.fields if f.measure), None)
        if field.date or field.numeric or measure is None:
            return f"{field.sql} ASC NULLS LAST"
        return f"{measure.sql} DESC NULLS LAST"


def _sql_value(value: Value) -> str:
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP {literal(value.isoformat(sep=' '))}"
    return literal(value)


def simple(value: Any) -> Value:
    """DuckDB's value as one of a few kinds."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    if value is None or isinstance(value, str | int | float | bool | dt.datetime):
        return value
    return str(value)

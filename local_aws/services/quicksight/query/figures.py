"""One visual's query: opened, asked for axes, rows and groups."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from local_aws.services.quicksight.columns import Around
from local_aws.services.quicksight.errors import NoFields, NothingLeft, QueryRefused, VisualRefused
from local_aws.services.quicksight.expressions import (
    Compiled,
    Dimension,
    ExpressionError,
    Kind,
    Level,
    quote,
)
from local_aws.services.quicksight.fields import Field, measured
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.preparation import column_type
from local_aws.services.quicksight.query.axis import OTHER, Axis
from local_aws.services.quicksight.query.given import open_declared
from local_aws.services.quicksight.query.stages import (
    Selection,
    dimension_column,
    statement,
)
from local_aws.services.quicksight.query.surroundings import dimensions_around
from local_aws.services.quicksight.query.values import Value, simple

if TYPE_CHECKING:
    # A definition checks its visuals with this package's stages.
    from local_aws.services.quicksight.definition import Definition, Visual

MAX_CATEGORIES = 2500
Sort = Sequence[dict[str, Any]]
Row = tuple[Value, ...]
Dimensions = Sequence[Field | Axis]


class Query:
    """One visual's data set, open, with the filters that hold for it."""

    def __init__(self, store: Store, definition: "Definition", visual: "Visual") -> None:
        if visual.data_set is None:
            raise NoFields
        self.visual, self.definition, self.data_set = visual, definition, visual.data_set
        self.connection = open_declared(store, definition, visual.data_set)
        try:
            self.schema = self._schema()
            self.columns = definition.columns.typed(self.data_set, self.schema)
            self.conditions = self._conditions()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> "Query":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _schema(self) -> dict[str, str]:
        described = self.connection.execute("DESCRIBE data").fetchall()
        return {row[0]: column_type(str(row[1])) for row in described}

    def _conditions(self, around: Around = None) -> list[Compiled]:
        """What the filters leave, where one is on a table calculation: of such dimensions."""
        return self.definition.conditions(self.visual, self.schema.__contains__, around)

    def rows(self, sql: str) -> list[Row]:
        """Run a query. Raises QueryRefused with what DuckDB says."""
        try:
            return [tuple(map(simple, row)) for row in self.connection.execute(sql).fetchall()]
        except duckdb.Error as error:
            raise QueryRefused(str(error).splitlines()[0]) from error

    def select(
        self,
        dimensions: Dimensions,
        measures: Sequence[Field],
        sort: Sort = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Measures by dimensions: a row a group, in the sort's order or the dimensions'.

        Of one axis the rows come in its own order.
        """
        if len(dimensions) == 1 and isinstance(dimensions[0], Axis) and not sort and limit is None:
            known = dimensions[0].rows(measures)
            if known is not None:
                return known
        try:
            found = self.rows(statement(self._selection(dimensions, measures, sort, limit)))
        except ExpressionError as error:
            raise QueryRefused(str(error)) from error
        if not dimensions and not found:  # a filter on a table calculation dropped the only group
            raise NothingLeft("No rows match the filters.")
        return found

    def _selection(
        self, dimensions: Dimensions, measures: Sequence[Field], sort: Sort, limit: int | None
    ) -> Selection:
        groups = [self._group(item) for item in dimensions]
        around = dimensions_around(
            self.visual, self.columns, groups, [_field(item) for item in dimensions]
        )
        shown = [
            item.among(dimension_column(n))
            for n, item in enumerate(dimensions)
            if isinstance(item, Axis) and item.cut and not item.other
        ]
        found = [self._measure(measure, around) for measure in measures]
        order = [term for item in sort for term in self._term(item, around, dimensions)]
        order += [(_column(n), "ASC") for n in range(len(groups))]
        conditions = self.conditions
        if any(condition.level is Level.GROUPED for condition in conditions):
            _check_level(dimensions, around)
            conditions = self._conditions(around)
        return Selection(groups, found, conditions, order, shown, limit)

    def _group(self, item: Field | Axis) -> Compiled:
        if isinstance(item, Axis):
            return item.grouped(self._group(item.field))
        return item.grouping(self.columns)

    def _measure(self, field: Field, around: tuple[Dimension, ...]) -> Compiled:
        return field.measuring(self.columns, around)

    def detail(self, fields: Sequence[Field], sort: Sort, limit: int) -> list[Row]:
        """The data set's own rows, in the sort's order."""
        try:
            found = [field.grouping(self.columns) for field in fields]
            order = [term for item in sort for term in self._row_term(item)]
            selection = Selection([], found, self.conditions, order, (), limit, grouped=False)
            return self.rows(statement(selection))
        except ExpressionError as error:
            raise QueryRefused(str(error)) from error

    def count(self) -> int:
        """How many rows the filters leave."""
        everything = Compiled("count(*)", Kind.INTEGER, Level.AGGREGATE)
        by_row = [c for c in self.conditions if c.level < Level.GROUPED]
        found = self.rows(statement(Selection([], [everything], by_row)))
        return int(found[0][0])  # type: ignore[arg-type]

    def _term(
        self, item: dict[str, Any], around: tuple[Dimension, ...], dimensions: Dimensions
    ) -> list[tuple[Compiled, str]]:
        """A sort configuration's ORDER BY."""
        kind, options = next(iter(item.items()))
        if kind != "FieldSort":
            return [(self._column_sort(options, around), options["Direction"])]
        field = self.visual.field(options["FieldId"])
        if field is None:
            return []
        if field.measure:
            return [(self._measure(field, around), options["Direction"])]
        places = [n for n, given in enumerate(dimensions) if _field(given).id == field.id]
        return [(_column(n), options["Direction"]) for n in places]

    def _column_sort(self, options: dict[str, Any], around: tuple[Dimension, ...]) -> Compiled:
        """By a column that the visual may not show, aggregated."""
        name = options["SortBy"]["ColumnName"]
        function = next(iter(options.get("AggregationFunction", {}).values()), None)
        compiled = self.columns.compile(self.data_set, name, around)
        return measured(compiled, "NumericalMeasureField", function)

    def _row_term(self, item: dict[str, Any]) -> list[tuple[Compiled, str]]:
        kind, options = next(iter(item.items()))
        if kind == "FieldSort":
            field = self.visual.field(options["FieldId"])
            return [(field.grouping(self.columns), options["Direction"])] if field else []
        name = options["SortBy"]["ColumnName"]
        return [(self.columns.compile(self.data_set, name), options["Direction"])]

    def everything(self) -> Axis:
        """The axis of a visual without a category: one place for all rows."""
        return Axis(Field("", self.data_set, "", "'All'", False, ""), ["All"])

    def axis(self, field: Field, sort: Sort, limit: dict[str, Any] | None = None) -> Axis:
        """The values of a dimension that are shown, in order."""
        limit = limit or {}
        size = min(int(limit.get("ItemsLimit") or MAX_CATEGORIES), MAX_CATEGORIES)
        measures = [] if "ItemsLimit" in limit else self._measures_by(field)
        found = self.select([field], measures, sort or self._natural(field), size + 1)
        values = [row[0] for row in found]
        if len(values) <= size:
            figures = {row[0]: row[1:] for row in found}
            return Axis(field, values, measures=measures, figures=figures)
        left_out = limit.get("OtherCategories", "INCLUDE") == "EXCLUDE"
        if left_out or field.date or field.numeric:
            return Axis(field, values[:size], cut=True)
        kept = [value for value in values[:size] if value != OTHER]
        return Axis(field, [*kept, OTHER], cut=True, other=True)

    def _measures_by(self, field: Field) -> list[Field]:
        """The visual's measures where the field is its only dimension: they will be asked for."""
        others = [f for f in self.visual.fields if not f.measure and f != field]
        return [] if others else [f for f in self.visual.fields if f.measure]

    def _natural(self, field: Field) -> Sort:
        """Time and numbers in their order, names by the first measure."""
        measure = next((f for f in self.visual.fields if f.measure), None)
        if field.date or field.numeric or measure is None:
            return ()
        return [{"FieldSort": {"FieldId": measure.id, "Direction": "DESC"}}]


def _check_level(dimensions: Dimensions, around: tuple[Dimension, ...]) -> None:
    """Refuse a filter on a table calculation where it would be over other groups than are shown.

    Of a total it would let all pass or nothing. Raises VisualRefused.
    """
    others = any(isinstance(item, Axis) and item.other for item in dimensions)
    if others or any(dimension.column is None for dimension in around):
        raise VisualRefused(
            "A filter on a table calculation of a visual with totals, with several dimensions"
            ' that are not a table\'s, or with "other" is not supported by local_aws'
        )


def _field(item: Field | Axis) -> Field:
    return item.field if isinstance(item, Axis) else item


def _column(number: int) -> Compiled:
    return Compiled(quote(dimension_column(number)), level=Level.GROUPED)

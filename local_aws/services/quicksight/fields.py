"""Field wells and filters of a definition as SQL over one data set's relation ``data``.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DimensionField.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MeasureField.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expressions import (
    AGGREGATES,
    Compiled,
    Dimension,
    ExpressionError,
    Kind,
    Level,
    literal,
)
from local_aws.services.quicksight.expressions import aggregated as aggregated_value
from local_aws.services.quicksight.expressions.calendar import truncated

FUNCTIONS = {
    "SUM": "sum", "AVERAGE": "avg", "MIN": "min", "MAX": "max", "COUNT": "count",
    "DISTINCT_COUNT": "distinct_count", "VAR": "var", "VARP": "varp", "STDEV": "stdev",
    "STDEVP": "stdevp", "MEDIAN": "median",
}  # fmt: skip
DIMENSIONS = ("CategoricalDimensionField", "DateDimensionField", "NumericalDimensionField")
MEASURES = (
    "NumericalMeasureField",
    "CategoricalMeasureField",
    "DateMeasureField",
    "CalculatedMeasureField",
)


@dataclass(frozen=True)
class Field:
    """One field of a visual: what it is called, its SQL, how its values are shown.

    One without a column is made for a chart: its SQL, over rows or aggregated, stands as it is.
    """

    id: str
    data_set: str
    column: str
    sql: str
    measure: bool
    label: str
    granularity: str | None = None
    date: bool = False
    numeric: bool = False
    format: Mapping[str, Any] = field(default_factory=dict)
    # Of a measure: the kind of its field, and the AggregationFunction of the definition.
    kind: str = "NumericalMeasureField"
    function: Any = None

    def grouping(self, columns: Columns) -> Compiled:
        """A dimension's value of a row. Raises ExpressionError."""
        if not self.column:
            return Compiled(self.sql)
        compiled = columns.compile(self.data_set, self.column)
        return grouping(compiled, self.column, self.granularity)

    def measuring(self, columns: Columns, around: tuple[Dimension, ...]) -> Compiled:
        """A measure in a visual of such dimensions. Raises ExpressionError, Unsupported."""
        if not self.column:
            return Compiled(self.sql, level=Level.AGGREGATE)
        compiled = columns.compile(self.data_set, self.column, around)
        return measured(compiled, self.kind, self.function)


def grouping(compiled: Compiled, name: str, granularity: str | None) -> Compiled:
    """A value of a row, that a visual can group by. Raises ExpressionError."""
    if compiled.level > Level.ROW:
        raise ExpressionError(f"The calculated field {name} aggregates: it is no dimension")
    if granularity is None:
        return compiled
    return replace(compiled, sql=truncated(compiled.sql, granularity))


def read_field(columns: Columns, item: dict[str, Any], labels: Mapping[str, str]) -> Field:
    """A DimensionField or MeasureField. Raises ExpressionError, Unsupported."""
    kind, options = next(iter(item.items()))
    if kind in DIMENSIONS:
        return _dimension(columns, kind, options, labels)
    if kind in MEASURES and kind != "CalculatedMeasureField":
        return _measure(columns, kind, options, labels)
    raise Unsupported(f"The field {kind}", "Use a calculated field of the definition.")


def read_unaggregated(columns: Columns, item: dict[str, Any], labels: Mapping[str, str]) -> Field:
    """A column of a table without aggregation. Raises ExpressionError."""
    data_set, name = item["Column"]["DataSetIdentifier"], item["Column"]["ColumnName"]
    label = labels.get(item["FieldId"], name)
    compiled = grouping(columns.compile(data_set, name), name, None)
    form = item.get("FormatConfiguration", {})
    inner = form.get("NumberFormatConfiguration") or form.get("DateTimeFormatConfiguration") or {}
    return Field(item["FieldId"], data_set, name, compiled.sql, False, label, format=inner)


def _dimension(
    columns: Columns, kind: str, options: dict[str, Any], labels: Mapping[str, str]
) -> Field:
    data_set, name = options["Column"]["DataSetIdentifier"], options["Column"]["ColumnName"]
    date = kind == "DateDimensionField"
    grain = options.get("DateGranularity", "DAY") if date else None
    return Field(
        options["FieldId"],
        data_set,
        name,
        grouping(columns.compile(data_set, name), name, grain).sql,
        False,
        labels.get(options["FieldId"], readable(name)),
        grain,
        date,
        kind == "NumericalDimensionField",
        options.get("FormatConfiguration", {}),
    )


def _measure(
    columns: Columns, kind: str, options: dict[str, Any], labels: Mapping[str, str]
) -> Field:
    data_set, name = options["Column"]["DataSetIdentifier"], options["Column"]["ColumnName"]
    function = options.get("AggregationFunction")
    return Field(
        options["FieldId"],
        data_set,
        name,
        measured(columns.compile(data_set, name), kind, function).sql,
        True,
        labels.get(options["FieldId"], readable(name)),
        format=options.get("FormatConfiguration", {}),
        numeric=True,
        kind=kind,
        function=function,
    )


def measured(compiled: Compiled, kind: str, function: Any) -> Compiled:
    """A field aggregated as a field well says; one that aggregates by itself as it is.

    Raises ExpressionError, Unsupported.
    """
    if compiled.aggregate:
        return compiled
    if isinstance(function, dict):
        percentile = function.get("PercentileAggregation")
        if percentile:
            share = float(percentile["PercentileValue"]) / 100
            return aggregated_value(AGGREGATES["percentileCont"], compiled, share=share)
        function = function.get("SimpleNumericalAggregation")
    default = "SUM" if kind == "NumericalMeasureField" else "COUNT"
    name = FUNCTIONS.get(function or default)
    if name is None:
        raise Unsupported(f"The aggregation {function}")
    spec = AGGREGATES[name]
    if compiled.kind not in spec.takes | {Kind.UNKNOWN, Kind.NULL}:
        raise ExpressionError(f"{name} of a value that is {compiled.kind.value}")
    return aggregated_value(spec, compiled)


def aggregated(sql: str, kind: str, function: Any) -> str:
    """An aggregation function over a row's SQL."""
    return measured(Compiled(sql), kind, function).sql


def readable(name: str) -> str:
    """``on_time_rate`` as ``On time rate``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


# Filters


@dataclass(frozen=True)
class Filter:
    """A filter of a definition: where it holds, and its condition."""

    id: str
    data_set: str
    column: str
    scope: Callable[[str, str], bool]
    everywhere: bool
    condition: str | None
    selectable: bool

    def sql(self, columns: Columns, data_set: str, chosen: list[str] | None) -> str | None:
        """The condition for a data set, with what the reader chose in its place."""
        column = columns.compile(data_set, self.column).sql
        if chosen is not None and self.selectable:
            return f"{column} IN ({', '.join(literal(value) for value in chosen) or 'NULL'})"
        return None if self.condition is None else self.condition.replace("\0", column)


def read_filters(groups: list[dict[str, Any]], columns: Columns) -> list[Filter]:
    """The filters that are switched on. Raises Unsupported."""
    return [
        _filter(item, group, columns)
        for group in groups
        for item in group["Filters"]
        if group.get("Status", "ENABLED") == "ENABLED"
    ]


def _filter(item: dict[str, Any], group: dict[str, Any], columns: Columns) -> Filter:
    kind, options = next(iter(item.items()))
    if kind not in CONDITIONS:
        raise Unsupported(f"The filter {kind}", f"These are: {', '.join(CONDITIONS)}.")
    column = options["Column"]
    for name in ("ParameterName", "AggregationFunction"):
        if options.get(name):
            raise Unsupported(f"{kind}.{name}")
    if columns.compile(column["DataSetIdentifier"], column["ColumnName"]).aggregate:
        raise Unsupported(f"{kind} on the aggregated field {column['ColumnName']}")
    return Filter(
        options["FilterId"],
        column["DataSetIdentifier"],
        column["ColumnName"],
        _scope(group["ScopeConfiguration"]),
        group["CrossDataset"] == "ALL_DATASETS",
        CONDITIONS[kind](options, columns),
        kind == "CategoryFilter",
    )


def _scope(configuration: dict[str, Any]) -> Callable[[str, str], bool]:
    selected = configuration.get("SelectedSheets")
    if selected is None:
        return lambda _sheet, _visual: True
    scopes = {s["SheetId"]: s for s in selected.get("SheetVisualScopingConfigurations", [])}

    def holds(sheet: str, visual: str) -> bool:
        scope = scopes.get(sheet)
        if scope is None:
            return False
        return scope["Scope"] == "ALL_VISUALS" or visual in scope.get("VisualIds", [])

    return holds


# A condition is SQL in which NUL stands for the column: it may be another data set's.
def _category(options: dict[str, Any], _columns: Columns) -> str | None:
    kind, chosen = next(iter(options["Configuration"].items()))
    if chosen.get("ParameterName"):
        raise Unsupported(f"{kind}.ParameterName")
    if chosen.get("SelectAllOptions") == "FILTER_ALL_VALUES":
        return None
    operator = chosen.get("MatchOperator", "CONTAINS")
    values = chosen.get("CategoryValues") or [chosen[k] for k in ("CategoryValue",) if k in chosen]
    if not values:
        raise Unsupported("A CategoryFilter without values", "Use SelectAllOptions.")
    if kind == "CustomFilterConfiguration" and operator not in ("EQUALS", "DOES_NOT_EQUAL"):
        condition = _text_match(operator, values[0])
    else:
        negated = "NOT " if operator.startswith("DOES_NOT") else ""
        condition = f"\0 {negated}IN ({', '.join(literal(value) for value in values)})"
    return _with_nulls(condition, chosen.get("NullOption"))


def _text_match(operator: str, value: str) -> str:
    functions = {"CONTAINS": "contains", "STARTS_WITH": "starts_with", "ENDS_WITH": "ends_with"}
    negated = "NOT " if operator.startswith("DOES_NOT_CONTAIN") else ""
    name = functions.get(operator.replace("DOES_NOT_CONTAIN", "CONTAINS"))
    if name is None:
        raise Unsupported(f"The match operator {operator}")
    return f"{negated}{name}(\0, {literal(value)})"


def _with_nulls(condition: str, option: str | None) -> str:
    if option == "NULLS_ONLY":
        return "\0 IS NULL"
    return f"({condition} OR \0 IS NULL)" if option == "ALL_VALUES" else f"({condition})"


def _numeric_range(options: dict[str, Any], _columns: Columns) -> str | None:
    if options.get("SelectAllOptions") == "FILTER_ALL_VALUES":
        return None
    sides = (("RangeMinimum", ">", "IncludeMinimum"), ("RangeMaximum", "<", "IncludeMaximum"))
    tests = []
    for side, sign, inclusive in sides:
        if side not in options:
            continue
        if "StaticValue" not in options[side]:
            raise Unsupported(f"NumericRangeFilter.{side}.Parameter")
        tests.append(f"\0 {sign}{'=' if options.get(inclusive) else ''} "
                     f"{literal(float(options[side]['StaticValue']))}")  # fmt: skip
    return _with_nulls(" AND ".join(tests) or "TRUE", options.get("NullOption"))


def _top_bottom(options: dict[str, Any], columns: Columns) -> str:
    column = options["Column"]
    orders = []
    for sort in options["AggregationSortConfigurations"]:
        by = columns.compile(column["DataSetIdentifier"], sort["Column"]["ColumnName"])
        function = sort.get("AggregationFunction", {})
        sql = by.sql if by.aggregate else aggregated(
            by.sql, "NumericalMeasureField", function.get("NumericalAggregationFunction")
            or function.get("CategoricalAggregationFunction")
            or function.get("DateAggregationFunction"),
        )  # fmt: skip
        orders.append(f"{sql} {sort['SortDirection']} NULLS LAST")
    limit = int(options.get("Limit", 10))
    if options.get("TimeGranularity"):
        raise Unsupported("TopBottomFilter.TimeGranularity")
    order = ", ".join(orders)
    return f"\0 IN (SELECT \0 FROM data GROUP BY 1 ORDER BY {order} LIMIT {limit})"  # noqa: S608


CONDITIONS: dict[str, Callable[[dict[str, Any], Columns], str | None]] = {
    "CategoryFilter": _category,
    "NumericRangeFilter": _numeric_range,
    "TopBottomFilter": _top_bottom,
}

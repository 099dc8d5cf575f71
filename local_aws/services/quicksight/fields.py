"""Field wells and filters of a definition as SQL over one data set's relation ``data``.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DimensionField.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MeasureField.html
"""

from collections.abc import Mapping
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
    combined,
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
        return read_measure(columns, kind, options, labels)
    raise Unsupported(f"The field {kind} of a visual without a data set of its own",
                      "Use a calculated field of the definition.")  # fmt: skip


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


def read_measure(
    columns: Columns, kind: str, options: dict[str, Any], labels: Mapping[str, str]
) -> Field:
    """A MeasureField with a column. Raises ExpressionError, Unsupported."""
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
    if kind == "CalculatedMeasureField":
        raise Unsupported("A CalculatedMeasureField that does not aggregate")
    if isinstance(function, dict):
        if "SimpleAttributeAggregation" in function:
            return unique(compiled, function.get("ValueForMultipleValues", "*"))
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


def unique(compiled: Compiled, otherwise: str) -> Compiled:
    """The value of a field as text where a group has one only, else ``otherwise``.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AttributeAggregationFunction.html
    """
    least, most = (aggregated_value(AGGREGATES[name], compiled) for name in ("min", "max"))
    sql = (f"CASE WHEN {least.sql} < {most.sql} THEN {literal(otherwise)} "
           f"ELSE CAST({least.sql} AS VARCHAR) END")  # fmt: skip
    return combined(sql, Kind.STRING, [least, most])


def aggregated(sql: str, kind: str, function: Any) -> str:
    """An aggregation function over a row's SQL."""
    return measured(Compiled(sql), kind, function).sql


def readable(name: str) -> str:
    """``on_time_rate`` as ``On time rate``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]

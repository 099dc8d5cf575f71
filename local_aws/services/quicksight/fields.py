"""Field wells and filters of a definition as SQL over one data set's relation ``data``.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DimensionField.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MeasureField.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expression import (
    Compiled,
    ExpressionError,
    Parameters,
    compile_expression,
    quote,
)

NUMERICAL = {
    "SUM": "sum({})",
    "AVERAGE": "avg({})",
    "MIN": "min({})",
    "MAX": "max({})",
    "COUNT": "count({})",
    "DISTINCT_COUNT": "count(DISTINCT {})",
    "VAR": "var_samp({})",
    "VARP": "var_pop({})",
    "STDEV": "stddev_samp({})",
    "STDEVP": "stddev_pop({})",
    "MEDIAN": "median({})",
}
GRAINS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND")
DIMENSIONS = ("CategoricalDimensionField", "DateDimensionField", "NumericalDimensionField")
MEASURES = (
    "NumericalMeasureField",
    "CategoricalMeasureField",
    "DateMeasureField",
    "CalculatedMeasureField",
)


@dataclass(frozen=True)
class Field:
    """One field of a visual: what it is called, its SQL, how its values are shown."""

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


class Columns:
    """The calculated fields of a definition beside the data sets' columns."""

    def __init__(
        self, calculated: dict[tuple[str, str], str], parameters: Parameters | None = None
    ) -> None:
        self.calculated, self.parameters = calculated, parameters or {}

    def compile(self, data_set: str, name: str, above: tuple[str, ...] = ()) -> Compiled:
        """A column or calculated field by name. Raises ExpressionError."""
        text = self.calculated.get((data_set, name))
        if text is None:
            return Compiled(quote(name))
        if name in above:
            raise ExpressionError(f"The calculated field {name} uses itself")
        resolve = lambda inner: self.compile(data_set, inner, (*above, name))  # noqa: E731
        return compile_expression(text, resolve, self.parameters)


def read_field(columns: Columns, item: dict[str, Any], labels: Mapping[str, str]) -> Field:
    """A DimensionField or MeasureField. Raises ExpressionError, Unsupported."""
    kind, options = next(iter(item.items()))
    if kind in DIMENSIONS:
        return _dimension(columns, kind, options, labels)
    if kind in MEASURES and kind != "CalculatedMeasureField":
        return _measure(columns, kind, options, labels)
    raise Unsupported(f"The field {kind}", "Use a calculated field of the definition.")


def read_unaggregated(columns: Columns, item: dict[str, Any], labels: Mapping[str, str]) -> Field:
    """A column of a table without aggregation."""
    data_set, name = item["Column"]["DataSetIdentifier"], item["Column"]["ColumnName"]
    label = labels.get(item["FieldId"], name)
    compiled = columns.compile(data_set, name)
    form = item.get("FormatConfiguration", {})
    inner = form.get("NumberFormatConfiguration") or form.get("DateTimeFormatConfiguration") or {}
    return Field(item["FieldId"], data_set, name, compiled.sql, False, label, format=inner)


def _dimension(
    columns: Columns, kind: str, options: dict[str, Any], labels: Mapping[str, str]
) -> Field:
    data_set, name = options["Column"]["DataSetIdentifier"], options["Column"]["ColumnName"]
    compiled = columns.compile(data_set, name)
    if compiled.aggregate:
        raise ExpressionError(f"The calculated field {name} aggregates: it is no dimension")
    date = kind == "DateDimensionField"
    grain = options.get("DateGranularity", "DAY") if date else None
    return Field(
        options["FieldId"],
        data_set,
        name,
        truncated(compiled.sql, grain) if grain else compiled.sql,
        False,
        labels.get(options["FieldId"], readable(name)),
        grain,
        date,
        kind == "NumericalDimensionField",
        options.get("FormatConfiguration", {}),
    )


def truncated(sql: str, grain: str) -> str:
    """The start of the period; weeks begin on Sunday, as in QuickSight."""
    if grain == "WEEK":
        return f"(date_trunc('week', {sql} + INTERVAL 1 DAY) - INTERVAL 1 DAY)"
    return f"date_trunc('{grain.lower()}', {sql})"


def _measure(
    columns: Columns, kind: str, options: dict[str, Any], labels: Mapping[str, str]
) -> Field:
    data_set, name = options["Column"]["DataSetIdentifier"], options["Column"]["ColumnName"]
    compiled = columns.compile(data_set, name)
    sql = compiled.sql
    if not compiled.aggregate:
        sql = aggregated(sql, kind, options.get("AggregationFunction"))
    return Field(
        options["FieldId"],
        data_set,
        name,
        sql,
        True,
        labels.get(options["FieldId"], readable(name)),
        format=options.get("FormatConfiguration", {}),
        numeric=True,
    )


def aggregated(sql: str, kind: str, function: Any) -> str:
    """An aggregation function over a row's value."""
    if isinstance(function, dict):
        percentile = function.get("PercentileAggregation")
        if percentile:
            return f"quantile_cont({sql}, {float(percentile['PercentileValue']) / 100})"
        function = function.get("SimpleNumericalAggregation")
    default = "SUM" if kind == "NumericalMeasureField" else "COUNT"
    template = NUMERICAL.get(function or default)
    if template is None:
        raise Unsupported(f"The aggregation {function}")
    return template.format(sql)


def readable(name: str) -> str:
    """``on_time_rate`` as ``On time rate``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]

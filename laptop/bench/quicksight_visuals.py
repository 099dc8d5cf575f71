"""What `./lake bench quicksight` draws, and the SQL that somebody would write for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Options = dict[str, Any]
COLUMNS = {
    "flight_date": "DATETIME", "carrier": "STRING", "origin": "STRING", "dest": "STRING",
    "tailnum": "STRING", "dep_delay": "INTEGER", "arr_delay": "INTEGER", "distance": "INTEGER",
}  # fmt: skip
DATA_SET = "flights"


@dataclass(frozen=True)
class Load:
    """A visual; `sql` asks for what it draws, `whole` for its CSV's rows where those are others."""

    name: str
    visual: Options
    sql: str
    whole: str = ""


def data_set(source: str, schema: str) -> Options:
    """CreateDataSet's request without the account: the bench's table in SPICE."""
    columns = [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()]
    table = {"DataSourceArn": source, "Schema": schema, "Name": "flights", "InputColumns": columns}
    return {"DataSetId": DATA_SET, "Name": "Flights", "ImportMode": "SPICE",
            "PhysicalTableMap": {"table": {"RelationalTable": table}}}  # fmt: skip


def dashboard(data_set_arn: str) -> Options:
    """CreateDashboard's request without the account: a sheet with every load's visual."""
    declared = {"Identifier": DATA_SET, "DataSetArn": data_set_arn}
    visuals = [load.visual for load in LOADS]
    calculated = [{"DataSetIdentifier": DATA_SET, "Name": name, "Expression": text}
                  for name, text in CALCULATED.items()]  # fmt: skip
    return {"DashboardId": "bench", "Name": "Bench", "Definition": {
        "DataSetIdentifierDeclarations": [declared], "CalculatedFields": calculated,
        "Sheets": [{"SheetId": "sheet", "Name": "Sheet", "Visuals": visuals}],
    }}  # fmt: skip


CALCULATED = {
    "month": "truncDate('MM', {flight_date})",
    "so_far": "runningSum(sum({dep_delay}), [{month} ASC])",
}


def _column(name: str) -> Options:
    return {"DataSetIdentifier": DATA_SET, "ColumnName": name}


def _by(name: str) -> Options:
    return {"CategoricalDimensionField": {"FieldId": name, "Column": _column(name)}}


def _by_month(name: str) -> Options:
    options = {"FieldId": name, "Column": _column(name), "DateGranularity": "MONTH"}
    return {"DateDimensionField": options}


def _of(name: str, function: str = "") -> Options:
    options: Options = {"FieldId": f"{name}-value", "Column": _column(name)}
    if function:
        options["AggregationFunction"] = {"SimpleNumericalAggregation": function}
    return {"NumericalMeasureField": options}


def _different(name: str) -> Options:
    options = {"FieldId": f"{name}-value", "Column": _column(name)}
    return {"CategoricalMeasureField": options | {"AggregationFunction": "DISTINCT_COUNT"}}


def _visual(kind: str, name: str, wells: Mapping[str, Any], **more: Any) -> Options:
    return {kind: {"VisualId": name, "ChartConfiguration": {"FieldWells": wells, **more}}}


def _bars(name: str, category: Options, value: Options, **more: Any) -> Options:
    wells = {"BarChartAggregatedFieldWells": {"Category": [category], "Values": [value]}}
    return _visual("BarChartVisual", name, wells, **more)


_TOP = {
    "CategorySort": [{"FieldSort": {"FieldId": "distance-value", "Direction": "DESC"}}],
    "CategoryItemsLimit": {"ItemsLimit": 10, "OtherCategories": "INCLUDE"},
}
_TOTALS = {
    "RowTotalOptions": {"TotalsVisibility": "VISIBLE"},
    "ColumnTotalOptions": {"TotalsVisibility": "VISIBLE"},
}
LOADS = (
    Load(
        "kpi",
        _visual("KPIVisual", "kpi", {"Values": [_of("arr_delay", "AVERAGE")],
                                     "TrendGroups": [_by_month("flight_date")]}),
        "SELECT strftime(month, '%Y-%m-%dT%H:%M:%S'), mean FROM (SELECT "
        "date_trunc('month', flight_date) AS month, avg(arr_delay) AS mean FROM data GROUP BY 1)",
    ),
    Load(
        "distinct",
        _bars("distinct", _by("carrier"), _different("tailnum")),
        "SELECT carrier, count(DISTINCT tailnum) FROM data GROUP BY 1",
    ),
    Load(
        "pivot",
        _visual("PivotTableVisual", "pivot", {"PivotTableAggregatedFieldWells": {
            "Rows": [_by("carrier")], "Columns": [_by("origin")],
            "Values": [_of("arr_delay", "SUM")]}}, TotalOptions=_TOTALS),
        "SELECT carrier, origin, sum(arr_delay) FROM data GROUP BY CUBE (carrier, origin)",
        "SELECT carrier, origin, sum(arr_delay) FROM data GROUP BY carrier, origin",
    ),
    Load(
        "top-10",
        _bars("top-10", _by("dest"), _of("distance", "SUM"), SortConfiguration=_TOP),
        "WITH top AS (SELECT dest FROM data GROUP BY 1 ORDER BY sum(distance) DESC LIMIT 10) "
        "SELECT CASE WHEN dest IN (FROM top) THEN dest ELSE 'Other' END, sum(distance) "
        "FROM data GROUP BY 1",
        "SELECT dest, sum(distance) FROM data GROUP BY 1",
    ),
    Load(
        "running",
        _visual("TableVisual", "running", {"TableAggregatedFieldWells": {
            "GroupBy": [_by_month("month")], "Values": [_of("so_far")]}}),
        "SELECT strftime(month, '%Y-%m-%dT%H:%M:%S'), sum(sum(dep_delay)) OVER (ORDER BY month) "
        "FROM (SELECT date_trunc('month', flight_date) AS month, dep_delay FROM data) "
        "GROUP BY month",
    ),
)  # fmt: skip

"""Figures: aggregation, sorting, limits with "Other", filters, calculated fields."""

from dataclasses import replace
from typing import Any

import pytest

from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.page.payload import Board
from local_aws.services.quicksight.query import Query
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    dimension,
    measure,
    visual,
)


def figures(
    quicksight: QuickSight, item: dict[str, Any], chosen: Choices | None = None, **more: Any
) -> Any:
    quicksight.data_set()
    quicksight.dashboard(item, **more)
    name = next(iter(item.values()))["VisualId"]
    return Board(quicksight.api.store, "board", chosen or Choices()).figures("one", name)


def trace(payload: Any, n: int = 0) -> Any:
    return payload["figure"]["data"][n]


def field_sort(field: str, direction: str) -> list[dict[str, Any]]:
    return [{"FieldSort": {"FieldId": field, "Direction": direction}}]


def test_bars_sort_by_the_measure_unless_told(quicksight: QuickSight) -> None:
    found = trace(figures(quicksight, bars("b", measure("units"))))
    assert found["x"] == ["north", "south", "–", "east"]
    assert found["y"] == [40, 25, 4, 1]


def test_a_sort_of_the_definition(quicksight: QuickSight) -> None:
    sort = {"CategorySort": field_sort("region", "ASC")}
    found = trace(figures(quicksight, bars("b", measure("units"), SortConfiguration=sort)))
    assert found["x"] == ["east", "north", "south", "–"]


def test_other_is_computed_from_its_rows_not_from_their_means(quicksight: QuickSight) -> None:
    sort = {"CategorySort": field_sort("price-m", "DESC"), "CategoryItemsLimit": {"ItemsLimit": 1}}
    item = bars("b", measure("price", "AVERAGE"), by="product", SortConfiguration=sort)
    found = trace(figures(quicksight, item))
    assert found["x"] == ["coffee", "Other"]
    assert found["y"] == [4.25, pytest.approx((2.5 + 2.0 + 1.0) / 3)]


def test_a_limit_without_other(quicksight: QuickSight) -> None:
    limit = {"ItemsLimit": 2, "OtherCategories": "EXCLUDE"}
    item = bars("b", measure("units"), SortConfiguration={"CategoryItemsLimit": limit})
    assert trace(figures(quicksight, item))["x"] == ["north", "south"]


def test_colours_become_series(quicksight: QuickSight) -> None:
    wells = {"Category": [dimension("region")], "Values": [measure("units")],
             "Colors": [dimension("product")]}  # fmt: skip
    payload = figures(
        quicksight, visual("BarChartVisual", "b", {"BarChartAggregatedFieldWells": wells})
    )
    series = {t["name"]: dict(zip(t["x"], t["y"], strict=True)) for t in payload["figure"]["data"]}
    assert series["tea"] == {"north": 10, "south": 20, "–": None, "east": 1}
    assert series["milk"]["south"] == 5


def test_dates_by_month(quicksight: QuickSight) -> None:
    month = dimension("sold", "Date", DateGranularity="MONTH")
    wells = {"Category": [month], "Values": [measure("units")]}
    found = trace(
        figures(
            quicksight, visual("LineChartVisual", "l", {"LineChartAggregatedFieldWells": wells})
        )
    )
    assert found["x"] == ["Jan 2024", "Feb 2024", "Mar 2024"]
    assert found["y"] == [40, 25, 5]


def test_a_calculated_field_of_sums(quicksight: QuickSight) -> None:
    calculated = {"DataSetIdentifier": "sales", "Name": "per_row",
                  "Expression": "sum({units}) / count({product})"}  # fmt: skip
    payload = figures(
        quicksight, bars("b", measure("per_row", None)), CalculatedFields=[calculated]
    )
    assert trace(payload)["y"] == [20, 12.5, 4, 1]


def group(item: dict[str, Any]) -> dict[str, Any]:
    column = {"DataSetIdentifier": "sales", "ColumnName": "region"}
    kind, options = next(iter(item.items()))
    filters = [{kind: {"FilterId": "f", "Column": column} | options}]
    scope = {"AllSheets": {}}
    return {"FilterGroupId": "g", "Filters": filters, "ScopeConfiguration": scope,
            "CrossDataset": "SINGLE_DATASET", "Status": "ENABLED"}  # fmt: skip


def listed(*values: str, **more: Any) -> dict[str, Any]:
    chosen = {"MatchOperator": "CONTAINS", "CategoryValues": list(values)} | more
    return group({"CategoryFilter": {"Configuration": {"FilterListConfiguration": chosen}}})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (listed("north"), ["north"]),
        (listed("north", MatchOperator="DOES_NOT_CONTAIN"), ["south", "east"]),
        (listed("north", NullOption="ALL_VALUES"), ["north", "–"]),
        (listed(SelectAllOptions="FILTER_ALL_VALUES"), ["north", "south", "–", "east"]),
    ],
)
def test_category_filters(
    quicksight: QuickSight, filters: dict[str, Any], expected: list[str]
) -> None:
    payload = figures(quicksight, bars("b", measure("units")), FilterGroups=[filters])
    assert trace(payload)["x"] == expected


def test_top_and_numeric_filters(quicksight: QuickSight) -> None:
    units = {"DataSetIdentifier": "sales", "ColumnName": "units"}
    sorts = [{"Column": units, "SortDirection": "DESC",
              "AggregationFunction": {"NumericalAggregationFunction": {
                  "SimpleNumericalAggregation": "SUM"}}}]  # fmt: skip
    top = group({"TopBottomFilter": {"Limit": 2, "AggregationSortConfigurations": sorts}})
    bounds = {"RangeMinimum": {"StaticValue": 10}, "IncludeMinimum": True,
              "NullOption": "NON_NULLS_ONLY"}  # fmt: skip
    many = group({"NumericRangeFilter": bounds | {"Column": units}}) | {"FilterGroupId": "h"}
    payload = figures(quicksight, bars("b", measure("units")), FilterGroups=[top, many])
    assert trace(payload)["y"] == [40, 20]


def test_what_the_reader_chose_takes_the_place_of_the_filter(quicksight: QuickSight) -> None:
    payload = figures(
        quicksight,
        bars("b", measure("units")),
        Choices({"f": ["south"]}),
        FilterGroups=[listed("north")],
    )
    assert trace(payload)["x"] == ["south"]
    hostile = Choices({"f": ["' OR 1=1 --"]})
    found = Board(quicksight.api.store, "board", hostile).figures("one", "b")
    assert found == {"state": "empty", "message": "No rows match the filters."}


def test_a_pivot_table_with_totals_of_the_rows(quicksight: QuickSight) -> None:
    wells = {"Rows": [dimension("region")], "Columns": [dimension("product")],
             "Values": [measure("price", "AVERAGE")]}  # fmt: skip
    totals = {f"{side}TotalOptions": {"TotalsVisibility": "VISIBLE"} for side in ("Row", "Column")}
    item = visual(
        "PivotTableVisual", "p", {"PivotTableAggregatedFieldWells": wells}, TotalOptions=totals
    )
    table = figures(quicksight, item)["pivot"]
    heads = [head["texts"] for head in table["columnHeads"]]
    assert heads == [["coffee"], ["milk"], ["tea"], ["Total"]]
    names = [row["heads"][0]["text"] for row in table["rows"]]
    assert names == ["east", "north", "south", "–", "Total"]
    assert table["rows"][1]["cells"] == ["4", "", "2.50", "3.25"]
    assert table["rows"][-1]["cells"] == ["4.25", "1", "2.25", "2.80"]


def test_a_kpi_against_the_period_before(quicksight: QuickSight) -> None:
    month = dimension("sold", "Date", DateGranularity="MONTH")
    item = visual("KPIVisual", "k", {"Values": [measure("units")], "TrendGroups": [month]})
    found = figures(quicksight, item)["kpi"]
    assert (found["value"], found["change"], found["direction"]) == ("5", "−80.0%", -1)
    assert found["against"] == "vs Feb 2024"
    assert [point["value"] for point in found["spark"]["points"]] == [40, 25, 5]


def test_an_empty_data_set_says_so(quicksight: QuickSight) -> None:
    quicksight.athena.database.execute("DELETE FROM lake.sales")
    found = figures(quicksight, bars("b", measure("units")))
    assert found == {"state": "empty", "message": "The data set is empty."}


def test_a_data_set_that_never_filled_says_why(quicksight: QuickSight) -> None:
    quicksight.athena.database.execute("DROP TABLE lake.sales")
    found = figures(quicksight, bars("b", measure("units")))
    assert found["state"] == "failed"
    assert "SQL_TABLE_NOT_FOUND" in found["message"]


def test_a_data_set_that_waits_for_its_first_rows_has_not_failed(quicksight: QuickSight) -> None:
    quicksight.athena.gate.clear()
    quicksight.data_set(wait=False)
    quicksight.dashboard(bars("b", measure("units")))
    found = Board(quicksight.api.store, "board").figures("one", "b")
    assert found["state"] == "empty"
    assert "the first refresh is" in found["message"]


def field(name: str, text: str) -> dict[str, str]:
    return {"DataSetIdentifier": "sales", "Name": name, "Expression": text}


def table(*values: dict[str, Any], by: list[dict[str, Any]], **config: Any) -> dict[str, Any]:
    wells = {"TableAggregatedFieldWells": {"GroupBy": by, "Values": list(values)}}
    return visual("TableVisual", "t", wells, **config)


def test_a_table_calculation_over_what_the_visual_shows(quicksight: QuickSight) -> None:
    share = field("share", "percentOfTotal(sum({units}), [{region}])")
    item = table(measure("share", None), by=[dimension("region"), dimension("product")])
    rows = figures(quicksight, item, CalculatedFields=[share])["table"]["rows"]
    assert rows == [
        ["east", "tea", "1"],
        ["north", "coffee", "0.75"],
        ["north", "tea", "0.25"],
        ["south", "milk", "0.20"],
        ["south", "tea", "0.80"],
        ["–", "coffee", "1"],
    ]


def test_a_level_aware_calculation_before_and_after_the_filter(quicksight: QuickSight) -> None:
    fields = [
        field("before", "max(sumOver({units}, [{region}], PRE_FILTER))"),
        field("after", "max(sumOver({units}, [{region}], PRE_AGG))"),
        field("fixed", "avg(sum({units}, [{region}]))"),
    ]
    values = [measure(name, None) for name in ("before", "after", "fixed")]
    column = {"DataSetIdentifier": "sales", "ColumnName": "product"}
    tea = group(
        {
            "CategoryFilter": {
                "Column": column,
                "Configuration": {
                    "FilterListConfiguration": {
                        "MatchOperator": "CONTAINS",
                        "CategoryValues": ["tea"],
                    }
                },
            }
        }
    )
    item = table(*values, by=[dimension("product")])
    rows = figures(quicksight, item, CalculatedFields=fields, FilterGroups=[tea])["table"]["rows"]
    assert rows == [["tea", "40", "20", "10.33"]]


def test_a_filter_on_a_level_aware_calculation(quicksight: QuickSight) -> None:
    units = field("of the region", "sumOver({units}, [{region}], PRE_AGG)")
    column = {"DataSetIdentifier": "sales", "ColumnName": "of the region"}
    bounds = {"RangeMinimum": {"StaticValue": 25}, "IncludeMinimum": True,
              "NullOption": "NON_NULLS_ONLY", "Column": column}  # fmt: skip
    payload = figures(
        quicksight,
        bars("b", measure("units"), by="product"),
        CalculatedFields=[units],
        FilterGroups=[group({"NumericRangeFilter": bounds})],
    )
    found = trace(payload)
    assert dict(zip(found["x"], found["y"], strict=True)) == {"tea": 30, "coffee": 30, "milk": 5}


def test_a_table_calculation_sees_what_a_limit_leaves_out(quicksight: QuickSight) -> None:
    share = field("share", "sum({units}) / sumOver(sum({units}), [])")
    limit = {"CategoryItemsLimit": {"ItemsLimit": 1, "OtherCategories": "EXCLUDE"}}
    item = bars("b", measure("share", None), SortConfiguration=limit)
    found = trace(figures(quicksight, item, CalculatedFields=[share]))
    assert (found["x"], found["y"]) == (["north"], [pytest.approx(40 / 70)])


def test_a_total_counts_its_own_rows(quicksight: QuickSight) -> None:
    wells = {"Rows": [dimension("region")], "Columns": [dimension("product")],
             "Values": [measure("product", "DISTINCT_COUNT")]}  # fmt: skip
    wells["Values"] = [
        {
            "CategoricalMeasureField": {
                "FieldId": "m",
                "Column": {"DataSetIdentifier": "sales", "ColumnName": "product"},
                "AggregationFunction": "DISTINCT_COUNT",
            }
        }
    ]
    totals = {f"{side}TotalOptions": {"TotalsVisibility": "VISIBLE"} for side in ("Row", "Column")}
    item = visual(
        "PivotTableVisual", "p", {"PivotTableAggregatedFieldWells": wells}, TotalOptions=totals
    )
    assert figures(quicksight, item)["pivot"]["rows"][-1]["cells"] == ["1", "1", "1", "3"]


def test_a_table_calculation_in_the_total_of_a_pivot_table(quicksight: QuickSight) -> None:
    share = field("share", "sum({units}) / sumOver(sum({units}), [{region}])")
    wells = {"Rows": [dimension("region")], "Columns": [dimension("product")],
             "Values": [measure("share", None)]}  # fmt: skip
    totals = {f"{side}TotalOptions": {"TotalsVisibility": "VISIBLE"} for side in ("Row", "Column")}
    item = visual(
        "PivotTableVisual", "p", {"PivotTableAggregatedFieldWells": wells}, TotalOptions=totals
    )
    found = figures(quicksight, item, CalculatedFields=[share])["pivot"]
    assert found["rows"][1]["cells"] == ["0.75", "", "0.25", "1"]


def test_a_field_of_another_partition_is_named_when_the_dashboard_is_made(
    quicksight: QuickSight,
) -> None:
    quicksight.data_set()
    share = field("share", "sumOver(sum({units}), [{product}])")
    quicksight.dashboard(bars("b", measure("share", None)), CalculatedFields=[share])
    version = quicksight.describe_dashboard(DashboardId="board")["Dashboard"]["Version"]
    assert version["Errors"][0]["Message"] == (
        "The field share of the visual b: The calculated field share: sumOver: "
        "the field product is not in the visual's field wells (position 1)"
    )


def test_the_top_values_of_a_calculation_before_the_filters(quicksight: QuickSight) -> None:
    units = field("of the region", "sumOver({units}, [{region}], PRE_FILTER)")
    column = {"DataSetIdentifier": "sales", "ColumnName": "of the region"}
    sorts = [{"Column": column, "SortDirection": "DESC",
              "AggregationFunction": {"NumericalAggregationFunction": {
                  "SimpleNumericalAggregation": "MAX"}}}]  # fmt: skip
    top = group({"TopBottomFilter": {"Limit": 1, "AggregationSortConfigurations": sorts}})
    payload = figures(
        quicksight,
        bars("b", measure("units"), by="product"),
        CalculatedFields=[units],
        FilterGroups=[group({"TopBottomFilter": top["Filters"][0]["TopBottomFilter"]
                             | {"Column": column}})],
    )  # fmt: skip
    assert trace(payload)["x"] == ["coffee", "tea"]


def test_an_axis_that_brings_its_figures_along_may_get_more_values(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(bars("b", measure("units")))
    board = Board(quicksight.api.store, "board")
    shown = board.definition.visual("one", "b")
    assert shown is not None
    with Query(quicksight.api.store, board.definition, shown) as query:
        field, units = shown.fields
        axis = query.axis(field, [])
        query.connection.execute("DROP VIEW data")
        wider = replace(axis, values=["west", *axis.values])
        assert query.select([axis], [units]) == [
            ("north", 40),
            ("south", 25),
            (None, 4),
            ("east", 1),
        ]
        assert query.select([wider], [units]) == query.select([axis], [units])
        with pytest.raises(QueryRefused, match="data does not exist"):
            query.select([axis], [replace(units, function={"SimpleNumericalAggregation": "MAX"})])

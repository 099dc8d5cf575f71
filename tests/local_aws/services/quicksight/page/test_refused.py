"""What of a visual cannot be right is a card that names it; nothing breaks, nothing is guessed."""

from typing import Any

import pytest

from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    dimension,
    filter_group,
    measure,
    visual,
)
from tests.local_aws.services.quicksight.page.test_visuals import drawn

MONTH = dimension("sold", "Date", DateGranularity="MONTH")
UNITS = measure("units")


def wells(kind: str, **given: Any) -> dict[str, Any]:
    return {f"{kind}AggregatedFieldWells": given}


def insight(kind: str, narrative: str = "", **given: Any) -> dict[str, Any]:
    computation = {kind: {"ComputationId": "c", "Name": "C", **given}}
    more = {"CustomNarrative": {"Narrative": narrative}} if narrative else {}
    config = {"Computations": [computation]} | more
    return {"InsightVisual": {"VisualId": "v", "DataSetIdentifier": "sales",
                              "InsightConfiguration": config}}  # fmt: skip


def coloured(expression: str) -> dict[str, Any]:
    item = visual("KPIVisual", "v", {"Values": [UNITS]})
    rule = {"Solid": {"Expression": expression, "Color": "#112233"}}
    options = [{"PrimaryValue": {"TextColor": rule}}]
    item["KPIVisual"]["ConditionalFormatting"] = {"ConditionalFormattingOptions": options}
    return item


def mean_of(column: str) -> dict[str, Any]:
    name = {"DataSetIdentifier": "sales", "ColumnName": column}
    data = {"DynamicConfiguration": {"Column": name, "Calculation": {
        "SimpleNumericalAggregation": "AVERAGE"}}}  # fmt: skip
    return {"ReferenceLines": [{"DataConfiguration": data}]}


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (visual("FilledMapVisual", "v", wells("FilledMap", Geospatial=[dimension("region")])),
         "FilledMapVisual"),
        (visual("LineChartVisual", "v", wells("LineChart", Category=[MONTH], Values=[UNITS]),
                ForecastConfigurations=[{}]), "ForecastConfigurations"),
        (visual("GeospatialMapVisual", "v", wells("GeospatialMap", Geospatial=[
            dimension("region")])), "latitude and longitude"),
        (visual("TableVisual", "v", wells("Table", GroupBy=[dimension("region")], Values=[UNITS]),
                TotalOptions={"TotalsVisibility": "VISIBLE", "TotalAggregationOptions": [
                    {"FieldId": "units-m", "TotalAggregationFunction": {
                        "SimpleTotalAggregationFunction": "MAX"}}]}), "A total by MAX"),
        (visual("TableVisual", "v", wells("Table", GroupBy=[dimension("region")], Values=[UNITS]),
                TableInlineVisualizations=[{"Sparklines": {"FieldId": "units-m"}}]), "Sparklines"),
        (visual("HistogramVisual", "v", wells("Histogram", Values=[measure("rate", None)])),
         "which is an aggregate"),
        (bars("v", UNITS, **mean_of("price")), "over price"),
        (insight("Forecast", Time=MONTH, Value=UNITS), "The computation Forecast"),
        (insight("GrowthRate", Value=UNITS), "without Time"),
        (insight("TotalAggregation", "<expression>C.nothing</expression>", Value=UNITS),
         "C.nothing"),
        (coloured("SUM({units}"), "The conditional formatting SUM"),
        (coloured("SUM({nowhere}) > 1"), "nowhere"),
        (coloured("x'; DROP TABLE data --"), "The conditional formatting"),
    ],
)  # fmt: skip
def test_it_is_named(quicksight: QuickSight, item: dict[str, Any], words: str) -> None:
    quicksight.data_set()
    found = drawn(quicksight, item, {"rate": "sum({units}) / count({units})"})
    assert found["state"] == "refused"
    assert words in found["message"]


@pytest.mark.parametrize("kind", ["BarChart", "LineChart", "ComboChart", "PieChart", "Table",
                                  "PivotTable", "HeatMap", "TreeMap", "Radar", "Waterfall",
                                  "WordCloud", "FunnelChart", "SankeyDiagram"])  # fmt: skip
def test_a_visual_without_fields_is_empty(quicksight: QuickSight, kind: str) -> None:
    quicksight.data_set()
    name = {"Radar": "RadarChartVisual"}.get(kind, f"{kind}Visual")
    found = drawn(quicksight, visual(name, "v", {}), {})
    assert found == {"state": "empty", "message": "This visual has empty field wells."}


def test_an_insight_without_computations_is_empty(quicksight: QuickSight) -> None:
    quicksight.data_set()
    item = {"InsightVisual": {"VisualId": "v", "DataSetIdentifier": "sales",
                              "InsightConfiguration": {"Computations": []}}}  # fmt: skip
    assert drawn(quicksight, item, {})["state"] == "empty"


def test_a_filter_on_a_level_aware_aggregation_is_named(quicksight: QuickSight) -> None:
    quicksight.data_set()
    group = filter_group("NumericRangeFilter", "kinds", NullOption="ALL_VALUES",
                         RangeMinimum={"StaticValue": 2})  # fmt: skip
    kinds = {"kinds": "distinct_count({product}, [{region}])"}
    found = drawn(quicksight, bars("v", UNITS), kinds, FilterGroups=[group])
    assert found["state"] == "refused"
    assert "on a level-aware aggregation" in found["message"]

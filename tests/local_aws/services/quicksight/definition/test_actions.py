"""Clicks on marks: what they filter, where they lead, and levels to drill into."""

from typing import Any

import pytest

from local_aws.services.quicksight.choices import read_choices
from local_aws.services.quicksight.definition import actions
from local_aws.services.quicksight.page.payload import Board
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    dimension,
    measure,
    visual,
)

ALL = {"SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"}}
EVERYWHERE = {"TargetVisualsConfiguration": {"SameSheetTargetVisualConfiguration": {
    "TargetVisualOptions": "ALL_VISUALS"}}}  # fmt: skip


def action(operation: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"CustomActionId": "a", "Name": "Act", "Trigger": "DATA_POINT_CLICK",
            "ActionOperations": [operation]} | more  # fmt: skip


def filtering(**operation: Any) -> dict[str, Any]:
    return action({"FilterOperation": ALL | EVERYWHERE | operation})


def with_action(item: dict[str, Any], *given: dict[str, Any]) -> dict[str, Any]:
    next(iter(item.values()))["Actions"] = list(given)
    return item


def shown(quicksight: QuickSight, name: str, *query: tuple[str, str]) -> Any:
    payload = Board(quicksight.api.store, "board", read_choices(query)).figures("one", name)
    if payload["state"] != "ok":
        return payload
    trace = payload["figure"]["data"][0]
    return dict(zip(trace["x"], trace["y"], strict=True))


def products() -> dict[str, Any]:
    return bars("products", measure("units"), by="product")


def test_a_click_filters_the_other_visuals(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(with_action(bars("regions", measure("units")), filtering()), products())
    click = ("x.regions", "region:south")
    assert shown(quicksight, "products", click) == {"tea": 20, "milk": 5}
    assert shown(quicksight, "regions", click) == {"north": 40, "south": 25, "–": 4, "east": 1}
    assert shown(quicksight, "products", ("x.regions", "region:\0")) == {"coffee": 4}
    assert shown(quicksight, "products", ("x.regions", "region:' OR 1=1"))["state"] == "empty"
    whole = {"tea": 31, "coffee": 34, "milk": 5}
    for nothing in ("units-m:40", "other:x", "", ":"):
        assert shown(quicksight, "products", ("x.regions", nothing)) == whole
    assert shown(quicksight, "products", ("x.nobody", "region:south")) == whole


@pytest.mark.parametrize(
    "given",
    [
        filtering(TargetVisualsConfiguration={"SameSheetTargetVisualConfiguration": {
            "TargetVisuals": ["elsewhere"]}}),
        filtering(SelectedFieldsConfiguration={"SelectedFields": ["another"]}),
        filtering() | {"Status": "DISABLED"},
        action({"NavigationOperation": {
            "LocalNavigationConfiguration": {"TargetSheetId": "one"}}}),
    ],
)  # fmt: skip
def test_a_click_filters_only_what_its_action_says(
    quicksight: QuickSight, given: dict[str, Any]
) -> None:
    quicksight.data_set()
    quicksight.dashboard(with_action(bars("regions", measure("units")), given), products())
    found = shown(quicksight, "products", ("x.regions", "region:south"))
    assert found == {"tea": 31, "coffee": 34, "milk": 5}


def test_a_click_on_a_month_filters_by_the_month(quicksight: QuickSight) -> None:
    month = dimension("sold", "Date", DateGranularity="MONTH")
    wells = {"Category": [month], "Values": [measure("units")]}
    months = visual("LineChartVisual", "months", {"LineChartAggregatedFieldWells": wells})
    quicksight.data_set()
    quicksight.dashboard(with_action(months, filtering()), products())
    found = shown(quicksight, "products", ("x.months", "sold:2024-02-01T00:00:00"))
    assert found == {"tea": 20, "milk": 5}
    wrong = shown(quicksight, "products", ("x.months", "sold:soon"))
    assert wrong == {"state": "failed", "message": "'soon' is no date."}


def test_what_the_page_is_told_of_actions() -> None:
    opening = {"URLTemplate": "https://example.com/?r=<<region>>", "URLTarget": "NEW_TAB"}
    setting = {
        "ParameterValueConfigurations": [
            {"DestinationParameterName": "p", "Value": {"SourceField": "region"}},
            {
                "DestinationParameterName": "q",
                "Value": {"CustomValuesConfiguration": {"CustomValues": {"StringValues": ["a"]}}},
            },
            {"DestinationParameterName": "r", "Value": {"SelectAllValueOptions": "ALL_VALUES"}},
        ]
    }
    given = [action({"URLOperation": opening}), action({"SetParametersOperation": setting})]
    assert [a["operations"][0] for a in actions({"Actions": given})] == [
        {"kind": "open", "template": "https://example.com/?r=<<region>>", "target": "NEW_TAB"},
        {"kind": "parameters", "values": [{"parameter": "p", "field": "region"},
                                          {"parameter": "q", "values": ["a"]},
                                          {"parameter": "r", "all": True}]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://example.com", "//example.com", "data:text/html,x", "<<region>>",
     " JaVaScRiPt:alert(1)"],
)  # fmt: skip
def test_only_https_leads_out(address: str) -> None:
    operation = {"URLOperation": {"URLTemplate": address, "URLTarget": "NEW_TAB"}}
    found = actions({"Actions": [action(operation)]})[0]["operations"][0]
    assert found["kind"] == "refused"


def drillable(**more: Any) -> dict[str, Any]:
    item = bars("b", measure("units"))
    options = item["BarChartVisual"]
    wells = options["ChartConfiguration"]["FieldWells"]["BarChartAggregatedFieldWells"]
    wells["Category"][0]["CategoricalDimensionField"]["HierarchyId"] = "h"
    hierarchy = {"HierarchyId": "h", "Columns": [column("region"), column("product")]} | more
    options["ColumnHierarchies"] = [{"ExplicitHierarchy": hierarchy}]
    return item


def test_a_step_takes_the_next_level_and_keeps_the_value_s_rows(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(drillable(), products())
    outline = Board(quicksight.api.store, "board").outline()["sheets"][0]["items"]
    assert {i["id"]: i["drills"] for i in outline} == {
        "b": {"region": ["region", "product"]}, "products": {}}  # fmt: skip
    assert shown(quicksight, "b", ("d.b", "region:south")) == {"tea": 20, "milk": 5}
    assert shown(quicksight, "products", ("d.b", "region:south")) == {
        "tea": 31, "coffee": 34, "milk": 5}  # fmt: skip
    assert shown(quicksight, "b", ("d.b", "region:\0")) == {"coffee": 4}
    below = shown(quicksight, "b", ("d.b", "region:south"), ("d.b", "region:tea"))
    assert below == {"state": "failed", "message": "There is no level below to drill into."}
    assert "no field" in shown(quicksight, "b", ("d.b", "other:x"))["message"]


def test_the_author_s_steps(quicksight: QuickSight) -> None:
    taken = [{"CategoryFilter": {"Column": column("region"), "CategoryValues": ["north"]}},
             {"TimeRangeFilter": {"Column": column("sold"), "RangeMinimum": "2024-01-01T00:00:00Z",
                                  "RangeMaximum": "2024-01-10T00:00:00Z",
                                  "TimeGranularity": "DAY"}}]  # fmt: skip
    quicksight.data_set()
    quicksight.dashboard(drillable(DrillDownFilters=taken))
    assert shown(quicksight, "b") == {"north": 10}


def test_a_date_is_drilled_into_by_its_finer_periods(quicksight: QuickSight) -> None:
    quarter = dimension("sold", "Date", DateGranularity="QUARTER")
    quarter["DateDimensionField"]["HierarchyId"] = "h"
    wells = {"Category": [quarter], "Values": [measure("units")]}
    item = visual("BarChartVisual", "b", {"BarChartAggregatedFieldWells": wells})
    item["BarChartVisual"]["ColumnHierarchies"] = [{"DateTimeHierarchy": {"HierarchyId": "h"}}]
    quicksight.data_set()
    quicksight.dashboard(item)
    first = ("d.b", "sold:2024-01-01T00:00:00")
    assert shown(quicksight, "b", first) == {"Jan 2024": 40, "Feb 2024": 25, "Mar 2024": 5}
    assert list(shown(quicksight, "b", first, ("d.b", "sold:2024-02-01")).values()) == [20, 5]

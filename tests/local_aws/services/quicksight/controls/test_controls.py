"""Controls: what the page is told of each, and the values that they offer."""

from typing import Any

import pytest

from local_aws.services.quicksight.choices import read_choices
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.page.payload import Board
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    filter_group,
    measure,
    parameter,
)

EVERYTHING = {"FilterListConfiguration": {"MatchOperator": "CONTAINS",
                                          "SelectAllOptions": "FILTER_ALL_VALUES"}}  # fmt: skip
LISTED = {"FilterListConfiguration": {"MatchOperator": "CONTAINS", "CategoryValues": ["north"]}}
REGION = filter_group("CategoryFilter", "region", Configuration=EVERYTHING)
PRODUCT = filter_group("CategoryFilter", "product", "g", Configuration=LISTED)


def filter_control(kind: str, source: str = "f", **options: Any) -> dict[str, Any]:
    return {kind: {"FilterControlId": f"c-{source}", "SourceFilterId": source} | options}


def parameter_control(kind: str, source: str = "p", **options: Any) -> dict[str, Any]:
    return {kind: {"ParameterControlId": f"c-{source}", "SourceParameterName": source} | options}


def board(quicksight: QuickSight, *query: tuple[str, str]) -> Board:
    return Board(quicksight.api.store, "board", read_choices(query))


def made(quicksight: QuickSight, sheet: dict[str, Any], **more: Any) -> Board:
    quicksight.data_set()
    quicksight.dashboard(bars("b", measure("units")), sheet=sheet, **more)
    return board(quicksight)


def controls(shown: Board) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shown.outline()["sheets"][0]["controls"]
    return found


RANGE = {"RangeMinimum": {"StaticValue": 1.0}, "RangeMaximum": {"StaticValue": 20.5},
         "NullOption": "ALL_VALUES"}  # fmt: skip
TIMES = {"RangeMinimumValue": {"StaticValue": "2024-01-01T00:00:00Z"},
         "RangeMaximumValue": {"RollingDate": {"Expression": "truncDate('YYYY', now())"}},
         "NullOption": "ALL_VALUES"}  # fmt: skip
LAST = {"AnchorDateConfiguration": {"AnchorOption": "NOW"}, "TimeGranularity": "MONTH",
        "RelativeDateType": "LAST", "RelativeDateValue": 3, "NullOption": "ALL_VALUES"}  # fmt: skip
SLIDER = {"MinimumValue": 0.0, "MaximumValue": 30.0, "StepSize": 1.0, "Type": "RANGE"}


@pytest.mark.parametrize(
    ("group", "control", "expected"),
    [
        (REGION, filter_control("Dropdown"), {"type": "Dropdown", "key": "f.f", "default": None,
                                             "multiple": True, "title": "region"}),
        (PRODUCT, filter_control("List", "g", Type="SINGLE_SELECT", Title="What?"),
         {"type": "List", "key": "f.g", "default": ["north"], "multiple": False, "title": "What?"}),
        (filter_group("NumericRangeFilter", "units", **RANGE), filter_control("Slider", **SLIDER),
         {"type": "Slider", "default": ["1", "20.5"], "range": True, "maximum": 30.0}),
        (filter_group("TimeRangeFilter", "sold", **TIMES), filter_control("DateTimePicker"),
         {"type": "DateTimePicker", "range": True}),
        (filter_group("RelativeDatesFilter", "sold", **LAST), filter_control("RelativeDateTime"),
         {"type": "RelativeDateTime", "default": ["LAST:3:MONTH"]}),
        (filter_group("TopBottomFilter", "region", Limit=5, AggregationSortConfigurations=[]),
         filter_control("TextField"), {"type": "TextField", "default": ["5"]}),
        (REGION, filter_control("HierarchyDropdown"),
         {"type": "Refused",
          "message": "The control HierarchyDropdown is not supported by local_aws."}),
    ],
)  # fmt: skip
def test_a_filter_s_control(
    quicksight: QuickSight, group: Any, control: Any, expected: dict[str, Any]
) -> None:
    shown = made(quicksight, {"FilterControls": [control]}, FilterGroups=[group])
    found = controls(shown)[0]
    assert {name: found[name] for name in expected} == expected


def test_a_filter_of_all_sheets_says_how_it_is_controlled(quicksight: QuickSight) -> None:
    default = {"Title": "Regions", "ControlOptions": {"DefaultListOptions": {
        "Type": "SINGLE_SELECT", "SelectableValues": {"Values": ["south", "north"]}}}}  # fmt: skip
    group = filter_group("CategoryFilter", "region", Configuration=EVERYTHING,
                         DefaultFilterControlConfiguration=default)  # fmt: skip
    shown = made(quicksight, {"FilterControls": [filter_control("CrossSheet")]},
                 FilterGroups=[group])  # fmt: skip
    found = controls(shown)[0]
    assert (found["type"], found["title"], found["multiple"]) == ("List", "Regions", False)
    assert shown.offered("c-f") == {"values": ["south", "north"], "more": False}


def test_controls_of_parameters_and_their_order_in_the_bar(quicksight: QuickSight) -> None:
    bar = {"Configuration": {"GridLayout": {"Elements": [
        {"ElementId": "c-f", "ElementType": "FILTER_CONTROL", "ColumnSpan": 2, "RowSpan": 1},
        {"ElementId": "c-d", "ElementType": "PARAMETER_CONTROL", "ColumnSpan": 2, "RowSpan": 1},
    ]}}}  # fmt: skip
    hidden = {
        "TitleOptions": {"Visibility": "HIDDEN"},
        "SelectAllOptions": {"Visibility": "HIDDEN"},
    }
    sheet = {
        "ParameterControls": [
            parameter_control("TextArea", Delimiter=";", Title="Names"),
            parameter_control("DateTimePicker", "d", DisplayOptions=hidden),
            parameter_control("Slider", "nobody", **SLIDER),
        ],
        "FilterControls": [filter_control("Dropdown", CommitMode="MANUAL")],
        "SheetControlLayouts": [bar],
    }
    names = parameter("String", "p", "a", "b", ParameterValueType="MULTI_VALUED")
    date = parameter("DateTime", "d", "2024-05-01T00:00:00Z")
    found = controls(made(quicksight, sheet, FilterGroups=[REGION],
                          ParameterDeclarations=[names, date]))  # fmt: skip
    assert [control["key"] for control in found] == ["f.f", "p.d", "p.p"]
    assert [control["default"] for control in found] == [None, ["2024-05-01T00:00:00"], ["a", "b"]]
    assert found[0]["manual"]
    assert (found[1]["title"], found[1]["selectAll"], found[1]["range"]) == ("", False, False)
    assert (found[2]["delimiter"], found[2]["multiple"]) == (";", True)


def test_a_column_s_values_searched_and_sorted(quicksight: QuickSight) -> None:
    shown = made(quicksight, {"FilterControls": [filter_control("Dropdown")]},
                 FilterGroups=[REGION])  # fmt: skip
    assert shown.offered("c-f") == {"values": ["east", "north", "south"], "more": False}
    assert shown.offered("c-f", "T")["values"] == ["east", "north", "south"]
    assert shown.offered("c-f", "OUT")["values"] == ["south"]
    assert shown.offered("c-f", "' OR 1=1 --")["values"] == []
    with pytest.raises(QueryRefused, match="NUL"):
        shown.offered("c-f", "\0")
    with pytest.raises(KeyError):
        shown.offered("none")


def test_a_long_list_is_cut_and_found_by_searching(quicksight: QuickSight) -> None:
    quicksight.athena.database.execute("INSERT INTO lake.sales SELECT 'r' || i, 'tea', "
                                       "DATE '2024-01-01', 1, 1 FROM range(5000) t(i)")  # fmt: skip
    shown = made(quicksight, {"FilterControls": [filter_control("Dropdown")]},
                 FilterGroups=[REGION])  # fmt: skip
    found = shown.offered("c-f")
    assert (len(found["values"]), found["more"]) == (1000, True)
    assert shown.offered("c-f", "r4999") == {"values": ["r4999"], "more": False}


def test_the_order_of_another_column(quicksight: QuickSight) -> None:
    by = {"Column": column("units"), "SortDirection": "DESC", "AggregationFunction": {
        "NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}}}  # fmt: skip
    sorts = [{"ControlColumnSort": by}]
    control = filter_control("Dropdown", ControlSortConfigurations=sorts)
    shown = made(quicksight, {"FilterControls": [control]}, FilterGroups=[REGION])
    assert shown.offered("c-f")["values"] == ["north", "south", "east"]


def test_a_parameter_offers_a_column_or_what_is_written_down(quicksight: QuickSight) -> None:
    linked = {
        "SelectableValues": {"LinkToDataSetColumn": column("product")},
        "ControlSortConfigurations": [{"SelectableValuesSort": {"Direction": "DESC"}}],
    }
    written = {"SelectableValues": {"Values": ["z", "a"]}}
    shown = made(
        quicksight,
        {"ParameterControls": [parameter_control("Dropdown", **linked),
                               parameter_control("List", "q", **written)]},
        ParameterDeclarations=[parameter("String", "p"), parameter("String", "q")],
    )  # fmt: skip
    assert shown.offered("c-p")["values"] == ["tea", "milk", "coffee"]
    assert shown.offered("c-q")["values"] == ["z", "a"]
    assert shown.offered("c-q", "Z")["values"] == ["z"]


def test_a_cascading_control_offers_what_goes_with_the_choice_above(
    quicksight: QuickSight,
) -> None:
    above = {"SourceControls": [{"SourceSheetControlId": "c-f", "ColumnToMatch": column("region")}]}
    sheet = {"FilterControls": [filter_control("Dropdown"),
                                filter_control("Dropdown", "g",
                                               CascadingControlConfiguration=above)]}  # fmt: skip
    made(quicksight, sheet, FilterGroups=[REGION, PRODUCT])
    assert controls(board(quicksight))[1]["sources"] == ["c-f"]
    assert board(quicksight).offered("c-g")["values"] == ["coffee", "milk", "tea"]
    assert board(quicksight, ("f.f", "north")).offered("c-g")["values"] == ["coffee", "tea"]
    assert board(quicksight, ("f.f", "[ALL]")).offered("c-g")["values"] == ["coffee", "milk", "tea"]
    assert board(quicksight, ("f.f", "nowhere")).offered("c-g")["values"] == []


def test_a_switched_off_filter_has_no_control_and_filters_nothing(quicksight: QuickSight) -> None:
    off = PRODUCT | {"Status": "DISABLED"}
    shown = made(quicksight, {"FilterControls": [filter_control("List", "g")]}, FilterGroups=[off])
    assert controls(shown) == []
    assert shown.figures("one", "b")["rows"] == 6


def offered_of(quicksight: QuickSight, expression: str) -> Any:
    everything = {"MatchOperator": "CONTAINS", "SelectAllOptions": "FILTER_ALL_VALUES"}
    group = filter_group(
        "CategoryFilter", "size", Configuration={"FilterListConfiguration": everything}
    )
    control = {"FilterControlId": "c", "Title": "Size", "SourceFilterId": "f"}
    field = {"DataSetIdentifier": "sales", "Name": "size", "Expression": expression}
    quicksight.data_set()
    quicksight.dashboard(
        bars("v", measure("units")),
        FilterGroups=[group],
        CalculatedFields=[field],
        sheet={"FilterControls": [{"Dropdown": control}]},
    )
    return Board(quicksight.api.store, "board").offered("c")


@pytest.mark.parametrize("stage", ["PRE_AGG", "PRE_FILTER"])
def test_values_of_a_level_aware_field_are_offered(quicksight: QuickSight, stage: str) -> None:
    large = f"ifelse(sumOver({{units}}, [{{region}}], {stage}) > 20, 'large', 'small')"
    assert offered_of(quicksight, large)["values"] == ["large", "small"]


@pytest.mark.parametrize("expression", ["foo((", "{size}", "sum({units})", "{nothing}"])
def test_a_field_that_has_no_values_to_offer(quicksight: QuickSight, expression: str) -> None:
    with pytest.raises(QueryRefused):
        offered_of(quicksight, expression)

"""What of a definition is refused by name, and what makes a version fail."""

import re
from typing import Any

import pytest

from local_aws.services.quicksight.definition import plain
from local_aws.services.quicksight.errors import InvalidParameter, QueryRefused
from local_aws.services.quicksight.page.payload import Board
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    dimension,
    measure,
    visual,
)

UNDRAWN = [
    (visual("PluginVisual", "v", {}), r"PluginVisual \(v\)"),
    (visual("LineChartVisual", "v", {"LineChartAggregatedFieldWells": {
        "Category": [dimension("sold", "Date")], "Values": [measure("units")]}},
        ForecastConfigurations=[{}]), "ForecastConfigurations of LineChartVisual"),
    (visual("BarChartVisual", "v", {"BarChartAggregatedFieldWells": {
        "Category": [dimension("region"), dimension("product")]}}), "2 fields in Category"),
    (bars("v", measure("wrong", None)), "is not expected"),
    (bars("v", measure("itself")), "uses itself"),
]  # fmt: skip
FIELDS = [
    {"DataSetIdentifier": "sales", "Name": "wrong", "Expression": "sum({units}) !"},
    {"DataSetIdentifier": "sales", "Name": "itself", "Expression": "{itself} + 1"},
]


@pytest.mark.parametrize(("item", "message"), UNDRAWN)
def test_a_visual_that_cannot_be_right_is_a_card_and_the_others_are_shown(
    quicksight: QuickSight, item: dict[str, Any], message: str
) -> None:
    quicksight.data_set()
    quicksight.dashboard(item, bars("good", measure("units")), CalculatedFields=FIELDS)
    assert status(quicksight) == ("CREATION_SUCCESSFUL", [])
    board = Board(quicksight.api.store, "board")
    card = board.figures("one", "v")
    assert card["state"] == "refused"
    assert re.search(message, card["message"])
    assert board.figures("one", "good")["state"] == "ok"
    assert [(r["visual"], r["message"]) for r in board.outline()["refused"]] == [
        ("v", card["message"])
    ]
    with pytest.raises(QueryRefused, match=message):
        board.csv("one", "v")


WRONG = [
    ({"Visuals": [bars("b", measure("units")), bars("b", measure("units"))]}, "b is given twice"),
    ({"Visuals": [{}]}, r"Exactly one member of Sheets\[0\].Visuals\[0\]"),
    ({"Visuals": [bars("b", {"NumericalMeasureField": {"FieldId": "x", "Column": {
        "DataSetIdentifier": "other", "ColumnName": "x"}}})]}, "the data set other"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "message"), WRONG)
def test_what_is_wrong_for_everyone_makes_no_dashboard(
    quicksight: QuickSight, sheet: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidParameter, match=message):
        quicksight.dashboard(sheet=sheet)
    assert quicksight.list_dashboards()["DashboardSummaryList"] == []


def status(quicksight: QuickSight) -> tuple[str, list[str]]:
    version = quicksight.describe_dashboard(DashboardId="board")["Dashboard"]["Version"]
    return version["Status"], [error["Type"] for error in version.get("Errors", [])]


def test_a_missing_data_set_fails_the_version(quicksight: QuickSight) -> None:
    quicksight.dashboard(bars("b", measure("units")))
    assert status(quicksight) == ("CREATION_FAILED", ["DATA_SET_NOT_FOUND"])


def test_a_missing_column_fails_the_version(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(bars("b", measure("nothing")))
    assert status(quicksight) == ("CREATION_FAILED", ["COLUMN_REPLACEMENT_MISSING"])


def test_a_sum_of_text_fails_the_version(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(bars("b", measure("product")))
    assert status(quicksight) == ("CREATION_FAILED", ["COLUMN_TYPE_MISMATCH"])


def test_rich_text_is_its_words() -> None:
    assert plain("<visual-title>Late <b>flights</b><br/>by day</visual-title>") == (
        "Late flights by day"
    )


def test_a_column_s_format_is_its_fields_unless_they_have_one(quicksight: QuickSight) -> None:
    quicksight.data_set()
    percent = {"FormatConfiguration": {"PercentageDisplayFormatConfiguration": {
        "DecimalPlacesConfiguration": {"DecimalPlaces": 1}}}}  # fmt: skip
    own = {"FormatConfiguration": {"NumberDisplayFormatConfiguration": {"Suffix": " pieces"}}}
    wells = {"GroupBy": [dimension("product")], "Values": [
        measure("price", "AVERAGE"), measure("units", FormatConfiguration=own),
        {"CategoricalMeasureField": {"FieldId": "n", "Column": column("price"),
                                     "AggregationFunction": "COUNT"}}]}  # fmt: skip
    quicksight.dashboard(
        visual("TableVisual", "t", {"TableAggregatedFieldWells": wells}),
        ColumnConfigurations=[
            {"Column": column(name), "FormatConfiguration": {"NumberFormatConfiguration": percent}}
            for name in ("price", "units")
        ],
    )
    found = Board(quicksight.api.store, "board").definition.visual("one", "t")
    assert found is not None
    assert [f.format for f in found.wells["Values"]] == [percent, own, {}]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"Timezone": "Europe/Berlin"}, "Options.Timezone Europe/Berlin"),
     ({"WeekStart": "MONDAY"}, "Options.WeekStart MONDAY")],
)  # fmt: skip
def test_options_that_move_dates_refuse_visuals_with_dates(
    quicksight: QuickSight, options: dict[str, str], message: str
) -> None:
    quicksight.data_set()
    week = dimension("sold", "Date", DateGranularity="WEEK")
    wells = {"Category": [week], "Values": [measure("units")]}
    quicksight.dashboard(
        visual("LineChartVisual", "l", {"LineChartAggregatedFieldWells": wells}),
        bars("b", measure("units")),
        Options=options,
    )
    board = Board(quicksight.api.store, "board")
    assert message in board.figures("one", "l")["message"]
    assert board.figures("one", "b")["state"] == "ok"

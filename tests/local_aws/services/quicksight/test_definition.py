"""What of a definition is refused by name, and what makes a version fail."""

from typing import Any

import pytest

from local_aws.services.quicksight.definition import plain
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from tests.local_aws.services.quicksight.fakes import QuickSight, bars, dimension, measure, visual


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (visual("SankeyDiagramVisual", "s", {}), r"SankeyDiagramVisual \(s\)"),
        (visual("InsightVisual", "i", {}), "InsightVisual"),
        (bars("b", measure("units"), ReferenceLines=[{}]), "ReferenceLines of BarChartVisual"),
        (visual("BarChartVisual", "b", {"BarChartAggregatedFieldWells": {
            "Category": [dimension("region")], "SmallMultiples": [dimension("product")]}}),
         "SmallMultiples"),
        (visual("BarChartVisual", "b", {"BarChartAggregatedFieldWells": {
            "Category": [dimension("region"), dimension("product")]}}), "2 fields in Category"),
    ],
)  # fmt: skip
def test_visuals_that_are_not_drawn(
    quicksight: QuickSight, item: dict[str, Any], message: str
) -> None:
    with pytest.raises(Unsupported, match=message):
        quicksight.dashboard(item)
    assert quicksight.list_dashboards()["DashboardSummaryList"] == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"ParameterDeclarations": [{}]}, "ParameterDeclarations"),
        ({"sheet": {"Layouts": [{"Configuration": {"FreeFormLayout": {}}}]}}, "FreeFormLayout"),
        ({"sheet": {"ContentType": "PAGINATED"}}, "PAGINATED"),
        ({"sheet": {"FilterControls": [{"Slider": {}}]}}, "Slider"),
        ({"FilterGroups": [{"Filters": [{"RelativeDatesFilter": {}}]}]}, "RelativeDatesFilter"),
    ],
)
def test_parts_that_are_not_drawn(
    quicksight: QuickSight, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(Unsupported, match=message):
        quicksight.dashboard(bars("b", measure("units")), **more)


def test_a_wrong_expression_is_refused(quicksight: QuickSight) -> None:
    field = {"DataSetIdentifier": "sales", "Name": "x", "Expression": "rank([sum({units}) DOWN])"}
    with pytest.raises(
        InvalidParameter, match=r"field x: ',' or '\]' is missing before 'DOWN' \(position 20\)"
    ):
        quicksight.dashboard(bars("b", measure("x", None)), CalculatedFields=[field])


def test_a_field_that_uses_itself_is_refused(quicksight: QuickSight) -> None:
    field = {"DataSetIdentifier": "sales", "Name": "x", "Expression": "{x} + 1"}
    with pytest.raises(InvalidParameter, match="uses itself"):
        quicksight.dashboard(bars("b", measure("x")), CalculatedFields=[field])


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

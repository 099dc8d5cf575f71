"""What a tooltip says beside the visual's own fields."""

from typing import Any

import pytest

from tests.local_aws.services.quicksight.fakes import QuickSight, bars, column, measure
from tests.local_aws.services.quicksight.page.test_visuals import drawn


def hovers(quicksight: QuickSight, name: str, aggregation: dict[str, Any]) -> list[str]:
    """The tooltips of a bar a region, with one more column."""
    item = {"ColumnTooltipItem": {"Column": column(name), "Aggregation": aggregation,
                                  "Label": "More"}}  # fmt: skip
    tooltip = {"SelectedTooltipType": "DETAILED", "FieldBasedTooltip": {"TooltipFields": [item]}}
    found = drawn(quicksight, bars("v", measure("units"), Tooltip=tooltip), {})
    (trace,) = found["figure"]["data"]
    return [text.rpartition("<br>")[2] for text in trace["customdata"]]


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("product", {}, ["*", "*", "coffee", "tea"]),
        ("product", {"ValueForMultipleValues": "it's many"},
         ["it's many", "it's many", "coffee", "tea"]),
        ("region", {}, ["north", "south", "–", "east"]),
        ("units", {}, ["*", "*", "4", "1"]),
    ],
)  # fmt: skip
def test_the_only_value_of_a_column(
    quicksight: QuickSight, name: str, more: dict[str, str], expected: list[str]
) -> None:
    quicksight.data_set()
    function = {"SimpleAttributeAggregation": "UNIQUE_VALUE"} | more
    shown = hovers(quicksight, name, {"AttributeAggregationFunction": function})
    assert shown == [f"More  <b>{text}</b>" for text in expected]

"""What a definition says of bars, one thing at a time."""

from typing import Any

import pytest

from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    dimension,
    measure,
    visual,
)
from tests.local_aws.services.quicksight.page.test_visuals import drawn

LABELS = {"Visibility": "VISIBLE"}


def figure(quicksight: QuickSight, **config: Any) -> Any:
    quicksight.data_set()
    item = bars("v", measure("units"), measure("price"), **config)
    return drawn(quicksight, item, {})["figure"]


@pytest.mark.parametrize("named", [{}, {"FieldValue": "price"}])
def test_a_measure_has_its_own_colour(quicksight: QuickSight, named: dict[str, str]) -> None:
    """As AWS's console writes it: the field, with its column for a value."""
    colours = [{"Element": {"FieldId": "price-m"} | named, "Color": "#9046FF"}]
    found = figure(quicksight, VisualPalette={"ColorMap": colours})
    assert [trace["meta"].get("colour") for trace in found["data"]] == [None, "#9046FF"]


def test_a_bar_without_room_has_no_label(quicksight: QuickSight) -> None:
    found = figure(quicksight, DataLabels=LABELS)
    assert found["layout"]["uniformtext"] == {"mode": "hide", "minsize": 9}
    assert not any("constraintext" in trace for trace in found["data"])


def test_labels_may_lie_over_each_other(quicksight: QuickSight) -> None:
    found = figure(quicksight, DataLabels=LABELS | {"Overlap": "ENABLE_OVERLAP"})
    assert "uniformtext" not in found["layout"]
    assert {trace["constraintext"] for trace in found["data"]} == {"none"}


@pytest.mark.parametrize(
    ("kind", "well", "figures"),
    [
        ("BarChart", "Category", "y"),
        ("LineChart", "Category", "y"),
        ("ComboChart", "Category", "y"),
        ("PieChart", "Category", "values"),
    ],
)
def test_records_are_counted_where_there_is_no_value(
    quicksight: QuickSight, kind: str, well: str, figures: str
) -> None:
    quicksight.data_set()
    wells = {f"{kind}AggregatedFieldWells": {well: [dimension("product")], "Values": []}}
    if kind == "ComboChart":
        wells = {f"{kind}AggregatedFieldWells": {well: [dimension("product")]}}
    found = drawn(quicksight, visual(f"{kind}Visual", "v", wells), {})
    (trace,) = found["figure"]["data"]
    assert sorted(trace[figures]) == [1, 2, 3]
    assert "Count of Records  <b>3</b>" in " ".join(trace["customdata"])

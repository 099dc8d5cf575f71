"""Filters on values that a stage of a visual's query works out, alone and one after the other."""

from typing import Any

import pytest

from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    filter_group,
    measure,
)
from tests.local_aws.services.quicksight.page.test_visuals import drawn

CALCULATED = {
    "kinds": "distinctCountOver({product}, [{region}], PRE_AGG)",
    "all kinds": "distinctCountOver({product}, [{region}], PRE_FILTER)",
    "how many": "ifelse(distinctCountOver({product}, [{region}], PRE_AGG) >= 2, 'many', 'one')",
    "most": "max({kinds})",
    "nested": "max(distinct_count({product}, [{region}]))",
    "total": "sum({units})",
    "running": "runningSum(sum({units}), [{region} ASC])",
    "place": "rank([sum({units}) DESC], [])",
    "place within": "rank([sum({units}) DESC], [{region}])",
}
MAX = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "MAX"}}


def at_least(name: str, value: float, filter_id: str = "f", **more: Any) -> dict[str, Any]:
    bound = {"RangeMinimum": {"StaticValue": value}, "IncludeMinimum": True}
    return filter_group(
        "NumericRangeFilter", name, filter_id, NullOption="ALL_VALUES", **bound, **more
    )


def at_most(name: str, value: float) -> dict[str, Any]:
    return filter_group("NumericRangeFilter", name, NullOption="ALL_VALUES",
                        RangeMaximum={"StaticValue": value}, IncludeMaximum=True)  # fmt: skip


def first(limit: int, name: str) -> dict[str, Any]:
    sort = {"Column": column(name), "SortDirection": "DESC", "AggregationFunction": MAX}
    return filter_group("TopBottomFilter", "region", "top", Limit=limit,
                        AggregationSortConfigurations=[sort])  # fmt: skip


NOT_MILK = filter_group("CategoryFilter", "product", "milk", Configuration={
    "CustomFilterConfiguration": {"MatchOperator": "DOES_NOT_EQUAL", "CategoryValue": "milk",
                                  "NullOption": "ALL_VALUES"}})  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([at_least("kinds", 2)], {"north": 40, "south": 25}),
        ([at_least("kinds", 2, AggregationFunction=MAX)], {"north": 40, "south": 25}),
        ([at_least("most", 2)], {"north": 40, "south": 25}),
        ([at_least("nested", 2)], {"north": 40, "south": 25}),
        ([NOT_MILK, at_least("most", 2)], {"north": 40}),
        ([NOT_MILK, at_least("all kinds", 2)], {"north": 40, "south": 20}),
        ([at_least("kinds", 2), at_least("total", 30, "g")], {"north": 40}),
        ([at_least("kinds", 2), first(1, "units")], {"north": 40}),
        ([at_least("running", 40)], {"north": 40, "south": 25, "–": 4}),
        ([at_most("place", 2)], {"north": 40, "south": 25}),
        ([at_most("place within", 1)], {"north": 40, "south": 25, "–": 4, "east": 1}),
    ],
)  # fmt: skip
def test_groups_that_stay(
    quicksight: QuickSight, groups: list[dict[str, Any]], expected: dict[str, int]
) -> None:
    quicksight.data_set()
    found = drawn(quicksight, bars("v", measure("units")), CALCULATED, FilterGroups=groups)
    (trace,) = found["figure"]["data"]
    assert dict(zip(trace["x"], trace["y"], strict=True)) == expected


def test_an_aggregated_filter_of_groups_by_such_a_value(quicksight: QuickSight) -> None:
    quicksight.data_set()
    item = bars("v", measure("units"), by="how many")
    found = drawn(quicksight, item, CALCULATED, FilterGroups=[at_least("total", 6)])
    (trace,) = found["figure"]["data"]
    assert (trace["x"], trace["y"]) == (["many"], [65])

"""Filters on what is worked out late: PRE_AGG calculations, aggregates, table calculations."""

from typing import Any

import pytest

from local_aws.services.quicksight.page.payload import Board
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    dimension,
    filter_group,
    measure,
    visual,
)

FIELDS = {
    "by product": "sumOver({units}, [{product}], PRE_AGG)",
    "size": "ifelse(sumOver({units}, [{product}], PRE_AGG) > 30, 'large', 'small')",
    "place": "rank([sum({units}) DESC], [{product}])",
    "total": "sum({units})",
    "fixed": "sum({units}, [{product}])",
}


def fields() -> dict[str, Any]:
    given = [
        {"DataSetIdentifier": "sales", "Name": name, "Expression": text}
        for name, text in FIELDS.items()
    ]
    return {"CalculatedFields": given}


def at_least(name: str, low: float, filter_id: str = "f") -> dict[str, Any]:
    return filter_group("NumericRangeFilter", name, filter_id, NullOption="NON_NULLS_ONLY",
                        RangeMinimum={"StaticValue": low}, IncludeMinimum=True)  # fmt: skip


def top(name: str, limit: int) -> dict[str, Any]:
    sort = {"Column": column("units"), "SortDirection": "DESC", "AggregationFunction": {
        "NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}}}  # fmt: skip
    return filter_group("TopBottomFilter", name, "top", Limit=limit,
                        AggregationSortConfigurations=[sort])  # fmt: skip


def table(*names: str) -> dict[str, Any]:
    wells = {"GroupBy": [dimension(name) for name in names], "Values": [measure("units")]}
    return visual("TableVisual", "v", {"TableAggregatedFieldWells": wells})


def csv(quicksight: QuickSight, drawn: dict[str, Any], *groups: dict[str, Any]) -> list[str]:
    quicksight.data_set()
    quicksight.dashboard(drawn, FilterGroups=list(groups), **fields())
    return Board(quicksight.api.store, "board").csv("one", "v").splitlines()[1:]


def message(quicksight: QuickSight, drawn: dict[str, Any], *groups: dict[str, Any]) -> str:
    quicksight.data_set()
    quicksight.dashboard(drawn, FilterGroups=list(groups), **fields())
    found = Board(quicksight.api.store, "board").figures("one", "v")
    assert found["state"] == "refused", found
    return str(found["message"])


def test_a_pre_agg_filter_beside_a_top_filter(quicksight: QuickSight) -> None:
    # The top regions are of all rows (north 40, south 25), and then of tea and coffee 30 are left.
    drawn = bars("v", measure("units"))
    found = csv(quicksight, drawn, at_least("by product", 30), top("region", 2))
    assert sorted(found) == ["north,40", "south,20"]


def test_a_pre_agg_filter_beside_an_aggregated_one(quicksight: QuickSight) -> None:
    # Of tea 31 units, of coffee 34, of milk 5. With coffee alone the north has 30, not 40.
    drawn = bars("v", measure("units"))
    assert csv(quicksight, drawn, at_least("by product", 32), at_least("total", 31, "t")) == []


def test_an_aggregated_filter_on_groups_that_are_worked_out(quicksight: QuickSight) -> None:
    drawn = bars("v", measure("units"), by="size")
    assert csv(quicksight, drawn, at_least("total", 10)) == ["large,65"]


def test_a_table_calculation_with_a_partition(quicksight: QuickSight) -> None:
    found = csv(quicksight, table("product", "region"), filter_group(
        "NumericEqualityFilter", "place", MatchOperator="EQUALS", Value=1.0,
        NullOption="NON_NULLS_ONLY"))  # fmt: skip
    assert sorted(found) == ["coffee,north,30", "milk,south,5", "tea,south,20"]


def test_a_table_calculation_by_what_the_visual_does_not_show(quicksight: QuickSight) -> None:
    found = message(quicksight, table("region"), at_least("place", 1))
    assert "the field product is not in the visual's field wells" in found


@pytest.mark.parametrize("group", [top("size", 1), at_least("fixed", 1)])
def test_a_filter_that_comes_before_its_column_is_refused(
    quicksight: QuickSight, group: dict[str, Any]
) -> None:
    assert "is not supported" in message(quicksight, table("region"), group)


def test_a_table_calculation_does_not_filter_rows_as_they_are(quicksight: QuickSight) -> None:
    wells = {"Values": [{"FieldId": "r", "Column": column("region")}]}
    drawn = visual("TableVisual", "v", {"TableUnaggregatedFieldWells": wells})
    assert "unaggregated visual v" in message(quicksight, drawn, at_least("place", 1))


def test_a_total_is_never_over_other_rows_than_those_shown(quicksight: QuickSight) -> None:
    total = {"TotalOptions": {"TotalsVisibility": "VISIBLE"}}
    wells = {"GroupBy": [dimension("product"), dimension("region")], "Values": [measure("units")]}
    drawn = visual("TableVisual", "v", {"TableAggregatedFieldWells": wells}, **total)
    assert "with totals" in message(quicksight, drawn, at_least("place", 2))


def test_other_is_never_filtered_as_one_group(quicksight: QuickSight) -> None:
    limit = {"CategoryItemsLimit": {"ItemsLimit": 1, "OtherCategories": "INCLUDE"}}
    drawn = bars("v", measure("units"), by="product", SortConfiguration=limit)
    assert "other" in message(quicksight, drawn, at_least("place", 1))


@pytest.mark.parametrize("kind", ["KPIVisual", "GaugeChartVisual"])
def test_a_single_figure_that_is_filtered_out(quicksight: QuickSight, kind: str) -> None:
    quicksight.data_set()
    rank = {"DataSetIdentifier": "sales", "Name": "rank", "Expression": "rank([sum({units}) DESC])"}
    quicksight.dashboard(
        visual(kind, "v", {"Values": [measure("units")]}),
        FilterGroups=[at_least("rank", 2)],
        CalculatedFields=[rank],
    )
    found = Board(quicksight.api.store, "board").figures("one", "v")
    assert found == {"state": "empty", "message": "No rows match the filters."}

"""Attempts to see through a dashboard what the rules hide: every figure comes after them."""

from typing import Any

import pytest

from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.page.payload import Board
from local_aws.services.quicksight.readers import ACCOUNT, NOBODY, Reader, reading_as
from local_aws.services.quicksight.spice import open_data_set
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    dimension,
    measure,
    visual,
)
from tests.local_aws.services.quicksight.test_row_level_security import reader, secure

FILTER = {
    "FilterGroupId": "g",
    "CrossDataset": "SINGLE_DATASET",
    "Status": "ENABLED",
    "ScopeConfiguration": {"AllSheets": {}},
}


@pytest.fixture
def ann(quicksight: QuickSight) -> Reader:
    """A reader of the north's tea and of nothing else."""
    secure(quicksight, ("ann", None, "north", "tea"))
    return reader(quicksight, "ann")


def csv(quicksight: QuickSight, reader: Reader, name: str = "v") -> list[str]:
    with reading_as(reader):
        return Board(quicksight.api.store, "board").csv("one", name).splitlines()[1:]


def top(limit: int) -> list[dict[str, Any]]:
    """The regions with the most units."""
    column = {"DataSetIdentifier": "sales", "ColumnName": "region"}
    by = {"DataSetIdentifier": "sales", "ColumnName": "units"}
    sort = {"Column": by, "SortDirection": "DESC", "AggregationFunction": {
        "NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}}}  # fmt: skip
    chosen = {"FilterId": "f", "Column": column, "Limit": limit,
              "AggregationSortConfigurations": [sort]}  # fmt: skip
    return [FILTER | {"Filters": [{"TopBottomFilter": chosen}]}]


def calculated(name: str, expression: str) -> dict[str, Any]:
    field = {"DataSetIdentifier": "sales", "Name": name, "Expression": expression}
    return {"CalculatedFields": [field]}


def test_a_chart_and_its_csv(quicksight: QuickSight, ann: Reader) -> None:
    quicksight.dashboard(bars("v", measure("units")))
    assert csv(quicksight, ann) == ["north,10"]
    assert csv(quicksight, NOBODY) == []
    assert len(csv(quicksight, ACCOUNT)) == 4
    with reading_as(NOBODY):
        assert Board(quicksight.api.store, "board").figures("one", "v")["state"] == "empty"


def test_totals_and_other(quicksight: QuickSight, ann: Reader) -> None:
    sort = {"CategoryItemsLimit": {"ItemsLimit": 1, "OtherCategories": "INCLUDE"}}
    quicksight.dashboard(bars("v", measure("units"), by="product", SortConfiguration=sort))
    with reading_as(ann):
        figure = str(Board(quicksight.api.store, "board").figures("one", "v"))
    assert "'tea'" in figure
    assert "Other" not in figure
    assert "coffee" not in figure


def test_a_top_filter_is_of_what_the_reader_sees(quicksight: QuickSight, ann: Reader) -> None:
    # Of all rows the most units are the north's coffee's: it must not take the place.
    quicksight.dashboard(bars("v", measure("units"), by="product"), FilterGroups=top(1))
    assert csv(quicksight, ann) == ["tea,10"]


@pytest.mark.parametrize(
    "expression",
    [
        "ifelse({region} = 'south', {units}, {units})",
        "sum({units})",
        "max({units}) + min({units}) - min({units})",
        "sumIf({units}, {region} <> 'x')",
        "coalesce({units}, 0)",
    ],
)
def test_a_calculated_field(quicksight: QuickSight, ann: Reader, expression: str) -> None:
    function = None if "(" in expression.split("{")[0][:7] else "SUM"
    field = measure("made", function)
    quicksight.dashboard(bars("v", field), **calculated("made", expression))
    assert [float(row.split(",")[1]) for row in csv(quicksight, ann)] == [10.0]


def test_an_error_on_a_hidden_row_tells_nothing(quicksight: QuickSight) -> None:
    most = 2**63 - 1
    quicksight.athena.database.execute(
        f"ALTER TABLE lake.sales ALTER units TYPE BIGINT;"
        f"INSERT INTO lake.sales VALUES ('south', 'gold', DATE '2024-01-01', {most}, 1)"
    )
    secure(quicksight, ("ann", None, "north", None))
    ranged = {"FilterId": "f", "NullOption": "ALL_VALUES", "Column": {
        "DataSetIdentifier": "sales", "ColumnName": "made"},
        "RangeMinimum": {"StaticValue": 0.0}}  # fmt: skip
    quicksight.dashboard(
        bars("v", measure("units")),
        FilterGroups=[FILTER | {"Filters": [{"NumericRangeFilter": ranged}]}],
        **calculated("made", "{units} * 10"),
    )
    assert csv(quicksight, reader(quicksight, "ann")) == ["north,40"]
    with open_data_set(quicksight.api.store, "sales", reader(quicksight, "ann")) as connection:
        query = "EXPLAIN SELECT * FROM data WHERE product = 'own'"
        plan = str(connection.execute(query).fetchall())
    # A query's own condition is above the rows that are seen, never beside or below the rule.
    assert plan.count("'own'") == 1
    assert plan.index("'own'") < plan.index("LIMIT") < plan.index("'north'")


def test_a_table_without_aggregation(quicksight: QuickSight, ann: Reader) -> None:
    column = {"DataSetIdentifier": "sales", "ColumnName": "product"}
    wells = {"TableUnaggregatedFieldWells": {"Values": [{"FieldId": "p", "Column": column}]}}
    quicksight.dashboard(visual("TableVisual", "v", wells))
    assert csv(quicksight, ann) == ["tea"]


def test_what_a_control_offers(quicksight: QuickSight, ann: Reader) -> None:
    column = {"DataSetIdentifier": "sales", "ColumnName": "region"}
    listed = {"FilterId": "f", "Column": column, "Configuration": {
        "FilterListConfiguration": {"MatchOperator": "CONTAINS",
                                    "SelectAllOptions": "FILTER_ALL_VALUES"}}}  # fmt: skip
    quicksight.dashboard(
        bars("v", measure("units")),
        FilterGroups=[FILTER | {"Filters": [{"CategoryFilter": listed}]}],
        sheet={"FilterControls": [{"Dropdown": {
            "FilterControlId": "c", "Title": "Region", "SourceFilterId": "f"}}]},
    )  # fmt: skip
    with reading_as(ann):
        offers = Board(quicksight.api.store, "board").offered("c")
        assert offers["values"] == ["north"]
        for value in ("south", "x' OR '1'='1", "') OR 1=1 --", "\\"):
            board = Board(quicksight.api.store, "board", Choices(filters={"f": [value]}))
            assert board.csv("one", "v").splitlines()[1:] == []


def test_a_restricted_column_in_a_visual_a_filter_and_a_field(quicksight: QuickSight) -> None:
    quicksight.data_set(ColumnLevelPermissionRules=[{"Principals": [], "ColumnNames": ["price"]}])
    quicksight.dashboard(
        bars("v", measure("price")),
        bars("w", measure("made", None)),
        bars("x", measure("units")),
        **calculated("made", "sum({price})"),
    )
    with reading_as(NOBODY):
        board = Board(quicksight.api.store, "board")
        for name in ("v", "w"):
            assert board.figures("one", name)["state"] == "failed"
            with pytest.raises(QueryRefused, match="price"):
                board.csv("one", name)
        assert board.figures("one", "x")["state"] == "ok"
    with reading_as(ACCOUNT):
        board = Board(quicksight.api.store, "board")
        assert board.figures("one", "v")["state"] == "ok"


def test_a_pivot_table(quicksight: QuickSight, ann: Reader) -> None:
    wells = {"PivotTableAggregatedFieldWells": {
        "Rows": [dimension("region")], "Columns": [dimension("product")],
        "Values": [measure("units")]}}  # fmt: skip
    quicksight.dashboard(visual("PivotTableVisual", "v", wells))
    with reading_as(ann):
        shown = str(Board(quicksight.api.store, "board").figures("one", "v"))
    assert "north" in shown
    assert not any(word in shown for word in ("south", "east", "milk", "coffee"))

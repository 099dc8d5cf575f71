"""Transforms beside those of the first data sets: casts with a format, filters, tags."""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.quicksight.data_sets.dates import strptime_format
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from tests.local_aws.services.quicksight.data_sets.support import (
    created,
    custom,
    physical,
    renamed,
    rows,
)
from tests.local_aws.services.quicksight.fakes import QuickSight


def made(quicksight: QuickSight, *transforms: dict[str, Any]) -> None:
    quicksight.data_set(LogicalTableMap={"t": physical("table", *transforms)})


def filtered(kind: str, column: str, **condition: Any) -> dict[str, Any]:
    return {"FilterOperation": {kind: {"ColumnName": column} | condition}}


def compared(operator: str, value: Any) -> dict[str, Any]:
    return {"ComparisonFilterCondition": {"Operator": operator, "Value": {"StaticValue": value}}}


@pytest.mark.parametrize(
    ("operation", "units"),
    [
        (filtered("StringFilterCondition", "region", **compared("EQUALS", "north")), [10, 30]),
        (filtered("StringFilterCondition", "region", **compared("DOES_NOT_CONTAIN", "or")),
         [1, 5, 20]),
        (filtered("StringFilterCondition", "product", **compared("STARTS_WITH", "c")), [4, 30]),
        (filtered("StringFilterCondition", "product", ListFilterCondition={
            "Operator": "EXCLUDE", "Values": {"StaticValues": ["tea", "coffee"]}}), [5]),
        (filtered("StringFilterCondition", "region", **compared("EQUALS", "x' OR '1'='1")), []),
        (filtered("NumericFilterCondition", "units",
                  **compared("GREATER_THAN_OR_EQUALS_TO", 20.0)), [20, 30]),
        (filtered("NumericFilterCondition", "units", RangeFilterCondition={
            "RangeMinimum": {"StaticValue": 4.0}, "RangeMaximum": {"StaticValue": 10.0},
            "IncludeMaximum": True}), [5, 10]),
        (filtered("DateFilterCondition", "sold",
                  **compared("BEFORE", dt.datetime(2024, 1, 20, tzinfo=dt.UTC))), [10]),
        (filtered("DateFilterCondition", "sold", RangeFilterCondition={
            "RangeMinimum": {"StaticValue": dt.datetime(2024, 3, 1, tzinfo=dt.UTC)},
            "IncludeMinimum": True}), [1, 4]),
    ],
)  # fmt: skip
def test_filters(quicksight: QuickSight, operation: dict[str, Any], units: list[int]) -> None:
    made(quicksight, operation)
    assert sorted(row[3] for row in rows(quicksight)) == units


@pytest.mark.parametrize(
    "operation",
    [
        filtered("NumericFilterCondition", "units", RangeFilterCondition={}),
        filtered("NumericFilterCondition", "nothing", **compared("EQUALS", 1.0)),
        filtered("StringFilterCondition", "region"),
        filtered("StringFilterCondition", "region", ComparisonFilterCondition={
            "Operator": "EQUALS"}),
        {"FilterOperation": {}},
        {"CastColumnTypeOperation": {"ColumnName": "units", "NewColumnType": "DATETIME",
                                     "Format": "yyyy"}},
        {"RenameColumnOperation": {"ColumnName": "units", "NewColumnName": "price"}},
    ],
)  # fmt: skip
def test_transforms_that_cannot_be(quicksight: QuickSight, operation: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        made(quicksight, operation)


def test_a_cast_with_a_format_drops_what_is_written_otherwise(quicksight: QuickSight) -> None:
    values = "SELECT * FROM (VALUES ('05/Jan/2024'), ('2024-01-05'), (NULL)) t(day)"
    cast = {"ColumnName": "day", "NewColumnType": "DATETIME", "Format": "dd/MMM/yyyy"}
    quicksight.data_set(
        PhysicalTableMap={"table": custom(quicksight, values, ("day", "STRING"))},
        LogicalTableMap={"t": physical("table", {"CastColumnTypeOperation": cast})},
    )
    assert rows(quicksight) == [(dt.datetime(2024, 1, 5),), (None,)]
    (found,) = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert found["RowInfo"]["RowsDropped"] == 1


def test_a_format_with_other_letters_is_refused() -> None:
    assert strptime_format("''yyyy-MM-dd''") == "'%Y-%m-%d'"
    with pytest.raises(Unsupported, match="'QQ'"):
        strptime_format("yyyy QQ")


def test_tags_and_untags(quicksight: QuickSight) -> None:
    def tag(name: str) -> dict[str, Any]:
        tags = [{"ColumnDescription": {"Text": f"The {name}"}},
                {"ColumnGeographicRole": "STATE"}]  # fmt: skip
        return {"TagColumnOperation": {"ColumnName": name, "Tags": tags}}

    untag = {"ColumnName": "product", "TagNames": ["COLUMN_DESCRIPTION"]}
    made(quicksight, tag("region"), tag("product"), {"UntagColumnOperation": untag})
    found = quicksight.describe_data_set(DataSetId="sales")["DataSet"]["OutputColumns"]
    assert found[:2] == [
        {"Name": "region", "Type": "STRING", "Description": "The region"},
        {"Name": "product", "Type": "STRING"},
    ]


def test_texts_are_cut_where_spice_cuts_them(quicksight: QuickSight) -> None:
    long = custom(quicksight, "SELECT repeat('é', 3000) AS word", ("word", "STRING"))
    quicksight.data_set(PhysicalTableMap={"table": long})
    assert [len(row[0]) for row in rows(quicksight)] == [2047]


@pytest.mark.parametrize("operation", [renamed("units", "PRICE"), created("Price", "{units} * 2")])
def test_columns_that_differ_in_case_alone(
    quicksight: QuickSight, operation: dict[str, Any]
) -> None:
    with pytest.raises(Unsupported, match="differ in case alone"):
        made(quicksight, operation)
    assert quicksight.list_data_sets()["DataSetSummaries"] == []


@pytest.mark.parametrize("name", ['a"b', "it's", "a{b", "ü €", "data", "rows", "step0", "source0"])
def test_a_column_may_be_called_anything(quicksight: QuickSight, name: str) -> None:
    made(quicksight, renamed("units", name), {"ProjectOperation": {"ProjectedColumns": [name]}})
    assert sorted(rows(quicksight)) == [(1,), (4,), (5,), (10,), (20,), (30,)]


def test_booleans_are_integers(quicksight: QuickSight) -> None:
    values = custom(quicksight, "SELECT * FROM (VALUES (true, 'true'), (false, '0')) t(a, b)",
                    ("a", "BOOLEAN"), ("b", "BIT"))  # fmt: skip
    quicksight.data_set(PhysicalTableMap={"table": values})
    assert rows(quicksight) == [(0, 0), (1, 1)]

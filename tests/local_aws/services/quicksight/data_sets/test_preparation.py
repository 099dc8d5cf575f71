"""What a data set's definition makes of the source's rows."""

from typing import Any

import pytest

from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.spice import open_data_set
from tests.local_aws.services.quicksight.fakes import COLUMNS, QuickSight, data_set_request


def logical(*transforms: dict[str, Any]) -> dict[str, Any]:
    source = {"PhysicalTableId": "table"}
    return {"logical": {"Alias": "t", "Source": source, "DataTransforms": list(transforms)}}


def custom(quicksight: QuickSight, sql: str, *columns: tuple[str, str]) -> dict[str, Any]:
    table = {
        "DataSourceArn": quicksight.arn("datasource", "athena"),
        "Name": "custom",
        "SqlQuery": sql,
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
    }
    return {"table": {"CustomSql": table}}


def rows(quicksight: QuickSight, order: str = "ALL") -> list[tuple[Any, ...]]:
    with open_data_set(quicksight.api.store, "sales") as connection:
        return connection.execute(f"SELECT * FROM data ORDER BY {order}").fetchall()


def test_a_relational_table_asks_athena_for_its_columns_only(quicksight: QuickSight) -> None:
    quicksight.data_set()
    assert quicksight.athena.asked == [
        ('SELECT "region", "product", "sold", "units", "price" FROM "lake"."sales"', "lake")
    ]
    assert len(rows(quicksight)) == 6


def test_transforms_in_their_order(quicksight: QuickSight) -> None:
    quicksight.data_set(
        LogicalTableMap=logical(
            {"RenameColumnOperation": {"ColumnName": "units", "NewColumnName": "count"}},
            {"CreateColumnsOperation": {"Columns": [
                {"ColumnName": "value", "ColumnId": "v", "Expression": "{count} * {price}"}]}},
            {"FilterOperation": {"ConditionExpression": "{region} = 'north'"}},
            {"CastColumnTypeOperation": {"ColumnName": "count", "NewColumnType": "STRING"}},
            {"ProjectOperation": {"ProjectedColumns": ["product", "count", "value"]}},
        )
    )  # fmt: skip
    assert rows(quicksight) == [("coffee", "30", 120.0), ("tea", "10", 25.0)]
    described = quicksight.describe_data_set(DataSetId="sales")["DataSet"]
    assert described["OutputColumns"] == [
        {"Name": "product", "Type": "STRING"},
        {"Name": "count", "Type": "STRING"},
        {"Name": "value", "Type": "DECIMAL"},
    ]


def test_values_that_do_not_fit_drop_their_row_and_are_counted(quicksight: QuickSight) -> None:
    quicksight.data_set(
        wait=False,
        PhysicalTableMap=custom(
            quicksight, "SELECT * FROM (VALUES ('1'), ('x'), (NULL)) t(n)", ("n", "INTEGER")
        ),
    )
    ingestion = quicksight.list_ingestions(DataSetId="sales")["Ingestions"][0]["IngestionId"]
    found = quicksight.wait("sales", ingestion)
    assert found["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 1, "TotalRowsInDataset": 2}
    assert rows(quicksight) == [(1,), (None,)]


FIXED = {"ColumnName": "price", "NewColumnType": "DECIMAL", "SubType": "FIXED"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"PhysicalTableMap": {"t": {"SaaSTable": {}}}}, "SaaSTable"),
        ({"PhysicalTableMap": {"t": {"FileSource": {}}}}, "FileSource"),
        ({"LogicalTableMap": logical({"CastColumnTypeOperation": FIXED})}, "FIXED"),
        ({"DataPrepConfiguration": {"SourceTableMap": {}}}, "DataPrepConfiguration"),
        ({"SemanticModelConfiguration": {"TableMap": {}}}, "SemanticModelConfiguration"),
        ({"FolderArns": ["a"]}, "FolderArns"),
    ],
)
def test_refused_by_name(quicksight: QuickSight, changes: dict[str, Any], message: str) -> None:
    request = data_set_request(quicksight.arn("datasource", "athena"), "sales") | changes
    with pytest.raises(Unsupported, match=message):
        quicksight.create_data_set(**request)
    assert quicksight.list_data_sets()["DataSetSummaries"] == []


def test_an_expression_that_does_not_fit_its_columns(quicksight: QuickSight) -> None:
    column = {"ColumnName": "v", "ColumnId": "v", "Expression": "{region} - {sold}"}
    transforms = logical({"CreateColumnsOperation": {"Columns": [column]}})
    with pytest.raises(InvalidParameter, match=r"v: '-' takes .*, not STRING \(position 10\)"):
        quicksight.data_set(LogicalTableMap=transforms)


@pytest.mark.parametrize(
    "text",
    ["sum({units})", "sum({units}, [{region}])", "sumOver({units}, [{region}], PRE_AGG)"],
)
def test_a_data_set_has_no_aggregations(quicksight: QuickSight, text: str) -> None:
    column = {"ColumnName": "v", "ColumnId": "v", "Expression": text}
    transforms = logical({"CreateColumnsOperation": {"Columns": [column]}})
    with pytest.raises(Unsupported, match="v: an aggregation in a data set"):
        quicksight.data_set(LogicalTableMap=transforms)


def test_a_column_declared_twice(quicksight: QuickSight) -> None:
    request = data_set_request(quicksight.arn("datasource", "athena"), "sales")
    request["PhysicalTableMap"]["table"]["RelationalTable"]["InputColumns"] = [*COLUMNS, COLUMNS[0]]
    with pytest.raises(InvalidParameter, match="region is declared twice"):
        quicksight.create_data_set(**request)

"""Definitions in short."""

from typing import Any

from local_aws.services.quicksight.readers import NOBODY, Reader
from local_aws.services.quicksight.spice import open_data_set
from tests.local_aws.services.quicksight.fakes import QuickSight

Transforms = dict[str, Any]


def custom(quicksight: QuickSight, sql: str, *columns: tuple[str, str]) -> dict[str, Any]:
    """A physical table of custom SQL."""
    return {
        "CustomSql": {
            "DataSourceArn": quicksight.arn("datasource", "athena"),
            "Name": "custom",
            "SqlQuery": sql,
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
        }
    }


def table(source: dict[str, Any], *transforms: Transforms) -> dict[str, Any]:
    """A logical table."""
    also = {"DataTransforms": list(transforms)} if transforms else {}
    return {"Alias": "t", "Source": source} | also


def physical(name: str, *transforms: Transforms) -> dict[str, Any]:
    """A logical table of a physical one."""
    return table({"PhysicalTableId": name}, *transforms)


def join(left: str, right: str, on: str, kind: str = "INNER", *transforms: Transforms) -> Any:
    """A logical table that joins two."""
    how = {"LeftOperand": left, "RightOperand": right, "Type": kind, "OnClause": on}
    return table({"JoinInstruction": how}, *transforms)


def renamed(old: str, new: str) -> Transforms:
    return {"RenameColumnOperation": {"ColumnName": old, "NewColumnName": new}}


def created(name: str, expression: str) -> Transforms:
    column = {"ColumnName": name, "ColumnId": "c", "Expression": expression}
    return {"CreateColumnsOperation": {"Columns": [column]}}


def rows(
    quicksight: QuickSight,
    data_set: str = "sales",
    reader: Reader | None = NOBODY,
    **parameters: Any,
) -> list[tuple[Any, ...]]:
    """What a reader sees of a data set, in some fixed order."""
    with open_data_set(quicksight.api.store, data_set, reader, parameters) as connection:
        return connection.execute("SELECT * FROM data ORDER BY ALL").fetchall()

"""Logical tables over several physical ones."""

from typing import Any

import pytest

from local_aws.services.quicksight.errors import InvalidParameter
from tests.local_aws.services.quicksight.data_sets.support import (
    custom,
    join,
    physical,
    renamed,
    rows,
)
from tests.local_aws.services.quicksight.fakes import QuickSight

LEFT = "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (2, 'c')) t(id, word)"
RIGHT = "SELECT * FROM (VALUES (2, 20), (3, 30)) t(id, price)"
BOTH = {"l": physical("l"), "r": physical("r", renamed("id", "id[prices]"))}


def tables(quicksight: QuickSight) -> dict[str, Any]:
    return {
        "l": custom(quicksight, LEFT, ("id", "INTEGER"), ("word", "STRING")),
        "r": custom(quicksight, RIGHT, ("id", "INTEGER"), ("price", "INTEGER")),
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("INNER", [(2, "b", 2, 20), (2, "c", 2, 20)]),
        ("LEFT", [(1, "a", None, None), (2, "b", 2, 20), (2, "c", 2, 20)]),
        ("RIGHT", [(2, "b", 2, 20), (2, "c", 2, 20), (None, None, 3, 30)]),
        ("OUTER", [(1, "a", None, None), (2, "b", 2, 20), (2, "c", 2, 20),
                   (None, None, 3, 30)]),
    ],
)  # fmt: skip
def test_the_four_joins(quicksight: QuickSight, kind: str, expected: list[Any]) -> None:
    logical = BOTH | {"j": join("l", "r", "{id} = {id[prices]}", kind)}
    quicksight.data_set(PhysicalTableMap=tables(quicksight), LogicalTableMap=logical)
    assert rows(quicksight) == expected
    (found,) = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert found["RowInfo"] == {
        "RowsIngested": len(expected), "RowsDropped": 0, "TotalRowsInDataset": len(expected)
    }  # fmt: skip


@pytest.mark.parametrize(
    "clause", ["id = id[prices]", "{id[prices]} = {id}", "{id}={id[prices]} AND id = {id[prices]}"]
)
def test_how_an_on_clause_may_be_written(quicksight: QuickSight, clause: str) -> None:
    logical = BOTH | {"j": join("l", "r", clause)}
    quicksight.data_set(PhysicalTableMap=tables(quicksight), LogicalTableMap=logical)
    assert len(rows(quicksight)) == 2


def test_transforms_after_a_join_and_joins_of_joins(quicksight: QuickSight) -> None:
    third = custom(quicksight, "SELECT 'b' AS name, DATE '2024-01-01' AS day",
                   ("name", "STRING"), ("day", "DATETIME"))  # fmt: skip
    project = {"ProjectOperation": {"ProjectedColumns": ["word", "price"]}}
    logical = BOTH | {
        "j": join("l", "r", "{id} = {id[prices]}", "LEFT", project),
        "third": physical("third"),
        "all": join("j", "third", "{word} = {name}", "INNER"),
    }
    quicksight.data_set(
        PhysicalTableMap=tables(quicksight) | {"third": third}, LogicalTableMap=logical
    )
    described = quicksight.describe_data_set(DataSetId="sales")["DataSet"]["OutputColumns"]
    assert [(c["Name"], c["Type"]) for c in described] == [
        ("word", "STRING"), ("price", "INTEGER"), ("name", "STRING"), ("day", "DATETIME")
    ]  # fmt: skip
    assert [row[:3] for row in rows(quicksight)] == [("b", 20, "b")]


@pytest.mark.parametrize(
    ("logical", "message"),
    [
        (BOTH, "are not joined"),
        ({"l": physical("l"), "r": physical("r"), "j": join("l", "r", "{id} = {id}")},
         "Both sides of a join have the column id"),
        (BOTH | {"j": join("l", "r", "{id} > {id[prices]}")}, "OnClause"),
        (BOTH | {"j": join("l", "r", "{id} = {id[prices]} OR 1 = 1")}, "OnClause"),
        (BOTH | {"j": join("l", "r", "{id} = {id[prices]} AND")}, "OnClause"),
        (BOTH | {"j": join("l", "r", "{id} = {x}")}, "The column x"),
        (BOTH | {"j": join("l", "r", "{word} = {id[prices]}")}, "do not fit"),
        ({"l": physical("l"), "j": join("l", "nothing", "{id} = {x}")},
         "nothing is not in LogicalTableMap"),
        ({"a": join("b", "b", "{id} = {id}"), "b": join("a", "a", "{id} = {id}")},
         "no logical table"),
        ({"l": physical("nothing")}, "nothing is not in PhysicalTableMap"),
    ],
)  # fmt: skip
def test_joins_that_cannot_be(quicksight: QuickSight, logical: Any, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        quicksight.data_set(PhysicalTableMap=tables(quicksight), LogicalTableMap=logical)
    assert quicksight.list_data_sets()["DataSetSummaries"] == []


def test_rows_dropped_of_each_side_are_counted(quicksight: QuickSight) -> None:
    bad = "SELECT * FROM (VALUES ('2'), ('x'), ('3')) t(id)"
    physicals = tables(quicksight) | {"r": custom(quicksight, bad, ("id", "INTEGER"))}
    logical = BOTH | {"j": join("l", "r", "{id} = {id[prices]}")}
    quicksight.data_set(PhysicalTableMap=physicals, LogicalTableMap=logical)
    (found,) = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert found["RowInfo"]["RowsDropped"] == 1

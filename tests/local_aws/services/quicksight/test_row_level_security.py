"""Who sees which rows, and attempts to see others."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_aws.services.quicksight.errors import InvalidParameter, QueryRefused
from local_aws.services.quicksight.readers import (
    ACCOUNT,
    NOBODY,
    OWNS,
    Reader,
    reader_of,
    reading_as,
    visitor,
)
from local_aws.services.quicksight.security import rules_condition
from local_aws.services.quicksight.spice import open_data_set
from tests.local_aws.services.quicksight.data_sets.support import (
    custom,
    physical,
    renamed,
    rows,
    table,
)
from tests.local_aws.services.quicksight.fakes import QuickSight

NAMES = ("UserName", "GroupName", "region", "product")
ALL = 6
HOSTILE = [
    "x' OR '1'='1",
    "'; DROP TABLE resources; --",
    '" OR 1=1 --',
    "%",
    "north' UNION SELECT 1 --",
    "\\",
    "*",
]


def values(*rules: tuple[str | None, ...], names: tuple[str, ...] = NAMES) -> str:
    def cell(value: str | None) -> str:
        return "CAST(NULL AS VARCHAR)" if value is None else "'" + value.replace("'", "''") + "'"

    listed = ", ".join("(" + ", ".join(map(cell, rule)) + ")" for rule in rules)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"SELECT * FROM (VALUES {listed}) t({quoted})"


def secure(
    quicksight: QuickSight, *rules: tuple[str | None, ...], names: tuple[str, ...] = NAMES,
    configuration: dict[str, Any] | None = None, more: tuple[str, ...] = (), **changes: Any,
) -> None:  # fmt: skip
    """The data set `sales` under these rules, and users to read it."""
    columns = [(name, "STRING") for name in names]
    tables = {"r": custom(quicksight, values(*rules, names=names), *columns)}
    quicksight.data_set("rules", PhysicalTableMap=tables)
    used = {"Arn": quicksight.arn("dataset", "rules"), "PermissionPolicy": "GRANT_ACCESS"}
    quicksight.data_set(RowLevelPermissionDataSet=used | (configuration or {}), **changes)
    for name in ("ann", "bob", "eve", *more):
        quicksight.register_user(
            Namespace="default", IdentityType="QUICKSIGHT", UserName=name, Email="a@b.c",
            UserRole="READER",
        )  # fmt: skip
    quicksight.create_group(Namespace="default", GroupName="sellers")
    quicksight.create_group_membership(Namespace="default", GroupName="sellers", MemberName="bob")


def reader(quicksight: QuickSight, name: str) -> Reader:
    return reader_of(quicksight.api.store, name)


def units(quicksight: QuickSight, name: str, data_set: str = "sales") -> list[int]:
    return sorted(row[3] for row in rows(quicksight, data_set, reader(quicksight, name)))


@pytest.mark.parametrize("mode", ["SPICE", "DIRECT_QUERY"])
@pytest.mark.parametrize(
    ("rules", "ann", "bob"),
    [
        ([("ann", None, "north", None)], [10, 30], []),
        ([("ann", None, "north", "tea")], [10], []),
        ([("ann", None, "north", "tea"), ("ann", None, "south", None)], [5, 10, 20], []),
        ([("ann", None, "north,south", None)], [5, 10, 20, 30], []),
        ([("ann", None, '"north,south"', None)], [], []),
        ([("ann", None, "north, south", None)], [10, 30], []),
        ([("ann", None, None, None)], [1, 4, 5, 10, 20, 30], []),
        ([("ann", None, "", "")], [1, 4, 5, 10, 20, 30], []),
        ([(None, "sellers", "east", None)], [], [1]),
        ([(None, "sellers", "east", None), ("bob", None, "south", "milk")], [], [1, 5]),
        ([("ANN", "SELLERS", None, None)], [], []),
        ([(None, None, None, None), ("", "", "", "")], [], []),
        ([("ann,bob", None, None, None)], [], []),
        ([("ann", None, "nowhere", None), ("bob", None, ",", None)], [], []),
    ],
)
def test_rules(
    quicksight: QuickSight, mode: str, rules: list[Any], ann: list[int], bob: list[int]
) -> None:
    secure(quicksight, *rules, ImportMode=mode)
    assert units(quicksight, "ann") == ann
    assert units(quicksight, "bob") == bob
    assert units(quicksight, "eve") == []
    assert rows(quicksight, reader=NOBODY) == []
    assert len(rows(quicksight, reader=ACCOUNT)) == ALL


def test_rules_by_arn(quicksight: QuickSight) -> None:
    user, group = quicksight.arn("user", "default/ann"), quicksight.arn("group", "default/sellers")
    secure(
        quicksight,
        (user, None, "north"),
        (None, group, "east"),
        names=("UserARN", "GroupARN", "region"),
        configuration={"FormatVersion": "VERSION_2"},
    )
    assert units(quicksight, "ann") == [10, 30]
    assert units(quicksight, "bob") == [1]
    assert units(quicksight, "eve") == []


def test_an_owner_sees_all_and_an_author_does_not(quicksight: QuickSight) -> None:
    secure(quicksight, ("eve", None, "north", None))
    for name, actions in (("ann", [OWNS]), ("bob", ["quicksight:DescribeDataSet"])):
        principal = quicksight.arn("user", f"default/{name}")
        quicksight.update_data_set_permissions(
            DataSetId="sales", GrantPermissions=[{"Principal": principal, "Actions": actions}]
        )
    assert len(units(quicksight, "ann")) == ALL
    assert units(quicksight, "bob") == []


def test_rules_are_read_anew(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None))
    changed = values(("ann", None, "east", None))
    quicksight.update_data_set(
        DataSetId="rules", Name="Rules", ImportMode="DIRECT_QUERY",
        PhysicalTableMap={"r": custom(quicksight, changed, *((n, "STRING") for n in NAMES))},
    )  # fmt: skip
    assert units(quicksight, "ann") == [1]


def test_switched_off(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None), configuration={"Status": "DISABLED"})
    assert len(units(quicksight, "eve")) == ALL


@pytest.mark.parametrize("change", ["delete", "columns", "fails", "unrefreshed"])
def test_rules_that_cannot_be_read_hide_everything(quicksight: QuickSight, change: str) -> None:
    secure(quicksight, ("ann", None, "north", None))
    request = {"DataSetId": "rules", "Name": "Rules", "ImportMode": "DIRECT_QUERY"}
    if change == "delete":
        quicksight.delete_data_set(DataSetId="rules")
    elif change == "unrefreshed":
        quicksight.api.store.db.execute("DELETE FROM extracts WHERE data_set = 'rules'")
    else:
        sql = "SELECT 'ann' AS \"UserName\", 'x' AS other"
        sql = sql if change == "columns" else "SELECT * FROM lake.nothing"
        columns = (("UserName", "STRING"), ("other", "STRING"))
        tables = {"r": custom(quicksight, sql, *columns)}
        quicksight.update_data_set(**request, PhysicalTableMap=tables)
    with pytest.raises(QueryRefused):
        units(quicksight, "ann")
    with pytest.raises(QueryRefused):
        rows(quicksight, reader=NOBODY)
    assert len(rows(quicksight, reader=ACCOUNT)) == ALL


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(quicksight: QuickSight, name: str) -> None:
    secure(quicksight, ("ann", None, None, None), ("bob", None, name, None), more=(name,))
    assert units(quicksight, name) == []
    assert units(quicksight, "bob") == []


def test_a_value_matches_itself_whatever_is_in_it(quicksight: QuickSight) -> None:
    quicksight.athena.database.execute(
        "INSERT INTO lake.sales VALUES ('x'' OR ''1''=''1', 'tea', DATE '2024-01-01', 99, 1)"
    )
    secure(quicksight, ("ann", None, "x' OR '1'='1", None))
    assert units(quicksight, "ann") == [99]


def test_a_value_that_sql_cannot_hold_grants_nothing(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None))
    with open_data_set(quicksight.api.store, "sales", ACCOUNT) as connection:
        condition = rules_condition([{"region": "north\0' OR '1'='1"}], ["region"])
        with pytest.raises(Exception, match="unterminated"):
            connection.execute(f"SELECT * FROM data WHERE {condition}")


def test_too_many_rules(quicksight: QuickSight) -> None:
    many = [("ann", None, f"r{n}", None) for n in range(1000)]
    secure(quicksight, *many, *many)
    with pytest.raises(QueryRefused, match="More than 999"):
        units(quicksight, "ann")


def test_a_deleted_user_made_anew_has_no_groups(quicksight: QuickSight) -> None:
    secure(quicksight, (None, "sellers", None, None))
    assert len(units(quicksight, "bob")) == ALL
    quicksight.delete_user(Namespace="default", UserName="bob")
    quicksight.register_user(
        Namespace="default", IdentityType="QUICKSIGHT", UserName="bob", Email="b@b.c",
        UserRole="READER",
    )  # fmt: skip
    assert units(quicksight, "bob") == []


# Children


def child(quicksight: QuickSight, mode: str = "DIRECT_QUERY", *transforms: Any) -> None:
    source = {"DataSetArn": quicksight.arn("dataset", "sales")}
    logical = {"t": table(source, *transforms)}
    quicksight.data_set("child", ImportMode=mode, PhysicalTableMap={}, LogicalTableMap=logical)


def test_a_child_shows_no_more_than_its_parent(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None))
    project = {"ProjectOperation": {"ProjectedColumns": ["product", "sold", "price", "units"]}}
    child(quicksight, "DIRECT_QUERY", project)
    assert units(quicksight, "ann", "child") == [10, 30]
    assert units(quicksight, "eve", "child") == []
    assert len(rows(quicksight, "child", ACCOUNT)) == ALL


def test_an_extract_of_what_is_secured_is_refused(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None))
    with pytest.raises(InvalidParameter, match="row- or column-level security"):
        child(quicksight, "SPICE")


def test_an_extract_made_before_its_parent_was_secured(quicksight: QuickSight) -> None:
    quicksight.data_set()
    child(quicksight, "SPICE")
    quicksight.data_set("rules", PhysicalTableMap={
        "r": custom(quicksight, values(("ann", None, None, None)), *((n, "STRING") for n in NAMES))
    })  # fmt: skip
    secured = {"Arn": quicksight.arn("dataset", "rules"), "PermissionPolicy": "GRANT_ACCESS"}
    described = quicksight.describe_data_set(DataSetId="sales")["DataSet"]
    members = ("Name", "PhysicalTableMap", "ImportMode")
    quicksight.update_data_set(
        DataSetId="sales", **{m: described[m] for m in members}, RowLevelPermissionDataSet=secured
    )
    with pytest.raises(QueryRefused, match="make it a direct query"):
        rows(quicksight, "child", NOBODY)
    assert len(rows(quicksight, "child", ACCOUNT)) == ALL
    quicksight.create_ingestion(DataSetId="child", IngestionId="again")
    failed = quicksight.wait("child", "again")
    assert failed["ErrorInfo"]["Type"] == "PERMISSION_DENIED"


def test_a_parent_that_is_not_to_be_used_so(quicksight: QuickSight) -> None:
    quicksight.data_set(DataSetUsageConfiguration={"DisableUseAsDirectQuerySource": True})
    with pytest.raises(InvalidParameter, match="DisableUseAsDirectQuerySource"):
        child(quicksight)
    child(quicksight, "SPICE")
    assert len(rows(quicksight, "child")) == ALL


def test_readers_at_the_same_time(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None), ("bob", None, "south", None))
    expected = {"ann": [10, 30], "bob": [5, 20], "eve": []}

    def read(name: str) -> bool:
        with reading_as(reader(quicksight, name)):
            return sorted(row[3] for row in rows(quicksight, reader=None)) == expected[name]

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(read, list(expected) * 20))


# Columns


def test_restricted_columns_are_not_there(quicksight: QuickSight) -> None:
    secure(
        quicksight,
        ("ann", None, "north", None), ("bob", None, None, None),
        ColumnLevelPermissionRules=[
            {"Principals": [quicksight.arn("group", "default/sellers")],
             "ColumnNames": ["price", "region"]},
            {"Principals": [quicksight.arn("user", "default/ann")], "ColumnNames": ["price"]},
        ],
    )  # fmt: skip
    store = quicksight.api.store
    for name, columns in (
        ("ann", ["product", "sold", "units", "price"]),
        ("bob", ["region", "product", "sold", "units", "price"]),
        ("eve", ["product", "sold", "units"]),
    ):
        with open_data_set(store, "sales", reader(quicksight, name)) as connection:
            described = connection.execute("DESCRIBE data").fetchall()
            assert [row[0] for row in described] == columns
    # The rules hold for a column that the reader may not see.
    with open_data_set(store, "sales", reader(quicksight, "ann")) as connection:
        assert connection.execute("SELECT sum(units) FROM data").fetchall() == [(40,)]
        with pytest.raises(Exception, match="region"):
            connection.execute("SELECT region FROM data")
    summary = {s["DataSetId"]: s for s in quicksight.list_data_sets()["DataSetSummaries"]}["sales"]
    assert summary["ColumnLevelPermissionRulesApplied"]
    assert summary["RowLevelPermissionDataSet"]["PermissionPolicy"] == "GRANT_ACCESS"


def test_a_child_of_a_parent_with_hidden_columns(quicksight: QuickSight) -> None:
    quicksight.data_set(ColumnLevelPermissionRules=[{"Principals": [], "ColumnNames": ["price"]}])
    child(quicksight)
    assert len(rows(quicksight, "child", ACCOUNT)) == ALL
    with pytest.raises(QueryRefused, match="price"):
        rows(quicksight, "child", NOBODY)


def test_a_column_that_an_edit_renames_stays_hidden(quicksight: QuickSight) -> None:
    hide = [{"Principals": [], "ColumnNames": ["price"]}]
    quicksight.data_set(ColumnLevelPermissionRules=hide)
    quicksight.athena.gate.clear()  # the old extract counts as long as the new one is not there
    described = quicksight.describe_data_set(DataSetId="sales")["DataSet"]
    quicksight.update_data_set(
        DataSetId="sales", Name="S", ImportMode="SPICE",
        PhysicalTableMap=described["PhysicalTableMap"],
        LogicalTableMap={"t": physical("table", renamed("price", "cost"))},
        ColumnLevelPermissionRules=[{"Principals": [], "ColumnNames": ["cost"]}],
    )  # fmt: skip
    with open_data_set(quicksight.api.store, "sales") as connection:
        columns = [row[0] for row in connection.execute("DESCRIBE data").fetchall()]
    assert columns == ["region", "product", "sold", "units"]
    quicksight.athena.gate.set()


def test_all_columns_hidden(quicksight: QuickSight) -> None:
    names = ["region", "product", "sold", "units", "price"]
    quicksight.data_set(ColumnLevelPermissionRules=[{"Principals": [], "ColumnNames": names}])
    with pytest.raises(QueryRefused, match="no column"):
        rows(quicksight)


# Tags


TAGS = {
    "TagRules": [
        {"TagKey": "region", "ColumnName": "region", "TagMultiValueDelimiter": ",",
         "MatchAllValue": "*"},
        {"TagKey": "product", "ColumnName": "product"},
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"region": "north", "product": "tea"}, [10]),
        ({"region": "north,south", "product": "tea"}, [10, 20]),
        ({"region": "*", "product": "tea"}, [1, 10, 20]),
        ({"region": "north"}, []),
        ({}, []),
        ({"region": "north", "product": "*"}, []),
        ({"region": "x' OR '1'='1", "product": "tea"}, []),
        ({"region": "north", "product": "tea,coffee"}, []),
    ],
)
def test_tags_of_a_visitor(
    quicksight: QuickSight, tags: dict[str, str], expected: list[int]
) -> None:
    quicksight.data_set(RowLevelPermissionTagConfiguration=TAGS)
    assert sorted(row[3] for row in rows(quicksight, reader=visitor(tags))) == expected
    assert rows(quicksight, reader=NOBODY) == []


def test_several_configurations_of_tags(quicksight: QuickSight) -> None:
    either = TAGS | {"TagRuleConfigurations": [["region"], ["product"]]}
    quicksight.data_set(RowLevelPermissionTagConfiguration=either)
    found = rows(quicksight, reader=visitor({"region": "north"}))
    assert sorted(row[3] for row in found) == [10, 30]
    found = rows(quicksight, reader=visitor({"region": "north", "product": "milk"}))
    assert sorted(row[3] for row in found) == [5, 10, 30]


def test_user_rules_grant_a_visitor_nothing(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, None, None))
    assert rows(quicksight, reader=visitor({"UserName": "ann"})) == []


# What is refused when a data set is made


@pytest.mark.parametrize(
    ("configuration", "names", "message"),
    [
        ({"PermissionPolicy": "DENY_ACCESS"}, NAMES, "DENY_ACCESS"),
        ({"FormatVersion": "VERSION_2"}, NAMES, "UserARN or GroupARN"),
        ({"FormatVersion": "VERSION_2", "Namespace": "default"}, NAMES, "no Namespace"),
        ({"Namespace": "other"}, NAMES, "namespace other does not exist"),
        ({}, ("UserName", "nothing"), "no column nothing"),
        ({}, ("region",), "UserName or GroupName"),
        ({}, ("UserName", "units"), "units is no text"),
    ],
)
def test_rules_that_cannot_be(
    quicksight: QuickSight, configuration: dict[str, Any], names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InvalidParameter, match=message):
        secure(quicksight, tuple("x" for _ in names), names=names, configuration=configuration)
    assert [s["DataSetId"] for s in quicksight.list_data_sets()["DataSetSummaries"]] == ["rules"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ColumnLevelPermissionRules": [{"ColumnNames": ["nothing"]}]}, "no column nothing"),
        ({"RowLevelPermissionTagConfiguration": {"TagRules": [
            {"TagKey": "a", "ColumnName": "units"}]}}, "no text"),
        ({"RowLevelPermissionTagConfiguration": TAGS | {"TagRuleConfigurations": [["other"]]}},
         "The tag other"),
        ({"ColumnGroups": [{"GeoSpatialColumnGroup": {"Name": "g", "Columns": ["x"]}}]}, "g"),
        ({"PerformanceConfiguration": {"UniqueKeys": [{"ColumnNames": ["x"]}]}}, "UniqueKeys"),
    ],
)  # fmt: skip
def test_columns_that_are_not_there(
    quicksight: QuickSight, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidParameter, match=message):
        quicksight.data_set(**changes)


def test_a_data_set_is_not_made_of_itself(quicksight: QuickSight) -> None:
    quicksight.data_set(ImportMode="DIRECT_QUERY")
    child(quicksight)
    source = {"DataSetArn": quicksight.arn("dataset", "child")}
    with pytest.raises(InvalidParameter, match="made of itself"):
        quicksight.update_data_set(
            DataSetId="sales", Name="S", ImportMode="DIRECT_QUERY", PhysicalTableMap={},
            LogicalTableMap={"t": table(source)},
        )  # fmt: skip
    assert len(rows(quicksight, "child")) == ALL


def test_a_physical_table_beside_a_parent(quicksight: QuickSight) -> None:
    secure(quicksight, ("ann", None, "north", None), ImportMode="DIRECT_QUERY")
    places = custom(quicksight, "SELECT 'north' AS name, 1 AS n", ("name", "STRING"),
                    ("n", "INTEGER"))  # fmt: skip
    join = {"LeftOperand": "s", "RightOperand": "p", "Type": "RIGHT", "OnClause": "region = name"}
    quicksight.data_set(
        "child",
        ImportMode="DIRECT_QUERY",
        PhysicalTableMap={"p": places},
        LogicalTableMap={
            "s": table({"DataSetArn": quicksight.arn("dataset", "sales")}),
            "p": physical("p"),
            "j": table({"JoinInstruction": join}),
        },
    )
    assert len(rows(quicksight, "child", reader(quicksight, "ann"))) == 2
    assert [row[-2:] for row in rows(quicksight, "child", reader(quicksight, "eve"))] == [
        ("north", 1)
    ]

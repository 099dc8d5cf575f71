"""AWS::QuickSight's types."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import handler_of
from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import (
    ACCOUNT,
    Resource,
    Stack,
)

PREFIX = "AWS::QuickSight::"
ANN, BOB = (f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/{who}" for who in ("ann", "bob"))
TAGS = [{"Key": "team", "Value": "data"}]
COLUMNS = [{"Name": "n", "Type": "INTEGER"}, {"Name": "day", "Type": "DATETIME"}]
ROWS = "SELECT 1 AS n, TIMESTAMP '2026-01-01 00:00:00' AS day"


def allowed(principal: str, *actions: str) -> dict[str, Any]:
    return {"Principal": principal, "Actions": [f"quicksight:{name}" for name in actions]}


@pytest.fixture
def source(resource: Stack, name: str) -> Iterator[Resource]:
    made = resource(f"{PREFIX}DataSource", env="dev")
    made.create(AwsAccountId=ACCOUNT, DataSourceId=name, Name="Lake", Type="ATHENA", Tags=TAGS)
    yield made
    made.delete()


def data_set(source: Resource, query: str = ROWS, **more: Any) -> dict[str, Any]:
    sql = {"DataSourceArn": source.made.attributes["Arn"], "Name": "q", "SqlQuery": query}
    return {
        "AwsAccountId": ACCOUNT,
        "DataSetId": source.made.physical_id.rpartition("|")[2],
        "Name": "Orders",
        "ImportMode": "DIRECT_QUERY",
        "PhysicalTableMap": {"t": {"CustomSql": sql | {"Columns": COLUMNS}}},
        **more,
    }


@pytest.fixture
def orders(resource: Stack, source: Resource) -> Iterator[Resource]:
    made = resource(f"{PREFIX}DataSet")
    made.create(**data_set(source))
    yield made
    made.delete()


def board(orders: Resource, column: str = "n") -> dict[str, Any]:
    used = {"DataSetIdentifier": "orders", "ColumnName": column}
    value = {"NumericalMeasureField": {"FieldId": "u", "Column": used}}
    kpi = {"VisualId": "k", "ChartConfiguration": {"FieldWells": {"Values": [value]}}}
    arn = orders.made.attributes["Arn"]
    return {
        "DataSetIdentifierDeclarations": [{"Identifier": "orders", "DataSetArn": arn}],
        "Sheets": [{"SheetId": "one", "Name": "One", "Visuals": [{"KPIVisual": kpi}]}],
    }


def test_a_data_source(aws: LocalServer, source: Resource, name: str) -> None:
    assert source.made.physical_id == f"{ACCOUNT}|{name}"
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:datasource/{name}"
    assert source.made.attributes["Arn"] == arn
    assert source.made.attributes["Status"] == "CREATION_SUCCESSFUL"
    assert source.retry().physical_id == source.made.physical_id
    found = aws.client("quicksight").list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert {t["Key"]: t["Value"] for t in found} == {"team": "data", "env": "dev"}
    given = {
        "AwsAccountId": ACCOUNT,
        "DataSourceId": name,
        "Name": "Other",
        "Type": "ATHENA",
        "DataSourceParameters": {"AthenaParameters": {"WorkGroup": "primary"}},
        "Permissions": [allowed(ANN, "DescribeDataSource", "PassDataSource")],
    }
    source.update(**given)
    assert source.read() == given
    less = {"Permissions": [allowed(BOB, "DescribeDataSource")]}
    source.update(**given | less)
    assert source.read() == given | less


def test_a_data_source_without_an_id_has_the_stacks(resource: Stack) -> None:
    made = resource(f"{PREFIX}DataSource")
    made.create(Name="Lake", Type="ATHENA")
    assert made.made.physical_id.startswith(f"{ACCOUNT}|teststack-Thing")
    assert made.identify() == made.made
    made.delete()
    made.delete()
    assert made.gone


def test_a_data_source_that_is_somebody_elses_stays(
    resource: Stack, source: Resource, name: str
) -> None:
    with pytest.raises(ClientError, match="ResourceExistsException"):
        resource(f"{PREFIX}DataSource").create(DataSourceId=name, Name="Mine", Type="ATHENA")
    assert source.read()["Name"] == "Lake"


def test_what_quicksight_here_has_not_is_refused_beforehand(resource: Stack) -> None:
    handler = resource(f"{PREFIX}DataSource").handler
    assert "DataSourceParameters.RdsParameters" in handler.refuses
    assert "DataSourceParameters.AthenaParameters.RoleArn" in handler.refuses
    assert not {"Credentials", "VpcConnectionProperties", "FolderArns"} & handler.takes
    assert not {"LinkSharingConfiguration"} & resource(f"{PREFIX}Dashboard").handler.takes
    assert handler_of(f"{PREFIX}Folder") is None


def test_a_data_set_asked_directly(orders: Resource, source: Resource, name: str) -> None:
    assert orders.made.physical_id == f"{ACCOUNT}|{name}"
    assert orders.made.attributes["ConsumedSpiceCapacityInBytes"] == 0
    assert [c["Name"] for c in orders.made.attributes["OutputColumns"]] == ["n", "day"]
    assert orders.read() == data_set(source)
    assert orders.identify() == orders.made
    folder = {"FieldFolders": {"Times": {"Description": "when", "Columns": ["day"]}}}
    orders.update(**data_set(source, Name="Renamed"), **folder)
    assert orders.read()["Name"] == "Renamed"


def test_a_data_sets_field_folders(aws: LocalServer, orders: Resource, source: Resource) -> None:
    folders = {"Times": {"Description": "when", "Columns": ["day"]}}
    orders.update(**data_set(source), FieldFolders=folders)
    of = {"AwsAccountId": ACCOUNT, "DataSetId": orders.before["DataSetId"]}
    found = aws.client("quicksight").describe_data_set(**of)["DataSet"]
    assert found["FieldFolders"] == {"Times": {"description": "when", "columns": ["day"]}}


def window(size: int) -> dict[str, Any]:
    back = {"ColumnName": "day", "Size": size, "SizeUnit": "DAY"}
    return {"RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": back}}}


UNWAITED = {"IngestionWaitPolicy": {"WaitForSpiceIngestion": "false"}}


@pytest.fixture
def spice(resource: Stack, source: Resource) -> Iterator[Resource]:
    """A data set whose rows may still be on their way, with a window of two days."""
    made = resource(f"{PREFIX}DataSet")
    made.create(
        **data_set(source, ImportMode="SPICE", DataSetRefreshProperties=window(2)), **UNWAITED
    )
    yield made
    made.delete()


def test_a_data_set_in_spice_is_made_when_its_rows_are_there(
    resource: Stack, source: Resource
) -> None:
    rows = resource(f"{PREFIX}DataSet")
    made = rows.create(**data_set(source, ImportMode="SPICE"))
    assert made.attributes["ConsumedSpiceCapacityInBytes"] > 0
    rows.delete()
    assert rows.gone


def test_a_data_sets_refresh_properties(spice: Resource, source: Resource) -> None:
    given = data_set(source, ImportMode="SPICE")
    assert spice.read() == given | {"DataSetRefreshProperties": window(2)}
    assert spice.retry().physical_id == spice.identify().physical_id  # type: ignore[union-attr]
    spice.update(**given, **UNWAITED, DataSetRefreshProperties=window(3))
    assert spice.read() == given | {"DataSetRefreshProperties": window(3)}
    spice.update(**given, **UNWAITED)
    assert spice.read() == given


def test_a_refresh_schedule(resource: Stack, spice: Resource) -> None:
    schedule, data_set = resource(f"{PREFIX}RefreshSchedule"), spice.before["DataSetId"]
    frequency = {"Interval": "DAILY", "TimeOfTheDay": "03:00", "TimeZone": "Europe/Berlin"}
    given: dict[str, Any] = {
        "AwsAccountId": ACCOUNT,
        "DataSetId": data_set,
        "Schedule": {
            "ScheduleId": "nightly",
            "RefreshType": "INCREMENTAL_REFRESH",
            "ScheduleFrequency": frequency,
            "StartAfterDateTime": "2030-01-01T00:00:00Z",
        },
    }
    timed = schedule.create(**given)
    assert timed.physical_id == f"{ACCOUNT}|{data_set}|nightly"
    assert timed.attributes["Arn"].endswith(f"dataset/{data_set}/refresh-schedule/nightly")
    assert schedule.read() == given
    assert schedule.retry() == schedule.identify() == timed
    weekly = {"Interval": "WEEKLY", "RefreshOnDay": {"DayOfWeek": "MONDAY"}}
    given["Schedule"] |= {"ScheduleFrequency": frequency | weekly, "RefreshType": "FULL_REFRESH"}
    schedule.update(**given)
    assert schedule.read() == given
    for never in ("next week", 10**30):
        given["Schedule"]["StartAfterDateTime"] = never
        with pytest.raises(ResourceFailed, match="is not a time"):
            schedule.update(**given)
    schedule.delete()
    schedule.delete()
    assert schedule.gone
    spice.delete()
    schedule.delete()


def test_a_data_set_whose_rows_do_not_come_is_not_made(resource: Stack, source: Resource) -> None:
    rows = resource(f"{PREFIX}DataSet")
    given = data_set(source, "SELECT n, day FROM nowhere.orders", ImportMode="SPICE")
    with pytest.raises(ResourceFailed, match="SQL_TABLE_NOT_FOUND"):
        rows.create(**given)
    assert rows.gone
    rows.create(**given, **UNWAITED)
    assert not rows.gone
    rows.delete()


def published(aws: LocalServer, name: str) -> dict[str, Any]:
    of = {"AwsAccountId": ACCOUNT, "DashboardId": name}
    return dict(aws.client("quicksight").describe_dashboard(**of)["Dashboard"]["Version"])


def test_a_dashboards_update_is_published(
    aws: LocalServer, resource: Stack, orders: Resource, name: str
) -> None:
    sales = resource(f"{PREFIX}Dashboard")
    given = {"AwsAccountId": ACCOUNT, "DashboardId": name, "Name": "Sales"}
    readers = {"Permissions": [allowed(ANN, "DescribeDashboard")], "Tags": TAGS}
    made = sales.create(**given, Definition=board(orders), VersionDescription="first", **readers)
    assert made.physical_id == f"{ACCOUNT}|{name}"
    assert made.attributes["Version.VersionNumber"] == 1
    assert made.attributes["Version.Status"] == "CREATION_SUCCESSFUL"
    assert isinstance(made.attributes["LastPublishedTime"], str)
    assert sales.read() == given | readers
    assert sales.identify() == made

    sales.update(**given | {"Name": "More"}, Definition=board(orders), VersionDescription="second")
    shown = published(aws, name)
    assert (shown["VersionNumber"], shown["Description"]) == (2, "second")
    assert sales.read() == given | {"Name": "More"}

    with pytest.raises(ResourceFailed, match="colour"):
        sales.update(**given, Definition=board(orders, "colour"))
    assert published(aws, name)["VersionNumber"] == 2
    sales.delete()
    sales.delete()
    assert sales.gone


def test_a_dashboard_that_fails_leaves_nothing(
    resource: Stack, orders: Resource, name: str
) -> None:
    sales = resource(f"{PREFIX}Dashboard")
    given = {"AwsAccountId": ACCOUNT, "DashboardId": name, "Name": "Sales"}
    with pytest.raises(ResourceFailed, match=r"Version 1 of .* failed: COLUMN_REPLACEMENT_MISSING"):
        sales.create(**given, Definition=board(orders, "colour"))
    assert sales.gone


def test_a_dashboards_second_try_goes_on(
    aws: LocalServer, resource: Stack, orders: Resource, name: str
) -> None:
    sales = resource(f"{PREFIX}Dashboard")
    given = {"AwsAccountId": ACCOUNT, "DashboardId": name, "Name": "Sales"}
    sales.create(**given, Definition=board(orders))
    assert sales.retry().physical_id == sales.made.physical_id
    assert published(aws, name)["Status"] == "CREATION_SUCCESSFUL"
    sales.delete()


def test_an_analysis_is_gone_when_it_is_deleted(
    resource: Stack, orders: Resource, name: str
) -> None:
    work = resource(f"{PREFIX}Analysis")
    given = {"AwsAccountId": ACCOUNT, "AnalysisId": name, "Name": "Work"}
    made = work.create(**given, Definition=board(orders), Tags=TAGS)
    assert made.attributes["DataSetArns"] == [orders.made.attributes["Arn"]]
    assert work.read() == given | {"Tags": TAGS}
    assert work.retry() == work.identify()
    work.update(**given | {"Name": "Later"}, Definition=board(orders))
    assert work.read() == given | {"Name": "Later"}
    with pytest.raises(ResourceFailed, match="colour"):
        work.update(**given, Definition=board(orders, "colour"))
    work.delete()
    assert work.gone
    again = work.create(**given, Definition=board(orders))
    assert again.physical_id == made.physical_id
    work.delete()
    work.delete()


def test_a_template_and_a_dashboard_of_it(resource: Stack, orders: Resource, name: str) -> None:
    plan, sales = resource(f"{PREFIX}Template"), resource(f"{PREFIX}Dashboard")
    columns = [{"Name": c["Name"], "DataType": c["Type"]} for c in COLUMNS]
    schema = {"ColumnSchemaList": columns}
    configuration = {"Placeholder": "orders", "DataSetSchema": schema}
    definition = board(orders) | {"DataSetConfigurations": [configuration]}
    del definition["DataSetIdentifierDeclarations"]
    given = {"AwsAccountId": ACCOUNT, "TemplateId": name, "Name": "Plan"}
    made = plan.create(**given, Definition=definition)
    assert made.attributes["Version.VersionNumber"] == 1
    assert plan.read() == given
    assert plan.identify() == made
    assert plan.update(**given, Definition=definition).attributes["Version.VersionNumber"] == 2

    reference = {"DataSetPlaceholder": "orders", "DataSetArn": orders.made.attributes["Arn"]}
    source = {"Arn": made.attributes["Arn"], "DataSetReferences": [reference]}
    drawn = sales.create(
        AwsAccountId=ACCOUNT,
        DashboardId=name,
        Name="Sales",
        SourceEntity={"SourceTemplate": source},
    )
    assert drawn.attributes["Version.SourceEntityArn"].startswith(made.attributes["Arn"])
    sales.delete()
    plan.delete()
    plan.delete()
    assert plan.gone


def test_a_theme(resource: Stack, name: str) -> None:
    sea = resource(f"{PREFIX}Theme")
    given: dict[str, Any] = {
        "AwsAccountId": ACCOUNT,
        "ThemeId": name,
        "Name": "Sea",
        "BaseThemeId": "CLASSIC",
        "Configuration": {"DataColorPalette": {"Colors": ["#112233"]}},
        "VersionDescription": "blue",
        "Tags": TAGS,
    }
    made = sea.create(**given)
    assert made.physical_id == f"{name}|{ACCOUNT}"
    assert made.attributes["Type"] == "CUSTOM"
    assert sea.read() == given
    assert sea.identify() == made
    assert sea.retry().physical_id == made.physical_id
    changed = given | {"Configuration": {"DataColorPalette": {"Colors": ["#445566"]}}}
    del changed["VersionDescription"], changed["Tags"]
    sea.update(**changed)
    assert sea.read() == changed
    sea.delete()
    sea.delete()
    assert sea.gone

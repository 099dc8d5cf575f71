"""QuickSight through boto3, against the real server."""

import datetime as dt
import time

from tests.conftest import LocalServer
from tests.local_aws.console.support import link, stranger
from tests.local_aws.services.quicksight.clients import (
    Client,
    board,
    make_data_set,
    make_source,
    refused,
)
from tests.local_aws.services.quicksight.fakes import ACCOUNT, data_set_request


def test_data_sources(client: Client, name: str) -> None:
    arn = make_source(client, name)
    found = client.describe_data_source(DataSourceId=name)["DataSource"]
    assert (found["Arn"], found["Status"]) == (arn, "CREATION_SUCCESSFUL")
    assert found["DataSourceParameters"] == {"AthenaParameters": {"WorkGroup": "primary"}}
    client.update_data_source(DataSourceId=name, Name="Renamed")
    listed = client.list_data_sources()["DataSources"]
    assert {s["DataSourceId"]: s["Name"] for s in listed}[name] == "Renamed"
    client.delete_data_source(DataSourceId=name)
    assert refused(client.describe_data_source, DataSourceId=name)[:2] == (
        "ResourceNotFoundException", 404
    )  # fmt: skip


def test_a_data_source_twice(client: Client, name: str) -> None:
    make_source(client, name)
    code, status, message = refused(
        client.create_data_source, DataSourceId=name, Name="A", Type="ATHENA"
    )
    assert (code, status) == ("ResourceExistsException", 409)
    assert name in message


def test_other_data_sources_are_refused_by_name(client: Client, name: str) -> None:
    code, status, message = refused(
        client.create_data_source, DataSourceId=name, Name="R", Type="REDSHIFT"
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert "REDSHIFT is not supported by local_aws" in message


def test_another_account_is_denied(client: Client) -> None:
    assert refused(client.list_data_sets, AwsAccountId="999999999999")[0] == (
        "AccessDeniedException"
    )


def test_folders_are_refused_by_name(client: Client) -> None:
    code, _, message = refused(client.list_folders)
    assert code == "UnknownOperationException"
    assert "ListFolders" in message


def test_permissions_and_tags(client: Client, name: str) -> None:
    arn = make_source(client, name)
    grant = {"Principal": "arn:aws:quicksight:us-east-1:123456789012:user/default/a",
             "Actions": ["quicksight:PassDataSource", "quicksight:DescribeDataSource"]}  # fmt: skip
    client.update_data_source_permissions(DataSourceId=name, GrantPermissions=[grant])
    held = client.describe_data_source_permissions(DataSourceId=name)["Permissions"]
    assert held == [grant | {"Actions": sorted(grant["Actions"])}]
    client.update_data_source_permissions(DataSourceId=name, RevokePermissions=[grant])
    assert client.describe_data_source_permissions(DataSourceId=name)["Permissions"] == []
    plain = client.client
    plain.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "lake"}])
    assert plain.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "lake"}
    ]
    plain.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert plain.list_tags_for_resource(ResourceArn=arn)["Tags"] == []


def test_a_data_set_of_a_source_that_is_not_there(client: Client, name: str) -> None:
    request = data_set_request(f"arn:aws:quicksight:us-east-1:{ACCOUNT}:datasource/nothing", name)
    assert refused(client.create_data_set, **request)[0] == "InvalidParameterValueException"


def test_data_sets_and_their_ingestions(client: Client, name: str) -> None:
    made = make_data_set(client, name)
    assert made["Status"] == 201
    ingestion = made["IngestionId"]
    for _ in range(200):
        found = client.describe_ingestion(DataSetId=name, IngestionId=ingestion)["Ingestion"]
        if found["IngestionStatus"] in ("FAILED", "COMPLETED"):
            break
        time.sleep(0.05)
    # The table is not in the catalog: a real failure, with a real reason.
    assert found["IngestionStatus"] == "FAILED"
    assert found["ErrorInfo"]["Message"]
    again = client.create_ingestion(DataSetId=name, IngestionId="again")
    assert (again["Status"], again["IngestionStatus"]) == (201, "INITIALIZED")
    assert refused(client.create_ingestion, DataSetId=name, IngestionId="again")[:2] == (
        "ResourceExistsException", 409
    )  # fmt: skip
    listed = client.list_ingestions(DataSetId=name)["Ingestions"]
    assert [item["IngestionId"] for item in listed] == ["again", ingestion]
    columns = client.describe_data_set(DataSetId=name)["DataSet"]["OutputColumns"]
    assert [column["Type"] for column in columns] == [
        "STRING", "STRING", "DATETIME", "INTEGER", "DECIMAL"
    ]  # fmt: skip
    client.delete_data_set(DataSetId=name)
    assert refused(client.list_ingestions, DataSetId=name)[0] == "ResourceNotFoundException"


def test_pages(client: Client, name: str) -> None:
    make_data_set(client, name, ImportMode="DIRECT_QUERY")
    for number in range(3):
        client.create_ingestion(DataSetId=name, IngestionId=f"i{number}")
    pages = client.client.get_paginator("list_ingestions").paginate(
        AwsAccountId=ACCOUNT, DataSetId=name, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Ingestions"]) for page in pages] == [2, 1]
    assert refused(client.list_ingestions, DataSetId=name, NextToken="x")[0] == (
        "InvalidNextTokenException"
    )


def test_dashboards_and_their_versions(client: Client, name: str) -> None:
    data_set = make_data_set(client, name)["Arn"]
    made = client.create_dashboard(DashboardId=name, Name="One", Definition=board(data_set))
    assert (made["Status"], made["VersionArn"][-10:]) == (202, "/version/1")
    found = client.describe_dashboard(DashboardId=name)["Dashboard"]
    assert found["Version"]["Status"] == "CREATION_SUCCESSFUL"
    assert found["Version"]["DataSetArns"] == [data_set]
    client.update_dashboard(DashboardId=name, Name="Two", Definition=board(data_set))
    assert client.describe_dashboard(DashboardId=name)["Dashboard"]["Version"][
        "VersionNumber"
    ] == 1  # fmt: skip
    client.update_dashboard_published_version(DashboardId=name, VersionNumber=2)
    listed = client.list_dashboards()["DashboardSummaryList"]
    assert {d["DashboardId"]: d["PublishedVersionNumber"] for d in listed}[name] == 2
    assert client.describe_dashboard_definition(DashboardId=name)["Definition"] == board(data_set)
    versions = client.list_dashboard_versions(DashboardId=name)["DashboardVersionSummaryList"]
    assert [v["VersionNumber"] for v in versions] == [1, 2]
    assert refused(client.delete_dashboard, DashboardId=name, VersionNumber=2)[0] == (
        "InvalidParameterValueException"
    )
    client.delete_dashboard(DashboardId=name)
    assert refused(client.describe_dashboard, DashboardId=name)[0] == "ResourceNotFoundException"


def test_a_visual_that_is_not_drawn_leaves_the_dashboard_as_it_is(
    client: Client, name: str
) -> None:
    definition = board("arn:aws:quicksight:us-east-1:123456789012:dataset/none")
    definition["Sheets"][0]["Visuals"] = [{"PluginVisual": {"VisualId": "s", "PluginArn": "arn"}}]
    client.create_dashboard(DashboardId=name, Name="One", Definition=definition)
    kept = client.describe_dashboard_definition(DashboardId=name)["Definition"]
    assert kept["Sheets"][0]["Visuals"] == definition["Sheets"][0]["Visuals"]


def test_what_is_wrong_in_a_definition_is_refused_by_name(client: Client, name: str) -> None:
    definition = board("arn:aws:quicksight:us-east-1:123456789012:dataset/none")
    definition["Sheets"] *= 2
    code, status, message = refused(
        client.create_dashboard, DashboardId=name, Name="One", Definition=definition
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert "is given twice" in message


def test_the_page_opens_for_a_session_and_only_reads(
    client: Client, server: LocalServer, name: str
) -> None:
    data_set = make_data_set(client, name)["Arn"]
    client.create_dashboard(DashboardId=name, Name="One", Definition=board(data_set))
    page = f"/quicksight/dashboards/{name}"
    with stranger(server) as browser:
        for path in (page, f"{page}.json", "/quicksight", "/quicksight/plotly.min.js"):
            assert browser.get(path).status_code == 401
            assert "./lake open" in browser.get(path, headers={"accept": "*/*"}).text
        assert f"0;url={page}" in browser.get(link(server, page)).text
        answer = browser.get(page)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<h1>One</h1>" in answer.text
        assert browser.delete(page).status_code == 405
        assert browser.get(page, headers={"Host": "evil.example"}).status_code == 403


def test_times_in_a_definition_come_back_as_they_were_given(client: Client, name: str) -> None:
    definition = board(make_data_set(client, name)["Arn"])
    begin = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    column = {"DataSetIdentifier": "sales", "ColumnName": "sold"}
    dates = {
        "TimeRangeFilter": {
            "FilterId": "f",
            "Column": column,
            "NullOption": "ALL_VALUES",
            "RangeMinimumValue": {"StaticValue": begin},
        }
    }
    definition["FilterGroups"] = [
        {
            "FilterGroupId": "g",
            "Filters": [dates],
            "ScopeConfiguration": {"AllSheets": {}},
            "CrossDataset": "SINGLE_DATASET",
        }
    ]
    definition["ParameterDeclarations"] = [
        {"DateTimeParameterDeclaration": {"Name": "d", "DefaultValues": {"StaticValues": [begin]}}}
    ]
    client.create_dashboard(DashboardId=name, Name="One", Definition=definition)
    kept = client.describe_dashboard_definition(DashboardId=name)["Definition"]
    given = kept["FilterGroups"][0]["Filters"][0]["TimeRangeFilter"]["RangeMinimumValue"]
    assert given["StaticValue"] == begin
    declared = kept["ParameterDeclarations"][0]["DateTimeParameterDeclaration"]
    assert declared["DefaultValues"]["StaticValues"] == [begin]


def test_a_dashboard_with_everything_that_a_reader_may_choose(
    client: Client, server: LocalServer, name: str
) -> None:
    definition = board(make_data_set(client, name)["Arn"])
    column = {"DataSetIdentifier": "sales", "ColumnName": "region"}
    custom = {"MatchOperator": "EQUALS", "ParameterName": "region", "NullOption": "NON_NULLS_ONLY"}
    by_region = {"CategoryFilter": {"FilterId": "f", "Column": column, "Configuration": {
        "CustomFilterConfiguration": custom}}}  # fmt: skip
    definition["FilterGroups"] = [{"FilterGroupId": "g", "Filters": [by_region],
                                   "ScopeConfiguration": {"AllSheets": {}},
                                   "CrossDataset": "ALL_DATASETS"}]  # fmt: skip
    definition["ParameterDeclarations"] = [{"StringParameterDeclaration": {
        "Name": "region", "ParameterValueType": "MULTI_VALUED",
        "DefaultValues": {"StaticValues": ["north"]}}}]  # fmt: skip
    sheet = definition["Sheets"][0]
    sheet["ParameterControls"] = [{"Dropdown": {
        "ParameterControlId": "c", "SourceParameterName": "region",
        "SelectableValues": {"Values": ["north", "south"]}}}]  # fmt: skip
    sheet["FilterControls"] = [{"TextField": {"FilterControlId": "t", "SourceFilterId": "f"}}]
    sheet["Visuals"].append({"PluginVisual": {"VisualId": "mine", "PluginArn": "arn"}})
    client.create_dashboard(DashboardId=name, Name="One", Definition=definition)
    assert client.describe_dashboard_definition(DashboardId=name)["Definition"] == definition
    page = f"/quicksight/dashboards/{name}"
    with stranger(server) as browser:
        browser.get(link(server, page))
        outline = browser.get(f"{page}.json").json()
        controls = {c["key"]: c["default"] for c in outline["sheets"][0]["controls"]}
        assert controls == {"p.region": ["north"], "f.f": ["north"]}
        assert [refused["visual"] for refused in outline["refused"]] == ["mine"]
        offered = browser.get(f"{page}/controls/c.json?search=SOU").json()
        assert offered == {"values": ["south"], "more": False}
        for hostile in ("p.region=%00%00x", "f.f=a%00b", "x.=:", "d.none=", "p.=%5BALL%5D", "f."):
            assert browser.get(f"{page}.json?{hostile}").status_code == 200
            figures = f"{page}/sheets/{sheet['SheetId']}/visuals/mine.json?{hostile}"
            assert browser.get(figures).json()["state"] == "refused"


def test_a_column_name_that_sql_cannot_hold(client: Client, name: str) -> None:
    table = {"DataSourceArn": make_source(client, name), "Name": "q", "SqlQuery": "SELECT 1",
             "Columns": [{"Name": "a\0b", "Type": "INTEGER"}]}  # fmt: skip
    request = {"DataSetId": name, "Name": name, "ImportMode": "DIRECT_QUERY"}
    code, status, message = refused(
        client.create_data_set, PhysicalTableMap={"t": {"CustomSql": table}}, **request
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert "NUL" in message


def test_a_number_that_no_long_holds(client: Client) -> None:
    found = refused(client.describe_dashboard, DashboardId="x", VersionNumber=10**30)
    assert found[:2] == ("SerializationException", 400)

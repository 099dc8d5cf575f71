"""A registered reader's session on the real server: what it opens, and what it never does."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import LocalServer
from tests.local_aws.console.support import ask_link, link, stranger
from tests.local_aws.services.quicksight.clients import Client, make_source
from tests.local_aws.services.quicksight.fakes import ACCOUNT, bars, measure

VIEWS = ["quicksight:DescribeDashboard", "quicksight:ListDashboardVersions",
         "quicksight:QueryDashboard"]  # fmt: skip
ROWS = "SELECT * FROM (VALUES ('north', 10), ('south', 20), ('south', 5)) AS t(region, units)"
FIGURES = "sheets/one/visuals/v"


def query(source: str, sql: str, *columns: tuple[str, str]) -> dict[str, Any]:
    declared = [{"Name": name, "Type": kind} for name, kind in columns]
    return {"t": {"CustomSql": {"DataSourceArn": source, "Name": "t", "SqlQuery": sql,
                                "Columns": declared}}}  # fmt: skip


def extract(client: Client, name: str, tables: dict[str, Any], **more: Any) -> str:
    made = client.create_data_set(
        DataSetId=name, Name=name, ImportMode="SPICE", PhysicalTableMap=tables, **more
    )
    for _ in range(400):
        found = client.describe_ingestion(DataSetId=name, IngestionId=made["IngestionId"])
        if found["Ingestion"]["IngestionStatus"] in ("COMPLETED", "FAILED"):
            break
        time.sleep(0.05)
    assert found["Ingestion"]["IngestionStatus"] == "COMPLETED", found
    return str(made["Arn"])


@pytest.fixture
def board(client: Client, name: str) -> str:
    """A dashboard over rows of which `<name>` sees the north's; it is shared with that user."""
    source = make_source(client, name)
    rules = f"SELECT '{name}' AS \"UserName\", 'north' AS region"
    ruled = extract(
        client, f"{name}-rules", query(source, rules, ("UserName", "STRING"), ("region", "STRING"))
    )
    used = {"Arn": ruled, "PermissionPolicy": "GRANT_ACCESS"}
    tables = query(source, ROWS, ("region", "STRING"), ("units", "INTEGER"))
    sales = extract(client, name, tables, RowLevelPermissionDataSet=used)
    for user in (name, f"{name}-2"):
        client.register_user(
            Namespace="default", IdentityType="QUICKSIGHT", UserName=user, Email="a@b.c",
            UserRole="READER",
        )  # fmt: skip
    definition = {
        "DataSetIdentifierDeclarations": [{"Identifier": "sales", "DataSetArn": sales}],
        "Sheets": [{"SheetId": "one", "Name": "One", "Visuals": [bars("v", measure("units"))]}],
    }
    client.create_dashboard(
        DashboardId=name, Name="Board", Definition=definition,
        Permissions=[{"Principal": user_arn(name), "Actions": VIEWS}],
    )  # fmt: skip
    return f"/quicksight/dashboards/{name}"


def user_arn(user: str) -> str:
    return f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/{user}"


def reader_link(server: LocalServer, path: str, reader: str) -> httpx.Response:
    return ask_link(server, path, more={"reader": reader})


@pytest.fixture
def reader(server: LocalServer, board: str, name: str) -> Iterator[httpx.Client]:
    """The browser of the user whom the rules name."""
    with stranger(server) as browser:
        answer = reader_link(server, board, name)
        assert browser.get(answer.json()["url"]).status_code == 200
        yield browser


def rows(browser: httpx.Client, board: str, **query: str) -> list[str]:
    return browser.get(f"{board}/{FIGURES}.csv", params=query).text.splitlines()[1:]


def test_the_page_the_csv_and_the_table_show_the_reader_s_rows(
    server: LocalServer, reader: httpx.Client, board: str
) -> None:
    assert rows(reader, board) == ["north,10"]
    for address in (f"{board}/{FIGURES}.json", f"{board}/{FIGURES}/data.json", board):
        answer = reader.get(address)
        assert answer.status_code == 200
        assert "south" not in answer.text
    outline = reader.get(f"{board}.json").json()
    assert "rows" not in outline["data"][0]  # three: how many are hidden is not told
    with stranger(server) as owner:
        owner.get(link(server, board))
        assert rows(owner, board) == ["south,25", "north,10"] or len(rows(owner, board)) == 2
        assert owner.get(f"{board}.json").json()["data"][0]["rows"] == 3


@pytest.mark.parametrize(
    "attempt",
    [
        {"reader": ""}, {"reader": "admin"}, {"user": "root"}, {"f.region": "south"},
        {"p.reader": "account"}, {"x.v": "region:south"}, {"d.v": "region:south"},
    ],
)  # fmt: skip
def test_nothing_in_an_address_changes_who_reads(
    reader: httpx.Client, board: str, attempt: dict[str, str]
) -> None:
    assert not any("south" in row for row in rows(reader, board, **attempt))


def test_a_reader_opens_what_was_shared_and_nothing_else(
    client: Client, server: LocalServer, reader: httpx.Client, board: str, name: str
) -> None:
    assert board in reader.get("/quicksight/dashboards").text
    for path in ("/_console/", "/_console/buckets", "/"):
        assert reader.get(path).status_code == 401
    revoked = [{"Principal": user_arn(name), "Actions": VIEWS}]
    client.update_dashboard_permissions(DashboardId=name, RevokePermissions=revoked)
    for path in (board, f"{board}.json", f"{board}/{FIGURES}.json", f"{board}/{FIGURES}.csv"):
        assert reader.get(path).status_code == 404
    assert board not in reader.get("/quicksight/dashboards").text
    everybody = {"Principal": f"arn:aws:quicksight:us-east-1:{ACCOUNT}:namespace/default",
                 "Actions": VIEWS}  # fmt: skip
    client.update_dashboard_permissions(DashboardId=name, GrantPermissions=[everybody])
    with stranger(server) as other:
        other.get(reader_link(server, board, f"{name}-2").json()["url"])
        answer = other.get(f"{board}/{FIGURES}.json").json()
        assert answer["state"] == "empty"  # no rule names this user: no row


def test_a_reader_who_is_deleted_reads_no_more(
    client: Client, reader: httpx.Client, board: str, name: str
) -> None:
    client.delete_user(UserName=name, Namespace="default")
    assert reader.get(board).status_code == 403
    assert reader.get(f"{board}/{FIGURES}.csv").status_code == 403


def test_links_for_readers_that_are_not_made(server: LocalServer, board: str, name: str) -> None:
    assert reader_link(server, board, "nobody").status_code == 404
    assert reader_link(server, "/_console/", name).status_code == 400
    assert ask_link(server, board, secret="forged" * 7, more={"reader": name}).status_code == 403


def test_downloads_that_the_publisher_switched_off(
    client: Client, reader: httpx.Client, board: str, name: str
) -> None:
    found = client.describe_dashboard_definition(DashboardId=name)
    off = {"ExportToCSVOption": {"AvailabilityStatus": "DISABLED"}}
    client.update_dashboard(
        DashboardId=name, Name="Board", Definition=found["Definition"], DashboardPublishOptions=off
    )
    client.update_dashboard_published_version(DashboardId=name, VersionNumber=2)
    assert reader.get(f"{board}/{FIGURES}.csv").status_code == 409
    assert json.loads(reader.get(f"{board}/{FIGURES}.json").text)["csv"] is False

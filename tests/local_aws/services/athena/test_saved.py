"""Prepared statements, named queries, and the catalog as Athena shows it."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries, raw, refused

CATALOG = {"CatalogName": "AwsDataCatalog"}


def every(call: Any, member: str, **options: Any) -> list[Any]:
    """A listing, an item a page."""
    found, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = call(MaxResults=1, **options, **more)
        found += page[member]
        token = page.get("NextToken")
        if token is None:
            return found


@pytest.fixture
def group(queries: Queries) -> str:
    name = f"wg-{uuid.uuid4().hex[:8]}"
    place = {"ResultConfiguration": {"OutputLocation": queries.place}}
    queries.athena.create_work_group(Name=name, Configuration=place)
    return name


# --- prepared statements


def test_prepared_statements_by_calls(queries: Queries, group: str) -> None:
    def create(name: str, sql: str = "SELECT ?") -> None:
        queries.athena.create_prepared_statement(
            StatementName=name, WorkGroup=group, QueryStatement=sql, Description="d"
        )

    for name in ("ps_b", "ps_a"):
        create(name)
    with pytest.raises(ClientError, match="PreparedStatement ps_a already exists"):
        create("ps_a")
    queries.athena.update_prepared_statement(
        StatementName="ps_a", WorkGroup=group, QueryStatement="SELECT ? + 1"
    )
    found = queries.athena.get_prepared_statement(StatementName="ps_a", WorkGroup=group)
    assert found["PreparedStatement"]["QueryStatement"] == "SELECT ? + 1"
    assert found["PreparedStatement"]["Description"] == "d"
    listed = every(queries.athena.list_prepared_statements, "PreparedStatements", WorkGroup=group)
    assert [one["StatementName"] for one in listed] == ["ps_a", "ps_b"]
    batch = queries.athena.batch_get_prepared_statement(
        PreparedStatementNames=["ps_b", "ps_c"], WorkGroup=group
    )
    assert [one["StatementName"] for one in batch["PreparedStatements"]] == ["ps_b"]
    assert batch["UnprocessedPreparedStatementNames"] == [
        {
            "StatementName": "ps_c",
            "ErrorCode": "STATEMENT_NOT_FOUND",
            "ErrorMessage": f"PreparedStatement ps_c was not found in workGroup {group}",
        }
    ]
    queries.athena.delete_prepared_statement(StatementName="ps_a", WorkGroup=group)
    for call in (
        queries.athena.get_prepared_statement,
        queries.athena.delete_prepared_statement,
    ):
        with pytest.raises(ClientError) as caught:
            call(StatementName="ps_a", WorkGroup=group)
        assert refused(caught.value)[0] == "ResourceNotFoundException"


def test_prepared_statements_by_sql(queries: Queries, group: str) -> None:
    here = {"WorkGroup": group}

    def cells(sql: str, **options: Any) -> list[str]:
        rows = queries.answer(sql, **here, **options)["ResultSet"]["Rows"]
        return [cell["VarCharValue"] for cell in rows[1]["Data"]]

    prepared = queries.run("PREPARE pair FROM SELECT ?, ? || 'b'", **here)
    assert (prepared["StatementType"], prepared["SubstatementType"]) == ("DDL", "PREPARE")
    assert cells("EXECUTE pair USING 1 + 1, 'a'") == ["2", "ab"]
    assert cells("EXECUTE pair", ExecutionParameters=["3", "c"]) == ["3", "cb"]
    failed = queries.run("EXECUTE pair USING 1", **here)["Status"]
    assert "Incorrect number of parameters: expected 2 but found 1" in failed["StateChangeReason"]
    assert queries.run("DEALLOCATE PREPARE pair", **here)["Status"]["State"] == "SUCCEEDED"
    again = queries.run("DEALLOCATE PREPARE pair", **here)["Status"]
    assert again["StateChangeReason"].startswith("NOT_FOUND: PreparedStatement pair was not found")
    with pytest.raises(ClientError, match="PreparedStatement pair was not found in workGroup"):
        queries.start("EXECUTE pair", **here)


@pytest.mark.parametrize(
    "sql", ["PREPARE x SELECT 1", "PREPARE 1x FROM SELECT 1", "PREPARE x FROM SELECT FROM WHERE",
            "DEALLOCATE x", "EXECUTE 1x"]
)  # fmt: skip
def test_statements_about_statements_have_a_syntax(queries: Queries, sql: str) -> None:
    with pytest.raises(ClientError) as caught:
        queries.start(sql)
    assert refused(caught.value)[1] == "MALFORMED_QUERY"


def test_names_of_statements_are_held_against_the_model(server: LocalServer) -> None:
    request = {"StatementName": "1x", "WorkGroup": "primary", "QueryStatement": "SELECT 1"}
    _, answer = raw(server, "CreatePreparedStatement", request)
    assert "regular expression pattern: [a-zA-Z_][a-zA-Z0-9_@:]{1,256}" in answer["Message"]


# --- named queries


def test_named_queries(queries: Queries, group: str) -> None:
    def create(name: str, **options: Any) -> str:
        made = queries.athena.create_named_query(
            Name=name, Database="default", QueryString="SELECT 1", WorkGroup=group, **options
        )
        return str(made["NamedQueryId"])

    token = uuid.uuid4().hex
    first, second = create("a", Description="d", ClientRequestToken=token), create("b")
    assert create("a", Description="d", ClientRequestToken=token) == first
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        create("other", ClientRequestToken=token)
    assert every(queries.athena.list_named_queries, "NamedQueryIds", WorkGroup=group) == [
        first,
        second,
    ]
    queries.athena.update_named_query(NamedQueryId=first, Name="c", QueryString="SELECT 2")
    found = queries.athena.get_named_query(NamedQueryId=first)["NamedQuery"]
    assert (found["Name"], found["QueryString"], found["WorkGroup"]) == ("c", "SELECT 2", group)
    unknown = str(uuid.uuid4())
    batch = queries.athena.batch_get_named_query(NamedQueryIds=[second, unknown])
    assert [one["Name"] for one in batch["NamedQueries"]] == ["b"]
    [missing] = batch["UnprocessedNamedQueryIds"]
    assert (missing["NamedQueryId"], missing["ErrorCode"]) == (unknown, "INVALID_INPUT")
    queries.athena.delete_named_query(NamedQueryId=first)
    with pytest.raises(ClientError, match=f"NamedQuery {first} was not found"):
        queries.athena.get_named_query(NamedQueryId=first)


# --- the catalog


def test_the_one_catalog(queries: Queries) -> None:
    [listed] = queries.athena.list_data_catalogs()["DataCatalogsSummary"]
    assert (listed["CatalogName"], listed["Type"]) == ("AwsDataCatalog", "GLUE")
    found = queries.athena.get_data_catalog(Name="awsdatacatalog")["DataCatalog"]
    assert found["Parameters"] == {"catalog-id": "123456789012"}
    with pytest.raises(ClientError, match="Data catalog nope was not found"):
        queries.athena.get_data_catalog(Name="nope")
    with pytest.raises(ClientError, match="WorkGroup is not found"):
        queries.athena.list_databases(**CATALOG, WorkGroup="nope")


def test_databases(queries: Queries, database: str) -> None:
    found = queries.athena.get_database(**CATALOG, DatabaseName=database.upper())["Database"]
    assert found["Name"] == database
    listed = every(queries.athena.list_databases, "DatabaseList", **CATALOG)
    assert database in [one["Name"] for one in listed]
    with pytest.raises(ClientError) as caught:
        queries.athena.get_database(**CATALOG, DatabaseName="nope")
    code, _, message = refused(caught.value)
    assert code == "MetadataException"
    assert "Error Code: EntityNotFoundException" in message  # PyAthena looks for it


@pytest.mark.parametrize(
    ("expression", "names"),
    [("", ["t", "v"]), ("*", ["t", "v"]), ("T", ["t"]), ("t|v", ["t", "v"]), ("x.*", [])],
)
def test_tables_by_a_regular_expression(
    queries: Queries, database: str, expression: str, names: list[str]
) -> None:
    where = {**CATALOG, "DatabaseName": database}
    found = every(
        queries.athena.list_table_metadata, "TableMetadataList", Expression=expression, **where
    )
    assert [one["Name"] for one in found] == names


def test_a_table(queries: Queries, database: str) -> None:
    where = {**CATALOG, "DatabaseName": database}
    table = queries.athena.get_table_metadata(**where, TableName="T")["TableMetadata"]
    assert [c["Type"] for c in table["Columns"]] == ["int", "varchar(1)"]
    assert table["PartitionKeys"] == [{"Name": "year", "Type": "int"}]
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["Parameters"]["location"].endswith(f"/{database}/t/")
    view = queries.athena.get_table_metadata(**where, TableName="v")["TableMetadata"]
    assert view["TableType"] == "VIRTUAL_VIEW"
    with pytest.raises(ClientError, match="is not a regular expression"):
        queries.athena.list_table_metadata(**where, Expression="(")
    with pytest.raises(ClientError) as caught:
        queries.athena.get_table_metadata(**where, TableName="nope")
    assert refused(caught.value)[0] == "MetadataException"


def test_a_page_of_one_listing_does_not_go_on_in_another(queries: Queries, database: str) -> None:
    where = {**CATALOG, "DatabaseName": database}
    token = queries.athena.list_table_metadata(**where, MaxResults=1)["NextToken"]
    with pytest.raises(ClientError, match="nextPageToken is malformed"):
        queries.athena.list_table_metadata(**where, Expression="t|v", NextToken=token)
    with pytest.raises(ClientError, match="nextPageToken is malformed"):
        queries.athena.list_databases(**CATALOG, NextToken=token)


@pytest.mark.parametrize(
    "operation",
    [
        "CancelCapacityReservation",
        "CreateCapacityReservation",
        "CreateDataCatalog",
        "CreateNotebook",
        "DeleteDataCatalog",
        "GetSession",
        "ListApplicationDPUSizes",
        "ListCapacityReservations",
        "ListNotebookMetadata",
        "ListSessions",
        "StartCalculationExecution",
        "StartSession",
        "UpdateDataCatalog",
    ],
)
def test_what_is_sparks_or_another_sources_is_refused_by_name(
    server: LocalServer, operation: str
) -> None:
    status, answer = raw(server, operation, {})
    assert (status, answer["__type"]) == (400, "UnknownOperationException")
    assert f"athena:{operation} is not supported by local_aws" in str(answer)

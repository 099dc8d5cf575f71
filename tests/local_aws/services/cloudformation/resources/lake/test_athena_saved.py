"""AWS::Athena::NamedQuery and AWS::Athena::PreparedStatement."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import handler_of
from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import Stack

QUERY = "AWS::Athena::NamedQuery"
STATEMENT = "AWS::Athena::PreparedStatement"


@pytest.fixture
def workgroup(aws: LocalServer, name: str) -> str:
    aws.client("athena").create_work_group(Name=name)
    return name


def query(name: str, workgroup: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Description": "d",
        "Database": "lake",
        "QueryString": "SELECT 1",
        "WorkGroup": workgroup,
    }


def test_a_named_query_reads_as_it_was_written(resource: Stack, name: str, workgroup: str) -> None:
    saved = resource(QUERY)
    made = saved.create(**query(name, workgroup))
    assert made.attributes == {"NamedQueryId": made.physical_id}
    assert saved.read() == query(name, workgroup)
    assert saved.retry() == made
    assert saved.identify() == made
    saved.delete()
    assert saved.gone
    saved.delete()


def test_named_queries_of_one_name_are_two(resource: Stack, name: str, workgroup: str) -> None:
    one, other = resource(QUERY), resource(QUERY)
    assert one.create(**query(name, workgroup)) != other.create(**query(name, workgroup))
    assert one.identify() is None, "which of the two is meant, nobody can tell"
    imported = resource(QUERY).adopt(**query(name, workgroup), NamedQueryId=one.made.physical_id)
    assert imported == one.made


def test_a_named_query_without_a_name_or_workgroup(aws: LocalServer, resource: Stack) -> None:
    made = resource(QUERY).create(Database="lake", QueryString="SELECT 1")
    found = aws.client("athena").get_named_query(NamedQueryId=made.physical_id)["NamedQuery"]
    assert found["Name"].startswith("teststack-Thing")
    assert found["WorkGroup"] == "primary"


def test_a_prepared_statement_is_made_changed_and_deleted(
    resource: Stack, name: str, workgroup: str
) -> None:
    statement = resource(STATEMENT)
    given = {"StatementName": "by_day", "WorkGroup": workgroup, "QueryStatement": "SELECT ?"}
    made = statement.create(**given, Description="one day")
    assert made.physical_id == "by_day"
    assert statement.read() == given | {"Description": "one day"}
    assert statement.retry() == made
    with pytest.raises(ClientError, match="already exists"):
        resource(STATEMENT).create(**given)
    with pytest.raises(ClientError, match="queryStatement"):
        statement.update(**given | {"QueryStatement": "x" * 262_145})
    assert statement.read() == given | {"Description": "one day"}
    statement.update(**given, Description="another")
    changed = given | {"QueryStatement": "SELECT ?, 2"}
    statement.update(**changed)
    assert statement.read() == changed
    statement.delete()
    assert statement.identify() is None
    statement.delete()


def test_a_statement_whose_workgroup_is_gone_is_gone(
    aws: LocalServer, resource: Stack, workgroup: str
) -> None:
    statement = resource(STATEMENT)
    given = {"StatementName": "by_id", "WorkGroup": workgroup, "QueryStatement": "SELECT ?"}
    statement.create(**given)
    aws.client("athena").delete_work_group(WorkGroup=workgroup, RecursiveDeleteOption=True)
    statement.delete()
    assert statement.gone


@pytest.mark.parametrize("type_name", ["CapacityReservation", "DataCatalog"])
def test_what_athena_here_has_not_is_no_type(type_name: str) -> None:
    assert handler_of(f"AWS::Athena::{type_name}") is None

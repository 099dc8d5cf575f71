"""AWS::Glue::Database."""

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import Stack

TYPE = "AWS::Glue::Database"


def test_a_database_is_made_changed_and_deleted(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    database = resource(TYPE)
    given = {"Name": name, "Description": "raw", "Parameters": {"retention": 30, "pii": True}}
    assert database.create(CatalogId="123456789012", DatabaseInput=given).physical_id == name
    shown = aws.client("glue").get_database(Name=name)["Database"]
    assert shown["Parameters"] == {"retention": "30", "pii": "true"}

    database.update(CatalogId="123456789012", DatabaseInput={"Name": name})
    assert "Description" not in aws.client("glue").get_database(Name=name)["Database"]

    database.delete()
    assert database.gone
    database.delete()


def test_a_database_without_a_name_gets_the_stacks(resource: Stack) -> None:
    database = resource(TYPE)
    made = database.create(CatalogId="123456789012", DatabaseInput={})
    assert made.physical_id == made.physical_id.lower()
    assert made.physical_id.startswith("teststack-thing")
    assert database.identify() == made


def test_the_property_database_name_stands_before_the_inputs(resource: Stack, name: str) -> None:
    made = resource(TYPE).create(
        CatalogId="123456789012", DatabaseName=name, DatabaseInput={"Description": "x"}
    )
    assert made.physical_id == name


def test_what_is_there_reads_as_a_template_would_write_it(resource: Stack, name: str) -> None:
    database = resource(TYPE)
    given = {"Name": name, "LocationUri": "s3://lake/raw/", "Parameters": {"a": "b"}}
    database.create(CatalogId="123456789012", DatabaseInput=given)
    shown = database.read()
    assert shown["CatalogId"] == "123456789012"
    assert {k: shown["DatabaseInput"][k] for k in given} == given
    assert set(shown) == {"CatalogId", "DatabaseName", "DatabaseInput"}


def test_another_accounts_catalog_is_refused(resource: Stack, name: str) -> None:
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        resource(TYPE).create(CatalogId="999999999999", DatabaseInput={"Name": name})


def test_a_member_that_glue_does_not_know_is_named(resource: Stack, name: str) -> None:
    with pytest.raises(Exception, match="Colour"):
        resource(TYPE).create(CatalogId="123456789012", DatabaseInput={"Name": name, "Colour": 1})

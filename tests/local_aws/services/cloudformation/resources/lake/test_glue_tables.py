"""AWS::Glue::Table and AWS::Glue::Partition."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import (
    ACCOUNT,
    Resource,
    Stack,
)

STORAGE = {
    "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "note", "Type": "string"}],
    "Location": "s3://lake/orders/",
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
}
TABLE = {
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {"classification": "json", "projection.enabled": True},
    "PartitionKeys": [{"Name": "day", "Type": "string"}],
    "StorageDescriptor": STORAGE,
}


@pytest.fixture
def database(aws: LocalServer, name: str) -> Iterator[str]:
    aws.client("glue").create_database(DatabaseInput={"Name": name})
    yield name
    aws.client("glue").delete_database(Name=name)


@pytest.fixture
def orders(resource: Stack, database: str) -> Resource:
    table = resource("AWS::Glue::Table")
    table.create(CatalogId=ACCOUNT, DatabaseName=database, TableInput={"Name": "orders", **TABLE})
    return table


def shown(aws: LocalServer, database: str, name: str = "orders") -> dict[str, Any]:
    found: dict[str, Any] = aws.client("glue").get_table(DatabaseName=database, Name=name)["Table"]
    return found


def test_a_table_is_made_changed_and_deleted(
    aws: LocalServer, orders: Resource, database: str
) -> None:
    assert orders.made.physical_id == "orders"
    assert shown(aws, database)["Parameters"] == {
        "classification": "json",
        "projection.enabled": "true",
    }
    smaller = {"Name": "orders", "StorageDescriptor": STORAGE}
    orders.update(CatalogId=ACCOUNT, DatabaseName=database, TableInput=smaller)
    found = shown(aws, database)
    assert "Parameters" not in found
    assert found["StorageDescriptor"]["Location"] == "s3://lake/orders/"
    orders.delete()
    assert orders.gone
    orders.delete()


def test_a_table_reads_as_it_was_written(orders: Resource, database: str) -> None:
    read = orders.read()
    assert (read["CatalogId"], read["DatabaseName"]) == (ACCOUNT, database)
    parameters = {"classification": "json", "projection.enabled": "true"}
    assert read["TableInput"]["TableType"] == "EXTERNAL_TABLE"
    assert read["TableInput"]["Parameters"] == parameters
    assert read["TableInput"]["PartitionKeys"] == TABLE["PartitionKeys"]
    storage = read["TableInput"]["StorageDescriptor"]
    assert {k: storage[k] for k in STORAGE} == STORAGE
    assert "CreateTime" not in read["TableInput"]


def test_parameters_may_be_json_text(aws: LocalServer, resource: Stack, database: str) -> None:
    given = {"StorageDescriptor": STORAGE, "Parameters": '{"skip.header.line.count": 1}'}
    made = resource("AWS::Glue::Table").create(
        CatalogId=ACCOUNT, DatabaseName=database, Name="Wide", TableInput=given
    )
    assert made.physical_id == "Wide"
    found = shown(aws, database, "wide")
    assert found["Parameters"] == {"skip.header.line.count": "1"}


def test_a_table_without_a_name(resource: Stack, database: str) -> None:
    table = resource("AWS::Glue::Table")
    made = table.create(CatalogId=ACCOUNT, DatabaseName=database, TableInput={})
    assert made.physical_id.startswith("teststack-thing")
    assert table.identify() == made


def test_a_table_that_is_somebody_elses_fails_the_create(
    resource: Stack, orders: Resource, database: str
) -> None:
    again = resource("AWS::Glue::Table")
    with pytest.raises(Exception, match="AlreadyExistsException"):
        again.create(CatalogId=ACCOUNT, DatabaseName=database, TableInput={"Name": "orders"})
    assert orders.retry() == orders.made


def partition(database: str, **more: Any) -> dict[str, Any]:
    return {
        "CatalogId": ACCOUNT,
        "DatabaseName": database,
        "TableName": "orders",
        "PartitionInput": {"Values": ["2026-01-01"], **more},
    }


def test_a_partition_is_made_changed_and_deleted(
    aws: LocalServer, resource: Stack, orders: Resource, database: str
) -> None:
    day = resource("AWS::Glue::Partition")
    location = STORAGE | {"Location": "s3://lake/orders/day=1/"}
    given = partition(database, StorageDescriptor=location, Parameters={"rows": 3})
    made = day.create(**given)
    hashed = made.attributes["IdentifierPartitionInputValues"]
    assert made.physical_id == f"{ACCOUNT}|{database}|orders|{hashed}"
    assert day.identify() == made
    assert day.retry() == made

    def found() -> dict[str, Any]:
        answer: dict[str, Any] = aws.client("glue").get_partition(
            DatabaseName=database, TableName="orders", PartitionValues=["2026-01-01"]
        )
        return dict(answer["Partition"])

    assert found()["Parameters"] == {"rows": "3"}
    assert day.update(**partition(database, StorageDescriptor=location)) == made
    assert "Parameters" not in found()
    read = day.read()
    assert read["PartitionInput"]["StorageDescriptor"]["Location"] == "s3://lake/orders/day=1/"
    day.delete()
    assert day.gone
    day.delete()
    assert not orders.gone


def test_partitions_of_other_values_are_others(
    resource: Stack, orders: Resource, database: str
) -> None:
    one = resource("AWS::Glue::Partition").create(**partition(database))
    other = partition(database) | {"PartitionInput": {"Values": ["2026-01-02"]}}
    assert resource("AWS::Glue::Partition").create(**other).physical_id != one.physical_id
    assert orders.made.physical_id == "orders"

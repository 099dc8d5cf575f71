import pytest

from local_aws.context import Platform
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    InvalidInputException,
)

FLIGHTS = {
    "Name": "Flights",
    "StorageDescriptor": {"Columns": [{"Name": "day", "Type": "int"}], "Location": "s3://a/b/"},
    "PartitionKeys": [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "int"}],
}


@pytest.fixture
def flights(catalog: Catalog) -> Catalog:
    catalog.create_table("found", FLIGHTS)
    return catalog


def test_names_are_folded(catalog: Catalog) -> None:
    catalog.create_database({"Name": "Lake", "Description": "Published"})
    catalog.create_table("LAKE", FLIGHTS)
    assert catalog.get_database("lAKE")["Name"] == "lake"
    assert catalog.get_table("Lake", "FLIGHTS")["Name"] == "flights"
    with pytest.raises(AlreadyExistsException):
        catalog.create_database({"Name": "lake"})


def test_what_is_missing_is_named(catalog: Catalog) -> None:
    with pytest.raises(EntityNotFoundException, match="Database nowhere"):
        catalog.get_table("nowhere", "flights")
    with pytest.raises(EntityNotFoundException, match="Table flights"):
        catalog.get_table("found", "flights")
    with pytest.raises(EntityNotFoundException, match="Database nowhere"):
        catalog.create_table("nowhere", FLIGHTS)
    with pytest.raises(EntityNotFoundException, match="Database nowhere"):
        catalog.delete_database("nowhere")


def test_a_table_as_aws_returns_it(flights: Catalog) -> None:
    table = flights.get_table("found", "flights")
    assert table["VersionId"] == "0"
    assert table["CatalogId"] == "123456789012"
    assert table["DatabaseName"] == "found"
    assert table["CreateTime"] == table["UpdateTime"]
    assert table["StorageDescriptor"]["NumberOfBuckets"] == 0
    assert table["StorageDescriptor"]["Location"] == "s3://a/b/"


def test_an_update_replaces_and_keeps_the_old_version(flights: Catalog) -> None:
    flights.update_table("found", {"Name": "flights", "Description": "two"})
    flights.update_table("found", {"Name": "flights", "Description": "three"}, skip_archive=True)
    versions = flights.get_table_versions("found", "flights")
    assert [(v["VersionId"], v.get("Description")) for v in versions] == [
        ("2", "three"),
        ("0", None),
    ]
    assert "StorageDescriptor" not in flights.get_table("found", "flights")
    assert versions[0]["CreateTime"] == versions[1]["CreateTime"]


def test_an_update_of_a_version_that_is_gone_is_refused(flights: Catalog) -> None:
    flights.update_table("found", FLIGHTS, version_id="0")
    with pytest.raises(ConcurrentModificationException, match="at version 1, not 0"):
        flights.update_table("found", FLIGHTS, version_id="0")


def test_partitions(flights: Catalog) -> None:
    months = [{"Values": ["2013", str(month)]} for month in (1, 2, 10)]
    flights.create_partitions("found", "flights", months)
    assert flights.get_partition("found", "flights", ["2013", "2"])["TableName"] == "flights"
    found = flights.get_partitions("found", "flights", "year = 2013 AND month > 1")
    assert [p["Values"][1] for p in found] == ["10", "2"]
    with pytest.raises(AlreadyExistsException, match="2013"):
        flights.create_partition("found", "flights", months[0])
    flights.delete_partition("found", "flights", ["2013", "10"])
    with pytest.raises(EntityNotFoundException, match="10"):
        flights.delete_partition("found", "flights", ["2013", "10"])


def test_a_partition_points_elsewhere_in_one_call(flights: Catalog) -> None:
    storage = {"Location": "s3://a/run=1/"}
    flights.create_partition(
        "found", "flights", {"Values": ["2013", "3"], "StorageDescriptor": storage}
    )
    made = flights.get_partition("found", "flights", ["2013", "3"])["CreationTime"]
    new = {"StorageDescriptor": {"Location": "s3://a/run=2/"}}
    flights.update_partition("found", "flights", ["2013", "3"], new)
    (partition,) = flights.get_partitions("found", "flights")
    assert partition["StorageDescriptor"]["Location"] == "s3://a/run=2/"
    assert partition["CreationTime"] == made


def test_a_partition_can_move_but_not_onto_another(flights: Catalog) -> None:
    flights.create_partitions("found", "flights", [{"Values": ["1", "1"]}, {"Values": ["1", "2"]}])
    flights.update_partition("found", "flights", ["1", "1"], {"Values": ["1", "3"]})
    with pytest.raises(AlreadyExistsException):
        flights.update_partition("found", "flights", ["1", "3"], {"Values": ["1", "2"]})
    values = [p["Values"] for p in flights.get_partitions("found", "flights")]
    assert values == [["1", "2"], ["1", "3"]]


@pytest.mark.parametrize("values", [["2013"], ["2013", "3", "1"], [], ["2013", ""]])
def test_values_that_do_not_fit_are_refused(flights: Catalog, values: list[str]) -> None:
    with pytest.raises(InvalidInputException):
        flights.create_partition("found", "flights", {"Values": values})


def test_all_partitions_or_none(flights: Catalog) -> None:
    with pytest.raises(InvalidInputException):
        flights.create_partitions("found", "flights", [{"Values": ["1", "1"]}, {"Values": ["1"]}])
    assert flights.get_partitions("found", "flights") == []


def test_deleting_takes_all_below(flights: Catalog) -> None:
    flights.create_partition("found", "flights", {"Values": ["2013", "1"]})
    flights.update_table("found", FLIGHTS)
    flights.delete_table("found", "flights")
    flights.create_table("found", FLIGHTS)
    assert flights.get_partitions("found", "flights") == []
    assert len(flights.get_table_versions("found", "flights")) == 1
    flights.delete_database("found")
    with pytest.raises(EntityNotFoundException, match="Database found"):
        flights.get_tables("found")


def test_another_process_finds_everything(flights: Catalog, platform: Platform) -> None:
    flights.create_partition("found", "flights", {"Values": ["2013", "1"]})
    again = Catalog(platform)
    assert again.get_table("found", "flights") == flights.get_table("found", "flights")
    assert len(again.get_partitions("found", "flights")) == 1

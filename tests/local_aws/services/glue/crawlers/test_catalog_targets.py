"""Crawls of tables that the catalog has already."""

from collections import Counter
from typing import Any

import pytest

from local_aws.context import Platform
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.crawlers import engine
from local_aws.services.glue.crawlers.settings import checked
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException
from tests.local_aws.services.glue.crawlers.conftest import FLIGHTS, PLANES
from tests.local_aws.services.glue.crawlers.test_engine import Put, columns, tables, values

LOG = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}


def table(name: str, place: str, *keys: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Description": "By hand",
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        "StorageDescriptor": {"Location": place, "Columns": []},
        "Parameters": {"steward": "ann"},
    }


@pytest.fixture
def refresh(platform: Platform, said: list[str]) -> Any:
    """Crawl some tables of the database ``found``."""

    def run(*names: str, **members: Any) -> Counter[str]:
        targets = {"CatalogTargets": [{"DatabaseName": "found", "Tables": list(names)}]}
        given = {"Name": "c", "Role": "crawling", "Targets": targets, "SchemaChangePolicy": LOG}
        around = engine.Surroundings(platform.s3, platform.glue, said.append, lambda: False)
        return engine.crawl(checked({**given, **members}), around)

    return run


def test_several_tables(catalog: Catalog, put: Put, refresh: Any) -> None:
    catalog.create_table("found", table("flown", "s3://lake/flights", "year", "month"))
    catalog.create_table("found", table("flown_in", "s3://lake/planes/"))
    put("flights/year=2013/month=1/a.parquet", FLIGHTS)
    put("flights/year=2013/month=2/a.parquet", FLIGHTS)
    put("planes/a.parquet", PLANES)
    counts = refresh("flown", "flown_in")
    assert (counts["TablesUpdated"], counts["PartitionsCreated"], counts["TablesCreated"]) == (
        2,
        2,
        0,
    )
    assert tables(catalog) == ["flown", "flown_in"]
    assert columns(catalog, "flown") == {"day": "int", "carrier": "string"}
    assert values(catalog, "flown") == [["2013", "1"], ["2013", "2"]]
    flown = catalog.get_table("found", "flown")
    assert flown["StorageDescriptor"]["Location"] == "s3://lake/flights"
    assert (flown["Description"], flown["Parameters"]["steward"]) == ("By hand", "ann")
    assert flown["Parameters"]["classification"] == "parquet"


def test_keys_are_those_of_the_table(catalog: Catalog, put: Put, refresh: Any) -> None:
    catalog.create_table("found", table("flown", "s3://lake/flights/", "year", "month"))
    put("flights/2013/01/a.parquet", FLIGHTS)
    refresh("flown")
    keys = catalog.get_table("found", "flown")["PartitionKeys"]
    assert [key["Name"] for key in keys] == ["year", "month"]
    assert values(catalog, "flown") == [["2013", "01"]]


def test_different_schemas_are_one_table(catalog: Catalog, put: Put, refresh: Any) -> None:
    catalog.create_table("found", table("all", "s3://lake/d/", "p"))
    put("d/p=1/a.parquet", FLIGHTS)
    put("d/p=2/a.parquet", PLANES)
    refresh("all")
    assert set(columns(catalog, "all")) == {"day", "carrier", "tailnum", "seats", "engines"}
    assert tables(catalog) == ["all"]


def test_what_is_gone_stays(
    platform: Platform, catalog: Catalog, put: Put, refresh: Any, said: list[str]
) -> None:
    catalog.create_table("found", table("flown", "s3://lake/flights/", "year"))
    for year in (2013, 2014):
        put(f"flights/year={year}/a.parquet", FLIGHTS)
    refresh("flown")
    platform.s3.delete("lake", "flights/year=2013/a.parquet")
    assert refresh("flown")["PartitionsDeleted"] == 0
    assert values(catalog, "flown") == [["2013"], ["2014"]]
    assert any("partition values [2013]" in line for line in said)
    platform.s3.delete("lake", "flights/year=2014/a.parquet")
    refresh("flown")
    assert tables(catalog) == ["flown"]


def test_folders_that_do_not_fit_the_keys(
    catalog: Catalog, put: Put, refresh: Any, said: list[str]
) -> None:
    catalog.create_table("found", table("flown", "s3://lake/flights/", "year", "month"))
    put("flights/year=2013/a.parquet", FLIGHTS)
    refresh("flown")
    assert values(catalog, "flown") == []
    assert any("has 2 partition keys, its folders are 1 deep" in line for line in said)


def test_update_behavior_log(catalog: Catalog, put: Put, refresh: Any) -> None:
    catalog.create_table("found", table("flown", "s3://lake/flights/", "year"))
    put("flights/year=2013/a.parquet", FLIGHTS)
    refresh("flown", SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"})
    assert columns(catalog, "flown") == {}
    assert values(catalog, "flown") == [["2013"]]


def test_refused(catalog: Catalog, refresh: Any) -> None:
    with pytest.raises(EntityNotFoundException, match="Table nowhere not found"):
        refresh("nowhere")
    catalog.create_table("found", table("of_jdbc", "db.schema.table"))
    with pytest.raises(InvalidInputException, match="of_jdbc of database found is not in S3"):
        refresh("of_jdbc")
    with pytest.raises(InvalidInputException, match="can only be LOG"):
        refresh("of_jdbc", SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    recrawl = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    with pytest.raises(InvalidInputException, match="S3Targets only"):
        refresh("of_jdbc", RecrawlPolicy=recrawl, SchemaChangePolicy={"DeleteBehavior": "LOG"})

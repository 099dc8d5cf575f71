"""What a second crawl does to what is there."""

import json
from typing import Any

from local_aws.context import Platform
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.catalog.indexes import PartitionIndexes
from tests.local_aws.services.glue.conftest import parquet
from tests.local_aws.services.glue.crawlers.conftest import FLIGHTS, PLANES, Crawl
from tests.local_aws.services.glue.crawlers.test_engine import Put, columns, tables, values

WIDER = parquet(**{name: [1] for name in ("a", "b", "c", "d", "e")})
NARROWER = parquet(**{name: [1] for name in ("a", "b", "c", "d")})


def policy(update: str = "UPDATE_IN_DATABASE", delete: str = "LOG") -> dict[str, Any]:
    return {"SchemaChangePolicy": {"UpdateBehavior": update, "DeleteBehavior": delete}}


def output(**settings: Any) -> str:
    return json.dumps({"Version": 1.0, "CrawlerOutput": settings})


def test_an_unchanged_table_stays_as_it_is(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/p=1/a.parquet", FLIGHTS)
    crawl("d/")
    before = catalog.get_table("found", "d")
    assert not +crawl("d/")
    assert catalog.get_table("found", "d") == before


def test_new_figures_are_no_new_version(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/a.parquet", FLIGHTS)
    crawl("d/")
    put("d/b.parquet", FLIGHTS)
    assert crawl("d/")["TablesUpdated"] == 0
    assert catalog.get_table("found", "d")["Parameters"]["objectCount"] == "2"
    assert len(catalog.get_table_versions("found", "d")) == 1


def test_update_replaces_the_columns(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/a.parquet", WIDER)
    crawl("d/")
    put("d/a.parquet", NARROWER)
    assert crawl("d/")["TablesUpdated"] == 1
    assert list(columns(catalog, "d")) == ["a", "b", "c", "d"]
    assert len(catalog.get_table_versions("found", "d")) == 2


def steward(catalog: Catalog, put: Put, crawl: Crawl, **members: Any) -> dict[str, Any]:
    """A table that a person described, after its schema changed."""
    put("d/a.parquet", NARROWER)
    crawl("d/")
    table = catalog.get_table("found", "d")
    table["Parameters"]["steward"] = "ann"
    catalog.update_table("found", {**table, "Description": "Letters"})
    put("d/b.parquet", NARROWER)
    crawl("d/", **members)
    assert catalog.get_table("found", "d")["Parameters"]["steward"] == "ann"
    put("d/a.parquet", WIDER)
    crawl("d/", **members)
    assert len(columns(catalog, "d")) == 5
    return catalog.get_table("found", "d")


def test_a_changed_table_loses_what_no_crawler_sets(
    catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    table = steward(catalog, put, crawl)
    assert "steward" not in table["Parameters"]
    assert "Description" not in table


def test_merge_new_columns_keeps_what_people_added(
    catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    merging = output(Tables={"AddOrUpdateBehavior": "MergeNewColumns"})
    table = steward(catalog, put, crawl, Configuration=merging)
    assert (table["Parameters"]["steward"], table["Description"]) == ("ann", "Letters")


def test_merge_new_columns_into_another_format(
    platform: Platform, catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    put("d/a.parquet", NARROWER)
    crawl("d/")
    platform.s3.delete("lake", "d/a.parquet")
    put("d/a.csv", "a,b\n1,x\n2,y\n")
    crawl("d/", Configuration=output(Tables={"AddOrUpdateBehavior": "MergeNewColumns"}))
    table = catalog.get_table("found", "d")
    assert "DEPRECATED_BY_CRAWLER" in table["Parameters"]
    assert table["Parameters"]["classification"] == "parquet"
    assert len(columns(catalog, "d")) == 4
    assert any("classification, delimiter" in line for line in said)


def test_log_changes_no_table_but_adds_partitions(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    put("d/p=1/a.parquet", NARROWER)
    crawl("d/")
    put("d/p=2/a.parquet", WIDER)
    assert crawl("d/", **policy("LOG"))["PartitionsCreated"] == 1
    assert list(columns(catalog, "d")) == ["a", "b", "c", "d"]
    assert values(catalog, "d") == [["1"], ["2"]]
    assert any("schema of table d changed" in line for line in said)


def test_merge_new_columns(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/a.parquet", parquet(z=["kept"], a=["kept"], b=["x"], c=["x"], d=["x"]))
    crawl("d/")
    put("d/a.parquet", WIDER)
    crawl("d/", Configuration=output(Tables={"AddOrUpdateBehavior": "MergeNewColumns"}))
    assert columns(catalog, "d") == {
        **{"z": "string", "a": "string", "b": "string", "c": "string", "d": "string"},
        "e": "bigint",
    }


def test_merge_new_columns_within_a_column(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    rest = {name: [1] for name in ("a", "b", "c")}
    put("d/a.parquet", parquet(at=[{"x": "kept", "y": 1}], **rest))
    crawl("d/")
    put("d/a.parquet", parquet(at=[{"x": 5, "z": 2.5}], **rest))
    crawl("d/", Configuration=output(Tables={"AddOrUpdateBehavior": "MergeNewColumns"}))
    assert columns(catalog, "d")["at"] == "struct<x:string,y:bigint,z:double>"


def test_inherit_from_table_while_the_table_stays(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    """The combination that AWS names for a schema that no crawl may change."""
    put("d/p=1/a.parquet", NARROWER)
    crawl("d/")
    put("d/p=1/a.parquet", WIDER)
    put("d/p=2/a.parquet", WIDER)
    inherit = output(Partitions={"AddOrUpdateBehavior": "InheritFromTable"})
    crawl("d/", Configuration=inherit, **policy("LOG"))
    for value in ("1", "2"):
        storage = catalog.get_partition("found", "d", [value])["StorageDescriptor"]
        assert len(storage["Columns"]) == 4


def test_inherit_from_table(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/p=1/a.parquet", NARROWER)
    put("d/p=2/a.parquet", WIDER)
    crawl("d/", Configuration=output(Partitions={"AddOrUpdateBehavior": "InheritFromTable"}))
    storage = catalog.get_partition("found", "d", ["1"])["StorageDescriptor"]
    assert len(storage["Columns"]) == 5
    assert storage["Location"] == "s3://lake/d/p=1/"
    assert storage["Parameters"]["objectCount"] == "1"


def test_other_partition_keys_replace_the_partitions(
    platform: Platform, catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    put("d/p=1/a.parquet", FLIGHTS)
    crawl("d/")
    platform.s3.delete("lake", "d/p=1/a.parquet")
    put("d/p=1/q=2/a.parquet", FLIGHTS)
    crawl("d/")
    assert values(catalog, "d") == [["1", "2"]]


def gone(platform: Platform, put: Put, crawl: Crawl, delete: str) -> None:
    """A table and a partition whose objects were deleted between two crawls."""
    put("d/flights/p=1/a.parquet", FLIGHTS)
    put("d/flights/p=2/a.parquet", FLIGHTS)
    put("d/planes/a.parquet", PLANES)
    crawl("d/")
    platform.s3.delete("lake", "d/flights/p=2/a.parquet")
    platform.s3.delete("lake", "d/planes/a.parquet")
    put("d/weather/a.csv", "hour,temp\n1,2.5\n2,3.5\n")
    crawl("d/", **policy(delete=delete))


def test_gone_and_deleted(platform: Platform, catalog: Catalog, put: Put, crawl: Crawl) -> None:
    gone(platform, put, crawl, "DELETE_FROM_DATABASE")
    assert tables(catalog) == ["flights", "weather"]
    assert values(catalog, "flights") == [["1"]]


def test_gone_and_logged(
    platform: Platform, catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    gone(platform, put, crawl, "LOG")
    assert tables(catalog) == ["flights", "planes", "weather"]
    assert values(catalog, "flights") == [["1"], ["2"]]
    assert any("Table planes is left as it is" in line for line in said)


def test_gone_and_deprecated_until_it_is_back(
    platform: Platform, catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    gone(platform, put, crawl, "DEPRECATE_IN_DATABASE")
    mark = "DEPRECATED_BY_CRAWLER"
    assert mark in catalog.get_table("found", "planes")["Parameters"]
    assert mark in catalog.get_partition("found", "flights", ["2"])["Parameters"]
    assert mark not in catalog.get_table("found", "flights")["Parameters"]
    put("d/planes/a.parquet", PLANES)
    put("d/flights/p=2/a.parquet", FLIGHTS)
    crawl("d/")
    assert mark not in catalog.get_table("found", "planes")["Parameters"]
    assert mark not in catalog.get_partition("found", "flights", ["2"])["Parameters"]


def test_tables_of_others_are_never_deleted(
    platform: Platform, catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    storage = {"Location": "s3://lake/d/mine/", "Columns": []}
    catalog.create_table("found", {"Name": "mine", "StorageDescriptor": storage})
    gone(platform, put, crawl, "DELETE_FROM_DATABASE")
    assert "mine" in tables(catalog)


def test_only_new_folders(platform: Platform, catalog: Catalog, put: Put, crawl: Crawl) -> None:
    only_new = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}}
    put("d/p=1/a.parquet", FLIGHTS)
    put("d/p=2/a.parquet", FLIGHTS)
    crawl("d/", **only_new)
    put("d/p=1/a.parquet", "no longer Parquet, but nobody looks")
    platform.s3.delete("lake", "d/p=2/a.parquet")
    put("d/p=3/a.parquet", FLIGHTS)
    assert crawl("d/", **only_new)["PartitionsCreated"] == 1
    assert values(catalog, "d") == [["1"], ["2"], ["3"]]


def test_a_new_folder_of_one_table_among_several(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    """Alone it would be taken for all that there is, and the target for a table."""
    only_new = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}}
    put("d/flights/p=1/a.parquet", FLIGHTS)
    put("d/flights/p=2/a.parquet", FLIGHTS)
    put("d/planes/a.parquet", PLANES)
    crawl("d/", **only_new)
    assert tables(catalog) == ["flights", "planes"]
    put("d/flights/p=3/a.parquet", FLIGHTS)
    put("d/flights/p=4/a.csv", "day,carrier\n1,AA\n2,B6\n")
    put("d/flights/p=5/a.parquet", FLIGHTS)
    put("d/weather/a.parquet", WIDER)
    crawl("d/", **only_new)
    assert tables(catalog) == ["flights", "planes", "weather"]
    assert values(catalog, "flights") == [["1"], ["2"], ["3"], ["5"]]
    assert any("s3://lake/d/flights/p=4 does not fit the table" in line for line in said)


def indexed(catalog: Catalog) -> dict[str, list[str]]:
    """The keys of the table's partition indexes, by name."""
    indexes = PartitionIndexes(catalog).all(catalog.get_table("found", "d"))
    return {index["IndexName"]: [key["Name"] for key in index["Keys"]] for index in indexes}


def test_other_keys_have_another_index(
    platform: Platform, catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    put("d/p=1/a.parquet", FLIGHTS)
    crawl("d/")
    assert indexed(catalog) == {"crawler_partition_index": ["p"]}
    platform.s3.delete("lake", "d/p=1/a.parquet")
    put("d/q=1/r=2/a.parquet", FLIGHTS)
    crawl("d/")
    assert indexed(catalog) == {"crawler_partition_index": ["q", "r"]}
    platform.s3.delete("lake", "d/q=1/r=2/a.parquet")
    put("d/a.parquet", FLIGHTS)
    crawl("d/")
    assert indexed(catalog) == {}


def test_an_index_that_somebody_deleted_stays_so(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/p=1/a.parquet", FLIGHTS)
    crawl("d/")
    PartitionIndexes(catalog).delete(catalog.get_table("found", "d"), "crawler_partition_index")
    put("d/p=2/a.parquet", FLIGHTS)
    crawl("d/")
    assert indexed(catalog) == {}

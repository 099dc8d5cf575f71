"""What a crawl of some objects leaves in the catalog."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local_aws.context import Platform
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.crawlers import engine
from local_aws.services.glue.crawlers.settings import checked
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.s3.errors import NoSuchBucket
from tests.local_aws.services.glue.conftest import parquet
from tests.local_aws.services.glue.crawlers.conftest import FLIGHTS, PLANES, Crawl

Put = Callable[[str, bytes | str], None]

CSV = "day,carrier\n1,AA\n2,B6\n"


def tables(catalog: Catalog) -> list[str]:
    return [table["Name"] for table in catalog.get_tables("found")]


def keys(catalog: Catalog, table: str) -> list[tuple[str, str]]:
    found = catalog.get_table("found", table)
    return [(key["Name"], key["Type"]) for key in found["PartitionKeys"]]


def columns(catalog: Catalog, table: str) -> dict[str, str]:
    storage = catalog.get_table("found", table)["StorageDescriptor"]
    return {column["Name"]: column["Type"] for column in storage["Columns"]}


def values(catalog: Catalog, table: str) -> list[list[str]]:
    return [partition["Values"] for partition in catalog.get_partitions("found", table)]


def grouping(**settings: Any) -> str:
    return json.dumps({"Version": 1.0, "Grouping": settings})


def test_a_folder_of_one_run(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("flights/year=2013/month=3/run=abc123/part-0.parquet", FLIGHTS)
    put("flights/year=2013/month=2/run=other/part-0.parquet", FLIGHTS)
    path = "flights/year=2013/month=3/run=abc123/"
    assert crawl(path, TablePrefix="flights_2013_03_")["TablesCreated"] == 1
    assert tables(catalog) == ["flights_2013_03_run_abc123"]
    assert keys(catalog, "flights_2013_03_run_abc123") == []
    assert columns(catalog, "flights_2013_03_run_abc123") == {"day": "int", "carrier": "string"}


def test_a_parquet_table_as_aws_writes_it(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("flights/part-0.parquet", FLIGHTS)
    put("flights/part-1.parquet", FLIGHTS)
    crawl("flights")
    table = catalog.get_table("found", "flights")
    storage = table["StorageDescriptor"]
    assert storage["Location"] == "s3://lake/flights/"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    }
    assert storage["InputFormat"].endswith("MapredParquetInputFormat")
    assert storage["NumberOfBuckets"] == -1
    assert table["Parameters"] == storage["Parameters"]
    assert table["Parameters"] == {
        "CrawlerSchemaSerializerVersion": "1.0",
        "CrawlerSchemaDeserializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": "c",
        "classification": "parquet",
        "compressionType": "none",
        "typeOfData": "file",
        "objectCount": "2",
        "sizeKey": str(2 * len(FLIGHTS)),
        "recordCount": "4",
        "averageRecordSize": str(len(FLIGHTS) // 2),
    }
    assert table["Owner"] == "owner"
    assert table["CreatedBy"] == "arn:aws:sts::123456789012:assumed-role/crawling/AWS-Crawler"


def test_a_csv_table_as_aws_writes_it(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("flights/flights.csv", CSV)
    crawl("flights/")
    table = catalog.get_table("found", "flights")
    parameters = table["Parameters"]
    assert columns(catalog, "flights") == {"day": "bigint", "carrier": "string"}
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    assert parameters["skip.header.line.count"] == "1"
    assert parameters["delimiter"] == ","
    assert parameters["columnsOrdered"] == "true"
    assert parameters["areColumnsQuoted"] == "false"
    size, average = int(parameters["sizeKey"]), int(parameters["averageRecordSize"])
    assert parameters["recordCount"] == str(size // average)


def test_a_json_table_lists_its_paths(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("events/a.json", '{"b": 1, "a": "x"}\n{"b": 2, "a": "y"}\n')
    crawl("events/")
    serde = catalog.get_table("found", "events")["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe"
    assert serde["Parameters"] == {"paths": "a,b"}


def test_named_partitions(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    for month in (1, 2):
        put(f"flights/year=2013/month={month}/run=r{month}/part-0.parquet", FLIGHTS)
    assert crawl("flights/")["PartitionsCreated"] == 2
    assert keys(catalog, "flights") == [("year", "string"), ("month", "string"), ("run", "string")]
    assert values(catalog, "flights") == [["2013", "1", "r1"], ["2013", "2", "r2"]]
    partition = catalog.get_partition("found", "flights", ["2013", "1", "r1"])
    place = partition["StorageDescriptor"]["Location"]
    assert place == "s3://lake/flights/year=2013/month=1/run=r1/"
    assert partition["Parameters"]["recordCount"] == "2"


def test_unnamed_partitions(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    """AWS's own example: folder1/table1/partition1, folder1/table2/partition4."""
    for path in ("table1/partition1", "table1/partition2", "table2/partition4"):
        put(f"folder1/{path}/file.csv", CSV)
    crawl("folder1/")
    assert keys(catalog, "folder1") == [("partition_0", "string"), ("partition_1", "string")]
    assert ["table2", "partition4"] in values(catalog, "folder1")


def test_escaped_and_missing_values(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("t/at=2013-01-01 05%3A00/a.parquet", FLIGHTS)
    put("t/at=/a.parquet", FLIGHTS)
    crawl("t/")
    assert sorted(values(catalog, "t")) == [["2013-01-01 05:00"], ["__HIVE_DEFAULT_PARTITION__"]]


def test_folders_of_different_schemas_are_tables(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("flights/year=2013/a.parquet", FLIGHTS)
    put("flights/year=2014/a.parquet", FLIGHTS)
    put("planes/a.parquet", PLANES)
    crawl()
    assert tables(catalog) == ["flights", "planes"]
    assert keys(catalog, "flights") == [("year", "string")]


def test_the_bucket_is_the_table_when_all_is_alike(
    catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    put("a/x.parquet", FLIGHTS)
    put("b/x.parquet", FLIGHTS)
    crawl()
    assert tables(catalog) == ["lake"]
    assert catalog.get_table("found", "lake")["StorageDescriptor"]["Location"] == "s3://lake/"


def test_most_folders_are_partitions_and_the_odd_one_a_table(
    catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    for month in (1, 2, 3):
        put(f"flights/month={month}/a.parquet", FLIGHTS)
    put("flights/month=4/a.parquet", PLANES)
    crawl("flights/")
    assert tables(catalog) == ["flights", "month_4"]
    assert values(catalog, "flights") == [["1"], ["2"], ["3"]]


def test_half_is_not_most(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/year=2017/a.parquet", FLIGHTS)
    put("d/year=2018/a.parquet", PLANES)
    crawl("d/")
    assert tables(catalog) == ["year_2017", "year_2018"]


def test_files_of_different_schemas_in_one_folder(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/flights.parquet", FLIGHTS)
    put("d/planes.parquet", PLANES)
    crawl("d/")
    assert tables(catalog) == ["flights_parquet", "planes_parquet"]
    table = catalog.get_table("found", "planes_parquet")
    assert table["StorageDescriptor"]["Location"] == "s3://lake/d/planes.parquet"


def test_files_beside_folders_are_tables_of_their_own(
    catalog: Catalog, put: Put, crawl: Crawl
) -> None:
    put("d/all.parquet", FLIGHTS)
    put("d/part/a.parquet", FLIGHTS)
    crawl("d/")
    assert tables(catalog) == ["all_parquet", "part"]


def test_a_target_that_is_one_object(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/flights.csv", CSV)
    put("d/other.csv", CSV)
    crawl("d/flights.csv")
    assert tables(catalog) == ["flights_csv"]


def test_the_table_has_the_columns_of_all_files(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    names = [f"c{i}" for i in range(5)]
    put("d/p=1/a.parquet", parquet(**{name: [1] for name in names}))
    put("d/p=2/a.parquet", parquet(**{name: [1] for name in [*names, "extra"]}))
    crawl("d/")
    assert list(columns(catalog, "d")) == [*names, "extra"]
    partition = catalog.get_partition("found", "d", ["1"])
    assert len(partition["StorageDescriptor"]["Columns"]) == 5


def test_combine_compatible_schemas(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/p=1/a.parquet", FLIGHTS)
    put("d/p=2/a.parquet", PLANES)
    crawl("d/", Configuration=grouping(TableGroupingPolicy="CombineCompatibleSchemas"))
    assert tables(catalog) == ["d"]
    assert set(columns(catalog, "d")) == {"day", "carrier", "tailnum", "seats", "engines"}


def test_table_level(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    for table in ("one", "two"):
        put(f"d/{table}/p=1/a.parquet", FLIGHTS)
    crawl("d/", Configuration=grouping(TableLevelConfiguration=3))
    assert tables(catalog) == ["one", "two"]
    assert keys(catalog, "one") == [("p", "string")]


def test_exclusions(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/a.csv", CSV)
    put("d/notes.txt", "Nothing to see here\n")
    put("d/old/b.csv", CSV)
    crawl("d/", target={"Exclusions": ["*.txt", "old/**"]})
    assert tables(catalog) == ["d"]
    parameters = catalog.get_table("found", "d")["Parameters"]
    assert parameters["objectCount"] == "1"
    assert json.loads(parameters["exclusions"]) == ["s3://lake/d/*.txt", "s3://lake/d/old/**"]


def test_hidden_and_empty_objects_are_no_data(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/part-0.parquet", FLIGHTS)
    for key in ("d/_SUCCESS", "d/_manifest.json", "d/.crc", "d/_temporary/0/x.csv"):
        put(key, '{"rows": 1}')
    put("d/empty.parquet", "")
    crawl("d/")
    assert tables(catalog) == ["d"]
    assert catalog.get_table("found", "d")["Parameters"]["objectCount"] == "1"


def test_a_sample_of_the_files(catalog: Catalog, put: Put, crawl: Crawl, said: list[str]) -> None:
    for number in range(4):
        put(f"d/{number}.parquet", FLIGHTS if number < 2 else "unread")
    crawl("d/", target={"SampleSize": 2})
    assert tables(catalog) == ["d"]
    assert catalog.get_table("found", "d")["Parameters"]["objectCount"] == "4"


def test_what_nobody_recognises(catalog: Catalog, put: Put, crawl: Crawl, said: list[str]) -> None:
    put("d/readme.txt", "Only prose.\n")
    crawl("d/")
    table = catalog.get_table("found", "d")
    assert table["Parameters"]["classification"] == "UNKNOWN"
    assert table["StorageDescriptor"]["Columns"] == []
    assert any("No classifier recognises s3://lake/d/readme.txt" in line for line in said)


def test_nothing_to_crawl(catalog: Catalog, crawl: Crawl, said: list[str]) -> None:
    assert not crawl("nowhere/")
    assert tables(catalog) == []
    assert any("nothing to crawl in s3://lake/nowhere/" in line for line in said)


def test_the_same_name_for_two_places(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("a/data/x.parquet", FLIGHTS)
    put("b/data/x.parquet", FLIGHTS)
    crawl("a/data/")
    crawl("b/data/")
    first, second = tables(catalog)
    assert first == "data"
    assert second.startswith("data_")
    assert len(second) == len("data_") + 32
    assert crawl("b/data/")["TablesCreated"] == 0


def test_a_view_of_that_name_is_left_alone(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    catalog.create_table("found", {"Name": "data", "TableType": "VIRTUAL_VIEW"})
    put("data/x.parquet", FLIGHTS)
    crawl("data/")
    assert catalog.get_table("found", "data")["TableType"] == "VIRTUAL_VIEW"
    assert len(tables(catalog)) == 2


def test_a_broken_file_is_named_and_left_out(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    put("d/a.parquet", FLIGHTS)
    put("d/b.parquet", FLIGHTS[:-20])
    crawl("d/")
    assert tables(catalog) == ["d"]
    assert catalog.get_table("found", "d")["Parameters"]["objectCount"] == "1"
    assert any("s3://lake/d/b.parquet is not a readable Parquet file" in line for line in said)


def test_a_folder_that_broke_keeps_what_the_catalog_says_of_it(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    put("d/p=1/a.parquet", FLIGHTS)
    put("d/p=2/a.parquet", FLIGHTS)
    put("other/a.parquet", PLANES)
    crawl()
    put("d/p=2/a.parquet", FLIGHTS[:-20])
    put("other/a.parquet", PLANES[:-20])
    deletes = {"DeleteBehavior": "DELETE_FROM_DATABASE"}
    crawl(SchemaChangePolicy=deletes)
    assert tables(catalog) == ["d", "other"]
    assert values(catalog, "d") == [["1"], ["2"]]
    assert any("s3://lake/other/ stays in the catalog as it is" in line for line in said)


@pytest.mark.parametrize("behavior", ["CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY"])
def test_a_database_that_is_missing_is_made(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str], behavior: str
) -> None:
    put("d/a.parquet", FLIGHTS)
    for _ in range(2):
        crawl("d/", DatabaseName="New", RecrawlPolicy={"RecrawlBehavior": behavior})
    assert [table["Name"] for table in catalog.get_tables("new")] == ["d"]
    assert said.count("INFO : Created database New") == 1


def test_a_path_without_its_scheme(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/a.parquet", FLIGHTS)
    bare = {"Path": "lake/d"}
    crawl(target=bare)
    put("d/b.txt", "")
    assert crawl(target={**bare, "Exclusions": ["*"]})["TablesUpdated"] == 1
    assert "DEPRECATED_BY_CRAWLER" in catalog.get_table("found", "d")["Parameters"]


def test_what_is_missing_is_named(crawl: Crawl) -> None:
    with pytest.raises(NoSuchBucket):
        crawl(target={"Path": "s3://nowhere/d/"})


def test_more_tables_than_the_threshold(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("d/flights/a.parquet", FLIGHTS)
    put("d/planes/a.parquet", PLANES)
    limit = {"Version": 1.0, "CrawlerOutput": {"Tables": {"TableThreshold": 1}}}
    with pytest.raises(
        InvalidInputException, match="greater than the table threshold value provided: 1"
    ):
        crawl("d/", Configuration=json.dumps(limit))
    assert tables(catalog) == []


def test_a_cancelled_crawl_writes_nothing(platform: Platform, put: Put) -> None:
    put("d/a.parquet", FLIGHTS)
    given = {"Name": "c", "Role": "r", "DatabaseName": "found"}
    targets = {"S3Targets": [{"Path": "s3://lake/d/"}]}
    around = engine.Surroundings(platform.s3, platform.glue, lambda line: None, lambda: True)
    with pytest.raises(engine.Cancelled):
        engine.crawl(checked({**given, "Targets": targets}), around)
    assert tables(platform.glue) == []

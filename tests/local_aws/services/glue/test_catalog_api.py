import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer

KEYS = [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "int"}]


@pytest.fixture
def glue(aws: LocalServer) -> Any:
    return aws.client("glue")


@pytest.fixture
def database(glue: Any) -> str:
    name = f"db_{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": name})
    return name


@pytest.fixture
def table(glue: Any, database: str) -> dict[str, str]:
    """A partitioned table, as the arguments that name it."""
    given = {"Name": "flights", "PartitionKeys": KEYS, "TableType": "EXTERNAL_TABLE"}
    storage = {"Columns": [{"Name": "day", "Type": "int"}], "Location": "s3://lake/flights/"}
    glue.create_table(DatabaseName=database, TableInput={**given, "StorageDescriptor": storage})
    return {"DatabaseName": database, "TableName": "flights"}


def partitions(glue: Any, table: dict[str, str], **options: Any) -> list[list[str]]:
    pages = glue.get_paginator("get_partitions").paginate(**table, **options)
    return [partition["Values"] for page in pages for partition in page["Partitions"]]


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_databases(glue: Any, database: str) -> None:
    assert refusal(glue.create_database, DatabaseInput={"Name": database}) == (
        "AlreadyExistsException",
        f"Database {database} already exists.",
    )
    glue.update_database(Name=database, DatabaseInput={"Name": database, "Description": "Here"})
    found = glue.get_database(Name=database)["Database"]
    assert found["Description"] == "Here"
    assert found["CatalogId"] == "123456789012"
    names = [
        item["Name"]
        for page in glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1})
        for item in page["DatabaseList"]
    ]
    assert database in names
    assert len(names) == len(set(names))
    glue.delete_database(Name=database)
    assert refusal(glue.get_database, Name=database)[0] == "EntityNotFoundException"


def test_tables(glue: Any, database: str) -> None:
    for name in ("flights_2013", "flights_2014", "weather"):
        glue.create_table(DatabaseName=database, TableInput={"Name": name})
    pages = glue.get_paginator("get_tables").paginate(
        DatabaseName=database, Expression="flights*", PaginationConfig={"PageSize": 1}
    )
    assert [t["Name"] for page in pages for t in page["TableList"]] == [
        "flights_2013",
        "flights_2014",
    ]
    table = glue.get_table(DatabaseName=database, Name="weather")["Table"]
    assert table["CreatedBy"].startswith("arn:aws:")
    glue.delete_table(DatabaseName=database, Name="weather")
    assert refusal(glue.get_table, DatabaseName=database, Name="weather") == (
        "EntityNotFoundException",
        "Table weather not found.",
    )
    errors = glue.batch_delete_table(
        DatabaseName=database, TablesToDelete=["flights_2013", "weather"]
    )["Errors"]
    assert [e["TableName"] for e in errors] == ["weather"]
    assert errors[0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert len(glue.get_tables(DatabaseName=database)["TableList"]) == 1


def test_only_names(glue: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    (found,) = glue.get_tables(DatabaseName=database, AttributesToGet=["NAME"])["TableList"]
    assert found == {"Name": "flights", "DatabaseName": database}


def test_a_view_is_a_table(glue: Any, database: str) -> None:
    text = "/* Presto View: eyJ9 */"
    view = {"Name": "delays", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text}
    glue.create_table(DatabaseName=database, TableInput={**view, "Parameters": {"comment": "x"}})
    found = glue.get_table(DatabaseName=database, Name="delays")["Table"]
    assert found["ViewOriginalText"] == text
    assert found["TableType"] == "VIRTUAL_VIEW"


def test_versions(glue: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    for text in ("one", "two"):
        glue.update_table(
            DatabaseName=database, TableInput={"Name": "flights", "Description": text}
        )
    pages = glue.get_paginator("get_table_versions").paginate(
        **table, PaginationConfig={"PageSize": 2}
    )
    versions = [v for page in pages for v in page["TableVersions"]]
    assert [v["VersionId"] for v in versions] == ["2", "1", "0"]
    one = glue.get_table_version(**table, VersionId="1")["TableVersion"]
    assert one["Table"]["Description"] == "one"
    glue.delete_table_version(**table, VersionId="0")
    errors = glue.batch_delete_table_version(**table, VersionIds=["1", "2", "9"])["Errors"]
    assert [e["VersionId"] for e in errors] == ["2", "9"]
    code, _ = refusal(
        glue.update_table, DatabaseName=database, TableInput={"Name": "flights"}, VersionId="1"
    )
    assert code == "ConcurrentModificationException"


def test_skip_archive(glue: Any, table: dict[str, str]) -> None:
    given = {"DatabaseName": table["DatabaseName"], "TableInput": {"Name": "flights"}}
    glue.update_table(**given, SkipArchive=True)
    versions = glue.get_table_versions(**table)["TableVersions"]
    assert [v["VersionId"] for v in versions] == ["1"]


def test_one_partition(glue: Any, table: dict[str, str]) -> None:
    values = ["2013", "3"]
    storage = {"Location": "s3://lake/flights/run=1/"}
    given = {"Values": values, "StorageDescriptor": storage, "Parameters": {"a": "b"}}
    glue.create_partition(**table, PartitionInput=given)
    assert refusal(glue.create_partition, **table, PartitionInput=given)[0] == (
        "AlreadyExistsException"
    )
    storage["Location"] = "s3://lake/flights/run=2/"
    glue.update_partition(**table, PartitionValueList=values, PartitionInput=given)
    found = glue.get_partition(**table, PartitionValues=values)["Partition"]
    assert found["StorageDescriptor"]["Location"] == "s3://lake/flights/run=2/"
    assert found["Parameters"] == {"a": "b"}
    glue.delete_partition(**table, PartitionValues=values)
    assert refusal(glue.get_partition, **table, PartitionValues=values)[0] == (
        "EntityNotFoundException"
    )


def test_many_partitions(glue: Any, table: dict[str, str]) -> None:
    inputs = [{"Values": ["2013", str(month)]} for month in range(1, 13)]
    assert glue.batch_create_partition(**table, PartitionInputList=inputs)["Errors"] == []
    errors = glue.batch_create_partition(**table, PartitionInputList=inputs[:1])["Errors"]
    assert errors[0]["PartitionValues"] == ["2013", "1"]
    assert errors[0]["ErrorDetail"]["ErrorCode"] == "AlreadyExistsException"
    assert len(partitions(glue, table, PaginationConfig={"PageSize": 5})) == 12
    chosen = partitions(glue, table, Expression="year = 2013 AND month BETWEEN 9 AND 11")
    assert sorted(int(month) for _, month in chosen) == [9, 10, 11]
    found = glue.batch_get_partition(
        **table, PartitionsToGet=[{"Values": ["2013", "1"]}, {"Values": ["2014", "1"]}]
    )
    assert [p["Values"] for p in found["Partitions"]] == [["2013", "1"]]
    entries = [{"PartitionValueList": ["2014", "1"], "PartitionInput": {}}]
    errors = glue.batch_update_partition(**table, Entries=entries)["Errors"]
    assert errors[0]["PartitionValueList"] == ["2014", "1"]
    gone = [{"Values": ["2013", "1"]}, {"Values": ["2014", "1"]}]
    errors = glue.batch_delete_partition(**table, PartitionsToDelete=gone)["Errors"]
    assert [e["PartitionValues"] for e in errors] == [["2014", "1"]]


def test_segments_are_all_partitions_once(glue: Any, table: dict[str, str]) -> None:
    inputs = [{"Values": ["2013", str(month)]} for month in range(1, 13)]
    glue.batch_create_partition(**table, PartitionInputList=inputs)
    read = [
        values
        for number in range(3)
        for values in partitions(glue, table, Segment={"SegmentNumber": number, "TotalSegments": 3})
    ]
    assert sorted(read) == sorted(given["Values"] for given in inputs)


def test_partitions_without_columns(glue: Any, table: dict[str, str]) -> None:
    storage = {"Columns": [{"Name": "day", "Type": "int"}], "Location": "s3://a/"}
    glue.create_partition(
        **table, PartitionInput={"Values": ["1", "1"], "StorageDescriptor": storage}
    )
    (found,) = glue.get_partitions(**table, ExcludeColumnSchema=True)["Partitions"]
    assert "Columns" not in found["StorageDescriptor"]
    assert found["StorageDescriptor"]["Location"] == "s3://a/"


def test_refused(glue: Any, table: dict[str, str]) -> None:
    assert refusal(glue.get_partitions, **table, Expression="day = 1") == (
        "InvalidInputException",
        "day is not a partition key; the table's are ['year', 'month']",
    )
    assert refusal(glue.get_partitions, **table, NextToken="forged")[0] == "InvalidInputException"
    code, message = refusal(glue.get_partitions, **table, TransactionId="1")
    assert (code, "TransactionId" in message) == ("InvalidInputException", True)
    code, message = refusal(
        glue.create_database,
        DatabaseInput={"Name": "link", "TargetDatabase": {"DatabaseName": "other"}},
    )
    assert (code, "TargetDatabase" in message) == ("InvalidInputException", True)
    code, message = refusal(glue.get_database, Name=table["DatabaseName"], CatalogId="999999999999")
    assert (code, "999999999999" in message) == ("EntityNotFoundException", True)


def test_what_nobody_made(glue: Any, table: dict[str, str]) -> None:
    assert glue.get_partition_indexes(**table)["PartitionIndexDescriptorList"] == []
    functions = glue.get_user_defined_functions(DatabaseName=table["DatabaseName"], Pattern="*")
    assert functions["UserDefinedFunctions"] == []


def test_tags(glue: Any) -> None:
    name = f"tagged_{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": name}, Tags={"team": "lake", "old": "1"})
    arn = f"arn:aws:glue:us-east-1:123456789012:database/{name}"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"team": "pond"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["old"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "pond"}
    assert refusal(glue.get_tags, ResourceArn=f"{arn}x")[0] == "EntityNotFoundException"


def test_an_operation_that_is_not_there_is_named(glue: Any) -> None:
    code, message = refusal(glue.list_data_quality_rulesets)
    assert (code, "ListDataQualityRulesets" in message) == ("UnknownOperationException", True)

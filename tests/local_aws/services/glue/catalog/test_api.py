"""The catalog's kinds of things beside databases, tables and partitions, through boto3."""

import base64
import datetime as dt
import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer

ACCOUNT = "123456789012"
CATALOG = f"arn:aws:glue:us-east-1:{ACCOUNT}:catalog"
KEYS = [{"Name": "year", "Type": "int"}, {"Name": "site", "Type": "string"}]


@pytest.fixture
def glue(aws: LocalServer) -> Any:
    return aws.client("glue")


@pytest.fixture
def table(glue: Any) -> dict[str, str]:
    """A partitioned table, as the arguments that name it."""
    name = f"db_{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": name})
    storage = {"Columns": [{"Name": "Day", "Type": "int"}], "Location": "s3://lake/flights/"}
    given = {"Name": "flights", "PartitionKeys": KEYS, "StorageDescriptor": storage}
    glue.create_table(DatabaseName=name, TableInput=given)
    return {"DatabaseName": name, "TableName": "flights"}


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_partition_indexes(glue: Any, table: dict[str, str]) -> None:
    for name in ("one", "two", "three"):
        glue.create_partition_index(**table, PartitionIndex={"IndexName": name, "Keys": ["year"]})
    again = {"IndexName": "one", "Keys": ["year"]}
    assert refused(glue.create_partition_index, **table, PartitionIndex=again) == (
        "AlreadyExistsException"
    )
    fourth = {"IndexName": "four", "Keys": ["year"]}
    assert refused(glue.create_partition_index, **table, PartitionIndex=fourth) == (
        "ResourceNumberLimitExceededException"
    )
    glue.delete_partition_index(**table, IndexName="two")
    assert refused(glue.delete_partition_index, **table, IndexName="two") == (
        "EntityNotFoundException"
    )
    for keys in (["day"], ["year", "YEAR"]):
        wrong = {"IndexName": "wrong", "Keys": keys}
        assert refused(glue.create_partition_index, **table, PartitionIndex=wrong) == (
            "InvalidInputException"
        )
    found = glue.get_partition_indexes(**table)["PartitionIndexDescriptorList"]
    assert [index["IndexName"] for index in found] == ["one", "three"]
    assert found[0]["Keys"] == [{"Name": "year", "Type": "int"}]
    assert found[0]["IndexStatus"] == "ACTIVE"


def test_a_table_with_a_wrong_index_is_not_made(glue: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    indexes = [{"IndexName": "one", "Keys": ["year"]}, {"IndexName": "two", "Keys": ["nope"]}]
    made = {"DatabaseName": database, "TableInput": {"Name": "two", "PartitionKeys": KEYS}}
    assert refused(glue.create_table, **made, PartitionIndexes=indexes) == "InvalidInputException"
    assert refused(glue.get_table, DatabaseName=database, Name="two") == "EntityNotFoundException"
    glue.create_table(**made, PartitionIndexes=indexes[:1])
    found = glue.get_partition_indexes(DatabaseName=database, TableName="two")
    assert len(found["PartitionIndexDescriptorList"]) == 1


def statistics(column: str, **data: Any) -> dict[str, Any]:
    kind = data.pop("Type", "LONG")
    figures = {"NumberOfNulls": 1, "NumberOfDistinctValues": 2} | data
    return {
        "ColumnName": column,
        "ColumnType": "int",
        "AnalyzedTime": 1700000000,
        "StatisticsData": {"Type": kind, "LongColumnStatisticsData": figures},
    }


def test_statistics_of_a_table(glue: Any, table: dict[str, str]) -> None:
    given = [
        statistics("day", MaximumValue=31),
        statistics("nope"),
        statistics("year", Type="DATE"),
    ]
    errors = glue.update_column_statistics_for_table(**table, ColumnStatisticsList=given)["Errors"]
    assert [(e["ColumnStatistics"]["ColumnName"], e["Error"]["ErrorCode"]) for e in errors] == [
        ("nope", "EntityNotFoundException"),
        ("year", "InvalidInputException"),
    ]
    found = glue.get_column_statistics_for_table(**table, ColumnNames=["Day", "year"])
    (day,) = found["ColumnStatisticsList"]
    assert day["StatisticsData"]["LongColumnStatisticsData"]["MaximumValue"] == 31
    assert [e["ColumnName"] for e in found["Errors"]] == ["year"]
    glue.delete_column_statistics_for_table(**table, ColumnName="day")
    assert refused(glue.delete_column_statistics_for_table, **table, ColumnName="day") == (
        "EntityNotFoundException"
    )


def test_statistics_keep_a_decimal(glue: Any, table: dict[str, str]) -> None:
    value = {"UnscaledValue": b"\x01\xff", "Scale": 2}
    figures = {"NumberOfNulls": 0, "NumberOfDistinctValues": 1, "MaximumValue": value}
    data = {"Type": "DECIMAL", "DecimalColumnStatisticsData": figures}
    given = statistics("day") | {"StatisticsData": data}
    assert (
        glue.update_column_statistics_for_table(**table, ColumnStatisticsList=[given])["Errors"]
        == []
    )
    (found,) = glue.get_column_statistics_for_table(**table, ColumnNames=["day"])[
        "ColumnStatisticsList"
    ]
    assert found["StatisticsData"]["DecimalColumnStatisticsData"]["MaximumValue"] == value


def test_statistics_of_a_partition_go_where_it_goes(glue: Any, table: dict[str, str]) -> None:
    glue.create_partition(**table, PartitionInput={"Values": ["2013", "a"]})
    old, new = ({"PartitionValues": ["2013", site]} for site in "ab")
    given = [statistics("day")]
    glue.update_column_statistics_for_partition(**table, **old, ColumnStatisticsList=given)
    glue.update_partition(
        **table, PartitionValueList=["2013", "a"], PartitionInput={"Values": ["2013", "b"]}
    )
    asked = {**table, **new, "ColumnNames": ["day"]}
    found = glue.get_column_statistics_for_partition(**asked)
    assert len(found["ColumnStatisticsList"]) == 1
    glue.delete_column_statistics_for_partition(**table, **new, ColumnName="day")
    found = glue.get_column_statistics_for_partition(**asked)
    assert found["ColumnStatisticsList"] == []
    assert (
        refused(glue.get_column_statistics_for_partition, **table, **old, ColumnNames=["day"])
        == "EntityNotFoundException"
    )


def test_functions(glue: Any, table: dict[str, str]) -> None:
    of = {"DatabaseName": table["DatabaseName"]}
    given = {"FunctionName": "Delay", "ClassName": "com.example.Delay", "OwnerType": "USER"}
    glue.create_user_defined_function(**of, FunctionInput=given)
    assert refused(glue.create_user_defined_function, **of, FunctionInput=given) == (
        "AlreadyExistsException"
    )
    glue.update_user_defined_function(
        **of, FunctionName="delay", FunctionInput={**given, "ClassName": "com.example.Late"}
    )
    found = glue.get_user_defined_function(**of, FunctionName="DELAY")["UserDefinedFunction"]
    assert (found["FunctionName"], found["ClassName"]) == ("delay", "com.example.Late")
    listed = glue.get_user_defined_functions(**of, Pattern="del*")["UserDefinedFunctions"]
    assert [function["FunctionName"] for function in listed] == ["delay"]
    assert glue.get_user_defined_functions(**of, Pattern="x*")["UserDefinedFunctions"] == []
    glue.delete_user_defined_function(**of, FunctionName="delay")
    assert refused(glue.delete_user_defined_function, **of, FunctionName="delay") == (
        "EntityNotFoundException"
    )
    assert refused(glue.get_user_defined_functions, DatabaseName="nope", Pattern="*") == (
        "EntityNotFoundException"
    )


def test_connections(glue: Any, aws: LocalServer) -> None:
    name, secret = f"c{uuid.uuid4().hex[:8]}", f"hunter{uuid.uuid4().hex}"
    properties = {"JDBC_CONNECTION_URL": "jdbc:x://y", "USERNAME": "u", "PASSWORD": secret}
    given = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": properties}
    glue.create_connection(ConnectionInput=given, Tags={"team": "lake"})
    assert refused(glue.create_connection, ConnectionInput=given) == "AlreadyExistsException"
    assert refused(glue.get_connection, Name=name) == "InvalidInputException"
    shown = glue.get_connection(Name=name, HidePassword=True)["Connection"]
    assert shown["ConnectionProperties"] == {"JDBC_CONNECTION_URL": "jdbc:x://y", "USERNAME": "u"}
    listed = glue.get_connections(HidePassword=True, Filter={"ConnectionType": "JDBC"})
    assert name in [c["Name"] for c in listed["ConnectionList"]]
    everything = glue.get_paginator("get_connections").paginate().build_full_result()
    assert shown in everything["ConnectionList"]
    arn = f"arn:aws:glue:us-east-1:{ACCOUNT}:connection/{name}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "lake"}
    state = aws.data / "state"
    assert not [f for f in state.glob("glue.sqlite3*") if secret.encode() in f.read_bytes()]
    del properties["PASSWORD"]
    properties["SECRET_ID"] = "lake/warehouse"
    glue.update_connection(Name=name, ConnectionInput=given)
    assert glue.get_connection(Name=name)["Connection"]["ConnectionProperties"] == properties
    gone = glue.batch_delete_connection(ConnectionNameList=[name, "nope"])
    assert (gone["Succeeded"], list(gone["Errors"])) == ([name], ["nope"])
    assert refused(glue.test_connection, ConnectionName=name) == "UnknownOperationException"


def test_the_resource_policy(glue: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "glue:GetTable",
        "Resource": CATALOG,
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert refused(glue.get_resource_policy) == "EntityNotFoundException"
    must = {"PolicyInJson": text, "PolicyExistsCondition": "MUST_EXIST"}
    assert refused(glue.put_resource_policy, **must) == "ConditionCheckFailureException"
    assert refused(glue.put_resource_policy, PolicyInJson="{}") == "InvalidInputException"
    policy_hash = glue.put_resource_policy(PolicyInJson=text)["PolicyHash"]
    try:
        found = glue.get_resource_policy()
        assert (found["PolicyInJson"], found["PolicyHash"]) == (text, policy_hash)
        assert len(glue.get_resource_policies()["GetResourcePoliciesResponseList"]) == 1
        assert refused(glue.delete_resource_policy, PolicyHashCondition="other") == (
            "ConditionCheckFailureException"
        )
    finally:
        glue.delete_resource_policy(PolicyHashCondition=policy_hash)
    assert refused(glue.delete_resource_policy) == "EntityNotFoundException"


def test_search(glue: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    for name in ("customer-link", "xx-link-yy", "xxlinkyy"):
        glue.create_table(DatabaseName=database, TableInput={"Name": name, "Description": "A, b"})
    here = {"Key": "DatabaseName", "Value": f'"{database}"'}

    def names(*filters: dict[str, str], **options: Any) -> list[str]:
        found, token = [], {}
        while True:
            answer = glue.search_tables(Filters=[here, *filters], **options, **token)
            found += [t["Name"] for t in answer["TableList"]]
            if "NextToken" not in answer:
                return found
            token = {"NextToken": answer["NextToken"]}

    assert names({"Key": "Name", "Value": "link"}) == ["customer-link", "xx-link-yy"]
    assert names(SearchText="site") == ["flights"]
    assert names(SearchText='"a, b"', MaxResults=1) == ["customer-link", "xx-link-yy", "xxlinkyy"]
    order = [{"FieldName": "Name", "Sort": "DESC"}]
    assert names(SortCriteria=order, MaxResults=2)[0] == "xxlinkyy"
    later = {"Key": "CreateTime", "Value": "2001-01-01", "Comparator": "GREATER_THAN"}
    assert len(names(later)) == 4
    assert names({**later, "Comparator": "LESS_THAN"}) == []
    assert refused(glue.search_tables, Filters=[{**later, "Value": "soon"}]) == (
        "InvalidInputException"
    )


def test_the_catalog_as_a_whole(glue: Any) -> None:
    assert glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"] is True
    settings = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert settings["EncryptionAtRest"] == {"CatalogEncryptionMode": "DISABLED"}
    assert glue.get_security_configurations()["SecurityConfigurations"] == []
    assert refused(glue.get_security_configuration, Name="x") == "EntityNotFoundException"


def test_limits_of_batches(glue: Any, table: dict[str, str]) -> None:
    inputs = [{"Values": [str(i), "a"]} for i in range(101)]
    code = refused(glue.batch_create_partition, **table, PartitionInputList=inputs)
    assert code == "ValidationException"
    wanted = [{"Values": one["Values"]} for one in inputs[:26]]
    code = refused(glue.batch_delete_partition, **table, PartitionsToDelete=wanted)
    assert code == "ValidationException"


def test_pages_are_whole_while_partitions_come_and_go(glue: Any, table: dict[str, str]) -> None:
    inputs = [{"Values": [str(2000 + i), "a"]} for i in range(10)]
    glue.batch_create_partition(**table, PartitionInputList=inputs)
    first = glue.get_partitions(**table, MaxResults=5)
    glue.delete_partition(**table, PartitionValues=["2004", "a"])
    glue.create_partition(**table, PartitionInput={"Values": ["1999", "a"]})
    rest = glue.get_partitions(**table, NextToken=first["NextToken"])
    assert [p["Values"][0] for p in rest["Partitions"]] == [str(2005 + i) for i in range(5)]
    assert "NextToken" not in rest


def token(key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": key}).encode()).decode()


@pytest.mark.parametrize("forged", ["x", token("nine"), token("9" * 30), token("-1")])
def test_forged_tokens(glue: Any, table: dict[str, str], forged: str) -> None:
    for call, arguments in (
        (glue.get_table_versions, table),
        (glue.search_tables, {}),
        (glue.get_partitions, table),
    ):
        try:
            call(**arguments, NextToken=forged)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidInputException"  # noqa: PT017


@pytest.mark.parametrize(
    "value", ["\x00", "a'b\"c", "é\u2028", "__HIVE_DEFAULT_PARTITION__", "%_*"]
)
def test_odd_values(glue: Any, table: dict[str, str], value: str) -> None:
    values = ["2013", value]
    glue.create_partition(**table, PartitionInput={"Values": values})
    assert glue.get_partition(**table, PartitionValues=values)["Partition"]["Values"] == values
    for expression in ("year = 2013", "site <> 'x' OR site IS NULL"):
        (found,) = glue.get_partitions(**table, Expression=expression)["Partitions"]
        assert found["Values"] == values


def test_versions_that_are_no_numbers(glue: Any, table: dict[str, str]) -> None:
    for version in ("new", "9" * 40, "-1"):
        assert refused(glue.get_table_version, **table, VersionId=version) == (
            "EntityNotFoundException"
        )
        assert refused(glue.delete_table_version, **table, VersionId=version) == (
            "EntityNotFoundException"
        )


def test_a_page_of_partitions_is_what_each_is_alone(glue: Any, table: dict[str, str]) -> None:
    """A page sends what is stored without reading it."""
    moment = dt.datetime(2013, 3, 1, 12, 30, 0, 125000, tzinfo=dt.UTC)
    odd = '","LastAccessTime":{"$time":"2013-03-01T12:30:00+00:00"},"x":"\\\\ \n é ☃ \U0001f600'
    storage = {"Location": odd, "Columns": [{"Name": "a", "Type": "int", "Comment": odd}]}
    given = {
        "Values": ["2013", odd],
        "LastAccessTime": moment,
        "LastAnalyzedTime": moment,
        "StorageDescriptor": {**storage, "Parameters": {"Time": odd}},
        "Parameters": {odd: odd},
    }
    plain = {"Values": ["2014", "a"]}
    for one in (given, plain):
        glue.create_partition(**table, PartitionInput=one)
    page = glue.get_partitions(**table)["Partitions"]
    alone = [
        glue.get_partition(**table, PartitionValues=one["Values"])["Partition"]
        for one in (given, plain)
    ]
    assert page == alone
    assert page[0]["Parameters"] == given["Parameters"]
    assert page[0]["LastAccessTime"] == page[0]["LastAnalyzedTime"] == moment


@pytest.mark.parametrize("name", ["$time", "$bytes"])
def test_a_parameter_with_a_name_that_the_store_uses(
    glue: Any, table: dict[str, str], name: str
) -> None:
    given = {"Values": ["2013", "a"], "Parameters": {name: "at noon"}}
    glue.create_partition(**table, PartitionInput=given)
    alone = glue.get_partition(**table, PartitionValues=given["Values"])["Partition"]
    assert alone["Parameters"] == given["Parameters"]
    assert glue.get_partitions(**table)["Partitions"] == [alone]

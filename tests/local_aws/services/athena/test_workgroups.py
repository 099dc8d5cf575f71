"""Workgroups: settings that are kept, enforced, refused; and what they do to queries."""

import os
import time
import uuid
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries, raw, refused
from tests.local_aws.services.athena.test_api import parquet

REUSE = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}


@pytest.fixture
def group(queries: Queries) -> str:
    """A workgroup that enforces nothing and has no place for results."""
    name = f"wg-{uuid.uuid4().hex[:8]}"
    settings = {"EnforceWorkGroupConfiguration": False}
    queries.athena.create_work_group(Name=name, Configuration=settings)
    return name


def settings_of(queries: Queries, group: str) -> Any:
    return queries.athena.get_work_group(WorkGroup=group)["WorkGroup"]["Configuration"]


def test_primary_is_as_on_a_new_account(queries: Queries) -> None:
    found = queries.athena.get_work_group(WorkGroup="primary")["WorkGroup"]
    assert "Description" not in found  # where it is empty, as on AWS
    assert found["State"] == "ENABLED"
    assert found["Configuration"] == {
        "ResultConfiguration": {},
        "EnforceWorkGroupConfiguration": False,
        "PublishCloudWatchMetricsEnabled": False,
        "RequesterPaysEnabled": False,
        "EnableMinimumEncryptionConfiguration": False,
        "EngineVersion": {
            "SelectedEngineVersion": "AUTO",
            "EffectiveEngineVersion": "Athena engine version 3",
        },
    }
    with pytest.raises(ClientError, match="primary workgroup cannot be deleted"):
        queries.athena.delete_work_group(WorkGroup="primary")


def test_settings_are_kept_changed_and_removed(queries: Queries, group: str) -> None:
    def update(**changes: Any) -> Any:
        queries.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=changes)
        return settings_of(queries, group)

    changed = update(
        BytesScannedCutoffPerQuery=10_000_000,
        RequesterPaysEnabled=True,
        PublishCloudWatchMetricsEnabled=True,
        EngineVersion={"SelectedEngineVersion": "Athena engine version 3"},
        ResultConfigurationUpdates={
            "OutputLocation": queries.place,
            "AclConfiguration": {"S3AclOption": "BUCKET_OWNER_FULL_CONTROL"},
        },
    )
    assert changed["BytesScannedCutoffPerQuery"] == 10_000_000
    assert changed["RequesterPaysEnabled"]
    assert changed["PublishCloudWatchMetricsEnabled"]
    assert changed["EngineVersion"]["SelectedEngineVersion"] == "Athena engine version 3"
    assert changed["ResultConfiguration"]["OutputLocation"] == queries.place
    removed = update(
        RemoveBytesScannedCutoffPerQuery=True,
        ResultConfigurationUpdates={"RemoveOutputLocation": True, "RemoveAclConfiguration": True},
    )
    assert "BytesScannedCutoffPerQuery" not in removed
    assert removed["ResultConfiguration"] == {}
    queries.athena.update_work_group(WorkGroup=group, Description="d", State="DISABLED")
    found = queries.athena.get_work_group(WorkGroup=group)["WorkGroup"]
    assert (found["Description"], found["State"]) == ("d", "DISABLED")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ManagedQueryResultsConfiguration": {"Enabled": True}}, "ManagedQueryResults"),
        ({"EngineVersion": {"SelectedEngineVersion": "PySpark engine version 3"}}, "PySpark"),
        ({"ExecutionRole": "arn:aws:iam::123456789012:role/x"}, "ExecutionRole"),
        (
            {"ResultConfiguration": {"EncryptionConfiguration": {"EncryptionOption": "CSE_KMS"}}},
            "EncryptionOption CSE_KMS",
        ),
    ],
)
def test_what_is_not_supported_is_refused_by_name(
    queries: Queries, changes: dict[str, Any], message: str
) -> None:
    name = f"wg-{uuid.uuid4().hex[:8]}"
    with pytest.raises(ClientError) as caught:
        queries.athena.create_work_group(Name=name, Configuration=changes)
    code, _, told = refused(caught.value)
    assert code == "InvalidRequestException"
    assert message in told
    assert told.endswith("is not supported by local_aws")
    with pytest.raises(ClientError, match="WorkGroup is not found"):
        queries.athena.get_work_group(WorkGroup=name)


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "CreateWorkGroup",
            {"Name": "x", "Configuration": {"BytesScannedCutoffPerQuery": 9_999_999}},
            "Value at 'configuration.bytesScannedCutoffPerQuery' failed to satisfy constraint:"
            " Member must have value greater than or equal to 10000000",
        ),
        (
            "CreateWorkGroup",
            {"Name": "a b"},
            "Value at 'name' failed to satisfy constraint: Member must satisfy regular expression"
            " pattern: [a-zA-Z0-9._-]{1,128}",
        ),
        (
            "UpdateWorkGroup",
            {"WorkGroup": "primary", "State": "ASLEEP"},
            "Value at 'state' failed to satisfy constraint: Member must satisfy enum value set:"
            " [ENABLED, DISABLED]",
        ),
        (
            "ListWorkGroups",
            {"MaxResults": 51},
            "Value at 'maxResults' failed to satisfy constraint: Member must have value less than"
            " or equal to 50",
        ),
        (
            "GetQueryResults",
            {"QueryExecutionId": "x", "NextToken": "", "MaxResults": 0},
            "2 validation errors detected: Value at 'nextToken' failed to satisfy constraint:"
            " Member must have length greater than or equal to 1; Value at 'maxResults' failed to"
            " satisfy constraint: Member must have value greater than or equal to 1",
        ),
    ],
)
def test_requests_are_held_against_the_model(
    server: LocalServer, operation: str, request_: dict[str, Any], message: str
) -> None:
    status, answer = raw(server, operation, request_)
    assert (status, answer["__type"]) == (400, "InvalidRequestException")
    assert answer["AthenaErrorCode"] == answer["ErrorCode"] == "INVALID_INPUT"
    assert message in answer["Message"]


def test_names_are_there_once_and_listed_in_order(queries: Queries, group: str) -> None:
    with pytest.raises(ClientError, match="already created"):
        queries.athena.create_work_group(Name=group)
    names, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = queries.athena.list_work_groups(MaxResults=1, **more)
        names += [one["Name"] for one in page["WorkGroups"]]
        token = page.get("NextToken")
        if token is None:
            break
    assert group in names
    assert names == sorted(names)
    with pytest.raises(ClientError, match="The nextPageToken is malformed: forged"):
        queries.athena.list_work_groups(NextToken="forged")


def test_a_used_group_is_deleted_only_on_purpose(queries: Queries, group: str) -> None:
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/{group}"
    queries.athena.create_prepared_statement(
        StatementName="ps_one", WorkGroup=group, QueryStatement="SELECT 1"
    )
    queries.athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    with pytest.raises(ClientError, match="is not empty"):
        queries.athena.delete_work_group(WorkGroup=group)
    queries.athena.delete_work_group(WorkGroup=group, RecursiveDeleteOption=True)
    queries.athena.create_work_group(Name=group)
    listed = queries.athena.list_prepared_statements(WorkGroup=group)
    assert listed["PreparedStatements"] == []
    assert queries.athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


def test_a_tag_without_a_key_makes_nothing(queries: Queries) -> None:
    for tags in ([{"Value": "v"}], [{"Key": "a", "Value": "b"}, {}]):
        with pytest.raises(ClientError, match=r"InvalidRequestException.*A tag has no Key"):
            queries.athena.create_work_group(Name="keyless", Tags=tags)
    listed = queries.athena.list_work_groups()["WorkGroups"]
    assert "keyless" not in {found["Name"] for found in listed}


def test_tags(queries: Queries, group: str) -> None:
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/{group}"
    tags = [{"Key": f"k{n}", "Value": str(n)} for n in range(3)]
    queries.athena.tag_resource(ResourceARN=arn, Tags=tags)
    queries.athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "k0", "Value": "new"}])
    queries.athena.untag_resource(ResourceARN=arn, TagKeys=["k2", "nope"])
    assert queries.athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [
        {"Key": "k0", "Value": "new"},
        {"Key": "k1", "Value": "1"},
    ]
    for other in (f"{arn}-nope", arn.replace("123456789012", "999999999999")):
        with pytest.raises(ClientError) as caught:
            queries.athena.list_tags_for_resource(ResourceARN=other)
        assert refused(caught.value)[0] == "ResourceNotFoundException"


def test_engine_versions(queries: Queries) -> None:
    found = queries.athena.list_engine_versions()["EngineVersions"]
    assert [one["SelectedEngineVersion"] for one in found] == ["AUTO", "Athena engine version 3"]


# --- what they do to queries


def test_a_group_that_enforces_decides_alone(queries: Queries, group: str) -> None:
    place = f"s3://{queries.bucket}/{group}/"
    own = {"EncryptionOption": "SSE_S3"}
    queries.athena.update_work_group(
        WorkGroup=group,
        ConfigurationUpdates={
            "EnforceWorkGroupConfiguration": True,
            "ResultConfigurationUpdates": {
                "OutputLocation": place,
                "EncryptionConfiguration": own,
                "AclConfiguration": {"S3AclOption": "BUCKET_OWNER_FULL_CONTROL"},
            },
        },
    )
    asked = {
        "OutputLocation": queries.place,
        "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": "nope"},
    }
    found = queries.run("SELECT 1", WorkGroup=group, ResultConfiguration=asked)
    assert found["Status"]["State"] == "SUCCEEDED"
    told = found["ResultConfiguration"]
    assert told["OutputLocation"].startswith(place)
    assert told["EncryptionConfiguration"] == own
    assert told["AclConfiguration"] == {"S3AclOption": "BUCKET_OWNER_FULL_CONTROL"}


def test_a_group_that_does_not_enforce_fills_in(queries: Queries, group: str) -> None:
    place = f"s3://{queries.bucket}/{group}/"
    updates = {"ResultConfigurationUpdates": {"OutputLocation": place}}
    queries.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=updates)
    for asked, begins in (({}, place), ({"OutputLocation": queries.place}, queries.place)):
        found = queries.run("SELECT 1", WorkGroup=group, ResultConfiguration=asked)
        assert found["ResultConfiguration"]["OutputLocation"].startswith(begins)


def test_a_disabled_group_starts_nothing(queries: Queries, group: str) -> None:
    queries.athena.update_work_group(WorkGroup=group, State="DISABLED")
    with pytest.raises(ClientError, match=f"WorkGroup {group} is disabled"):
        queries.start("SELECT 1", WorkGroup=group)


def test_the_cutoff_cancels(queries: Queries, group: str, database: str) -> None:
    noise = pa.array([os.urandom(1000) for _ in range(11_000)])
    key = f"{database}/noise/a.parquet"
    queries.s3.put_object(Bucket=queries.bucket, Key=key, Body=parquet(n=noise, id=range(11_000)))
    context = {"QueryExecutionContext": {"Database": database}}
    made = queries.run(
        "CREATE EXTERNAL TABLE noise (n binary, id bigint) STORED AS PARQUET"
        f" LOCATION 's3://{queries.bucket}/{database}/noise/'",
        **context,
    )
    assert made["Status"]["State"] == "SUCCEEDED", made["Status"]
    queries.athena.update_work_group(
        WorkGroup=group, ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000}
    )
    stopped = queries.run("SELECT max(n) FROM noise", WorkGroup=group, **context)["Status"]
    assert stopped["State"] == "CANCELLED"
    assert stopped["StateChangeReason"] == "Query cancelled! : Bytes scanned limit was exceeded"
    small = queries.run("SELECT max(id) FROM noise", WorkGroup=group, **context)
    assert small["Status"]["State"] == "SUCCEEDED"


# --- reuse


def reused(queries: Queries, sql: str, **options: Any) -> bool:
    found = queries.run(sql, **({"ResultReuseConfiguration": REUSE} | options))
    assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
    if found["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]:
        assert found["Statistics"]["DataScannedInBytes"] == 0
        assert queries.is_there(found["ResultConfiguration"]["OutputLocation"] + ".metadata")
        return True
    return False


def test_an_answer_is_reused_where_everything_is_the_same(
    queries: Queries, group: str, database: str
) -> None:
    context = {"QueryExecutionContext": {"Database": database}}
    sql = f"SELECT count(*), '{uuid.uuid4()}' FROM t"
    assert not reused(queries, sql, **context)
    assert reused(queries, sql, **context)
    assert reused(queries, f"-- said otherwise\n{sql} ;", **context) is False
    assert not reused(queries, sql, WorkGroup=group, **context)
    other = {"OutputLocation": f"{queries.place}other/"}
    assert not reused(queries, sql, ResultConfiguration=other, **context)
    off = {"ResultReuseByAgeConfiguration": {"Enabled": False}}
    assert not reused(queries, sql, ResultReuseConfiguration=off, **context)
    now = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 0}}
    assert not reused(queries, sql, ResultReuseConfiguration=now, **context)


def test_parameters_are_part_of_the_question(queries: Queries) -> None:
    sql = f"SELECT ?, '{uuid.uuid4()}'"
    assert not reused(queries, sql, ExecutionParameters=["1"])
    assert not reused(queries, sql, ExecutionParameters=["2"])
    assert reused(queries, sql, ExecutionParameters=["1"])


def test_an_answer_that_was_reused_grows_no_younger(queries: Queries) -> None:
    sql = f"SELECT '{uuid.uuid4()}'"
    first = queries.run(sql)
    assert reused(queries, sql)
    time.sleep(0.05)
    queries.s3.delete_object(
        Bucket=queries.bucket,
        Key=first["ResultConfiguration"]["OutputLocation"].partition(f"{queries.bucket}/")[2],
    )
    # The copy is there, but it is the query that was worked for that counts.
    assert not reused(queries, sql)


def test_an_answer_of_a_table_that_is_gone_or_changed_is_not_reused(
    queries: Queries, database: str
) -> None:
    context = {"QueryExecutionContext": {"Database": database}}
    sql = f"SELECT *, '{uuid.uuid4()}' AS once FROM changing"
    place = f"LOCATION 's3://{queries.bucket}/{database}/changing/'"
    queries.run(f"CREATE EXTERNAL TABLE changing (a int) {place}", **context)
    assert not reused(queries, sql, **context)
    assert reused(queries, sql, **context)
    queries.run("ALTER TABLE changing ADD COLUMNS (b string)", **context)
    assert not reused(queries, sql, **context)
    queries.run("DROP TABLE changing", **context)
    failed = queries.run(sql, ResultReuseConfiguration=REUSE, **context)["Status"]
    assert failed["State"] == "FAILED"

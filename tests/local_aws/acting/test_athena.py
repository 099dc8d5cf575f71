"""Queries have the rights of who started them, and fail in AWS's words where one is missing."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.acting.conftest import Lake, Statement, without
from tests.local_aws.conftest import Person, allow, policy


def enough(lake: Lake) -> list[Statement]:
    """What a SELECT needs."""
    return [
        allow(["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"]),
        allow(["glue:GetTable"], lake.table_arns),
        allow(["s3:GetBucketLocation"], lake.arn),
        allow(["s3:GetObject"], [f"{lake.arn}/data/*", f"{lake.arn}/results/*"]),
        allow(["s3:PutObject"], f"{lake.arn}/results/*"),
        allow(["s3:ListBucket"], lake.arn, Condition={"StringLike": {"s3:prefix": ["data/*"]}}),
    ]


def ask(person: Person, lake: Lake, sql: str) -> dict[str, Any]:
    """The query's end."""
    athena = person.client("athena")
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": lake.database},
        ResultConfiguration={"OutputLocation": f"s3://{lake.bucket}/results/"},
    )["QueryExecutionId"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return found
        time.sleep(0.02)
    raise AssertionError("the query did not end")


def reason(person: Person, lake: Lake, sql: str = "SELECT * FROM t") -> str:
    found = ask(person, lake, sql)
    assert found["Status"]["State"] == "FAILED", found
    return str(found["Status"]["StateChangeReason"])


def test_a_role_that_is_enough(lake: Lake, session: Any) -> None:
    person = session(*enough(lake))
    found = ask(person, lake, "SELECT * FROM t ORDER BY i")
    assert found["Status"]["State"] == "SUCCEEDED", found
    answer = person.client("athena").get_query_results(QueryExecutionId=found["QueryExecutionId"])
    assert [row["Data"][1]["VarCharValue"] for row in answer["ResultSet"]["Rows"][1:]] == [
        "one",
        "two",
    ]


def test_a_table_that_may_not_be_looked_up(lake: Lake, session: Any) -> None:
    person = session(*without(enough(lake), "glue:GetTable"))
    assert reason(person, lake) == (
        f"Insufficient permissions to execute the query. User: {person.arn} is not authorized to"
        f" perform: glue:GetTable on resource: {lake.glue_arn('catalog')} because no identity-based"
        " policy allows the glue:GetTable action"
    )


def test_data_that_may_not_be_listed_or_read(lake: Lake, session: Any) -> None:
    listing = reason(session(*without(enough(lake), "s3:ListBucket")), lake)
    assert listing == f"Permission denied on S3 path: s3://{lake.bucket}/data/t/"
    reading = reason(session(*without(enough(lake), "s3:GetObject")), lake)
    assert reading == f"Permission denied on S3 path: s3://{lake.bucket}/data/t/a.csv"


def test_an_answer_that_may_not_be_written(lake: Lake, session: Any) -> None:
    told = reason(session(*without(enough(lake), "s3:PutObject")), lake, "SELECT 1")
    assert told.startswith(f"Access denied when writing output to url: s3://{lake.bucket}/results/")
    assert told.endswith(
        ".csv . Please ensure you are allowed to access the S3 bucket. If you are encrypting query"
        " results with KMS key, please ensure you are allowed to access your KMS key"
    )


def test_an_answer_that_may_not_be_read(lake: Lake, session: Any) -> None:
    statements = enough(lake)
    statements[3]["Resource"] = f"{lake.arn}/data/*"
    person = session(*statements)
    found = ask(person, lake, "SELECT * FROM t")
    assert found["Status"]["State"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="You do not seem to have access to the S3 location"):
        person.client("athena").get_query_results(QueryExecutionId=found["QueryExecutionId"])


def test_a_bucket_that_may_not_be_located(lake: Lake, session: Any) -> None:
    person = session(*without(enough(lake), "s3:GetBucketLocation"))
    with pytest.raises(ClientError, match="Unable to verify/create output bucket"):
        ask(person, lake, "SELECT 1")


def test_a_view_of_the_catalog_by_ddl(lake: Lake, session: Any) -> None:
    """Hive's words have the catalog's code."""
    person = session(*enough(lake))
    told = reason(person, lake, f"CREATE DATABASE {lake.database}_new")
    assert (
        f"is not authorized to perform: glue:CreateDatabase on resource: {lake.glue_arn('')}"
        in told
    )
    assert "Error Code: AccessDeniedException" in told


def test_metadata_is_the_catalogs(lake: Lake, session: Any) -> None:
    """The calls of Athena for tables ask Glue as the caller."""
    person = session(allow("athena:GetTableMetadata"))
    table = {"CatalogName": "AwsDataCatalog", "DatabaseName": lake.database, "TableName": "t"}
    with pytest.raises(ClientError, match="not authorized to perform: glue:GetTable "):
        person.client("athena").get_table_metadata(**table)


def test_only_what_athena_asks_for_on_the_callers_behalf(lake: Lake, session: Any) -> None:
    """aws:CalledVia: the same data, and not by the role itself."""
    statements = enough(lake)
    for one in statements[1:]:
        via = {"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}
        one["Condition"] = one.get("Condition", {}) | via
    person = session(*statements)
    assert ask(person, lake, "SELECT * FROM t")["Status"]["State"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="AccessDenied"):
        person.client("s3").get_object(Bucket=lake.bucket, Key="data/t/a.csv")


def test_a_bucket_policy_denies(lake: Lake, session: Any) -> None:
    person = session(*enough(lake))
    denies = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{lake.arn}/data/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    lake.server.client("s3").put_bucket_policy(Bucket=lake.bucket, Policy=policy(denies))
    assert reason(person, lake) == f"Permission denied on S3 path: s3://{lake.bucket}/data/t/a.csv"


KEYS = ["kms:Decrypt", "kms:GenerateDataKey"]


def test_a_table_and_an_answer_under_a_key(lake: Lake, lake_key: str, session: Any) -> None:
    through = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    keys = allow(KEYS, lake_key, Condition=through)
    found = ask(session(*enough(lake), keys), lake, "SELECT * FROM t")
    assert found["Status"]["State"] == "SUCCEEDED", found
    told = reason(session(*without([*enough(lake), keys], "kms:Decrypt")), lake)
    assert told == f"Permission denied on S3 path: s3://{lake.bucket}/data/t/a.csv"
    told = reason(session(*without([*enough(lake), keys], "kms:GenerateDataKey")), lake)
    assert told.startswith("Access denied when writing output to url: ")


def test_a_table_made_of_a_query(lake: Lake, session: Any) -> None:
    """Files, their manifest, the table and its partitions are the caller's to make."""
    create = ["glue:GetDatabase", "glue:CreateTable", "glue:BatchCreatePartition"]
    more = [allow(create, lake.table_arns), allow(["s3:ListBucket"], lake.arn)]
    more.append(allow(["s3:PutObject"], f"{lake.arn}/made/*"))
    sql = (
        f"CREATE TABLE {{}} WITH (external_location = 's3://{lake.bucket}/made/{{}}/',"
        " partitioned_by = ARRAY['s']) AS SELECT * FROM t"
    )
    found = ask(session(*enough(lake), *more), lake, sql.format("a", "a"))
    assert found["Status"]["State"] == "SUCCEEDED", found
    lacks = [one for one in more if one["Resource"] != f"{lake.arn}/made/*"]
    told = reason(session(*enough(lake), *lacks), lake, sql.format("b", "b"))
    assert told.startswith(f"Permission denied on S3 path: s3://{lake.bucket}/made/b/s=")
    lacks = without([*enough(lake), *more], "glue:BatchCreatePartition")
    told = reason(session(*lacks), lake, sql.format("c", "c"))
    assert "is not authorized to perform: glue:BatchCreatePartition" in told

"""A crawl in its crawler's role: one permission less, and it fails or leaves out, as on AWS."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.acting.conftest import ACCOUNT, Lake, Statement, without
from tests.local_aws.conftest import allow, policy


def enough(lake: Lake) -> list[Statement]:
    """What a first crawl of a folder without partitions needs."""
    logs = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws-glue/crawlers:*"
    tables = ["Table", "Tables", "Database"]
    return [
        allow(["glue:CreateTable"], lake.table_arns),
        allow([f"glue:Get{name}" for name in tables], lake.table_arns),
        allow(["s3:ListBucket"], lake.arn),
        allow(["s3:GetObject"], f"{lake.arn}/data/*"),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], logs),
    ]


def crawl(lake: Lake, role: str, folder: str = "data/t/") -> dict[str, Any]:
    """LastCrawl of a new crawler."""
    glue, name = lake.server.client("glue"), f"{lake.database}-{role[-8:]}"
    glue.create_crawler(
        Name=name,
        Role=role,
        DatabaseName=lake.database,
        TablePrefix="found_",
        Targets={"S3Targets": [{"Path": f"s3://{lake.bucket}/{folder}"}]},
    )
    glue.start_crawler(Name=name)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = glue.get_crawler(Name=name)["Crawler"]
        if found["State"] == "READY":
            return dict(found["LastCrawl"])
        time.sleep(0.05)
    raise AssertionError("the crawl did not end")


def tables(lake: Lake) -> list[str]:
    found = lake.server.client("glue").get_tables(DatabaseName=lake.database)
    return [table["Name"] for table in found["TableList"]]


def test_a_role_that_is_enough(lake: Lake, role_of: Any) -> None:
    last = crawl(lake, role_of("glue", *enough(lake), path="/service-role/"))
    assert (last["Status"], tables(lake)) == ("SUCCEEDED", ["found_t", "t"]), last


def test_partitions_are_looked_up_and_made_in_batches(lake: Lake, role_of: Any) -> None:
    of_partitions = ("BatchGetPartition", "BatchCreatePartition")
    of_index = ("GetPartitionIndexes", "CreatePartitionIndex")
    more = allow([f"glue:{name}" for name in (*of_partitions, *of_index)], lake.table_arns)
    last = crawl(lake, role_of("glue", *enough(lake), more), "data/")
    assert (last["Status"], tables(lake)) == ("SUCCEEDED", ["found_data", "t"]), last
    less = without([*enough(lake), more], "glue:BatchGetPartition")
    lake.server.client("glue").delete_table(DatabaseName=lake.database, Name="found_data")
    last = crawl(lake, role_of("glue", *less), "data/")
    assert "perform: glue:BatchGetPartition on" in last["ErrorMessage"]


def test_a_role_that_nobody_made_is_the_account(lake: Lake) -> None:
    assert crawl(lake, "nobody-made-it")["Status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", '"arn:aws:s3:::{bucket}"'),
        ("glue:CreateTable", "arn:aws:glue:us-east-1:123456789012:catalog"),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/aws-glue/crawlers:"),
    ],
)
def test_one_permission_less(lake: Lake, role_of: Any, action: str, resource: str) -> None:
    last = crawl(lake, role_of("glue", *without(enough(lake), action)))
    assert last["Status"] == "FAILED"
    assert last["ErrorMessage"].startswith(
        f"Service Principal: glue.amazonaws.com is not authorized to perform: {action} on resource:"
        f" {resource.format(bucket=lake.bucket)}"
    )
    assert last["ErrorMessage"].endswith(
        f"because no identity-based policy allows the {action} action"
    )
    assert tables(lake) == ["t"]


def test_files_that_may_not_be_read_are_left_out(lake: Lake, role_of: Any) -> None:
    """Nothing is made of them, and the crawl says so in its log alone."""
    last = crawl(lake, role_of("glue", *without(enough(lake), "s3:GetObject")))
    assert (last["Status"], tables(lake)) == ("SUCCEEDED", ["t"])
    events = lake.server.client("logs").get_log_events(
        logGroupName=last["LogGroup"], logStreamName=last["LogStream"]
    )["events"]
    wanted = "ERROR : Service Principal: glue.amazonaws.com is not authorized to perform: s3:GetObj"
    assert any(wanted in event["message"] for event in events)


def test_a_role_that_does_not_trust_glue(lake: Lake, role_of: Any) -> None:
    with pytest.raises(ClientError, match="Service is unable to assume provided role"):
        crawl(lake, role_of("databrew"))


def test_a_role_whose_trust_changed(lake: Lake, role_of: Any) -> None:
    """What a crawler was made with may be another's when it runs."""
    role = role_of("glue", *enough(lake))
    iam, name = lake.server.client("iam"), role.rpartition("/")[2]
    glue = lake.server.client("glue")
    crawl(lake, role)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "glue.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}},
    }
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(trust))
    crawler = f"{lake.database}-{role[-8:]}"
    glue.start_crawler(Name=crawler)
    while (found := glue.get_crawler(Name=crawler)["Crawler"])["State"] != "READY":
        time.sleep(0.05)
    assert found["LastCrawl"]["ErrorMessage"].startswith("Service is unable to assume provided")

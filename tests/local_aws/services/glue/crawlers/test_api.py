"""Crawlers through boto3, against a running server."""

import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.glue.crawlers.conftest import FLIGHTS


class Lake:
    """A bucket and a database of a test's own."""

    def __init__(self, aws: LocalServer) -> None:
        self.glue: Any = aws.client("glue")
        self.s3: Any = aws.client("s3")
        self.name = f"crawl-{uuid.uuid4().hex[:8]}"
        self.database = self.name.replace("-", "_")
        self.s3.create_bucket(Bucket=self.name)
        self.glue.create_database(DatabaseInput={"Name": self.database})

    def put(self, key: str, data: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=data)

    def create(self, path: str = "", **members: Any) -> str:
        name = f"crawler-{uuid.uuid4().hex[:8]}"
        targets = {"S3Targets": [{"Path": f"s3://{self.name}/{path}"}]}
        given = {"Role": "crawling", "DatabaseName": self.database, "Targets": targets}
        self.glue.create_crawler(Name=name, **{**given, **members})
        return name

    def crawler(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.glue.get_crawler(Name=name)["Crawler"]
        return found

    def run(self, name: str) -> dict[str, Any]:
        """The crawler's LastCrawl."""
        self.glue.start_crawler(Name=name)
        deadline = time.monotonic() + 30
        while self.crawler(name)["State"] != "READY" and time.monotonic() < deadline:
            time.sleep(0.02)
        last: dict[str, Any] = self.crawler(name)["LastCrawl"]
        return last


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    code: str = error.value.response["Error"]["Code"]
    return code


def test_a_crawl(lake: Lake, aws: LocalServer) -> None:
    for month in (1, 2):
        lake.put(f"flights/year=2013/month={month}/run=a{month}/part-0.parquet", FLIGHTS)
    name = lake.create("flights/")
    last = lake.run(name)
    assert last["Status"] == "SUCCEEDED"
    assert (last["LogGroup"], last["LogStream"]) == ("/aws-glue/crawlers", name)
    table = lake.glue.get_table(DatabaseName=lake.database, Name="flights")["Table"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month", "run"]
    metrics = lake.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    assert (metrics["TablesCreated"], metrics["StillEstimating"]) == (1, False)
    assert metrics["LastRuntimeSeconds"] == metrics["MedianRuntimeSeconds"] > 0
    events = aws.client("logs").get_log_events(
        logGroupName=last["LogGroup"], logStreamName=last["LogStream"], startFromHead=True
    )["events"]
    assert all(last["MessagePrefix"] in event["message"] for event in events)
    assert "Running Start Crawl" in events[0]["message"]


def test_a_crawl_that_fails_says_why(lake: Lake) -> None:
    name = lake.create("d/", DatabaseName="nowhere")
    last = lake.run(name)
    assert last["Status"] == "FAILED"
    assert "Database nowhere not found" in last["ErrorMessage"]
    (crawl,) = lake.glue.list_crawls(CrawlerName=name)["Crawls"]
    assert (crawl["State"], crawl["ErrorMessage"]) == ("FAILED", last["ErrorMessage"])


def test_a_crawler_as_it_was_defined(lake: Lake) -> None:
    name = lake.create("d/", TablePrefix="p_", Description="Reads", Tags={"team": "lake"})
    crawler = lake.crawler(name)
    assert crawler["Targets"]["S3Targets"] == [{"Path": f"s3://{lake.name}/d/", "Exclusions": []}]
    assert (crawler["State"], crawler["TablePrefix"], crawler["Version"]) == ("READY", "p_", 1)
    assert (crawler["Role"], crawler["CrawlElapsedTime"]) == ("crawling", 0)
    assert "LastCrawl" not in crawler
    arn = f"arn:aws:glue:us-east-1:123456789012:crawler/{name}"
    assert lake.glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "lake"}
    assert (
        refusal(
            lake.glue.create_crawler,
            Name=name,
            Role="r",
            DatabaseName="d",
            Targets={"S3Targets": [{"Path": "s3://a/"}]},
        )
        == "AlreadyExistsException"
    )


def test_update_crawler(lake: Lake) -> None:
    name = lake.create("d/", TablePrefix="p_")
    lake.run(name)
    lake.glue.update_crawler(Name=name, Description="Changed")
    crawler = lake.crawler(name)
    assert (crawler["Description"], crawler["TablePrefix"]) == ("Changed", "p_")
    assert (crawler["Version"], crawler["LastCrawl"]["Status"]) == (2, "SUCCEEDED")
    assert refusal(lake.glue.update_crawler, Name=name, Schedule="cron(* * * * ? *)") == (
        "InvalidInputException"
    )


def test_lists_of_crawlers(lake: Lake) -> None:
    tag = {"set": lake.name}
    names = sorted(lake.create("d/", Tags=tag) for _ in range(3))
    pages = lake.glue.get_paginator("get_crawlers").paginate(PaginationConfig={"PageSize": 2})
    assert set(names) <= {c["Name"] for page in pages for c in page["Crawlers"]}
    first = lake.glue.list_crawlers(Tags=tag, MaxResults=2)
    second = lake.glue.list_crawlers(Tags=tag, MaxResults=2, NextToken=first["NextToken"])
    assert first["CrawlerNames"] + second["CrawlerNames"] == names
    found = lake.glue.batch_get_crawlers(CrawlerNames=[names[0], "nobody"])
    assert [crawler["Name"] for crawler in found["Crawlers"]] == names[:1]
    assert found["CrawlersNotFound"] == ["nobody"]


def test_delete_crawler(lake: Lake) -> None:
    name = lake.create("d/")
    lake.glue.delete_crawler(Name=name)
    assert refusal(lake.glue.get_crawler, Name=name) == "EntityNotFoundException"
    assert refusal(lake.glue.delete_crawler, Name=name) == "EntityNotFoundException"
    assert refusal(lake.glue.start_crawler, Name=name) == "EntityNotFoundException"


def test_running_and_stopping(lake: Lake, aws: LocalServer) -> None:
    """Enough files that a crawl takes longer than the calls of this test."""
    folder = aws.data / "s3" / lake.name / "slow"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number}.parquet").write_bytes(FLIGHTS)
    name = lake.create("slow/")
    assert refusal(lake.glue.stop_crawler, Name=name) == "CrawlerNotRunningException"
    lake.glue.start_crawler(Name=name)
    assert lake.crawler(name)["State"] == "RUNNING"
    assert refusal(lake.glue.start_crawler, Name=name) == "CrawlerRunningException"
    assert refusal(lake.glue.delete_crawler, Name=name) == "CrawlerRunningException"
    lake.glue.stop_crawler(Name=name)
    deadline = time.monotonic() + 30
    while lake.crawler(name)["State"] != "READY" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert lake.crawler(name)["LastCrawl"]["Status"] == "CANCELLED"
    assert lake.glue.list_crawls(CrawlerName=name)["Crawls"][0]["State"] == "STOPPED"


def test_history(lake: Lake) -> None:
    name = lake.create("d/")
    for _ in range(3):
        lake.run(name)
    first = lake.glue.list_crawls(CrawlerName=name, MaxResults=2)
    second = lake.glue.list_crawls(CrawlerName=name, MaxResults=2, NextToken=first["NextToken"])
    crawls = first["Crawls"] + second["Crawls"]
    assert len({crawl["CrawlId"] for crawl in crawls}) == 3
    starts = [crawl["StartTime"] for crawl in crawls]
    assert starts == sorted(starts, reverse=True)
    wanted = [{"FieldName": "STATE", "FilterOperator": "EQ", "FieldValue": "COMPLETED"}]
    assert len(lake.glue.list_crawls(CrawlerName=name, Filters=wanted)["Crawls"]) == 3
    wanted[0]["FieldValue"] = "FAILED"
    assert lake.glue.list_crawls(CrawlerName=name, Filters=wanted)["Crawls"] == []

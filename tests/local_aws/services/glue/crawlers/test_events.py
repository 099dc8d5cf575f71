"""Crawls that S3's events lead, through a bucket's notifications and a queue."""

import json
import time
import uuid
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.glue.conftest import parquet
from tests.local_aws.services.glue.crawlers.conftest import FLIGHTS, PLANES
from tests.local_aws.services.glue.crawlers.test_api import Lake, log


class Watched(Lake):
    """A lake whose changes go to a queue, with a crawler that reads it."""

    def __init__(self, aws: LocalServer) -> None:
        super().__init__(aws)
        self.aws = aws
        self.sqs: Any = aws.client("sqs")
        self.url, arn = self.queue()
        self.dead, dead_arn = self.queue()
        told = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
        self.s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"QueueConfigurations": [told]}
        )
        target = {"Path": f"s3://{self.name}/d/", "EventQueueArn": arn}
        self.crawler_name = self.create(
            Targets={"S3Targets": [{**target, "DlqEventQueueArn": dead_arn}]},
            RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"},
            SchemaChangePolicy={
                "UpdateBehavior": "UPDATE_IN_DATABASE",
                "DeleteBehavior": "DELETE_FROM_DATABASE",
            },
        )

    def queue(self) -> tuple[str, str]:
        url = self.sqs.create_queue(QueueName=f"crawl-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"

    def waiting(self, url: str) -> int:
        """The messages that wait in a queue, and those that a crawl has taken."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def crawled(self, events: int) -> list[str]:
        """The log of a crawl, which begins when so many messages are there."""
        deadline = time.monotonic() + 30
        while self.waiting(self.url) < events and time.monotonic() < deadline:
            time.sleep(0.02)
        last = self.run(self.crawler_name)
        assert last["Status"] == "SUCCEEDED", last
        return log(self.aws, last)

    def tables(self) -> list[str]:
        found = self.glue.get_tables(DatabaseName=self.database)["TableList"]
        return [table["Name"] for table in found]

    def partitions(self, table: str) -> list[list[str]]:
        found = self.glue.get_partitions(DatabaseName=self.database, TableName=table)
        return [partition["Values"] for partition in found["Partitions"]]


@pytest.fixture
def watched(aws: LocalServer) -> Watched:
    """After its first crawl, which listed all."""
    lake = Watched(aws)
    for month in (1, 2):
        lake.put(f"d/flights/month={month}/a.parquet", FLIGHTS)
    lake.put("d/planes/a.parquet", PLANES)
    lines = lake.crawled(events=4)
    assert "INFO : The crawl is not running in S3 event mode." in lines
    assert lake.tables() == ["flights", "planes"]
    return lake


def test_folders_that_changed(watched: Watched) -> None:
    more = parquet(day=[1], carrier=["AA"], gate=["B2"])
    watched.put("d/flights/month=3/a b+c.parquet", more)
    watched.put("d/weather/a.parquet", parquet(hour=[1], temp=[2.5], wind=[3.5]))
    watched.put("elsewhere/a.parquet", FLIGHTS)
    # An engine writes files past S3's calls, so no event tells of this one.
    unseen = watched.aws.data / "s3" / watched.name / "d" / "flights" / "month=4"
    unseen.mkdir()
    (unseen / "a.parquet").write_bytes(FLIGHTS)
    lines = watched.crawled(events=7)
    assert "INFO : The crawl is running by consuming Amazon S3 events." in lines
    assert watched.tables() == ["flights", "planes", "weather"]
    assert watched.partitions("flights") == [["1"], ["2"], ["3"]]
    table = watched.glue.get_table(DatabaseName=watched.database, Name="flights")["Table"]
    names = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
    assert names == ["day", "carrier", "gate"]
    assert table["Parameters"]["objectCount"] == "2"  # as the listing found, which saw all
    assert watched.waiting(watched.url) == 0


def test_folders_that_were_emptied(watched: Watched) -> None:
    for key in ("d/flights/month=1/a.parquet", "d/planes/a.parquet"):
        watched.s3.delete_object(Bucket=watched.name, Key=key)
    watched.crawled(events=6)
    assert watched.tables() == ["flights"]
    assert watched.partitions("flights") == [["2"]]


def test_no_event_is_no_change(watched: Watched) -> None:
    watched.crawled(events=0)
    before = watched.glue.get_tables(DatabaseName=watched.database)["TableList"]
    watched.crawled(events=0)
    assert watched.glue.get_tables(DatabaseName=watched.database)["TableList"] == before


def test_messages_that_are_no_events(watched: Watched) -> None:
    bodies = ["no JSON", "[]", '{"Records": [{}]}', '{"Message": 5}']
    for body in bodies:
        watched.sqs.send_message(QueueUrl=watched.url, MessageBody=body)
    watched.put("d/flights/month=3/a.parquet", FLIGHTS)
    lines = watched.crawled(events=9)
    assert sum("is no event of S3" in line for line in lines) == len(bodies)
    assert watched.partitions("flights") == [["1"], ["2"], ["3"]]
    assert (watched.waiting(watched.url), watched.waiting(watched.dead)) == (0, len(bodies))


def test_events_by_way_of_a_topic(watched: Watched) -> None:
    record = {"s3": {"bucket": {"name": watched.name}, "object": {"key": "d/planes/a.parquet"}}}
    inner = json.dumps({"Records": [record]})
    watched.sqs.send_message(QueueUrl=watched.url, MessageBody=json.dumps({"Message": inner}))
    watched.s3.delete_object(Bucket=watched.name, Key="d/planes/a.parquet")
    assert not any("no event" in line for line in watched.crawled(events=6))
    assert watched.tables() == ["flights"]


def test_another_format_is_left_out(watched: Watched) -> None:
    key = "d/flights/month={}/a.csv"
    watched.put(key.format(3), b"day,carrier\n1,AA\n2,B6\n")
    lines = watched.crawled(events=5)  # with those of the files that were there
    assert any("month=3 does not fit the table that it is in" in line for line in lines)
    watched.put(key.format(4), b"day,carrier\n1,AA\n2,B6\n")
    lines = watched.crawled(events=1)
    assert any("is of another format than table flights" in line for line in lines)
    assert watched.partitions("flights") == [["1"], ["2"]]


def test_what_is_log_stays_log(watched: Watched) -> None:
    log_only = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    watched.glue.update_crawler(Name=watched.crawler_name, SchemaChangePolicy=log_only)
    watched.crawled(events=4)
    watched.put("d/flights/month=3/a.parquet", parquet(day=[1], carrier=["AA"], gate=["B2"]))
    watched.crawled(events=5)
    table = watched.glue.get_table(DatabaseName=watched.database, Name="flights")["Table"]
    assert len(table["StorageDescriptor"]["Columns"]) == 2
    assert watched.partitions("flights") == [["1"], ["2"], ["3"]]


def test_a_changed_crawler_lists_again(watched: Watched) -> None:
    watched.glue.update_crawler(Name=watched.crawler_name, Description="Changed")
    assert "INFO : The crawl is not running in S3 event mode." in watched.crawled(events=0)


def test_a_queue_that_is_gone(watched: Watched) -> None:
    watched.sqs.delete_queue(QueueUrl=watched.url)
    last = watched.run(watched.crawler_name)
    assert last["Status"] == "FAILED"
    assert "does not exist" in last["ErrorMessage"]

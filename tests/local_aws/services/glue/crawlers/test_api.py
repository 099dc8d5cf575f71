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
    name = lake.create(Targets={"S3Targets": [{"Path": "s3://no-such-bucket-here/d/"}]})
    last = lake.run(name)
    assert last["Status"] == "FAILED"
    assert "bucket does not exist" in last["ErrorMessage"]
    (crawl,) = lake.glue.list_crawls(CrawlerName=name)["Crawls"]
    assert (crawl["State"], crawl["ErrorMessage"]) == ("FAILED", last["ErrorMessage"])


def test_a_path_without_its_scheme_and_a_database_that_is_not_there(lake: Lake) -> None:
    lake.put("d/p=1/a.parquet", FLIGHTS)
    database = f"{lake.database}_new"
    bare = [{"Path": f"{lake.name}/d"}]
    name = lake.create(DatabaseName=database, Targets={"S3Targets": bare})
    assert lake.run(name)["Status"] == "SUCCEEDED"
    assert lake.crawler(name)["Targets"]["S3Targets"] == [{**bare[0], "Exclusions": []}]
    table = {"DatabaseName": database, "TableName": "d"}
    (partition,) = lake.glue.get_partitions(**table)["Partitions"]
    assert partition["StorageDescriptor"]["Location"] == f"s3://{lake.name}/d/p=1/"


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        ({}, [("crawler_partition_index", ["year", "month"], "ACTIVE")]),
        ({"Configuration": '{"Version": 1.0, "CreatePartitionIndex": false}'}, []),
    ],
)
def test_the_index_of_a_tables_partitions(
    lake: Lake, configuration: dict[str, str], found: list[Any]
) -> None:
    lake.put("d/year=2013/month=1/a.parquet", FLIGHTS)
    name = lake.create("d/", **configuration)
    for _ in range(2):
        assert lake.run(name)["Status"] == "SUCCEEDED"
    answer = lake.glue.get_partition_indexes(DatabaseName=lake.database, TableName="d")
    assert [
        (index["IndexName"], [key["Name"] for key in index["Keys"]], index["IndexStatus"])
        for index in answer["PartitionIndexDescriptorList"]
    ] == found


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
    """One file under so many names that a crawl takes far longer than the calls of this test."""
    folder = aws.data / "s3" / lake.name / "slow"
    folder.mkdir()
    (folder / "0.csv").write_bytes(b"a,b\n" + b"1.5,x\n" * 150_000)
    for number in range(1, 500):
        (folder / f"{number}.csv").hardlink_to(folder / "0.csv")
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


@pytest.fixture
def classifier(aws: LocalServer) -> str:
    return f"classifier-{uuid.uuid4().hex[:8]}"


def test_a_crawl_with_custom_classifiers(lake: Lake, classifier: str) -> None:
    lake.put("d/a.txt", b"mon^'x^y'\ntue^'z'\n")
    given = {"Name": classifier, "Delimiter": "^", "QuoteSymbol": "'", "Header": ["Day", "What"]}
    lake.glue.create_classifier(CsvClassifier={**given, "ContainsHeader": "ABSENT"})
    name = lake.create("d/", Classifiers=[classifier])
    assert lake.crawler(name)["Classifiers"] == [classifier]
    assert lake.run(name)["Status"] == "SUCCEEDED"
    table = lake.glue.get_table(DatabaseName=lake.database, Name="d")["Table"]
    storage = table["StorageDescriptor"]
    assert [column["Name"] for column in storage["Columns"]] == ["day", "what"]
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
        "Parameters": {"quoteChar": "'", "separatorChar": "^"},
    }
    assert table["Parameters"]["areColumnsQuoted"] == "true"
    lake.glue.delete_classifier(Name=classifier)
    last = lake.run(name)
    assert (last["Status"], last["ErrorMessage"]) == (
        "FAILED",
        f"Classifier {classifier} not found.",
    )


def test_a_crawl_with_a_json_path(lake: Lake, classifier: str) -> None:
    lake.put("d/a.json", b'{"Records": [{"Id": 1}, {"Id": 2}]}')
    lake.glue.create_classifier(JsonClassifier={"Name": classifier, "JsonPath": "$.Records[*]"})
    lake.run(lake.create("d/", Classifiers=[classifier]))
    table = lake.glue.get_table(DatabaseName=lake.database, Name="d")["Table"]
    assert table["Parameters"]["jsonPath"] == "$.Records[*]"
    assert table["StorageDescriptor"]["SerdeInfo"]["Parameters"] == {"paths": "Id"}
    assert table["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "int"}]


def test_the_life_of_a_classifier(lake: Lake, classifier: str) -> None:
    glue = lake.glue
    whole = {
        "Name": classifier,
        "Delimiter": "|",
        "QuoteSymbol": "'",
        "ContainsHeader": "PRESENT",
        "Header": ["a", "b"],
        "DisableValueTrimming": False,
        "AllowSingleColumn": True,
        "CustomDatatypeConfigured": True,
        "CustomDatatypes": ["LONG", "STRING"],
        "Serde": "LazySimpleSerDe",
    }
    glue.create_classifier(CsvClassifier=whole)
    found = glue.get_classifier(Name=classifier)["Classifier"]["CsvClassifier"]
    assert {name: found[name] for name in whole} == whole
    assert found["Version"] == 1
    assert found["CreationTime"] == found["LastUpdated"]
    glue.update_classifier(CsvClassifier={"Name": classifier, "Delimiter": ";"})
    found = glue.get_classifier(Name=classifier)["Classifier"]["CsvClassifier"]
    assert (found["Delimiter"], found["Header"], found["Version"]) == (";", ["a", "b"], 2)
    names = [
        next(iter(one.values()))["Name"]
        for page in glue.get_paginator("get_classifiers").paginate(PaginationConfig={"PageSize": 1})
        for one in page["Classifiers"]
    ]
    assert classifier in names
    assert len(set(names)) == len(names)
    taken = refusal(glue.create_classifier, CsvClassifier={"Name": classifier})
    assert taken == "AlreadyExistsException"
    other = {"Name": classifier, "JsonPath": "$"}
    assert refusal(glue.update_classifier, JsonClassifier=other) == "InvalidInputException"
    glue.delete_classifier(Name=classifier)
    for call in (glue.get_classifier, glue.delete_classifier):
        assert refusal(call, Name=classifier) == "EntityNotFoundException"
    missing = refusal(glue.update_classifier, CsvClassifier={"Name": classifier})
    assert missing == "EntityNotFoundException"


@pytest.mark.parametrize(
    ("kind", "members", "named"),
    [
        ("GrokClassifier", {"Classification": "x", "GrokPattern": "%{INT}"}, "GrokClassifier"),
        ("XMLClassifier", {"Classification": "x", "RowTag": "row"}, "XMLClassifier"),
        ("CsvClassifier", {"Header": ["a", "A"]}, "twice"),
        ("CsvClassifier", {"Delimiter": "'", "QuoteSymbol": "'"}, "QuoteSymbol"),
        ("CsvClassifier", {"CustomDatatypes": ["VARIANT"]}, "VARIANT"),
        ("JsonClassifier", {"JsonPath": "$..a"}, "$..a"),
    ],
)
def test_classifiers_that_are_refused(
    lake: Lake, classifier: str, kind: str, members: dict[str, Any], named: str
) -> None:
    with pytest.raises(ClientError, match="InvalidInputException") as error:
        lake.glue.create_classifier(**{kind: {"Name": classifier, **members}})
    assert named in error.value.response["Error"]["Message"]


def test_a_crawler_of_an_unknown_classifier(lake: Lake) -> None:
    assert refusal(lake.create, path="d/", Classifiers=["nobody"]) == "InvalidInputException"


def test_schedules(lake: Lake) -> None:
    daily, hourly = "cron(0 3 * * ? *)", "cron(0 * * * ? *)"
    name = lake.create("d/", Schedule=daily)
    assert lake.crawler(name)["Schedule"] == {"ScheduleExpression": daily, "State": "SCHEDULED"}
    lake.glue.stop_crawler_schedule(CrawlerName=name)
    assert lake.crawler(name)["Schedule"]["State"] == "NOT_SCHEDULED"
    stopped = refusal(lake.glue.stop_crawler_schedule, CrawlerName=name)
    assert stopped == "SchedulerNotRunningException"
    lake.glue.update_crawler_schedule(CrawlerName=name, Schedule=hourly)
    assert lake.crawler(name)["Schedule"] == {"ScheduleExpression": hourly, "State": "SCHEDULED"}
    running = refusal(lake.glue.start_crawler_schedule, CrawlerName=name)
    assert running == "SchedulerRunningException"
    lake.glue.delete_crawler(Name=name)
    gone = refusal(lake.glue.start_crawler_schedule, CrawlerName=name)
    assert gone == "EntityNotFoundException"
    bare = lake.create("d/")
    none = refusal(lake.glue.start_crawler_schedule, CrawlerName=bare)
    assert none == "NoScheduleException"


def log(aws: LocalServer, last: dict[str, Any]) -> list[str]:
    """The lines of a crawl, without its prefix."""
    events = aws.client("logs").get_log_events(
        logGroupName=last["LogGroup"], logStreamName=last["LogStream"], startFromHead=True
    )["events"]
    prefix = f"[{last['MessagePrefix']}] "
    return [e["message"].removeprefix(prefix) for e in events if e["message"].startswith(prefix)]


def test_the_lines_of_a_log_are_awss(lake: Lake, aws: LocalServer) -> None:
    lake.put("flights/year=2013/a.parquet", FLIGHTS)
    name = lake.create("flights/")
    last = lake.run(name)
    policy = '{"UpdateBehavior":"UPDATE_IN_DATABASE","DeleteBehavior":"DEPRECATE_IN_DATABASE"}'
    assert log(aws, last) == [
        f"BENCHMARK : Running Start Crawl for Crawler {name}",
        f"BENCHMARK : Classification complete, writing results to database {lake.database}",
        f"INFO : Crawler configured with SchemaChangePolicy {policy}.",
        f"INFO : Created table flights in database {lake.database}",
        "BENCHMARK : Finished writing to Catalog",
        "INFO : Run Summary For PARTITION:",
        "INFO : ADD: 1",
        "INFO : Run Summary For TABLE:",
        "INFO : ADD: 1",
        "BENCHMARK : Crawler has finished running and is in state READY",
    ]


@pytest.mark.parametrize(
    ("field", "operator", "value", "found"),
    [
        ("CRAWL_ID", "EQ", "{id}", 1),
        ("CRAWL_ID", "NE", "{id}", 1),
        ("STATE", "EQ", "COMPLETED", 2),
        ("STATE", "NE", "COMPLETED", 0),
        ("START_TIME", "GT", "{before}", 2),
        ("START_TIME", "LT", "{before}", 0),
        ("END_TIME", "GE", "{before}", 2),
        ("END_TIME", "LE", "{before}", 0),
        ("DPU_HOUR", "LE", "0", 2),
        ("DPU_HOUR", "GT", "0.5", 0),
    ],
)
def test_filters_of_the_history(
    twice: tuple[Lake, str, str], field: str, operator: str, value: str, found: int
) -> None:
    lake, name, identity = twice
    text = value.format(id=identity, before=1_000_000_000_000)
    filters = [{"FieldName": field, "FilterOperator": operator, "FieldValue": text}]
    assert len(lake.glue.list_crawls(CrawlerName=name, Filters=filters)["Crawls"]) == found


@pytest.fixture(scope="module")
def twice(server: LocalServer) -> tuple[Lake, str, str]:
    """A crawler that ran twice, and the id of one of the crawls."""
    lake = Lake(server)
    name = lake.create("d/")
    for _ in range(2):
        lake.run(name)
    return lake, name, lake.glue.list_crawls(CrawlerName=name)["Crawls"][0]["CrawlId"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"FieldName": "START_TIME", "FieldValue": "yesterday"},
        {"FieldName": "START_TIME", "FieldValue": "9" * 40},
        {"FieldName": "DPU_HOUR", "FieldValue": "many"},
        {"FieldName": "STATE"},
        {"FieldValue": "COMPLETED"},
    ],
)
def test_filters_that_say_nothing(twice: tuple[Lake, str, str], wanted: dict[str, str]) -> None:
    lake, name, _ = twice
    code = refusal(lake.glue.list_crawls, CrawlerName=name, Filters=[wanted])
    assert code == "InvalidInputException"

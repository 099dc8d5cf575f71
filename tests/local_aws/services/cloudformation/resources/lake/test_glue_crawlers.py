"""AWS::Glue::Crawler and AWS::Glue::Classifier."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import Resource, Stack

ROLE = "arn:aws:iam::123456789012:role/crawler"
CRAWLER = "AWS::Glue::Crawler"
CLASSIFIER = "AWS::Glue::Classifier"


@pytest.fixture
def bucket(aws: LocalServer, name: str) -> Iterator[str]:
    aws.client("s3").create_bucket(Bucket=name)
    yield name
    for stored in aws.client("s3").list_objects_v2(Bucket=name).get("Contents", []):
        aws.client("s3").delete_object(Bucket=name, Key=stored["Key"])
    aws.client("s3").delete_bucket(Bucket=name)


@pytest.fixture
def smallest(bucket: str) -> dict[str, Any]:
    """As little as a crawler can be made of."""
    return {
        "Name": bucket,
        "Role": ROLE,
        "DatabaseName": "found",
        "Targets": {"S3Targets": [{"Path": f"s3://{bucket}/raw/"}]},
    }


def shown(aws: LocalServer, name: str) -> dict[str, Any]:
    crawler: dict[str, Any] = aws.client("glue").get_crawler(Name=name)["Crawler"]
    times = ("CreationTime", "LastUpdated", "Version")
    return {k: v for k, v in crawler.items() if k not in times}


def test_a_crawler_is_made_as_the_template_says(
    aws: LocalServer, resource: Stack, smallest: dict[str, Any]
) -> None:
    crawler = resource(CRAWLER, env="dev")
    given = smallest | {
        "Description": "finds tables",
        "Schedule": {"ScheduleExpression": "cron(0 3 * * ? *)"},
        "TablePrefix": "raw_",
        "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
        "Configuration": '{"Version":1.0,"CreatePartitionIndex":false}',
        "Tags": {"team": "data"},
    }
    assert crawler.create(**given).physical_id == smallest["Name"]
    found = shown(aws, smallest["Name"])
    assert found["Schedule"] == {
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "State": "SCHEDULED",
    }
    assert (found["TablePrefix"], found["Description"]) == ("raw_", "finds tables")
    arn = f"arn:aws:glue:us-east-1:123456789012:crawler/{smallest['Name']}"
    tags = aws.client("glue").get_tags(ResourceArn=arn)["Tags"]
    assert tags == {"team": "data", "env": "dev"}
    read = crawler.read()
    assert {k: read[k] for k in given if k != "Targets"} == {
        k: v for k, v in given.items() if k != "Targets"
    }
    assert read["Targets"]["S3Targets"][0]["Path"] == f"s3://{smallest['Name']}/raw/"
    crawler.delete()


def test_what_an_update_leaves_out_goes_back_to_the_default(
    aws: LocalServer, resource: Stack, smallest: dict[str, Any]
) -> None:
    crawler, fresh = resource(CRAWLER), resource(CRAWLER)
    crawler.create(
        **smallest,
        Description="x",
        Schedule={"ScheduleExpression": "cron(0 3 * * ? *)"},
        TablePrefix="raw_",
        SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"},
        Configuration='{"Version":1.0,"CreatePartitionIndex":false}',
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVERYTHING"},
        Tags={"a": "1", "b": "1"},
    )
    crawler.update(**smallest, Tags={"b": "2"})
    name = smallest["Name"]
    fresh.create(**smallest | {"Name": f"{name}f"})

    def without_blanks(found: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in found.items() if v and k != "Name"}

    assert without_blanks(shown(aws, name)) == without_blanks(shown(aws, f"{name}f"))
    read = crawler.read()
    assert read["Tags"] == {"b": "2"}
    for one in (crawler, fresh):
        one.delete()


def test_an_update_to_new_folders_only_logs(
    aws: LocalServer, resource: Stack, smallest: dict[str, Any]
) -> None:
    crawler = resource(CRAWLER)
    crawler.create(**smallest)
    crawler.update(**smallest, RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    policy = shown(aws, smallest["Name"])["SchemaChangePolicy"]
    assert set(policy.values()) == {"LOG"}
    crawler.delete()


def test_a_crawler_that_runs_is_ended_and_deleted(
    aws: LocalServer, resource: Stack, smallest: dict[str, Any]
) -> None:
    crawler = resource(CRAWLER)
    crawler.create(**smallest)
    aws.client("glue").start_crawler(Name=smallest["Name"])
    crawler.delete()
    assert crawler.identify() is None
    crawler.delete()


def test_a_crawler_of_databases_is_refused_beforehand(resource: Stack) -> None:
    refuses = resource(CRAWLER).handler.refuses
    assert {"Targets.JdbcTargets", "Targets.S3Targets.ConnectionName"} <= refuses
    assert "CrawlerSecurityConfiguration" not in resource(CRAWLER).handler.takes


def classifier(aws: LocalServer, name: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("glue").get_classifier(Name=name)["Classifier"]
    return found


@pytest.fixture
def semicolons(resource: Stack, name: str) -> Iterator[Resource]:
    made = resource(CLASSIFIER)
    made.create(
        CsvClassifier={
            "Name": name,
            "Delimiter": ";",
            "ContainsHeader": "PRESENT",
            "CustomDatatypeConfigured": "true",
            "ContainsCustomDatatype": ["INT", "STRING"],
        }
    )
    yield made
    made.delete()


def test_a_classifiers_types_by_their_other_name(
    aws: LocalServer, semicolons: Resource, name: str
) -> None:
    found = classifier(aws, name)["CsvClassifier"]
    assert found["CustomDatatypes"] == ["INT", "STRING"]
    read = semicolons.read()
    assert read["CsvClassifier"]["ContainsCustomDatatype"] == ["INT", "STRING"]
    assert set(read["CsvClassifier"]) == set(semicolons.before["CsvClassifier"])


def test_a_classifier_keeps_nothing_that_a_template_dropped(
    aws: LocalServer, semicolons: Resource, name: str
) -> None:
    semicolons.update(CsvClassifier={"Name": name, "ContainsHeader": "ABSENT"})
    found = classifier(aws, name)["CsvClassifier"]
    assert "Delimiter" not in found
    assert found["ContainsHeader"] == "ABSENT"
    semicolons.update(CsvClassifier={"Name": name, "ContainsHeader": "ABSENT", "Delimiter": "|"})
    assert classifier(aws, name)["CsvClassifier"]["Delimiter"] == "|"
    assert classifier(aws, name)["CsvClassifier"]["Version"] == 2


def test_a_classifier_that_cannot_be_made_anew_stays(
    aws: LocalServer, semicolons: Resource, name: str
) -> None:
    before = semicolons.before
    with pytest.raises(ClientError, match="QuoteSymbol"):
        semicolons.update(CsvClassifier={"Name": name, "Delimiter": "|", "QuoteSymbol": "|"})
    assert classifier(aws, name)["CsvClassifier"]["Delimiter"] == ";"
    semicolons.update(**before)
    assert semicolons.read()["CsvClassifier"]["Delimiter"] == ";"


def test_a_classifier_of_json_without_a_name(aws: LocalServer, resource: Stack) -> None:
    records = resource(CLASSIFIER)
    made = records.create(JsonClassifier={"JsonPath": "$[*]"})
    assert classifier(aws, made.physical_id)["JsonClassifier"]["JsonPath"] == "$[*]"
    records.delete()
    records.delete()
    assert records.identify() is None


def test_a_classifier_of_nothing_is_refused_by_glue(resource: Stack) -> None:
    with pytest.raises(ClientError, match="Exactly one of"):
        resource(CLASSIFIER).create()

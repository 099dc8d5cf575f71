import json
from typing import Any

import pytest

from local_aws.services.glue.crawlers.settings import Options, checked, read_options
from local_aws.services.glue.errors import InvalidInputException

PATH = [{"Path": "s3://lake/flights/"}]
CATALOG = [{"DatabaseName": "d", "Tables": ["t"]}]
QUEUED = {**PATH[0], "EventQueueArn": "arn:aws:sqs:us-east-1:123456789012:events"}
EVENTS = {"RecrawlBehavior": "CRAWL_EVENT_MODE"}
CRAWLER = {"Name": "c", "Role": "r", "DatabaseName": "d", "Targets": {"S3Targets": PATH}}


def test_defaults() -> None:
    made = checked(CRAWLER)
    assert made["SchemaChangePolicy"] == {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    }
    assert made["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert made["Targets"]["S3Targets"] == [{"Path": "s3://lake/flights/", "Exclusions": []}]
    assert made["Targets"]["JdbcTargets"] == []


def test_new_folders_only_forces_log() -> None:
    only_new = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}}
    log = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    assert checked({**CRAWLER, **only_new})["SchemaChangePolicy"] == log
    change = {"SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE"}}
    with pytest.raises(InvalidInputException, match="can only be LOG"):
        checked({**CRAWLER, **only_new, **change})


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"Targets": {"JdbcTargets": [{"ConnectionName": "x"}]}}, "JdbcTargets"),
        ({"Targets": {"DynamoDBTargets": [{"Path": "t"}]}}, "DynamoDBTargets"),
        ({"Targets": {"DeltaTargets": [{}]}}, "DeltaTargets"),
        ({"Targets": {"IcebergTargets": [{}]}}, "IcebergTargets"),
        ({"Targets": {}}, "S3Targets"),
        ({"Targets": {"S3Targets": [{"Path": "/tmp/x"}]}}, "'/tmp/x'"),
        ({"Targets": {"S3Targets": [{**PATH[0], "ConnectionName": "vpc"}]}}, "ConnectionName"),
        ({"RecrawlPolicy": EVENTS, "Targets": {"S3Targets": [QUEUED, QUEUED]}}, "one S3Target"),
        (
            {"RecrawlPolicy": EVENTS, "Targets": {"S3Targets": [{**QUEUED, "SampleSize": 1}]}},
            "SampleSize",
        ),
        (
            {"RecrawlPolicy": EVENTS, "Targets": {"CatalogTargets": CATALOG}},
            "CRAWL_EVENT_MODE of CatalogTargets",
        ),
        ({"Schedule": "rate(5 minutes)"}, "rate(5 minutes)"),
        ({"CrawlerSecurityConfiguration": "x"}, "CrawlerSecurityConfiguration"),
        ({"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVENT_MODE"}}, "CRAWL_EVENT_MODE"),
        ({"LineageConfiguration": {"CrawlerLineageSettings": "ENABLE"}}, "Lineage"),
        (
            {"LakeFormationConfiguration": {"UseLakeFormationCredentials": True}},
            "UseLakeFormationCredentials",
        ),
        ({"Targets": {"S3Targets": [{**PATH[0], "SampleSize": 250}]}}, "250"),
        ({"Targets": {"S3Targets": PATH, "CatalogTargets": CATALOG}}, "not both"),
        ({"Targets": {"CatalogTargets": CATALOG}}, "DEPRECATE_IN_DATABASE"),
        ({"Configuration": "[1]"}, "not a JSON object"),
        ({"Configuration": '{"Grouping": {"TableLevelConfiguration": "2"}}'}, "'2'"),
        ({"Configuration": '{"Sampling": {"Rows": 5}}'}, "Sampling.Rows"),
        ({"DatabaseName": ""}, "DatabaseName"),
        ({"Configuration": "{"}, "not JSON"),
        ({"Configuration": '{"Version": 2.0}'}, "Version"),
        ({"Configuration": '{"Grouping": {"TableGroupingPolicy": "All"}}'}, "All"),
    ],
)
def test_refused_by_name(members: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInputException) as refusal:
        checked({**CRAWLER, **members})
    assert named in refusal.value.message


def test_options() -> None:
    text = json.dumps(
        {
            "Version": 1.0,
            "CrawlerOutput": {
                "Partitions": {"AddOrUpdateBehavior": "InheritFromTable"},
                "Tables": {"AddOrUpdateBehavior": "MergeNewColumns", "TableThreshold": 3},
            },
            "Grouping": {
                "TableGroupingPolicy": "CombineCompatibleSchemas",
                "TableLevelConfiguration": 2,
            },
            "CreatePartitionIndex": False,
        }
    )
    assert read_options(text) == Options(True, True, True, 2, 3, False)
    assert read_options(None) == Options()

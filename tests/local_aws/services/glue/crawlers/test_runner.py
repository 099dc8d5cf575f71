"""What is left of a crawl when its server is killed."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from local_aws.context import Platform
from local_aws.services.glue.crawlers.api import CrawlersApi
from local_aws.services.glue.crawlers.model import KILLED, LOG_GROUP
from local_aws.services.glue.crawlers.settings import NEW_FOLDERS
from local_aws.services.glue.errors import (
    CrawlerRunningException,
    CrawlerStoppingException,
    InvalidInputException,
)
from local_aws.services.logs.model import Window

CRAWLER = {
    "Name": "c",
    "Role": "r",
    "DatabaseName": "found",
    "Targets": {"S3Targets": [{"Path": "s3://lake/d/"}]},
}


@pytest.fixture
def killed(platform: Platform) -> Platform:
    """The state that a server leaves which was killed during a crawl."""
    api = CrawlersApi(platform)
    api.create_crawler(CRAWLER)
    api.crawlers.begin("c")
    return platform


def test_a_killed_crawl_has_failed_and_the_crawler_is_ready(killed: Platform) -> None:
    api = CrawlersApi(killed)
    with pytest.raises(CrawlerRunningException):
        api.start_crawler({"Name": "c"})
    api.start()
    crawler = api.get_crawler({"Name": "c"})["Crawler"]
    assert crawler["State"] == "READY"
    assert crawler["LastCrawl"]["Status"] == "FAILED"
    assert crawler["LastCrawl"]["ErrorMessage"] == KILLED
    (crawl,) = api.list_crawls({"CrawlerName": "c"})["Crawls"]
    assert crawl["State"] == "FAILED"
    (event,) = killed.logs.events(LOG_GROUP, ["c"], Window())
    assert KILLED in event["message"]


def test_a_crawl_that_was_being_stopped(killed: Platform) -> None:
    api = CrawlersApi(killed)
    api.stop_crawler({"Name": "c"})
    assert api.get_crawler({"Name": "c"})["Crawler"]["State"] == "STOPPING"
    with pytest.raises(CrawlerStoppingException):
        api.stop_crawler({"Name": "c"})
    api.start()
    assert api.get_crawler({"Name": "c"})["Crawler"]["State"] == "READY"


def test_a_start_without_leftovers_changes_nothing(platform: Platform) -> None:
    api = CrawlersApi(platform)
    api.create_crawler(CRAWLER)
    api.start()
    assert "LastCrawl" not in api.get_crawler({"Name": "c"})["Crawler"]


def test_the_metrics_of_a_crawl_that_runs(platform: Platform) -> None:
    api = CrawlersApi(platform)
    api.create_crawler(CRAWLER)

    def estimate() -> tuple[bool, bool]:
        (found,) = api.get_crawler_metrics({})["CrawlerMetricsList"]
        return found["StillEstimating"], found["TimeLeftSeconds"] > 0

    assert estimate() == (False, False)
    api.crawlers.begin("c")
    assert estimate() == (True, False)
    api.crawlers.end("c", "COMPLETED", Counter())
    assert estimate() == (False, False)
    api.crawlers.begin("c")
    assert estimate()[0] is False


def test_targets_of_new_folders_cannot_change(platform: Platform) -> None:
    api = CrawlersApi(platform)
    api.create_crawler({**CRAWLER, "RecrawlPolicy": {"RecrawlBehavior": NEW_FOLDERS}})
    other = {"S3Targets": [{"Path": "s3://lake/other/"}]}
    with pytest.raises(InvalidInputException, match="targets of a crawler"):
        api.update_crawler({"Name": "c", "Targets": other})
    api.update_crawler({"Name": "c", "RecrawlPolicy": {}, "Targets": other})


def test_schedules_survive_a_kill(platform: Platform) -> None:
    """A server that starts anew follows them, and makes up for nothing."""
    hourly = "cron(0 * * * ? *)"
    CrawlersApi(platform).create_crawler({**CRAWLER, "Schedule": hourly})
    api = CrawlersApi(platform)
    assert api.crawlers.schedules() == {"c": hourly}
    api.crawls.scheduler.turn(datetime.now(UTC) + timedelta(hours=30))
    assert api.list_crawls({"CrawlerName": "c"})["Crawls"] == []

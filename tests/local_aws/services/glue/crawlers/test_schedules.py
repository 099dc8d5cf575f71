"""When schedules fire, told the time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_aws.context import Platform
from local_aws.schedules.scheduler import Scheduler
from local_aws.services.glue.crawlers.api import CrawlersApi
from local_aws.services.glue.crawlers.errors import (
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from local_aws.services.glue.crawlers.model import LOG_GROUP
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException
from local_aws.services.logs.model import Window
from tests.local_aws.services.glue.crawlers.test_runner import CRAWLER

HOURLY = "cron(0 * * * ? *)"
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def fired() -> list[str]:
    return []


@pytest.fixture
def schedules() -> dict[str, str]:
    return {"c": HOURLY}


@pytest.fixture
def scheduler(schedules: dict[str, str], fired: list[str]) -> Scheduler:
    made = Scheduler(lambda: dict(schedules), fired.append)
    made.turn(NOON + MINUTE)
    return made


def test_it_fires_when_it_is_time(scheduler: Scheduler, fired: list[str]) -> None:
    scheduler.turn(NOON + HOUR - MINUTE)
    assert fired == []
    scheduler.turn(NOON + HOUR)
    assert fired == ["c"]
    scheduler.turn(NOON + HOUR)
    assert fired == ["c"]


def test_nothing_fires_at_a_start(scheduler: Scheduler, fired: list[str]) -> None:
    assert fired == []


def test_what_was_missed_fires_once(scheduler: Scheduler, fired: list[str]) -> None:
    scheduler.turn(NOON + 30 * HOUR)
    scheduler.turn(NOON + 30 * HOUR + MINUTE)
    assert fired == ["c"]


def test_it_sleeps_until_it_is_time_but_a_minute_at_most(scheduler: Scheduler) -> None:
    assert scheduler.turn(NOON + HOUR - timedelta(seconds=20)) == 20
    assert scheduler.turn(NOON + HOUR + MINUTE) == 60


def test_schedules_that_change(
    scheduler: Scheduler, schedules: dict[str, str], fired: list[str]
) -> None:
    schedules["c"] = "cron(30 * * * ? *)"
    scheduler.turn(NOON + 2 * MINUTE)
    scheduler.turn(NOON + 30 * MINUTE)
    assert fired == ["c"]
    del schedules["c"]
    scheduler.turn(NOON + 2 * HOUR)
    schedules["c"] = HOURLY
    scheduler.turn(NOON + 4 * HOUR)
    assert fired == ["c"]


def test_one_that_cannot_start_holds_up_no_other(platform: Platform) -> None:
    api = CrawlersApi(platform)
    for name in ("a", "b"):
        api.create_crawler({**CRAWLER, "Name": name, "Schedule": HOURLY})
    api.crawlers.begin("a")
    api.crawls.scheduler.turn(NOON)
    api.crawls.scheduler.turn(NOON + HOUR)
    api.crawls.close()
    assert len(api.list_crawls({"CrawlerName": "b"})["Crawls"]) == 1
    (event,) = platform.logs.events(LOG_GROUP, ["a"], Window())
    assert "WARN : The scheduled crawl is left out: Crawler a is running" in event["message"]


def test_a_stop_that_comes_at_any_moment_ends_the_thread() -> None:
    for _ in range(50):
        scheduler = Scheduler(dict, lambda name: None)
        scheduler.start()
        scheduler.stop()


def schedule(api: CrawlersApi) -> dict[str, Any]:
    found: dict[str, Any] = api.get_crawler({"Name": "c"})["Crawler"]["Schedule"]
    return found


def test_states(platform: Platform) -> None:
    api = CrawlersApi(platform)
    named = {"CrawlerName": "c"}
    api.create_crawler(CRAWLER)
    assert schedule(api) == {}
    with pytest.raises(NoScheduleException):
        api.start_crawler_schedule(named)
    with pytest.raises(SchedulerNotRunningException):
        api.stop_crawler_schedule(named)
    api.update_crawler_schedule({**named, "Schedule": HOURLY})
    assert schedule(api) == {"ScheduleExpression": HOURLY, "State": "SCHEDULED"}
    with pytest.raises(SchedulerRunningException):
        api.start_crawler_schedule(named)
    api.stop_crawler_schedule(named)
    assert schedule(api) == {"ScheduleExpression": HOURLY, "State": "NOT_SCHEDULED"}
    assert api.crawlers.schedules() == {}
    api.update_crawler({"Name": "c", "Description": "Quiet"})
    assert schedule(api)["State"] == "NOT_SCHEDULED"
    api.start_crawler_schedule(named)
    assert api.crawlers.schedules() == {"c": HOURLY}
    api.update_crawler_schedule({**named, "Schedule": ""})
    assert schedule(api) == {}


def test_refused(platform: Platform) -> None:
    api = CrawlersApi(platform)
    for operation in (api.start_crawler_schedule, api.stop_crawler_schedule):
        with pytest.raises(EntityNotFoundException):
            operation({"CrawlerName": "nobody"})
    with pytest.raises(InvalidInputException, match="faster than 5 minutes"):
        api.create_crawler({**CRAWLER, "Schedule": "cron(* * * * ? *)"})
    api.create_crawler(CRAWLER)
    with pytest.raises(InvalidInputException, match="rate"):
        api.update_crawler_schedule({"CrawlerName": "c", "Schedule": "rate(1 hour)"})

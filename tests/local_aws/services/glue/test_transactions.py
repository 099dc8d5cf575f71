"""Glue's stores share a database: what one does inside of another's transaction is a part of it."""

import threading
from typing import Any

import pytest

from local_aws.context import Platform
from local_aws.services.glue.classifiers.definitions import ClassifierStore
from local_aws.services.glue.crawlers.model import CrawlerStore
from local_aws.services.glue.tags import Tags

ARN = "arn:aws:glue:us-east-1:123456789012:crawler/c"


def test_a_transaction_over_several_stores_is_kept_as_one(platform: Platform) -> None:
    crawlers, tags = CrawlerStore(platform), Tags(platform)
    with platform.glue.db.transaction():
        crawlers.create({"Name": "c"})
        tags.add(ARN, {"team": "lake"})
    assert crawlers.get("c")["Name"] == "c"
    assert tags.get(ARN) == {"team": "lake"}


def test_a_transaction_over_several_stores_that_fails_leaves_nothing(platform: Platform) -> None:
    crawlers, tags = CrawlerStore(platform), Tags(platform)

    def work() -> None:
        with platform.glue.db.transaction():
            platform.glue.create_database({"Name": "made"})
            crawlers.create({"Name": "c"})
            tags.add(ARN, {"team": "lake"})
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert [found["Name"] for found in platform.glue.get_databases()] == ["found"]
    assert crawlers.all() == []
    assert tags.get(ARN) == {}


def test_another_thread_waits_and_sees_all_of_it_or_nothing(platform: Platform) -> None:
    classifiers, tags = ClassifierStore(platform), Tags(platform)
    seen: list[Any] = []
    began = threading.Event()

    def look_and_write() -> None:
        seen.append((classifiers.all(), tags.get(ARN)))
        began.set()
        tags.add(ARN, {"second": "2"})  # waits for the other thread's transaction
        seen.append((len(classifiers.all()), tags.get(ARN)))

    other = threading.Thread(target=look_and_write)
    with tags.db.transaction():
        classifiers.create({"JsonClassifier": {"Name": "j", "JsonPath": "$"}})
        tags.add(ARN, {"first": "1"})
        other.start()
        assert began.wait(10)
        assert len(seen) == 1
    other.join(10)
    assert seen == [([], {}), (1, {"first": "1", "second": "2"})]


def test_threads_that_nest_at_the_same_time_lose_nothing(platform: Platform) -> None:
    crawlers, tags = CrawlerStore(platform), Tags(platform)

    def work(thread: int) -> None:
        for i in range(20):
            with tags.db.transaction():
                tags.add(f"{ARN}{thread}", {f"{i}": "x"})
                crawlers.create({"Name": f"{thread}-{i}"})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(crawlers.all()) == 80
    assert [len(tags.get(f"{ARN}{number}")) for number in range(4)] == [20] * 4

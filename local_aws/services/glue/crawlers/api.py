"""Glue's crawler operations.

What AWS does: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html.
Real here: S3 and catalog targets, custom classifiers of CSV and JSON, schedules. Not here, and
refused when the crawler is made: other targets, security configurations (`settings`).
"""

import json
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.glue.classifiers.api import ClassifiersApi
from local_aws.services.glue.crawlers.model import CrawlerStore
from local_aws.services.glue.crawlers.runner import Runner
from local_aws.services.glue.crawlers.settings import check_change, checked
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException
from local_aws.services.glue.paging import page
from local_aws.services.glue.tags import Tags

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}


class CrawlersApi(ClassifiersApi):
    """The part of GlueApi that is about crawlers, and their classifiers."""

    def __init__(self, platform: Platform) -> None:
        ClassifiersApi.__init__(self, platform)
        self.platform = platform
        self.tags = Tags(platform)
        self.crawlers = CrawlerStore(platform)
        self.crawls = Runner(platform, self.crawlers, self.classifiers)

    def start(self) -> None:
        """Settle what a killed server left, and follow the schedules from now on."""
        self.crawls.recover()
        self.crawls.scheduler.start()

    def stop(self) -> None:
        """End what runs."""
        self.crawls.close()

    # Definitions

    def create_crawler(self, request: Request) -> Response:
        definition = checked(request)
        self._check_classifiers(definition)
        self.crawls.check_role(definition["Role"])
        with self.tags.db.transaction():
            self.crawlers.create(definition)
            self.tags.add(self._crawler_arn(request["Name"]), request.get("Tags", {}))
        self.crawls.scheduler.wake()
        return {}

    def update_crawler(self, request: Request) -> Response:
        """Members that the request leaves out keep their values."""
        with self.crawlers.db.transaction():
            old = self.crawlers.get(request["Name"])
            definition = checked({**_given(old), **request})
            self._check_classifiers(definition)
            self.crawls.check_role(definition["Role"])
            check_change(old, definition)
            self.crawlers.replace(definition)
        self.crawls.scheduler.wake()
        return {}

    def _check_classifiers(self, definition: Document) -> None:
        for name in definition["Classifiers"]:
            if not self.classifiers.exists(name):
                raise InvalidInputException(f"Classifier {name} not found.")

    def delete_crawler(self, request: Request) -> Response:
        with self.tags.db.transaction():
            self.crawlers.delete(request["Name"])
            self.tags.forget(self._crawler_arn(request["Name"]))
        return {}

    def get_crawler(self, request: Request) -> Response:
        return {"Crawler": self.crawlers.get(request["Name"])}

    def get_crawlers(self, request: Request) -> Response:
        chosen, token = page(self.crawlers.all(), request, key=_crawler_name)
        return {"Crawlers": chosen, **token}

    def list_crawlers(self, request: Request) -> Response:
        wanted = request.get("Tags", {}).items()
        fitting = [
            crawler
            for crawler in self.crawlers.all()
            if wanted <= self.tags.get(self._crawler_arn(crawler["Name"])).items()
        ]
        chosen, token = page(fitting, request, key=_crawler_name)
        return {"CrawlerNames": [crawler["Name"] for crawler in chosen], **token}

    def batch_get_crawlers(self, request: Request) -> Response:
        found, missing = [], []
        for name in request["CrawlerNames"]:
            try:
                found.append(self.crawlers.get(name))
            except EntityNotFoundException:
                missing.append(name)
        return {"Crawlers": found, "CrawlersNotFound": missing}

    # Schedules. A change is done when it is answered: nobody sees one TRANSITIONING.

    def update_crawler_schedule(self, request: Request) -> Response:
        self.crawlers.reschedule(request["CrawlerName"], request.get("Schedule"))
        self.crawls.scheduler.wake()
        return {}

    def start_crawler_schedule(self, request: Request) -> Response:
        self.crawlers.start_schedule(request["CrawlerName"])
        self.crawls.scheduler.wake()
        return {}

    def stop_crawler_schedule(self, request: Request) -> Response:
        self.crawlers.stop_schedule(request["CrawlerName"])
        return {}

    # Crawls

    def start_crawler(self, request: Request) -> Response:
        self.crawls.start(request["Name"])
        return {}

    def stop_crawler(self, request: Request) -> Response:
        self.crawls.cancel(request["Name"])
        return {}

    def get_crawler_metrics(self, request: Request) -> Response:
        """Of all crawlers when none is named; a name that does not exist has no metrics."""
        wanted = request.get("CrawlerNameList")
        names = [crawler["Name"] for crawler in self.crawlers.all()]
        fitting = [name for name in names if not wanted or name in wanted]
        chosen, token = page(fitting, request, key=str)
        return {"CrawlerMetricsList": [self.crawlers.metrics(n) for n in chosen], **token}

    def list_crawls(self, request: Request) -> Response:
        filters = request.get("Filters", [])
        history = self.crawlers.crawls(request["CrawlerName"])
        # Numbered so that a crawl keeps its number when another one begins between two pages.
        numbered = enumerate(history, start=10**9 - len(history))
        fitting = [(i, c) for i, c in numbered if all(_fits(c, one) for one in filters)]
        chosen, token = page(fitting, request, key=lambda pair: str(pair[0]), default=20)
        return {"Crawls": [_history(crawl) for _, crawl in chosen], **token}

    def _crawler_arn(self, name: str) -> str:
        return self.platform.arn("glue", f"crawler/{name}")


def _crawler_name(crawler: Document) -> str:
    name: str = crawler["Name"]
    return name


def _given(crawler: Document) -> Document:
    """What a caller can say of a crawler: without what the service adds."""
    added = ("State", "CrawlElapsedTime", "CreationTime", "LastUpdated", "LastCrawl", "Version")
    return {name: value for name, value in crawler.items() if name not in added}


def _history(crawl: Document) -> Response:
    """A crawl in ListCrawls' shape; its Summary is JSON in JSON, as AWS has it."""
    counts = crawl.get("Counts", {})
    summary = {
        kind: json.dumps(
            {
                "ADD": counts.get(f"{plural}Created", 0),
                "UPDATE": counts.get(f"{plural}Updated", 0),
                "DELETE": counts.get(f"{plural}Deleted", 0),
            }
        )
        for kind, plural in (("TABLE", "Tables"), ("PARTITION", "Partitions"))
    }
    kept = {name: value for name, value in crawl.items() if name not in ("Counts", "Version")}
    return {**kept, "DPUHour": 0.0, **({"Summary": json.dumps(summary)} if counts else {})}


def _fits(crawl: Document, wanted: Document) -> bool:
    name, text = wanted.get("FieldName"), wanted.get("FieldValue")
    if name is None or text is None:
        raise InvalidInputException(f"A filter needs a FieldName and a FieldValue: {wanted}")
    kind, member = _FILTERED[name]
    asked = _read(kind, text)
    value = {**crawl, "DPUHour": 0.0}.get(member)
    compare = _COMPARE[wanted.get("FilterOperator", "EQ")]
    return value is not None and compare(value, asked)


def _read(kind: Callable[[str], Any], text: str) -> Any:
    try:
        return kind(text)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInputException(f"{text!r} is not a value to filter crawls by") from error


def _moment(text: str) -> datetime:
    """From milliseconds since 1970, as the console sends them."""
    return datetime.fromtimestamp(int(text) / 1000, UTC)


# How each field's text is read, and the member of a crawl that it is compared with.
_FILTERED: dict[str, tuple[Callable[[str], Any], str]] = {
    "CRAWL_ID": (str, "CrawlId"),
    "STATE": (str, "State"),
    "START_TIME": (_moment, "StartTime"),
    "END_TIME": (_moment, "EndTime"),
    "DPU_HOUR": (float, "DPUHour"),
}

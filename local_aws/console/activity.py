"""Everything that runs or ran, of every service, in one shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local_aws.console.lake import Lake
from local_aws.console.render import BAD, as_time, shorten, url
from local_aws.services.databrew.model import UNFINISHED

RECENT = 60
NO_TIME = datetime.fromtimestamp(0).astimezone()


@dataclass(frozen=True)
class Work:
    """One run: what, in which state, since when, until when, why it failed, its page."""

    kind: str
    name: str
    state: str
    began: datetime | None
    ended: datetime | None
    error: str
    link: str

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.began is None or self.ended is None:
            return None
        return (self.ended - self.began).total_seconds()

    @property
    def failed(self) -> bool:
        """Whether it ended badly."""
        return self.state in BAD


def running(lake: Lake) -> list[Work]:
    """What runs now, the oldest first."""
    glue, brew, quicksight = lake.glue, lake.databrew.store, lake.quicksight.store
    crawling = [one["Name"] for one in glue.crawlers.all() if one["State"] != "READY"]
    found = [
        *(_glue(run.document) for run in glue.jobs.unfinished()),
        *(_brew(run) for run in brew.unfinished()),
        *(_query(body) for body in lake.athena.store.active()),
        *(_crawl(name, glue.crawlers.crawls(name)[0]) for name in crawling),
        *(_ingestion(row) for row in quicksight.unfinished()),
    ]
    return sorted(found, key=_began)


def recent(lake: Lake) -> list[Work]:
    """What ended, the latest first."""
    found = [work for work in _all(lake) if work.ended is not None]
    return sorted(found, key=lambda work: work.ended or NO_TIME, reverse=True)


def _all(lake: Lake) -> Iterator[Work]:
    yield from (_glue(run.document) for run in lake.glue.jobs.recent(RECENT))
    yield from (_brew(run) for run in lake.databrew.store.recent(RECENT))
    yield from (_query(body) for body, _ in lake.athena.store.recent(RECENT))
    yield from (_crawl(name, crawl) for name, crawl in lake.glue.crawlers.recent(RECENT))
    yield from (_ingestion(row) for row in lake.quicksight.store.recent_ingestions(RECENT))


def _began(work: Work) -> datetime:
    return work.began or NO_TIME


def _glue(run: dict[str, Any]) -> Work:
    return Work(
        "Glue job",
        run["JobName"],
        run["JobRunState"],
        run.get("StartedOn"),
        run.get("CompletedOn"),
        run.get("ErrorMessage", ""),
        url("run", job=run["JobName"], id=run["Id"]),
    )


def _brew(run: dict[str, Any]) -> Work:
    name = run["job"]["Name"]
    ended = None if run["State"] in UNFINISHED else as_time(run.get("CompletedOn"))
    return Work(
        "DataBrew",
        name,
        run["State"],
        as_time(run.get("ExecutionStart", run["StartedOn"])),
        ended,
        run.get("ErrorMessage", ""),
        url("databrew-run", job=name, id=run["RunId"]),
    )


def _query(body: dict[str, Any]) -> Work:
    return Work(
        "Query",
        shorten(body["query"], 90),
        body["state"],
        as_time(body["submitted"]),
        as_time(body.get("completed")),
        body.get("reason") or "",
        url("query", id=body["id"]),
    )


def _crawl(name: str, crawl: dict[str, Any]) -> Work:
    return Work(
        "Crawler",
        name,
        crawl["State"],
        crawl["StartTime"],
        crawl.get("EndTime"),
        crawl.get("ErrorMessage", ""),
        url("crawler", name=name),
    )


def _ingestion(row: dict[str, Any]) -> Work:
    return Work(
        "Refresh",
        row["data_set"],
        row["status"],
        as_time(row["created"]),
        as_time(row["finished"]),
        row["error_message"] or "",
        url("dashboards"),
    )

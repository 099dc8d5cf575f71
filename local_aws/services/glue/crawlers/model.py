"""Crawlers and their crawls in SQLite: a state change is one transaction.

A crawler is READY, RUNNING or STOPPING. A server that was killed leaves crawlers RUNNING; the next
start settles them as failed (`recover`), because nobody works on them any more.
"""

import statistics
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_aws.services.glue.crawlers.errors import (
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from local_aws.services.glue.crawlers.settings import NOT_SCHEDULED, SCHEDULED, scheduled
from local_aws.services.glue.documents import Document, dump, load, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    CrawlerNotRunningException,
    CrawlerRunningException,
    CrawlerStoppingException,
    EntityNotFoundException,
)

if TYPE_CHECKING:
    from local_aws.context import Platform

SCHEMA = """
CREATE TABLE IF NOT EXISTS crawlers (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL DEFAULT 'READY',
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS crawls (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    crawler TEXT NOT NULL REFERENCES crawlers ON DELETE CASCADE,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS crawls_of_crawler ON crawls (crawler, number);
"""

LOG_GROUP = "/aws-glue/crawlers"
KILLED = "local_aws ended while the crawl was running"

# LastCrawl.Status by the state of a crawl in the history.
LAST_STATUS = {"COMPLETED": "SUCCEEDED", "FAILED": "FAILED", "STOPPED": "CANCELLED"}


class CrawlerStore:
    """Definitions, states and history."""

    def __init__(self, platform: "Platform") -> None:
        self.db = platform.db("glue")
        self.db.script(SCHEMA)

    def create(self, definition: Document) -> None:
        """Raises AlreadyExistsException."""
        moment = now()
        facts = {"CreationTime": moment, "LastUpdated": moment, "Version": 1}
        sql = "INSERT OR IGNORE INTO crawlers (name, body) VALUES (?, ?)"
        if not self.db.execute(sql, (definition["Name"], dump({**definition, **facts}))):
            raise AlreadyExistsException(f"Crawler {definition['Name']} already exists.")

    def get(self, name: str) -> Document:
        """The crawler as GetCrawler shows it. Raises EntityNotFoundException."""
        row = self.db.one("SELECT * FROM crawlers WHERE name = ?", (name,))
        if row is None:
            raise EntityNotFoundException(f"Crawler {name} not found.")
        return self._shown(row)

    def all(self) -> list[Document]:
        """All crawlers, by name."""
        return [self._shown(row) for row in self.db.all("SELECT * FROM crawlers ORDER BY name")]

    def replace(self, definition: Document) -> None:
        """Change a crawler that does not run."""
        with self.db.transaction():
            old = self._idle(definition["Name"])
            kept = ("CreationTime", "LastCrawl")
            facts: Document = {name: old[name] for name in kept if name in old}
            facts |= {"LastUpdated": now(), "Version": old["Version"] + 1}
            self._save({**definition, **facts})

    def delete(self, name: str) -> None:
        """Delete a crawler that does not run, with its history; its tables stay."""
        with self.db.transaction():
            self._idle(name)
            self.db.execute("DELETE FROM crawlers WHERE name = ?", (name,))

    # Schedules

    def schedules(self) -> dict[str, str]:
        """The expressions of the crawlers that run by themselves, by name."""
        sql = (
            "SELECT name, json_extract(body, '$.Schedule.ScheduleExpression') AS expression"
            " FROM crawlers WHERE json_extract(body, '$.Schedule.State') = ?"
        )
        return {row["name"]: row["expression"] for row in self.db.all(sql, (SCHEDULED,))}

    def reschedule(self, name: str, expression: str | None) -> None:
        """Give a crawler another schedule, or none; it may run meanwhile."""
        self._set_schedule(name, scheduled(expression) if expression else {})

    def start_schedule(self, name: str) -> None:
        """Raises NoScheduleException, SchedulerRunningException."""
        with self.db.transaction():
            schedule = self.get(name)["Schedule"]
            if not schedule:
                raise NoScheduleException(f"Crawler {name} has no schedule.")
            if schedule["State"] == SCHEDULED:
                raise SchedulerRunningException(f"The schedule of crawler {name} is running.")
            self._set_schedule(name, {**schedule, "State": SCHEDULED})

    def stop_schedule(self, name: str) -> None:
        """Raises SchedulerNotRunningException."""
        with self.db.transaction():
            schedule = self.get(name)["Schedule"]
            if schedule.get("State") != SCHEDULED:
                raise SchedulerNotRunningException(
                    f"The schedule of crawler {name} is not running."
                )
            self._set_schedule(name, {**schedule, "State": NOT_SCHEDULED})

    def _set_schedule(self, name: str, schedule: Document) -> None:
        with self.db.transaction():
            self.get(name)
            self._save({**self._body(name), "Schedule": schedule})

    # A crawl's life

    def begin(self, name: str) -> Document:
        """Set the crawler RUNNING; the crawl that began. Raises CrawlerRunningException."""
        identity = str(uuid.uuid4())
        crawl: Document = {
            "CrawlId": identity,
            "State": "RUNNING",
            "StartTime": datetime.now(UTC),
            "LogGroup": LOG_GROUP,
            "LogStream": name,
            "MessagePrefix": identity,
        }
        with self.db.transaction():
            crawl["Version"] = self._idle(name)["Version"]
            self.db.execute("UPDATE crawlers SET state = 'RUNNING' WHERE name = ?", (name,))
            sql = "INSERT INTO crawls (crawler, body) VALUES (?, ?)"
            self.db.execute(sql, (name, dump(crawl)))
        return crawl

    def stopping(self, name: str) -> None:
        """Set a RUNNING crawler STOPPING."""
        with self.db.transaction():
            state = self.get(name)["State"]
            if state == "STOPPING":
                raise CrawlerStoppingException(f"Crawler {name} is already stopping.")
            if state != "RUNNING":
                raise CrawlerNotRunningException(f"Crawler {name} is not running.")
            self.db.execute("UPDATE crawlers SET state = 'STOPPING' WHERE name = ?", (name,))

    def end(self, name: str, state: str, counts: Counter[str], message: str = "") -> None:
        """Record how the crawl ended and set the crawler READY, in one step."""
        with self.db.transaction():
            sql = "SELECT number, body FROM crawls WHERE crawler = ? ORDER BY number DESC LIMIT 1"
            row = self.db.one(sql, (name,))
            if row is None:
                return
            crawl = {**load(row["body"]), "State": state, "EndTime": datetime.now(UTC)}
            crawl |= {"Counts": dict(counts)} | ({"ErrorMessage": message} if message else {})
            sql = "UPDATE crawls SET body = ? WHERE number = ?"
            self.db.execute(sql, (dump(crawl), row["number"]))
            self._save({**self._body(name), "LastCrawl": _last(crawl)})
            self.db.execute("UPDATE crawlers SET state = 'READY' WHERE name = ?", (name,))

    def recover(self) -> list[str]:
        """The crawlers that a killed server left running, now READY and their crawl FAILED."""
        rows = self.db.all("SELECT name FROM crawlers WHERE state != 'READY'")
        for row in rows:
            self.end(row["name"], "FAILED", Counter(), KILLED)
        return [row["name"] for row in rows]

    def crawls(self, name: str) -> list[Document]:
        """The crawler's crawls, the latest first."""
        self.get(name)
        sql = "SELECT body FROM crawls WHERE crawler = ? ORDER BY number DESC"
        return [load(row["body"]) for row in self.db.all(sql, (name,))]

    def has_crawled(self, crawler: Document) -> bool:
        """Whether a crawl succeeded since the crawler was last changed."""
        version = crawler["Version"]
        return any(
            crawl["State"] == "COMPLETED" and crawl.get("Version") == version
            for crawl in self.crawls(crawler["Name"])
        )

    def recent(self, limit: int) -> list[tuple[str, Document]]:
        """The latest crawls of all crawlers, each with its crawler's name."""
        sql = "SELECT crawler, body FROM crawls ORDER BY number DESC LIMIT ?"
        return [(row["crawler"], load(row["body"])) for row in self.db.all(sql, (limit,))]

    def metrics(self, name: str) -> Document:
        """Run times in seconds, and what the last crawl changed.

        The time that is left is estimated by the crawls before: the first has no estimate.
        """
        crawls = self.crawls(name)
        done = [crawl for crawl in crawls if "EndTime" in crawl]
        seconds = [(crawl["EndTime"] - crawl["StartTime"]).total_seconds() for crawl in done]
        median = statistics.median(seconds) if done else 0.0
        runs = len(done) < len(crawls)
        elapsed = (datetime.now(UTC) - crawls[0]["StartTime"]).total_seconds() if runs else 0.0
        counts = done[0].get("Counts", {}) if done else {}
        return {
            "CrawlerName": name,
            "TimeLeftSeconds": max(median - elapsed, 0.0) if runs else 0.0,
            "StillEstimating": runs and not done,
            "LastRuntimeSeconds": seconds[0] if done else 0.0,
            "MedianRuntimeSeconds": median,
            **{k: counts.get(k, 0) for k in ("TablesCreated", "TablesUpdated", "TablesDeleted")},
        }

    def _idle(self, name: str) -> Document:
        crawler = self.get(name)
        if crawler["State"] != "READY":
            raise CrawlerRunningException(f"Crawler {name} is running.")
        return crawler

    def _body(self, name: str) -> Document:
        row = self.db.one("SELECT body FROM crawlers WHERE name = ?", (name,))
        body: Document = load(row["body"]) if row else {}
        return body

    def _save(self, body: Document) -> None:
        self.db.execute("UPDATE crawlers SET body = ? WHERE name = ?", (dump(body), body["Name"]))

    def _shown(self, row: dict[str, Any]) -> Document:
        elapsed = 0
        if row["state"] != "READY":
            began = self._began(row["name"])
            elapsed = int((datetime.now(UTC) - began).total_seconds() * 1000)
        # A crawler of an older server has no schedule in its body.
        body = {"Schedule": {}, **load(row["body"])}
        return {**body, "State": row["state"], "CrawlElapsedTime": elapsed}

    def _began(self, name: str) -> datetime:
        sql = "SELECT body FROM crawls WHERE crawler = ? ORDER BY number DESC LIMIT 1"
        row = self.db.one(sql, (name,))
        moment: datetime = load(row["body"])["StartTime"] if row else datetime.now(UTC)
        return moment


def _last(crawl: Document) -> Document:
    kept = ("ErrorMessage", "LogGroup", "LogStream", "MessagePrefix", "StartTime")
    return {
        "Status": LAST_STATUS[crawl["State"]],
        **{name: crawl[name] for name in kept if name in crawl},
    }

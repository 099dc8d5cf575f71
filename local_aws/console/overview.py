"""The front page: how much there is, what runs, what failed, what was done."""

import time
from typing import Any

from local_aws.console import activity
from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake
from local_aws.console.queries import cost
from local_aws.services.athena.calls.descriptions import describe
from local_aws.services.quicksight.model import DASHBOARD

DAY = 24 * 3600
FAILURES = 6
DONE = 12
BARS = 8


def overview(lake: Lake, _ask: Ask) -> Answer:
    """All of it, on one page that refreshes itself."""
    done = activity.recent(lake)
    return page(
        "overview.html",
        running=activity.running(lake),
        failures=[work for work in done if work.failed][:FAILURES],
        done=done[:DONE],
        **_counts(lake),
        **_data(lake),
        **_queries(lake),
    )


def _counts(lake: Lake) -> dict[str, Any]:
    tables = lake.glue.catalog.table_counts()
    return {
        "databases": len(lake.glue.catalog.get_databases()),
        "tables": sum(tables.values()),
        "dashboards": len(lake.quicksight.store.list(DASHBOARD)),
        "jobs": len(lake.glue.jobs.all()),
        "brew_jobs": len(lake.databrew.store.all("job")),
        "crawlers": len(lake.glue.crawlers.all()),
    }


def _data(lake: Lake) -> dict[str, Any]:
    """What the buckets hold, the largest first, with each one's share of the largest."""
    usages = [(bucket.name, lake.usage(bucket.name)) for bucket in lake.s3.buckets()]
    usages.sort(key=lambda pair: pair[1].size, reverse=True)
    largest = max((usage.size for _, usage in usages), default=0) or 1
    return {
        "buckets": len(usages),
        "objects": sum(usage.objects for _, usage in usages),
        "bytes": sum(usage.size for _, usage in usages),
        "partial": any(usage.partial for _, usage in usages),
        "bars": [(name, one, round(100 * one.size / largest, 2)) for name, one in usages[:BARS]],
        "unshown": max(0, len(usages) - BARS),
    }


def _queries(lake: Lake) -> dict[str, Any]:
    """The last day's queries."""
    found = [describe(body) for body in lake.athena.store.since(time.time() - DAY)]
    return {
        "queries": len(found),
        "scanned": sum(one["Statistics"]["DataScannedInBytes"] for one in found),
        "dollars_spent": sum(map(cost, found)),
    }

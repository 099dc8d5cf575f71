"""What an account's service quotas leave room for: how many partitions at once, and in all.

AWS refuses, or lets wait, what goes over a quota; a backfill of years would fail in its middle.
https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.errors import Terminal, code_of
from tarn.ledger.costs import DPUS
from tarn.partition import Partition
from tarn.steps.dashboards import data_set_id

REFRESHES, DAY = 32, timedelta(days=1)
DENIED = frozenset({"AccessDeniedException", "AccessDenied"})
PAGE = "https://console.aws.amazon.com/servicequotas/home/services/{service}/quotas/{code}"


@dataclass(frozen=True)
class Quota:
    """One of AWS's quotas, and how much of it a partition takes. `objects`: for as long as the
    objects of its last run are kept; else while it is under way."""

    service: str
    code: str
    name: str
    each: float
    objects: bool = False


@dataclass(frozen=True)
class Bound:
    """A quota as the account has it. `used`: by what is there already."""

    quota: Quota
    value: float
    used: float = 0

    @property
    def partitions(self) -> int:
        """How many there is room for."""
        return max(0, int((self.value - self.used) // self.quota.each))

    def __str__(self) -> str:
        left = f", {self.used:,.0f} used" if self.used else ""
        return f"{self.quota.service}: {self.quota.name} ({self.value:,.0f}{left})"


@dataclass(frozen=True)
class Bounds:
    """The quotas that bound a backfill. `unread` says why they could not be read, or nothing."""

    bounds: tuple[Bound, ...]
    unread: str = ""

    def at_once(self, asked: int) -> tuple[int, Bound | None]:
        """How many partitions may be under way of those asked for, and what lowers it."""
        closest = _closest(bound for bound in self.bounds if not bound.quota.objects)
        if closest is None or closest.partitions >= asked:
            return asked, None
        if closest.partitions < 1:
            raise Terminal(f"There is no room for one partition: {closest}. {_remedy(closest)}")
        return closest.partitions, closest

    def require_room(self, count: int) -> None:
        """Raise Terminal where the objects of so many new partitions do not fit."""
        closest = _closest(bound for bound in self.bounds if bound.quota.objects)
        if closest is not None and closest.partitions < count:
            raise Terminal(
                f"{count} partitions need more than there is room for ({closest.partitions}): "
                f"{closest}. Give a shorter range; ./lake collect takes away what DataBrew keeps "
                f"of partitions that were published a while ago. {_remedy(closest)}"
            )

    def to_dict(self) -> dict[str, Any]:
        return {
            "quotas": [asdict(b) | {"partitions": b.partitions} for b in self.bounds],
            "unread": self.unread,
        }


def quotas_of(aws: Aws) -> tuple[Quota, ...]:
    """What a partition takes of each quota: its steps follow each other, so one job at a time."""
    dpus = aws.settings.glue_workers * DPUS.get(aws.settings.glue_worker_type, 1.0)
    return (
        Quota("databrew", "L-935D4120", "Concurrent jobs per AWS account", 1),
        Quota("databrew", "L-940C8930", "Datasets per AWS account", 1, objects=True),
        Quota("databrew", "L-0D2C4DFC", "Jobs per AWS account", 2, objects=True),
        Quota("databrew", "L-955A1FA6", "Rulesets per AWS account", 1, objects=True),
        Quota("glue", "L-5E4153CA", "Max concurrent job runs per account", 1),
        Quota("glue", "L-08F3B322", "Max task DPUs per account", dpus),
        Quota("glue", "L-4071B0E3", "Number of crawlers running concurrently per account", 1),
        Quota("athena", "L-FC5F6546", "Active DML queries", 1),
        Quota("athena", "L-3CE0BBA0", "Active DDL queries", 1),
    )


def read(aws: Aws) -> Bounds:
    """The account's quotas, and what is used of those that count objects."""
    client, found = aws.client("service-quotas"), []
    try:
        for quota in quotas_of(aws):
            answer = client.get_service_quota(ServiceCode=quota.service, QuotaCode=quota.code)
            used = _objects(quota, aws) if quota.objects else 0
            found.append(Bound(quota, float(answer["Quota"]["Value"]), used))
    except ClientError as error:
        if code_of(error) not in DENIED:
            raise
        return Bounds((), f"The quotas of the account could not be read: {error}")
    return Bounds(tuple(found))


def new_objects(partitions: Iterable[Partition], aws: Aws) -> int:
    """Of how many partitions DataBrew keeps nothing yet."""
    there = {one["Name"] for one in _listed("list_datasets", "Datasets", aws)}
    return sum(aws.settings.databrew(one.slug) not in there for one in partitions)


def refreshed_out(aws: Aws, now: datetime | None = None) -> dict[str, datetime]:
    """Data sets that QuickSight refreshes no more today, and from when it does again.

    A data set has 32 refreshes by hand in 24 hours:
    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateIngestion.html
    """
    since = (now or datetime.now(UTC)) - DAY
    found = {}
    for path in sorted((aws.settings.root / "dashboards" / "data_sets").glob("*.json")):
        times = sorted(_refreshes(data_set_id(path.stem, aws.settings), since, aws))
        if len(times) >= REFRESHES:
            found[path.stem] = times[-REFRESHES] + DAY
    return found


def _refreshes(data_set: str, since: datetime, aws: Aws) -> Iterator[datetime]:
    pages = aws.client("quicksight").get_paginator("list_ingestions")
    try:
        for page in pages.paginate(AwsAccountId=aws.account_id, DataSetId=data_set):
            for one in page["Ingestions"]:
                if one["CreatedTime"] > since and one.get("RequestSource") == "MANUAL":
                    yield one["CreatedTime"]
    except ClientError as error:
        if not is_missing(error):  # not deployed yet
            raise


COUNTED = {
    "Datasets per AWS account": ("list_datasets", "Datasets"),
    "Jobs per AWS account": ("list_jobs", "Jobs"),
    "Rulesets per AWS account": ("list_rulesets", "Rulesets"),
}


def _objects(quota: Quota, aws: Aws) -> int:
    operation, member = COUNTED[quota.name]
    return sum(1 for _ in _listed(operation, member, aws))


def _listed(operation: str, member: str, aws: Aws) -> Iterator[dict[str, Any]]:
    for page in aws.client("databrew").get_paginator(operation).paginate():
        yield from page[member]


def _closest(bounds: Iterable[Bound]) -> Bound | None:
    return min(bounds, key=lambda bound: bound.partitions, default=None)


def _remedy(bound: Bound) -> str:
    quota = bound.quota
    return f"AWS raises it on request: {PAGE.format(service=quota.service, code=quota.code)}"

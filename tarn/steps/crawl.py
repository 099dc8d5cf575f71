"""crawl: see the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tarn.aws import Aws
from tarn.partition import Partition
from tarn.work import Status


@dataclass(frozen=True)
class CrawlWork:
    """One run of crawl on AWS for a partition."""

    partition: Partition
    token: str
    curated_uri: str
    kind: ClassVar[str] = "crawl"

    def find(self, aws: Aws) -> str | None:
        raise NotImplementedError

    def start(self, aws: Aws) -> str:
        raise NotImplementedError

    def status(self, aws: Aws, run_id: str) -> Status:
        raise NotImplementedError

    def stop(self, aws: Aws, run_id: str) -> None:
        raise NotImplementedError

    def link(self, aws: Aws, run_id: str) -> str:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CrawlWork:
        raise NotImplementedError


def compare_schema(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Hold the crawler's shadow table against the contract (token: the *convert* step's).

    Returns {"added": [...], "missing": [], "retyped": [], "table"}: an added column is reported
    and does not stop; a missing or retyped one raises GateFailed.
    """
    raise NotImplementedError

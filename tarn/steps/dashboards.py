"""dashboards: QuickSight ingestions of the views, their row counts held against Athena's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tarn.aws import Aws
from tarn.work import Status


@dataclass(frozen=True)
class IngestWork:
    """One SPICE ingestion of a view's data set (`tarn-<view>`); its id is the token."""

    view: str
    token: str
    kind: ClassVar[str] = "ingest"

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
    def from_dict(cls, data: dict[str, Any]) -> IngestWork:
        raise NotImplementedError


def check_ingestion(view: str, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Compare the rows ingested with Athena's count(*) of the view.

    Returns {"view", "rows", "rows_dropped", "athena_rows"}; raises GateFailed when they differ.
    """
    raise NotImplementedError

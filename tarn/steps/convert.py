"""convert: see the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tarn.aws import Aws
from tarn.partition import Partition
from tarn.work import Status


@dataclass(frozen=True)
class ConvertWork:
    """One run of convert on AWS for a partition."""

    partition: Partition
    token: str
    clean_uri: str
    kind: ClassVar[str] = "convert"

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
    def from_dict(cls, data: dict[str, Any]) -> ConvertWork:
        raise NotImplementedError


def read_metrics(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """The Glue job's own counts (token: the convert step's).

    {"rows_in", "rows_out", "rows_quarantined", "files", "bytes", "quarantined_by_rule"}.
    """
    raise NotImplementedError

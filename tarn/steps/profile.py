"""profile: a DataBrew profile job over the raw partition, with the dataset's ruleset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tarn.aws import Aws
from tarn.partition import Partition
from tarn.work import Status


@dataclass(frozen=True)
class ProfileWork:
    """One run of the partition's DataBrew profile job."""

    partition: Partition
    token: str
    landed_uri: str
    kind: ClassVar[str] = "profile"

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
    def from_dict(cls, data: dict[str, Any]) -> ProfileWork:
        raise NotImplementedError


def check_profile(
    partition: Partition, token: str, run_id: str, aws: Aws | None = None
) -> dict[str, Any]:
    """Read the profile and its data-quality report (token: the profile step's own).

    Returns {"rows", "columns", "rules": [{"name", "status", "failed"}], "profile_uri"};
    raises GateFailed naming rule, column and rows.
    """
    raise NotImplementedError

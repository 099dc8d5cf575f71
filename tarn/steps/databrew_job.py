"""What the two DataBrew steps share: a run of a job that reads the partition's landed file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from tarn.aws import Aws
from tarn.errors import aws_errors
from tarn.partition import Partition
from tarn.services import databrew
from tarn.services.work import Status


@dataclass(frozen=True)
class DataBrewJobWork:
    """One run of a DataBrew job of the partition, which writes below `prefix` in `zone`."""

    partition: Partition
    token: str
    landed_uri: str
    kind: ClassVar[str]
    zone: ClassVar[str]

    @property
    def prefix(self) -> str:
        """The folder that the run writes, with its token in it."""
        return self.partition.run_folder(self.token)

    def job(self, aws: Aws) -> str:
        return aws.settings.databrew(f"{self.partition.slug}-{self.kind}")

    def status(self, aws: Aws, run_id: str) -> Status:
        with aws_errors(self.kind):
            status = databrew.status(self.job(aws), run_id, aws)
        uri = aws.settings.uri(self.zone, self.prefix)
        status.detail.update(token=self.token, uri=uri, read=self.landed_uri)
        return status

    def stop(self, aws: Aws, run_id: str) -> None:
        with aws_errors(self.kind):
            databrew.stop(self.job(aws), run_id, aws)

    def link(self, aws: Aws, run_id: str) -> str:
        return databrew.link(self.job(aws), run_id, aws)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "partition": self.partition.to_dict(),
            "token": self.token,
            "landed_uri": self.landed_uri,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        return cls(Partition.from_dict(data["partition"]), data["token"], data["landed_uri"])

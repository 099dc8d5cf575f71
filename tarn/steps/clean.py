"""clean: the DataBrew recipe job writes the run's folder in the clean zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from tarn import databrew
from tarn.aws import Aws, is_missing
from tarn.errors import aws_errors
from tarn.partition import Partition
from tarn.work import Status


@dataclass(frozen=True)
class CleanWork:
    """One run of the partition's DataBrew recipe job."""

    partition: Partition
    token: str
    landed_uri: str
    kind: ClassVar[str] = "clean"

    def job(self, aws: Aws) -> str:
        return aws.settings.databrew(f"{self.partition.slug}-clean")

    @property
    def prefix(self) -> str:
        return self.partition.run_folder(self.token)

    @aws_errors("clean")
    def find(self, aws: Aws) -> str | None:
        reusable = databrew.AT_WORK | {"SUCCEEDED"}
        for run in databrew.runs(self.job(aws), aws):
            if databrew.writes_to(run, self.token) and run["State"] in reusable:
                return str(run["RunId"])
        return None

    @aws_errors("clean")
    def start(self, aws: Aws) -> str:
        databrew.put_dataset(self.partition, self.landed_uri, aws)
        reference = databrew.recipe_reference(self.partition.dataset, aws)
        self._drop_other_version(reference, aws)
        definition: dict[str, Any] = {
            "Name": self.job(aws),
            "RoleArn": aws.role_arn,
            "Outputs": [self._output(aws)],
            "MaxCapacity": aws.settings.databrew_nodes,
            "Timeout": aws.settings.job_minutes,
        }
        databrew.upsert(
            aws.databrew.create_recipe_job,
            aws.databrew.update_recipe_job,
            definition,
            {
                "DatasetName": aws.settings.databrew(self.partition.slug),
                "RecipeReference": reference,
            },
        )
        return databrew.start(self.job(aws), self.partition, self.landed_uri, self.token, aws)

    def _output(self, aws: Aws) -> dict[str, Any]:
        return {
            "Format": "PARQUET",
            "CompressionFormat": "SNAPPY",
            "Location": {"Bucket": aws.settings.bucket("clean"), "Key": self.prefix},
            "Overwrite": True,
            "MaxOutputFiles": 1,
        }

    def _drop_other_version(self, reference: dict[str, str], aws: Aws) -> None:
        # UpdateRecipeJob cannot change the recipe: a job of an older version is made anew.
        try:
            job = aws.databrew.describe_job(Name=self.job(aws))
        except ClientError as error:
            if is_missing(error):
                return
            raise
        if job.get("RecipeReference") != reference:
            aws.databrew.delete_job(Name=self.job(aws))

    @aws_errors("clean")
    def status(self, aws: Aws, run_id: str) -> Status:
        status = databrew.status(self.job(aws), run_id, aws)
        uri = aws.settings.uri("clean", self.prefix)
        status.detail.update(token=self.token, uri=uri, read=self.landed_uri)
        return status

    @aws_errors("clean")
    def stop(self, aws: Aws, run_id: str) -> None:
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
    def from_dict(cls, data: dict[str, Any]) -> CleanWork:
        return cls(Partition.from_dict(data["partition"]), data["token"], data["landed_uri"])

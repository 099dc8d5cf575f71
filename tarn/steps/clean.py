"""clean: the DataBrew recipe job writes the run's folder in the clean zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.errors import aws_errors
from tarn.services import databrew
from tarn.steps.databrew_job import DataBrewJobWork


@dataclass(frozen=True)
class CleanWork(DataBrewJobWork):
    """One run of the partition's DataBrew recipe job."""

    kind: ClassVar[str] = "clean"
    zone: ClassVar[str] = "clean"

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
            "RoleArn": aws.role_arn("databrew"),
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
            self._delete(aws)

    def _delete(self, aws: Aws) -> None:
        try:
            aws.databrew.delete_job(Name=self.job(aws))
        except ClientError as error:
            if not is_missing(error):  # sent twice, after an answer that was lost
                raise

"""Data sets; in SPICE one is made when its rows are there."""

from typing import Any

from local_aws.services.cloudformation.resources.calls import Answer, call, find, truth
from local_aws.services.cloudformation.resources.handler import (
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.resources.quicksight.assets import (
    MISSING,
    Asset,
    Document,
)
from local_aws.services.quicksight.data_sets.check import KEPT

LONGEST_WAIT = 36
"""Hours, where an IngestionWaitPolicy does not say."""
ENDED = ("COMPLETED", "FAILED", "CANCELLED")


class DataSets(Asset):
    """AWS::QuickSight::DataSet, with its refresh properties."""

    noun = "DataSet"
    given = KEPT
    told = KEPT
    facts = (
        "Arn",
        "ConsumedSpiceCapacityInBytes",
        "CreatedTime",
        "LastUpdatedTime",
        "OutputColumns",
    )
    takes = frozenset(
        {
            "AwsAccountId",
            "DataSetId",
            "DataSetRefreshProperties",
            "IngestionWaitPolicy",
            "Permissions",
            "Tags",
            *KEPT,
        }
    )

    def request(self, properties: Properties) -> Document:
        given = super().request(properties)
        folders = given.get("FieldFolders", {})
        return given | ({"FieldFolders": _each(folders, str.lower)} if folders else {})

    def settle(self, work: Work, asset: str, answer: Answer) -> None:
        self._put_refresh_properties(work, asset)
        policy = work.properties.get("IngestionWaitPolicy", {})
        if "IngestionId" in answer and truth(policy.get("WaitForSpiceIngestion", True)):
            hours = float(policy.get("IngestionWaitTimeInHours", LONGEST_WAIT))
            self._wait(work, asset, answer["IngestionId"], hours)

    def template(self, shown: Document) -> Document:
        """The folders of fields are told by no template, as on AWS: they are only written."""
        return {k: v for k, v in super().template(shown).items() if k != "FieldFolders"}

    def read(self, work: Work) -> Properties | None:
        shown = super().read(work)
        properties = shown and self._refresh_properties(work, shown["DataSetId"])
        return {**shown, "DataSetRefreshProperties": properties} if shown and properties else shown

    def _put_refresh_properties(self, work: Work, asset: str) -> None:
        wanted = work.properties.get("DataSetRefreshProperties")
        client, of = work.client("quicksight"), self._of(work, asset)
        if wanted:
            put = {**of, "DataSetRefreshProperties": wanted}
            call(client, "put_data_set_refresh_properties", **put)
        elif work.before.get("DataSetRefreshProperties"):
            find(client, "delete_data_set_refresh_properties", MISSING, **of)

    def _refresh_properties(self, work: Work, asset: str) -> Any:
        found = self.find(work, "describe", asset, part="refresh_properties")
        return found and found["DataSetRefreshProperties"]

    def _wait(self, work: Work, asset: str, ingestion: str, hours: float) -> None:
        """Raises ResourceFailed where the rows do not come."""
        of = {**self._of(work, asset), "IngestionId": ingestion}
        found: Document = {}

        def ended() -> bool:
            answer = call(work.client("quicksight"), "describe_ingestion", **of)
            found.update(answer["Ingestion"])
            return found["IngestionStatus"] in ENDED

        work.wait(ended, hours * 3600)
        if found["IngestionStatus"] != "COMPLETED":
            told = found.get("ErrorInfo", {"Type": found["IngestionStatus"], "Message": ""})
            raise ResourceFailed(
                f"The ingestion of {asset} ended {found['IngestionStatus']}: "
                f"{told['Type']}: {told.get('Message', '')}"
            )


def _each(folders: Document, change: Any) -> Document:
    """The members of a field folder are in lower case in the API, and in no other place there."""
    return {
        path: {change(name): value for name, value in folder.items()}
        for path, folder in folders.items()
    }

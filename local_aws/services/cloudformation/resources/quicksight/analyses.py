"""Analyses."""

from local_aws.services.cloudformation.resources.calls import Answer
from local_aws.services.cloudformation.resources.handler import Work
from local_aws.services.cloudformation.resources.quicksight.assets import Asset, Document
from local_aws.services.cloudformation.resources.quicksight.versions import refuse_errors


class Analyses(Asset):
    """AWS::QuickSight::Analysis. A deleted one is gone, and its id is free again."""

    noun = "Analysis"
    given = ("Definition", "Name", "Parameters", "SourceEntity", "ThemeArn", "ValidationStrategy")
    told = ("Name", "ThemeArn")
    facts = ("Arn", "CreatedTime", "DataSetArns", "LastUpdatedTime")
    takes = frozenset({"AwsAccountId", "AnalysisId", "Permissions", "Tags", *given})

    def settle(self, work: Work, asset: str, answer: Answer) -> None:
        analysis: Document = {}

        def ended() -> bool:
            analysis.update(self.ask(work, "describe", asset)["Analysis"])
            return not analysis["Status"].endswith("IN_PROGRESS")

        work.wait(ended)
        refuse_errors(f"The analysis {answer['AnalysisId']}", analysis["Status"], analysis)

    def describe(self, work: Work, asset: str) -> Document | None:
        """None too while it is deleted and could be restored."""
        found = super().describe(work, asset)
        return found if found and found["Status"] != "DELETED" else None

    def drop(self, work: Work, asset: str) -> None:
        self.find(work, "delete", asset, ForceDeleteWithoutRecovery=True)

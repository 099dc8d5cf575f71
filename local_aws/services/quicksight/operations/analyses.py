"""Analyses: what authors work in, and publish as dashboards.

A deleted analysis can be restored for as long as its recovery window is.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Analysis.html
"""

import time
from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight import sources, themes
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import ANALYSIS
from local_aws.services.quicksight.operations.assets import Assets
from local_aws.services.quicksight.operations.common import operation, page, present, when
from local_aws.services.quicksight.parameters import check_overrides, overridden
from local_aws.services.quicksight.search import search

DAY = 86_400
RECOVERY_DAYS = (7, 30)
DELETED = "DELETED"


class Analyses(Assets):
    """CreateAnalysis and its like."""

    kind, noun = ANALYSIS, "Analysis"

    @operation(202)
    def create_analysis(self, request: Request) -> Response:
        """Check the definition and keep it."""
        analysis = request["AnalysisId"]
        document = self._document(request, "CREATION")
        with self.store.db.transaction():
            self._forget_if_over(self.store.find(ANALYSIS, analysis))
            self.keep(request, document)
        return self.named(analysis) | {"CreationStatus": "CREATION_IN_PROGRESS"}

    @operation()
    def update_analysis(self, request: Request) -> Response:
        """Replace the definition."""
        row = self._living(request)
        self.store.update(ANALYSIS, row["id"], self._document(request, "UPDATE"))
        return self.named(row["id"]) | {"UpdateStatus": "UPDATE_IN_PROGRESS"}

    @operation()
    def describe_analysis(self, request: Request) -> Response:
        """One analysis."""
        row = self._row(request)
        document = row["document"]
        shown = self._summary(row) | present(
            Errors=document["Errors"] or None,
            ThemeArn=document.get("ThemeArn"),
            **sources.outline(document["Definition"]),
        )
        return {"Analysis": shown}

    @operation()
    def describe_analysis_definition(self, request: Request) -> Response:
        """What was given to CreateAnalysis or UpdateAnalysis."""
        row = self._row(request)
        document = row["document"]
        return present(
            AnalysisId=row["id"],
            Name=document["Name"],
            Errors=document["Errors"] or None,
            ResourceStatus=document["Status"],
            ThemeArn=document.get("ThemeArn"),
            Definition=document["Definition"],
        )

    @operation()
    def list_analyses(self, request: Request) -> Response:
        """All of them, by id; deleted ones too, while they can be restored."""
        return self._listed(request, self._rows())

    @operation()
    def search_analyses(self, request: Request) -> Response:
        """Those that the filter finds."""
        return self._listed(request, search(self.store, ANALYSIS, request["Filters"], self._rows()))

    @operation()
    def delete_analysis(self, request: Request) -> Response:
        """Delete it for good, or after its recovery window: 30 days where none is given."""
        row = self._living(request)
        days, force = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery")
        if force and days is not None:
            raise InvalidParameter(
                "ForceDeleteWithoutRecovery and RecoveryWindowInDays exclude each other"
            )
        if force:
            self.store.delete(ANALYSIS, row["id"])
            return self.named(row["id"])
        low, high = RECOVERY_DAYS
        days = high if days is None else days
        if not low <= days <= high:
            raise InvalidParameter(f"RecoveryWindowInDays is {low} to {high}, not {days}")
        ends = time.time() + days * DAY
        gone = {"Status": DELETED, "was": row["document"]["Status"], "ends": ends}
        self.store.update(ANALYSIS, row["id"], row["document"] | gone)
        return self.named(row["id"]) | {"DeletionTime": when(ends)}

    @operation()
    def restore_analysis(self, request: Request) -> Response:
        """Undo a deletion."""
        if request.get("RestoreToFolders"):
            raise Unsupported("RestoreToFolders")
        row = self._row(request)
        document = dict(row["document"])
        if document["Status"] != DELETED:
            raise InvalidParameter(f"The analysis {row['id']} is not deleted")
        document["Status"] = document.pop("was")
        del document["ends"]
        self.store.update(ANALYSIS, row["id"], document)
        return self.named(row["id"])

    @operation()
    def describe_analysis_permissions(self, request: Request) -> Response:
        """Who may do what."""
        return self.described_permissions(request)

    @operation()
    def update_analysis_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        return self.updated_permissions(request)

    def _document(self, request: Request, step: str) -> dict[str, Any]:
        if request.get("FolderArns"):
            raise Unsupported("FolderArns of an analysis")
        source = sources.of_dashboard(self.store, request)
        given = request.get("Parameters", {})
        check_overrides(source.definition, given)
        theme = request.get("ThemeArn", source.theme)
        themes.check(self.store, theme)
        errors = self.problems(request, overridden(source.definition, given))
        return present(
            Name=request["Name"],
            Definition=source.definition,
            ThemeArn=theme,
            Parameters=request.get("Parameters"),
            Status=f"{step}_FAILED" if errors else f"{step}_SUCCESSFUL",
            Errors=errors,
        )

    def _forget_if_over(self, row: Row | None) -> bool:
        """Forget an analysis whose recovery window is over; whether it was."""
        if row is None or row["document"].get("ends", float("inf")) > time.time():
            return False
        self.store.delete(ANALYSIS, row["id"])
        return True

    def _rows(self) -> list[Row]:
        return [row for row in self.store.list(ANALYSIS) if not self._forget_if_over(row)]

    def _row(self, request: Request) -> Row:
        row = self.row(request)
        if self._forget_if_over(row):
            raise ResourceNotFound("ANALYSIS", row["id"])
        return row

    def _living(self, request: Request) -> Row:
        row = self._row(request)
        if row["document"]["Status"] == DELETED:
            raise ResourceNotFound("ANALYSIS", row["id"])
        return row

    def _listed(self, request: Request, found: list[Row]) -> Response:
        rows, token = page(request, found, lambda row: str(row["id"]))
        return {"AnalysisSummaryList": [self._summary(row) for row in rows]} | token

    def _summary(self, row: Row) -> dict[str, Any]:
        return self.named(row["id"]) | {
            "Name": row["document"]["Name"],
            "Status": row["document"]["Status"],
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
        }

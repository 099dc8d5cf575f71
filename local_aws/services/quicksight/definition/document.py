"""A definition, read part by part.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from local_aws.errors import ServiceError
from local_aws.services.quicksight.definition.refusals import refuse_undrawn
from local_aws.services.quicksight.definition.visual import Visual, read_visual
from local_aws.services.quicksight.definition.visuals import VISUALS
from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.expression import ExpressionError
from local_aws.services.quicksight.fields import Columns, Filter, read_filters

Item = tuple[str, str, dict[str, Any]]


class Definition:
    """A definition that `check` let through."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @cached_property
    def data_sets(self) -> dict[str, str]:
        """ARN by identifier."""
        declared = self.document["DataSetIdentifierDeclarations"]
        return {item["Identifier"]: item["DataSetArn"] for item in declared}

    @cached_property
    def columns(self) -> Columns:
        """The calculated fields."""
        fields = self.document.get("CalculatedFields", [])
        return Columns({(f.get("DataSetIdentifier", ""), f["Name"]): f["Expression"]
                        for f in fields})  # fmt: skip

    @cached_property
    def filters(self) -> list[Filter]:
        """The filters that are switched on."""
        return read_filters(self.document.get("FilterGroups", []), self.columns)

    @property
    def sheets(self) -> list[dict[str, Any]]:
        """The sheets as they are."""
        found: list[dict[str, Any]] = self.document.get("Sheets", [])
        return found

    def sheet(self, sheet_id: str) -> dict[str, Any] | None:
        """A sheet by id."""
        return next((s for s in self.sheets if s["SheetId"] == sheet_id), None)

    def visual_items(self) -> Iterator[Item]:
        """Every visual as (sheet id, kind, options)."""
        for sheet in self.sheets:
            for item in sheet.get("Visuals", []):
                kind, options = next(iter(item.items()))
                yield sheet["SheetId"], kind, options

    def visual(self, sheet_id: str, visual_id: str) -> Visual | None:
        """One visual, read. Raises VisualRefused."""
        for sheet, kind, options in self.visual_items():
            if (sheet, options["VisualId"]) == (sheet_id, visual_id):
                return self.read(sheet, kind, options)
        return None

    def read(self, sheet: str, kind: str, options: dict[str, Any]) -> Visual:
        """A visual that can be drawn. Raises VisualRefused, with what is not done here."""
        try:
            if kind in VISUALS:
                refuse_undrawn(kind, options, options.get(VISUALS[kind].config, {}))
            return read_visual(self.columns, sheet, kind, options)
        except ServiceError as error:
            raise VisualRefused(error.message) from error
        except ExpressionError as error:
            raise VisualRefused(str(error)) from error

    def refusals(self) -> list[tuple[str, str, str]]:
        """Each visual that is not shown, as (sheet id, visual id, why)."""
        found = []
        for sheet, kind, options in self.visual_items():
            try:
                self.read(sheet, kind, options)
            except VisualRefused as refused:
                found.append((sheet, options["VisualId"], str(refused)))
        return found

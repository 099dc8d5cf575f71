"""A dashboard's Definition: what of it is rendered, what is refused, what is wrong with it.

AWS: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
Here: the visuals in `VISUALS`, with everything that changes which figures are shown. Looks (fonts,
tooltips, conditional formatting, chart colours) are taken and left to the page's theme.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.expressions import ExpressionError
from local_aws.services.quicksight.fields import (
    Field,
    Filter,
    read_field,
    read_filters,
    read_unaggregated,
)
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.preparation import plan
from local_aws.services.quicksight.query.binding import bind

# Each visual: where its field wells are, and its wells with the most fields that each takes.
VISUALS: dict[str, tuple[str | None, dict[str, int]]] = {
    "KPIVisual": (None, {"Values": 1, "TargetValues": 1, "TrendGroups": 1}),
    "BarChartVisual": ("BarChartAggregatedFieldWells", {"Category": 1, "Values": 50, "Colors": 1}),
    "LineChartVisual": ("LineChartAggregatedFieldWells", {"Category": 1, "Values": 50,
                                                          "Colors": 1}),
    "ComboChartVisual": ("ComboChartAggregatedFieldWells", {"Category": 1, "BarValues": 50,
                                                            "LineValues": 50, "Colors": 1}),
    "PieChartVisual": ("PieChartAggregatedFieldWells", {"Category": 1, "Values": 1}),
    "TableVisual": ("TableAggregatedFieldWells", {"GroupBy": 200, "Values": 200}),
    "PivotTableVisual": ("PivotTableAggregatedFieldWells", {"Rows": 40, "Columns": 40,
                                                            "Values": 40}),
    "HeatMapVisual": ("HeatMapAggregatedFieldWells", {"Rows": 1, "Columns": 1, "Values": 1}),
}  # fmt: skip
REFUSED_PARTS = ("ParameterDeclarations", "TooltipSheets", "StaticFiles",
                 "TopicIdentifierDeclarations")  # fmt: skip
REFUSED_SHEET_PARTS = ("ParameterControls", "Images")
REFUSED_OPTIONS = ("ForecastConfigurations", "ReferenceLines", "SmallMultiplesOptions",
                   "TableInlineVisualizations", "ContributionAnalysisDefaults")  # fmt: skip
CONTROLS = ("Dropdown", "List")


@dataclass(frozen=True)
class Visual:
    """One visual: its kind, its words, its fields by well, its configuration."""

    kind: str
    id: str
    sheet: str
    title: str
    subtitle: str
    alt: str
    wells: dict[str, list[Field]]
    config: dict[str, Any]
    aggregated: bool = True

    @property
    def fields(self) -> list[Field]:
        """Every field, in the order of the wells."""
        return [field for well in self.wells.values() for field in well]

    def field(self, field_id: str) -> Field | None:
        """A field by id."""
        return next((field for field in self.fields if field.id == field_id), None)

    @property
    def data_set(self) -> str | None:
        """The identifier of the data set that the visual reads."""
        return self.fields[0].data_set if self.fields else None


class Definition:
    """A definition that `refuse_unsupported` let through, read part by part."""

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

    def visual_items(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every visual as (sheet id, kind, options)."""
        for sheet in self.sheets:
            for item in sheet.get("Visuals", []):
                kind, options = next(iter(item.items()))
                yield sheet["SheetId"], kind, options

    def visual(self, sheet_id: str, visual_id: str) -> Visual | None:
        """One visual, read. Raises ExpressionError, Unsupported."""
        for sheet, kind, options in self.visual_items():
            if (sheet, options["VisualId"]) == (sheet_id, visual_id):
                return read_visual(self.columns, sheet, kind, options)
        return None


def read_visual(columns: Columns, sheet: str, kind: str, options: dict[str, Any]) -> Visual:
    """A visual with its fields. Raises ExpressionError, Unsupported, InvalidParameter."""
    config = options.get("ChartConfiguration", {})
    wells, aggregated = _wells(columns, kind, options["VisualId"], config)
    sets = {field.data_set for well in wells.values() for field in well}
    if len(sets) > 1:
        raise InvalidParameter(f"The visual {options['VisualId']} has fields of {sorted(sets)}")
    title = options.get("Title", {})
    subtitle = options.get("Subtitle", {})
    return Visual(kind, options["VisualId"], sheet, _text(title), _text(subtitle),
                  options.get("VisualContentAltText", ""), wells, config, aggregated)  # fmt: skip


def _text(label: dict[str, Any]) -> str:
    if label.get("Visibility") == "HIDDEN":
        return ""
    form = label.get("FormatText", {})
    return str(form.get("PlainText") or plain(form.get("RichText", "")))


def plain(rich: str) -> str:
    """The words of QuickSight's rich text, which is XML of its own."""
    words, depth = [], 0
    for char in rich:
        depth += (char == "<") - (char == ">")
        words.append(char if depth == 0 and char != ">" else " " if char == ">" else "")
    return " ".join("".join(words).split())


def _wells(
    columns: Columns, kind: str, visual: str, config: dict[str, Any]
) -> tuple[dict[str, list[Field]], bool]:
    holder, known = VISUALS[kind]
    labels = _labels(config)
    given = config.get("FieldWells", {})
    if "TableUnaggregatedFieldWells" in given:
        items = given["TableUnaggregatedFieldWells"].get("Values", [])
        return {"Values": [read_unaggregated(columns, item, labels) for item in items]}, False
    inner = given if holder is None else given.get(holder, {})
    for well, items in inner.items():
        if items and well not in known:
            raise Unsupported(f"The field well {well} of {kind} ({visual})")
        if len(items) > known.get(well, 0):
            raise Unsupported(f"{len(items)} fields in {well} of {kind} ({visual})",
                              f"Give {known[well]}.")  # fmt: skip
    return {w: [read_field(columns, item, labels) for item in inner.get(w, [])]
            for w in known}, True  # fmt: skip


def _labels(config: dict[str, Any]) -> dict[str, str]:
    """The names that the definition gives to fields, by field id."""
    found = {}
    for options in config.values():
        if not isinstance(options, dict):
            continue
        for label in options.get("AxisLabelOptions", []):
            if label.get("CustomLabel") and "ApplyTo" in label:
                found[label["ApplyTo"]["FieldId"]] = label["CustomLabel"]
    for option in config.get("FieldOptions", {}).get("SelectedFieldOptions", []):
        if option.get("CustomLabel"):
            found[option["FieldId"]] = option["CustomLabel"]
    return found


def refuse_unsupported(document: dict[str, Any]) -> None:
    """Name what is not rendered. Raises Unsupported, InvalidParameter."""
    definition = Definition(document)
    for part in REFUSED_PARTS:
        if document.get(part):
            raise Unsupported(f"{part} of a definition")
    for sheet in definition.sheets:
        _refuse_sheet(sheet)
    for _sheet, kind, options in definition.visual_items():
        _refuse_visual(kind, options)
    try:
        _check_ids(definition)
        for sheet_id, kind, options in definition.visual_items():
            read_visual(definition.columns, sheet_id, kind, options)
        _ = definition.filters
        definition.columns.check()
    except ExpressionError as error:
        raise InvalidParameter(f"{error}") from None


def _refuse_sheet(sheet: dict[str, Any]) -> None:
    where = f"of the sheet {sheet['SheetId']}"
    if sheet.get("ContentType", "INTERACTIVE") != "INTERACTIVE":
        raise Unsupported(f"The content type {sheet['ContentType']} {where}")
    for part in REFUSED_SHEET_PARTS:
        if sheet.get(part):
            raise Unsupported(f"{part} {where}")
    for layout in sheet.get("Layouts", []):
        for kind in layout["Configuration"]:
            if kind != "GridLayout":
                raise Unsupported(f"The layout {kind} {where}", "Use GridLayout.")
    for control in sheet.get("FilterControls", []):
        for kind in control:
            if kind not in CONTROLS:
                raise Unsupported(f"The filter control {kind} {where}")


def _refuse_visual(kind: str, options: dict[str, Any]) -> None:
    if kind not in VISUALS:
        raise Unsupported(f"The visual type {kind} ({options['VisualId']})",
                          f"These are: {', '.join(VISUALS)}.")  # fmt: skip
    config = options.get("ChartConfiguration", {})
    for part in REFUSED_OPTIONS:
        if config.get(part):
            raise Unsupported(f"{part} of {kind} ({options['VisualId']})")
    for option in config.get("SortConfiguration", {}).get("FieldSortOptions", []):
        if "DataPath" in option["SortBy"]:
            raise Unsupported(f"SortBy.DataPath of {kind} ({options['VisualId']})")
    totals = config.get("TotalOptions", {})
    for part in ("RowSubtotalOptions", "ColumnSubtotalOptions"):
        if totals.get(part, {}).get("TotalsVisibility") == "VISIBLE":
            raise Unsupported(f"{part} of {kind} ({options['VisualId']})")


def _check_ids(definition: Definition) -> None:
    seen: set[str] = set()
    for identifier in [s["SheetId"] for s in definition.sheets] + [
        options["VisualId"] for _, _, options in definition.visual_items()
    ]:
        if identifier in seen:
            raise InvalidParameter(f"The id {identifier} is given twice")
        seen.add(identifier)
    for sheet, kind, options in definition.visual_items():
        visual = read_visual(definition.columns, sheet, kind, options)
        if visual.data_set is not None and visual.data_set not in definition.data_sets:
            raise InvalidParameter(
                f"The visual {visual.id} uses the data set {visual.data_set}, which is not declared"
            )


def problems(definition: Definition, store: Store) -> list[dict[str, Any]]:
    """What makes a version fail, in the shape of DashboardError."""
    schemas: dict[str, dict[str, str]] = {}
    found = []
    for identifier, arn in definition.data_sets.items():
        try:
            row = store.get(DATA_SET, store.id_of(DATA_SET, arn))
            schemas[identifier] = plan(row["document"]).columns
        except ResourceNotFound:
            found.append(_problem("DATA_SET_NOT_FOUND", f"The data set {arn} does not exist"))
    for sheet, kind, options in definition.visual_items():
        visual = read_visual(definition.columns, sheet, kind, options)
        schema = schemas.get(visual.data_set or "")
        message = bind(visual, schema, definition.columns) if schema is not None else None
        if message:
            where = f"sheet/{sheet}/visual/{visual.id}"
            missing = "not found" in message
            found.append(_problem("COLUMN_REPLACEMENT_MISSING" if missing
                                  else "COLUMN_TYPE_MISMATCH", message, where))  # fmt: skip
    return found


def _problem(kind: str, message: str, path: str | None = None) -> dict[str, Any]:
    entities = {"ViolatedEntities": [{"Path": path}]} if path else {}
    return {"Type": kind, "Message": message} | entities

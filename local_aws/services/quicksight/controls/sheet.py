"""The controls of a sheet, read: of filters and of parameters, alike for the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.controls.defaults import filter_default, parameter_default
from local_aws.services.quicksight.definition import Definition, label_text
from local_aws.services.quicksight.filters import Filter
from local_aws.services.quicksight.parameters import Parameter

TYPES = ("DateTimePicker", "Dropdown", "List", "RelativeDateTime", "Slider", "TextArea",
         "TextField")  # fmt: skip
# A filter of all sheets says itself how it is controlled; DefaultDropdownOptions and its like.
# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DefaultFilterControlOptions.html
HIDDEN = "HIDDEN"


@dataclass(frozen=True)
class Control:
    """One control: its type, its options, and the filter or the parameter that it sets."""

    id: str
    type: str
    options: Mapping[str, Any]
    source: Filter | Parameter

    @property
    def key(self) -> str:
        """The name under which its values travel in the page's address."""
        if isinstance(self.source, Filter):
            return f"f.{self.source.id}"
        return f"p.{self.source.name}"

    @property
    def title(self) -> str:
        """What it is called; nothing where its title is hidden."""
        title = self.options.get("DisplayOptions", {}).get("TitleOptions", {})
        if title.get("Visibility") == HIDDEN:
            return ""
        name = self.source.column if isinstance(self.source, Filter) else self.source.name
        formatted = label_text({"FormatText": self.options.get("ControlTitleFormatText", {})})
        return title.get("CustomLabel") or formatted or self.options.get("Title") or name

    @property
    def multiple(self) -> bool:
        """Whether several values may be chosen."""
        if isinstance(self.source, Parameter) and not self.source.multiple:
            return False
        return bool(self.options.get("Type", "MULTI_SELECT") == "MULTI_SELECT")


def sheet_controls(definition: Definition, sheet: Mapping[str, Any]) -> list[Control]:
    """A sheet's controls in their order on the page; none for a filter that is switched off."""
    found = [*_of_parameters(definition, sheet), *_of_filters(definition, sheet)]
    places = _places(sheet)
    return sorted(found, key=lambda control: places.get(control.id, (10**6, 0)))


def _of_parameters(definition: Definition, sheet: Mapping[str, Any]) -> Iterator[Control]:
    for item in sheet.get("ParameterControls", []):
        kind, options = next(iter(item.items()))
        source = definition.parameters.get(options["SourceParameterName"])
        if source is not None:
            yield Control(options["ParameterControlId"], kind, options, source)


def _of_filters(definition: Definition, sheet: Mapping[str, Any]) -> Iterator[Control]:
    filters = {item.id: item for group in definition.filter_groups for item in group.filters}
    for item in sheet.get("FilterControls", []):
        kind, options = next(iter(item.items()))
        source = filters.get(options["SourceFilterId"])
        if source is not None:
            if kind == "CrossSheet":
                kind, options = _of_all_sheets(source, options)
            yield Control(options["FilterControlId"], kind, options, source)


def _of_all_sheets(source: Filter, options: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The type and the options of a control that its filter describes."""
    default = source.options.get("DefaultFilterControlConfiguration", {})
    for name, given in default.get("ControlOptions", {}).items():
        kind = name.removeprefix("Default").removesuffix("Options")
        titles = {k: default[k] for k in ("Title", "ControlTitleFormatText") if k in default}
        return kind, {**given, **titles, **options}
    return "CrossSheet", options


def _places(sheet: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Row and column of each control in the bar above the sheet."""
    found = {}
    for layout in sheet.get("SheetControlLayouts", []):
        elements = layout["Configuration"].get("GridLayout", {}).get("Elements", [])
        for number, element in enumerate(elements):
            row, column = element.get("RowIndex", 0), element.get("ColumnIndex", number)
            found[element["ElementId"]] = (row, column)
    return found


def outline(definition: Definition, control: Control) -> dict[str, Any]:
    """A control as the page draws it."""
    options, display = control.options, control.options.get("DisplayOptions", {})
    shown: dict[str, Any] = {
        "id": control.id,
        "key": control.key,
        "type": control.type,
        "title": control.title,
        "multiple": control.multiple,
        "manual": options.get("CommitMode") == "MANUAL",
        "selectAll": display.get("SelectAllOptions", {}).get("Visibility") != HIDDEN,
        "search": display.get("SearchOptions", {}).get("Visibility") != HIDDEN,
        "info": _info(display),
        "sources": [
            s["SourceSheetControlId"]
            for s in cascade_sources(options)
            if "SourceSheetControlId" in s
        ],
        "default": _default(definition, control),
    }
    if control.type not in TYPES:
        refusal = f"The control {control.type} is not supported by local_aws."
        return shown | {"type": "Refused", "message": refusal}
    return shown | _own(control)


def _own(control: Control) -> dict[str, Any]:
    """What only one type has."""
    options, kind = control.options, control.type
    if kind == "Slider":
        return {
            "minimum": options["MinimumValue"],
            "maximum": options["MaximumValue"],
            "step": options["StepSize"],
            "range": options.get("Type") == "RANGE",
        }
    if kind == "DateTimePicker":
        ranged = isinstance(control.source, Filter) and control.source.kind == "TimeRangeFilter"
        return {"range": options.get("Type", "DATE_RANGE" if ranged else "") == "DATE_RANGE"}
    if kind == "TextArea":
        return {"delimiter": options.get("Delimiter", "\n")}
    return {}


def cascade_sources(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The controls that narrow what a control offers."""
    found: list[dict[str, Any]] = options.get("CascadingControlConfiguration", {}).get(
        "SourceControls", []
    )
    return found


def _info(display: Mapping[str, Any]) -> str:
    info = display.get("InfoIconLabelOptions", {})
    return "" if info.get("Visibility") == HIDDEN else str(info.get("InfoIconText", ""))


def _default(definition: Definition, control: Control) -> list[str] | None:
    if isinstance(control.source, Filter):
        return filter_default(definition, control.source)
    return parameter_default(definition, control.source)

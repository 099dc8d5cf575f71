"""One visual, read: its words, its fields by well, its tooltip's fields, its configuration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.definition.inline import MEASURE, column_name, data_set_of
from local_aws.services.quicksight.definition.text import label_text
from local_aws.services.quicksight.definition.visuals import VISUALS, Wells
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.expressions import Compiled
from local_aws.services.quicksight.fields import Field, read_field, read_measure, read_unaggregated

# The measure that an aggregation of a tooltip's column makes; without one, a number's.
TOOLTIP_MEASURES = {
    "": "NumericalMeasureField",
    "NumericalAggregationFunction": "NumericalMeasureField",
    "CategoricalAggregationFunction": "CategoricalMeasureField",
    "DateAggregationFunction": "DateMeasureField",
    "AttributeAggregationFunction": "CategoricalMeasureField",
}
# The well of values of charts that count records where they have none.
COUNTED = {
    "BarChartVisual": "Values",
    "ComboChartVisual": "BarValues",
    "LineChartVisual": "Values",
    "PieChartVisual": "Values",
}
COMPUTATION_FIELDS = ("Time", "Category", "Value", "FromValue", "TargetValue")


@dataclass(frozen=True)
class Computation:
    """One computation of an insight: its kind, its fields by role, its options."""

    kind: str
    id: str
    fields: Mapping[str, Field]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Visual:
    """One visual: its kind, its words, its fields by well, its configuration.

    ``kept`` are the conditions of a drill-down over rows.
    """

    kind: str
    id: str
    sheet: str
    title: str
    subtitle: str
    alt: str
    wells: dict[str, list[Field]]
    config: dict[str, Any]
    aggregated: bool = True
    tooltips: list[Field] = field(default_factory=list)
    computations: list[Computation] = field(default_factory=list)
    kept: list[Compiled] = field(default_factory=list)

    @property
    def fields(self) -> list[Field]:
        """Every field, in the order of the wells (of an insight: of its computations)."""
        computed = (f for each in self.computations for f in each.fields.values())
        return [f for well in self.wells.values() for f in well] + list(computed)

    def field(self, field_id: str) -> Field | None:
        """A field by id."""
        return next((f for f in self.fields if f.id == field_id), None)

    @property
    def data_set(self) -> str | None:
        """The identifier of the data set that the visual reads."""
        return self.fields[0].data_set if self.fields else None


def read_visual(columns: Columns, sheet: str, kind: str, options: dict[str, Any]) -> Visual:
    """A visual with its fields. Raises ExpressionError, Unsupported, InvalidParameter."""
    if kind not in VISUALS:
        raise Unsupported(f"The visual type {kind} ({options['VisualId']})")
    config = options.get(VISUALS[kind].config, {})
    form, wells = _wells(columns, kind, options["VisualId"], config)
    visual = Visual(
        kind,
        options["VisualId"],
        sheet,
        label_text(options.get("Title", {})),
        label_text(options.get("Subtitle", {})),
        options.get("VisualContentAltText", ""),
        wells,
        config,
        form.aggregated,
        _tooltips(columns, config),
        [_computation(columns, item) for item in config.get("Computations", [])],
    )
    sets = {f.data_set for f in (*visual.fields, *visual.tooltips)}
    if len(sets) > 1:
        raise InvalidParameter(f"The visual {visual.id} has fields of {sorted(sets)}")
    return visual


def _wells(
    columns: Columns, kind: str, visual: str, config: dict[str, Any]
) -> tuple[Wells, dict[str, list[Field]]]:
    forms = VISUALS[kind].wells or (Wells({}),)
    given = config.get("FieldWells", {})
    form = next((f for f in forms if f.holder in given), forms[0])
    inner = given if form.holder is None else given.get(form.holder, {})
    labels, data_set = _labels(config), data_set_of(config)
    for well, items in inner.items():
        most = form.maxima.get(well, 0)
        if items and not most:
            raise Unsupported(f"The field well {well} of {kind} ({visual})")
        if len(items) > most:
            raise Unsupported(f"{len(items)} fields in {well} of {kind} ({visual})",
                              f"Give {most}.")  # fmt: skip
    wells = {
        well: [_field(columns, item, labels, data_set) for item in inner.get(well, [])]
        for well in form.maxima
    }
    return form, wells | _records(kind, wells)


def _records(kind: str, wells: dict[str, list[Field]]) -> dict[str, list[Field]]:
    """The value of a chart that has dimensions alone: AWS's console counts records, then.

    It leaves the well of values empty, as dashboards that AWS made public have it.
    """
    fields = [field for well in wells.values() for field in well]
    if kind not in COUNTED or not fields or any(field.measure for field in fields):
        return {}
    name = "Count of Records"
    return {
        COUNTED[kind]: [Field("", fields[0].data_set, "", "count(*)", True, name, numeric=True)]
    }


def _field(
    columns: Columns, item: dict[str, Any], labels: Mapping[str, str], data_set: str | None
) -> Field:
    if MEASURE in item and data_set is not None:
        return read_calculated(columns, item[MEASURE], labels, data_set)
    read = read_unaggregated if "Column" in item else read_field
    return read(columns, item, labels)


def read_calculated(
    columns: Columns, options: dict[str, Any], labels: Mapping[str, str], data_set: str
) -> Field:
    """A CalculatedMeasureField. Raises ExpressionError, Unsupported."""
    text = options["Expression"]
    column = {"DataSetIdentifier": data_set, "ColumnName": column_name(text)}
    shown = {options["FieldId"]: text, **labels}
    return read_measure(columns, MEASURE, options | {"Column": column}, shown)


def _tooltips(columns: Columns, config: dict[str, Any]) -> list[Field]:
    """What a tooltip shows beside the visual's own fields: columns, each with its aggregation."""
    tooltip = config.get("Tooltip") or config.get("TooltipOptions") or {}
    items = tooltip.get("FieldBasedTooltip", {}).get("TooltipFields", [])
    given = (item["ColumnTooltipItem"] for item in items if "ColumnTooltipItem" in item)
    shown = (item for item in given if item.get("Visibility", "VISIBLE") == "VISIBLE")
    return [_tooltip(columns, item, number) for number, item in enumerate(shown)]


def _tooltip(columns: Columns, item: dict[str, Any], number: int) -> Field:
    kind, function = next(iter(item.get("Aggregation", {}).items()), ("", None))
    measure = TOOLTIP_MEASURES[kind]
    options = {"FieldId": f"tooltip.{number}", "Column": item["Column"]}
    chosen = {"AggregationFunction": function} if function else {}
    labels = {options["FieldId"]: item["Label"]} if item.get("Label") else {}
    return read_field(columns, {measure: options | chosen}, labels)


def _computation(columns: Columns, item: dict[str, Any]) -> Computation:
    kind, options = next(iter(item.items()))
    fields = {
        role: read_field(columns, options[role], {}) for role in COMPUTATION_FIELDS
        if options.get(role)
    }  # fmt: skip
    rest = {name: value for name, value in options.items() if name not in COMPUTATION_FIELDS}
    return Computation(kind, options["ComputationId"], fields, rest)


def _labels(config: dict[str, Any]) -> dict[str, str]:
    """The names that the definition gives to fields, by field id."""
    axes = (options for options in config.values() if isinstance(options, dict))
    found = dict(_axis_labels(label for o in axes for label in o.get("AxisLabelOptions", [])))
    for option in config.get("FieldOptions", {}).get("SelectedFieldOptions", []):
        if option.get("CustomLabel"):
            found[option["FieldId"]] = option["CustomLabel"]
    return found


def _axis_labels(labels: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str]]:
    for label in labels:
        if label.get("CustomLabel") and "ApplyTo" in label:
            yield label["ApplyTo"]["FieldId"], label["CustomLabel"]

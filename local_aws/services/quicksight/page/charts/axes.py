"""Axes as plotly takes them: titles, ranges, logarithms, ticks, lines.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AxisDisplayOptions.html
"""

from collections.abc import Sequence
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.options import (
    Options,
    custom_label,
    inner,
    safe,
    shown,
)
from local_aws.services.quicksight.page.charts.series import on_time_axis, texts
from local_aws.services.quicksight.page.formats import axis_format
from local_aws.services.quicksight.query import Axis

Layout = dict[str, Any]


def category_axis(axis: Axis, display: Options, label: Options, lying: bool = False) -> Layout:
    """The axis of a dimension; names from the top down where the bars lie."""
    found: Layout = {"type": "date"} if on_time_axis(axis) else _names(axis)
    numeric = axis.field.numeric and bool(axis.field.id)
    text = custom_label(label) or (axis.field.label if numeric else None)
    found |= {"showgrid": shown({"Visibility": display.get("GridLineVisibility")}, False)}
    if lying:
        found["autorange"] = "reversed"
    if not axis.field.id:
        found["showticklabels"] = False
    return found | _title(text if shown(label) else None) | _looks(display)


def _names(axis: Axis) -> Layout:
    # In this order even where the first series has no value for some of them.
    return {"type": "category", "categoryorder": "array", "categoryarray": texts(axis)}


def value_axis(measures: Sequence[Field], display: Options, label: Options) -> Layout:
    """The axis of one or several measures."""
    if not measures:
        return {}
    shared = len({m.label for m in measures}) == 1
    text = custom_label(label) or (measures[0].label if shared else None)
    found = axis_format(measures[0]) | _title(text if shown(label) else None)
    options = inner(display, "DataOptions", "NumericAxisOptions")
    found |= _scale(options.get("Scale", {})) | _range(options, "Logarithmic" in
                                                       options.get("Scale", {}))  # fmt: skip
    if display.get("GridLineVisibility") == "HIDDEN":
        found["showgrid"] = False
    return found | _looks(display)


def _title(text: str | None) -> Layout:
    return {"title": {"text": safe(text)}} if text else {}


def _scale(scale: Options) -> Layout:
    if "Logarithmic" in scale:
        return {"type": "log", "dtick": 1}
    linear = scale.get("Linear", {})
    if linear.get("StepSize"):
        return {"dtick": float(linear["StepSize"])}
    return {"nticks": int(linear["StepCount"]) + 1} if linear.get("StepCount") else {}


def _range(options: Options, logarithmic: bool) -> Layout:
    if "DataDriven" in inner(options, "Range"):
        return {"rangemode": "normal"}
    bounds = inner(options, "Range", "MinMax")
    low, high = bounds.get("Minimum"), bounds.get("Maximum")
    if logarithmic or (low is None and high is None):
        return {}
    if low is not None and high is not None:
        return {"range": [float(low), float(high)]}
    side = "minallowed" if low is not None else "maxallowed"
    bound = float(low if low is not None else high)
    return {"autorangeoptions": {side: bound, "include": bound}}


def _looks(display: Options) -> Layout:
    found: Layout = {}
    if display.get("AxisLineVisibility") is not None:
        found["showline"] = display["AxisLineVisibility"] == "VISIBLE"
    ticks = display.get("TickLabelOptions", {})
    if not shown(ticks.get("LabelOptions", {})):
        found["showticklabels"] = False
    if ticks.get("RotationAngle") is not None:
        found["tickangle"] = -float(ticks["RotationAngle"])
    return found

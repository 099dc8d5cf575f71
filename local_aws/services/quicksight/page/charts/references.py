"""Reference lines: a fixed figure, or one worked out from those that are drawn.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ReferenceLine.html
"""

import statistics
from collections.abc import Callable, Sequence
from typing import Any

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.page.charts.options import Options, colour, inner, safe
from local_aws.services.quicksight.page.charts.series import Series
from local_aws.services.quicksight.page.formats import number_format, number_text, show

DASHES = {"SOLID": "solid", "DASHED": "dash", "DOTTED": "dot"}
CALCULATIONS: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVERAGE": statistics.fmean,
    "MIN": min,
    "MAX": max,
    "MEDIAN": statistics.median,
    "COUNT": len,
    "DISTINCT_COUNT": lambda values: len(set(values)),
    "VAR": statistics.variance,
    "VARP": statistics.pvariance,
    "STDEV": statistics.stdev,
    "STDEVP": statistics.pstdev,
}
SIDES = {"LEFT": (0.0, "left"), "CENTER": (0.5, "center"), "RIGHT": (1.0, "right")}


def reference_lines(
    config: Options, series: Sequence[Series], lying: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Shapes and annotations for plotly. Raises VisualRefused."""
    shapes, notes = [], []
    for item in config.get("ReferenceLines", []):
        if item.get("Status", "ENABLED") == "ENABLED":
            value, line = _value(item["DataConfiguration"], series)
            right = item["DataConfiguration"].get("AxisBinding") == "SECONDARY_YAXIS"
            shapes.append(_shape(item, value, lying, right))
            notes += _note(item, value, line, lying, right)
    return {"shapes": shapes, "annotations": notes} if shapes else {}


def _value(data: Options, series: Sequence[Series]) -> tuple[float, Series | None]:
    if "StaticConfiguration" in data:
        return float(data["StaticConfiguration"]["Value"]), next(iter(series), None)
    if "DynamicConfiguration" not in data:
        raise VisualRefused("A reference line without a value")
    dynamic = data["DynamicConfiguration"]
    name = dynamic["Column"]["ColumnName"]
    found = [s for s in series if s.field.column == name]
    if not found:
        raise VisualRefused(f"A reference line over {name}, which the visual does not show")
    values = [float(v) for s in found for v in s.values if isinstance(v, int | float)]
    return _calculate(dynamic["Calculation"], values, name), found[0]


def _calculate(calculation: Options, values: list[float], name: str) -> float:
    if "PercentileAggregation" in calculation:
        share = float(calculation["PercentileAggregation"].get("PercentileValue", 50)) / 100
        return _percentile(sorted(values), share) if values else 0.0
    function = CALCULATIONS[calculation.get("SimpleNumericalAggregation", "AVERAGE")]
    try:
        return float(function(values))
    except (statistics.StatisticsError, ValueError):
        raise VisualRefused(f"A reference line over {name}, which has too few values") from None


def _percentile(values: list[float], share: float) -> float:
    """Between the two nearest ranks.

    >>> _percentile([1, 2, 3, 4], 0.5)
    2.5
    """
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _shape(item: Options, value: float, lying: bool, right: bool) -> dict[str, Any]:
    style = item.get("StyleConfiguration", {})
    line: dict[str, Any] = {"dash": DASHES.get(style.get("Pattern", "SOLID"), "solid")}
    if ink := colour(style.get("Color")):
        line["color"] = ink
    if lying:
        ends = {"x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "y domain"}
    else:
        ends = {"y0": value, "y1": value, "x0": 0, "x1": 1, "xref": "x domain"}
        ends["yref"] = "y2" if right else "y"
    return {"type": "line", "line": line, **ends}


def _note(
    item: Options, value: float, line: Series | None, lying: bool, right: bool
) -> list[dict[str, Any]]:
    given = item.get("LabelConfiguration")
    if given is None:
        return []
    at, anchor = SIDES[given.get("HorizontalPosition", "RIGHT")]
    above = given.get("VerticalPosition", "ABOVE") == "ABOVE"
    axis = {"yref": "y2" if right else "y"}
    note: dict[str, Any] = {"text": _text(given, value, line), "boxed": True}
    if ink := colour(given.get("FontColor")):
        note["font"] = {"color": ink}
    if lying:
        place = {"x": value, "yref": "y domain", "y": 1, "yanchor": "bottom", "xanchor": anchor}
    else:
        place = {"y": value, "xref": "x domain", "x": at, "xanchor": anchor,
                 "yanchor": "bottom" if above else "top"} | axis  # fmt: skip
    return [note | place]


def _text(given: Options, value: float, line: Series | None) -> str:
    custom = inner(given, "CustomLabelConfiguration").get("CustomLabel")
    numbers = given.get("ValueLabelConfiguration")
    if custom and numbers is None:
        return safe(str(custom))
    form = (numbers or {}).get("FormatConfiguration")
    if form or line is None:
        shown = number_text(value, number_format(form or {}))
    else:
        shown = show(value, line.field)
    before = (numbers or {}).get("RelativePosition") == "BEFORE_CUSTOM_LABEL"
    words = [shown, custom] if before else [custom, shown]
    return safe(" ".join(str(word) for word in words if word))

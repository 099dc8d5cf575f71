"""A gauge: a figure on an arc, with its target.

https://docs.aws.amazon.com/quicksight/latest/user/gauge-chart.html
"""

import math
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.comparison import compared, is_number
from local_aws.services.quicksight.page.charts.conditional import rules_of
from local_aws.services.quicksight.page.charts.options import Options, colour, inner, safe
from local_aws.services.quicksight.page.formats import axis_format, show
from local_aws.services.quicksight.query import Query, Value

THICKNESS = {"SMALL": 0.35, "MEDIUM": 0.6, "LARGE": 1.0}


def gauge(query: Query) -> dict[str, Any]:
    """A GaugeChartVisual as plotly's figure."""
    wells, config = query.visual.wells, query.visual.config
    value, targets = wells["Values"][0], wells["TargetValues"]
    rules = rules_of(query)
    found = query.select([], [value, *targets, *(rule.measure for rule in rules)])[0]
    now, goal = found[0], found[1] if targets else None
    looks = dict(zip((rule.part for rule in rules), found[1 + len(targets) :], strict=True))
    inks = {rule.part: rule.apply(looks[rule.part], [looks[rule.part]]) for rule in rules}
    options = config.get("GaugeChartOptions", {})
    low, high = _range(inner(options, "ArcAxis", "Range"), now, goal)
    arc = {
        "axis": {"range": [low, high], **_ticks(value)},
        "bar": {"thickness": THICKNESS.get(inner(options, "Arc").get("ArcThickness", ""), 0.6),
                **_ink(inks.get("Arc.ForegroundColor")
                       or inner(config, "ColorConfiguration").get("ForegroundColor"))},
        "bgcolor": colour(inner(config, "ColorConfiguration").get("BackgroundColor")),
    }  # fmt: skip
    if is_number(goal):
        arc["threshold"] = {"value": goal}
    trace = {"type": "indicator", "mode": "gauge", "value": now, "gauge": arc}
    notes = _notes(value, targets, now, goal, options, inks.get("PrimaryValue.TextColor"))
    layout = {"annotations": notes, "margin": {"t": 24, "l": 28, "r": 28}}
    return {"figure": {"data": [trace], "layout": layout}}


def _ticks(value: Field) -> dict[str, Any]:
    return {k: v for k, v in axis_format(value).items() if k.startswith("tick")}


def _ink(given: Any) -> dict[str, str]:
    ink = colour(given)
    return {"color": ink} if ink else {}


def _range(given: Options, now: Value, goal: Value) -> tuple[float, float]:
    """The ends of the arc: those that are given, else from zero to a round figure beyond."""
    figures = [float(v) for v in (now, goal) if isinstance(v, int | float)]
    low = float(given["Min"]) if given.get("Min") is not None else min(0.0, *figures, 0.0)
    if given.get("Max") is not None:
        return low, float(given["Max"])
    top = max(figures, default=1.0)
    if top <= 0:
        return low, 0.0 if low < 0 else 1.0
    step = 10 ** math.floor(math.log10(top)) / 2
    return low, math.ceil(top * 1.05 / step) * step


def _notes(
    value: Field, targets: list[Field], now: Value, goal: Value, options: Options, ink: Any
) -> list[dict[str, Any]]:
    """The figure in the arc, and what it is compared with below."""
    place = {"x": 0.5, "xref": "paper", "yref": "paper", "xanchor": "center"}
    font = {"size": 26} | ({"color": ink} if colour(ink) else {})
    figure, below = show(now, value), ""
    if targets and is_number(now) and is_number(goal):
        change = compared(now, goal, value, options.get("Comparison", {})).get("change", "")
        words = f"target {show(goal, targets[0])}"
        if options.get("PrimaryValueDisplayType") == "COMPARISON" and change:
            figure, below = change, f"{figure} · {words}"
        else:
            below = f"{change} · {words}" if change else words
    notes = [{"text": f"<b>{safe(figure)}</b>", "y": 0.16, "yanchor": "bottom", "strong": True,
              "font": font, **place}]  # fmt: skip
    return notes + ([{"text": safe(below), "y": 0.12, "yanchor": "top", **place}] if below else [])

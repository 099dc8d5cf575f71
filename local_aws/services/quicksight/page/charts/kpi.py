"""A KPI: a figure; its last period against the one before; or the way to a target.

https://docs.aws.amazon.com/quicksight/latest/user/kpi.html
"""

from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.comparison import (
    compared,
    is_number,
    percentage,
)
from local_aws.services.quicksight.page.charts.conditional import rules_of
from local_aws.services.quicksight.page.charts.labels import SIZES
from local_aws.services.quicksight.page.charts.options import Options, colour, inner, shown
from local_aws.services.quicksight.page.formats import number_text, show
from local_aws.services.quicksight.query import Query, Value

Payload = dict[str, Any]
PARTS = {
    "PrimaryValue": "value", "ActualValue": "actual", "ComparisonValue": "change",
    "ProgressBar": "progress",
}  # fmt: skip


def kpi(query: Query) -> Payload:
    """A KPIVisual as the page writes it."""
    wells, options = query.visual.wells, query.visual.config.get("KPIOptions", {})
    value = wells["Values"][0]
    if wells["TrendGroups"]:
        payload = _trend(query, value, wells["TrendGroups"][0], options)
    elif wells["TargetValues"]:
        payload = _target(query, value, wells["TargetValues"][0], options)
    else:
        payload = {"value": show(query.select([], [value])[0][0], value), "label": value.label}
    payload["arrows"] = shown(options.get("TrendArrows", {}))
    return {"kpi": _styled(query, payload, options)}


def _trend(query: Query, value: Field, trend: Field, options: Options) -> Payload:
    points = [(when, figure) for when, figure in query.select([trend], [value])
              if when is not None]  # fmt: skip
    if not points:
        return {"value": show(None, value), "label": value.label}
    when, last = points[-1]
    payload: Payload = {"value": show(last, value), "label": show(when, trend)}
    if len(points) > 1 and is_number(last) and is_number(points[-2][1]):
        payload |= _against(last, points[-2][1], value, options,
                            f"vs {show(points[-2][0], trend)}")  # fmt: skip
    spark = options.get("Sparkline", {})
    if shown(spark):
        payload["spark"] = {
            "type": spark.get("Type", "AREA"),
            "colour": colour(spark.get("Color")),
            "tips": shown({"Visibility": spark.get("TooltipVisibility")}),
            "points": [
                {"label": show(at, trend), "text": show(figure, value), "value": figure}
                for at, figure in points
            ],
        }
    return payload


def _target(query: Query, value: Field, target: Field, options: Options) -> Payload:
    now, goal = query.select([], [value, target])[0]
    payload: Payload = {"value": show(now, value), "label": value.label}
    if not (is_number(now) and is_number(goal)):
        return payload
    payload |= _against(now, goal, value, options, f"target {show(goal, target)}")
    if goal and shown(options.get("ProgressBar", {})):
        share = float(now) / float(goal)  # type: ignore[arg-type]
        text = number_text(share, percentage(0))
        payload["progress"] = {"share": max(0.0, min(share, 1.0)), "text": text}
    return payload


def _against(now: Value, before: Value, value: Field, options: Options, words: str) -> Payload:
    """The comparison, which may also take the place of the figure."""
    found = compared(now, before, value, options.get("Comparison", {}))
    if options.get("PrimaryValueDisplayType") == "COMPARISON" and found.get("change"):
        secondary = f"{show(now, value)} · {words}"
        return {"value": found["change"], "secondary": secondary, "direction": found["direction"]}
    if not shown(options.get("SecondaryValue", {})):
        return {}
    return found | {"against": words}


def _styled(query: Query, payload: Payload, options: Options) -> Payload:
    """Sizes, and what conditional formatting says about the figures."""
    rules = rules_of(query)
    values = query.select([], [rule.measure for rule in rules])[0] if rules else ()
    style: Payload = {}
    icons: Payload = {}
    for rule, value in zip(rules, values, strict=True):
        part, _, look = rule.part.partition(".")
        found = rule.apply(value, [value])
        if found is not None:
            (icons if look == "Icon" else style).setdefault(PARTS[part], found)
    if "progress" in payload:
        payload["progress"]["colour"] = style.get("progress")
    font = inner(options, "PrimaryValueFontConfiguration", "FontSize").get("Relative")
    size = {"size": f"{SIZES[font] * 2.2:.0f}px"} if font in SIZES else {}
    value_ink = style.get("value") or style.get("actual")
    payload["style"] = {"value": value_ink, "change": style.get("change")} | size
    payload["icons"] = {"value": icons.get("value") or icons.get("actual"),
                        "change": icons.get("change")}  # fmt: skip
    return payload

"""A pie, or a ring with the total in its hole.

https://docs.aws.amazon.com/quicksight/latest/user/pie-chart.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.labels import label_font
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import Options, inner, safe, shown
from local_aws.services.quicksight.page.charts.panels import domains, panel_axis, title_of
from local_aws.services.quicksight.page.charts.parts import parts_of
from local_aws.services.quicksight.page.charts.series import (
    Panel,
    category_of,
    marks,
    series_of,
    texts,
)
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Axis, Query, Value

HOLES = {"SMALL": 0.8, "MEDIUM": 0.62, "LARGE": 0.4}
MAX_SLICES = 20
CONTENTS = {"VALUE": "%{text}", "PERCENT": "%{percent:.1%}",
            "VALUE_AND_PERCENT": "%{text} (%{percent:.1%})"}  # fmt: skip


def pie_chart(query: Query) -> dict[str, Any]:
    """A PieChartVisual as plotly's figure."""
    config = query.visual.config
    category, panel = category_of(query, default=MAX_SLICES), panel_axis(query)
    panels = series_of(query, query.visual.wells["Values"], category, None, panel)
    options = config.get("SmallMultiplesOptions", {})
    places = domains(len(panels), options)
    traces, notes = [], []
    totals = query.select([panel] if panel else [], query.visual.wells["Values"])
    every = {row[:-1]: row[-1] for row in totals}
    keys = [(value,) for value in panel.values] if panel else [()]
    for each, place, key in zip(panels, places, keys, strict=True):
        traces.append(_pie(query, category, each, place))
        notes += _hole(query, every.get(key), place) + (
            title_of(each, place, options) if panel else []
        )
    layout = {"showlegend": True, "annotations": notes}
    return {"figure": {"data": traces, "layout": layout} | legend(config.get("Legend", {}))}


def _pie(
    query: Query, category: Axis, panel: Panel, place: tuple[list[float], list[float]]
) -> dict[str, Any]:
    series, config = panel.series[0], query.visual.config
    labels = config.get("DataLabels", {})
    hidden = {"hoverinfo": "skip"} if Tooltip(query.visual).hidden else {}
    return {
        "type": "pie", "labels": texts(category), "values": series.values, "sort": False,
        "direction": "clockwise", "hole": _thickness(config), "name": safe(series.name),
        "domain": {"x": place[0], "y": place[1]}, "customdata": series.hovers,
        "text": [safe(show(v, series.field)) for v in series.values],
        "texttemplate": _template(labels), "textposition": _position(labels),
        "hovertemplate": "%{customdata}<br>%{percent:.1%}<extra></extra>",
        "meta": {"parts": parts_of(query, category)} | marks(category),
    } | label_font(labels) | hidden  # fmt: skip


def _thickness(config: Options) -> float:
    thickness = inner(config, "DonutOptions", "ArcOptions").get("ArcThickness", "WHOLE")
    return HOLES.get(thickness, 0)


def _template(labels: Options) -> str:
    if not shown(labels):
        return ""
    figure = CONTENTS[labels.get("LabelContent", "PERCENT")]
    named = shown({"Visibility": labels.get("CategoryLabelVisibility")}, default=False)
    measured = shown({"Visibility": labels.get("MeasureLabelVisibility")})
    return "<br>".join(["%{label}"] * named + [figure] * measured)


def _position(labels: Options) -> str:
    return "outside" if labels.get("Position") == "OUTSIDE" else "inside"


def _hole(
    query: Query, total: Value, place: tuple[list[float], list[float]]
) -> list[dict[str, Any]]:
    """The total of the rows, where there is a hole and the label is not hidden."""
    config, field = query.visual.config, query.visual.wells["Values"][0]
    visible = inner(config, "DonutOptions", "DonutCenterOptions").get("LabelVisibility")
    if not _thickness(config) or visible == "HIDDEN":
        return []
    (left, right), (low, high) = place
    text = f"<b>{safe(show(total, field))}</b>"
    return [{"text": text, "x": (left + right) / 2, "y": (low + high) / 2, "xref": "paper",
             "yref": "paper", "xanchor": "center", "yanchor": "middle", "strong": True,
             "font": {"size": 20}}]  # fmt: skip

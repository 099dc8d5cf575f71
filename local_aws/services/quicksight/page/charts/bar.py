"""Bars: clustered, stacked or stacked to 100 percent, upright or lying.

https://docs.aws.amazon.com/quicksight/latest/user/bar-charts.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.axes import category_axis, value_axis
from local_aws.services.quicksight.page.charts.labels import (
    label_font,
    label_room,
    label_texts,
    overlapping,
)
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import Options, safe, shown
from local_aws.services.quicksight.page.charts.panels import arranged, panel_axis
from local_aws.services.quicksight.page.charts.references import reference_lines
from local_aws.services.quicksight.page.charts.series import (
    Panel,
    Series,
    category_of,
    colour_axis,
    marks,
    positions,
    series_of,
)
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Axis, Query

Figure = dict[str, Any]


def bar_chart(query: Query) -> Figure:
    """A BarChartVisual as plotly's figure."""
    visual, config = query.visual, query.visual.config
    lying = config.get("Orientation", "VERTICAL") == "HORIZONTAL"
    category, colours, panel = category_of(query), colour_axis(query), panel_axis(query)
    panels = series_of(query, visual.wells["Values"], category, colours, panel)
    every = [s for p in panels for s in p.series]
    names = category_axis(
        category, config.get("CategoryAxis", {}), config.get("CategoryLabelOptions", {}), lying
    )
    figures = value_axis([s.field for s in every], config.get("ValueAxis", {}),
                         config.get("ValueLabelOptions", {}))  # fmt: skip
    layout = {"xaxis": figures, "yaxis": names} if lying else {"xaxis": names, "yaxis": figures}
    layout |= arrangement(config, figures) | reference_lines(config, every, lying)
    layout |= label_room(config.get("DataLabels", {}))
    totals = _totals(query, category, panel)
    figure = arranged(query, panels, lambda p: _bars(query, category, p, lying, totals), layout)
    title = colours.field.label if colours else None
    return {"figure": figure | legend(config.get("Legend", {}), title)}


def _bars(
    query: Query, category: Axis, panel: Panel, lying: bool, totals: dict[str, list[Series]]
) -> list[dict[str, Any]]:
    labels = query.visual.config.get("DataLabels", {})
    look = Tooltip(query.visual).look()
    traces = [bar_trace(category, s, labels, lying) | look for s in panel.series]
    if panel.title in totals:
        traces.append(_total_trace(category, totals[panel.title], lying))
    return traces


def _totals(query: Query, category: Axis, panel: Axis | None) -> dict[str, list[Series]]:
    """By panel, each measure without its colours: of the rows, so right for averages too."""
    config = query.visual.config
    wanted = shown({"Visibility": config.get("DataLabels", {}).get("TotalsVisibility")}, False)
    if not wanted or config.get("BarsArrangement") != "STACKED":
        return {}
    panels = series_of(query, query.visual.wells["Values"], category, None, panel)
    return {each.title: each.series for each in panels}


def bar_trace(category: Axis, series: Series, labels: Options, lying: bool) -> dict[str, Any]:
    """One series as bars."""
    along, across = ("y", "x") if lying else ("x", "y")
    trace: dict[str, Any] = {
        "type": "bar", "name": safe(series.name), "orientation": "h" if lying else "v",
        along: positions(category), across: series.values, "customdata": series.hovers,
        "meta": series.meta | marks(category),
    }  # fmt: skip
    texts = label_texts(series, labels)
    if texts is None:
        return trace
    place = {"INSIDE": "inside", "OUTSIDE": "outside"}.get(labels.get("Position", ""))
    where = {"textposition": place} if place else {}
    more = {"text": texts, "cliponaxis": False}
    if overlapping(labels):
        more["constraintext"] = "none"
    return trace | more | label_font(labels) | where


def _total_trace(category: Axis, series: list[Series], lying: bool) -> dict[str, Any]:
    """The total of each stack, at its end."""
    columns = zip(*(s.values for s in series), strict=True)
    figures = [[v for v in column if isinstance(v, int | float)] for column in columns]
    sums = [sum(column) if column else None for column in figures]
    said = ["" if v is None else f"<b>{safe(show(v, series[0].field))}</b>" for v in sums]
    along, across = ("y", "x") if lying else ("x", "y")
    return {
        "type": "scatter", "mode": "text", "name": "Total", "showlegend": False,
        along: positions(category), across: sums, "hoverinfo": "skip", "cliponaxis": False,
        "text": said,
        "textposition": "middle right" if lying else "top center", "meta": {"text": True},
    }  # fmt: skip


def arrangement(config: Options, figures: dict[str, Any]) -> dict[str, Any]:
    """How the bars of one category stand together."""
    kind = config.get("BarsArrangement", "CLUSTERED")
    if kind == "STACKED_PERCENT":
        figures |= {"ticksuffix": "%", "tickformat": ",~r", "tickprefix": ""}
        return {"barmode": "relative", "barnorm": "percent"}
    return {"barmode": "relative" if kind == "STACKED" else "group"}

"""Charts as plotly figures: data and the parts of the layout that depend on it.

Colours, fonts and dark mode are the page's (static/app.js). plotly reads a little HTML in texts, so
every text from data or definition goes through `safe`.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from local_aws.services.quicksight.definition import Visual
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.formats import axis_format, show
from local_aws.services.quicksight.query import OTHER, Axis, Query, Value

Figure = dict[str, Any]
FEW = 24


def safe(text: str) -> str:
    """A text of which plotly makes no markup.

    >>> safe("<b>x</b> & y")
    '&lt;b&gt;x&lt;/b&gt; &amp; y'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sort(visual: Visual, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visual.config.get("SortConfiguration", {}).get(name, [])
    return found


def _limit(visual: Visual, *names: str) -> dict[str, Any]:
    sorts = visual.config.get("SortConfiguration", {})
    return next((sorts[name] for name in names if name in sorts), {})


def bar_chart(query: Query) -> Figure:
    """Bars, clustered or stacked, upright or lying."""
    config = query.visual.config
    lying = config.get("Orientation", "VERTICAL") == "HORIZONTAL"
    category, series = _series(query, query.visual.wells["Values"])
    labelled = config.get("DataLabels", {}).get("Visibility") == "VISIBLE"
    traces = [_bar(category, s, lying, labelled) for s in series]
    layout = _axes(category, [s.field for s in series], lying)
    return {"data": traces, "layout": layout | _arrangement(config)}


def line_chart(query: Query) -> Figure:
    """Lines, or areas under them."""
    kind = query.visual.config.get("Type", "LINE")
    category, series = _series(query, query.visual.wells["Values"])
    traces = [_line(category, s, fill=kind) for s in series]
    return {"data": traces, "layout": _axes(category, [s.field for s in series], lying=False)}


def combo_chart(query: Query) -> Figure:
    """Bars on the left axis and lines on the right one."""
    wells, config = query.visual.wells, query.visual.config
    category, bars = _series(query, wells["BarValues"])
    _, lines = _series(query, wells["LineValues"], category, coloured=False)
    single = "SingleAxisOptions" in config
    traces = [_bar(category, s, lying=False, labelled=False) for s in bars]
    traces += [_line(category, s, fill="LINE") | ({} if single else {"yaxis": "y2"}) for s in lines]
    layout = _axes(category, [s.field for s in bars] or [s.field for s in lines], lying=False)
    if lines and not single:
        layout["yaxis2"] = _value_axis([s.field for s in lines]) | {
            "overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto",
        }  # fmt: skip
    return {"data": traces, "layout": layout | _arrangement(config)}


def pie_chart(query: Query) -> Figure:
    """A pie, or a ring."""
    visual = query.visual
    value, parts = visual.wells["Values"][:1], visual.wells["Category"][:1]
    if not value or not parts:
        return {"data": [], "layout": {}}
    limit = _limit(visual, "CategoryItemsLimit") or {"ItemsLimit": 20}
    axis = query.axis(parts[0], _sort(visual, "CategorySort"), limit)
    found = {row[0]: row[1] for row in query.select([axis], value)}
    values = [found.get(v) for v in axis.values]
    arc = visual.config.get("DonutOptions", {}).get("ArcOptions", {}).get("ArcThickness", "WHOLE")
    hole = {"SMALL": 0.8, "MEDIUM": 0.62, "LARGE": 0.4}.get(arc, 0)
    trace = {
        "type": "pie", "labels": _texts(axis), "values": values, "hole": hole, "sort": False,
        "direction": "clockwise", "texttemplate": "%{percent:.1%}", "textposition": "inside",
        "customdata": [safe(show(v, value[0])) for v in values], "name": safe(value[0].label),
        "hovertemplate": "<b>%{label}</b><br>%{customdata} · %{percent:.1%}<extra></extra>",
    }  # fmt: skip
    return {"data": [trace], "layout": {"showlegend": True, "meta": {"legend": "right"}}}


def heat_map(query: Query) -> Figure:
    """Rows and columns, coloured by a value."""
    visual = query.visual
    row, column, value = (visual.wells[w][0] for w in ("Rows", "Columns", "Values"))
    rows = query.axis(row, _sort(visual, "HeatMapRowSort"),
                      _limit(visual, "HeatMapRowItemsLimitConfiguration"))  # fmt: skip
    columns = query.axis(column, _sort(visual, "HeatMapColumnSort"),
                         _limit(visual, "HeatMapColumnItemsLimitConfiguration"))  # fmt: skip
    found = {(r, c): v for r, c, v in query.select([rows, columns], [value])}
    grid = [[found.get((r, c)) for c in columns.values] for r in rows.values]
    texts = [[safe(show(v, value)) if v is not None else "" for v in line] for line in grid]
    labelled = visual.config.get("DataLabels", {}).get("Visibility") == "VISIBLE"
    trace = {
        "type": "heatmap", "x": _texts(columns), "y": _texts(rows), "z": grid, "text": texts,
        "texttemplate": "%{text}" if labelled and len(columns.values) <= FEW else "",
        "xgap": 2, "ygap": 2, "coloraxis": "coloraxis", "hoverongaps": False,
        "hovertemplate": "<b>%{y}</b> · %{x}<br>" + safe(value.label) + " %{text}<extra></extra>",
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "side": "top", "showgrid": False},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
        "coloraxis": {"colorbar": axis_format(value)},
    }
    return {"data": [trace], "layout": layout}


CHARTS: dict[str, Callable[[Query], Figure]] = {
    "BarChartVisual": bar_chart,
    "LineChartVisual": line_chart,
    "ComboChartVisual": combo_chart,
    "PieChartVisual": pie_chart,
    "HeatMapVisual": heat_map,
}


class Series:
    """The values of one measure, of one colour where the visual has colours."""

    def __init__(self, name: str, field: Field, values: list[Value]) -> None:
        self.name, self.field, self.values = name, field, values


def _series(
    query: Query, measures: Sequence[Field], category: Axis | None = None, coloured: bool = True
) -> tuple[Axis, list[Series]]:
    visual = query.visual
    category = category or _category(query)
    colours = visual.wells.get("Colors", []) if coloured else []
    if not measures:
        return category, []
    if not colours:
        by = {row[0]: row[1:] for row in query.select([category], measures)}
        columns = [[by.get(v, (None,) * len(measures))[n] for v in category.values]
                   for n in range(len(measures))]  # fmt: skip
        pairs = zip(measures, columns, strict=True)
        return category, [Series(m.label, m, values) for m, values in pairs]
    limit = _limit(visual, "ColorItemsLimit", "ColorItemsLimitConfiguration") or {"ItemsLimit": 25}
    colour = query.axis(colours[0], _sort(visual, "ColorSort"), limit)
    found = {r[:2]: r[2:] for r in query.select([category, colour], measures)}
    return category, [
        Series(
            show(c, colours[0]) + (f" · {m.label}" if len(measures) > 1 else ""),
            m,
            [found.get((v, c), (None,) * len(measures))[n] for v in category.values],
        )
        for n, m in enumerate(measures)
        for c in colour.values
    ]


def _category(query: Query) -> Axis:
    visual = query.visual
    fields = visual.wells["Category"]
    if not fields:
        return query.everything()
    limit = _limit(visual, "CategoryItemsLimit", "CategoryItemsLimitConfiguration")
    return query.axis(fields[0], _sort(visual, "CategorySort"), limit)


def _on_time_axis(axis: Axis) -> bool:
    return axis.field.date and len(axis.values) > FEW


def _texts(axis: Axis) -> list[str]:
    return [OTHER if axis.cut and v == OTHER else safe(show(v, axis.field)) for v in axis.values]


def _positions(axis: Axis) -> list[Any]:
    if _on_time_axis(axis):
        return [v.isoformat() if isinstance(v, dt.datetime) else None for v in axis.values]
    return _texts(axis)


def _bar(category: Axis, series: Series, lying: bool, labelled: bool) -> dict[str, Any]:
    texts = [safe(show(v, series.field)) for v in series.values]
    along, across = ("y", "x") if lying else ("x", "y")
    label = "%{" + along + "}"
    trace: dict[str, Any] = {
        "type": "bar", "name": safe(series.name), "orientation": "h" if lying else "v",
        along: _positions(category), across: series.values, "customdata": texts,
        "hovertemplate": f"<b>{label}</b><br>{safe(series.name)} %{{customdata}}<extra></extra>",
    }  # fmt: skip
    if labelled:
        trace |= {"text": texts, "cliponaxis": False, "constraintext": "none"}
    return trace


def _line(category: Axis, series: Series, fill: str) -> dict[str, Any]:
    few = len(category.values) <= FEW
    trace = {
        "type": "scatter", "mode": "lines+markers" if few else "lines", "name": safe(series.name),
        "x": _positions(category), "y": series.values, "line": {"shape": "linear", "width": 2.5},
        "customdata": [[safe(show(v, series.field)), safe(show(c, category.field))]
                       for v, c in zip(series.values, category.values, strict=True)],
        "hovertemplate": f"<b>%{{customdata[1]}}</b><br>{safe(series.name)} %{{customdata[0]}}"
                         "<extra></extra>",
    }  # fmt: skip
    if fill == "AREA":
        trace["fill"] = "tozeroy"
    if fill == "STACKED_AREA":
        trace["stackgroup"] = "one"
    return trace


def _axes(category: Axis, measures: list[Field], lying: bool) -> dict[str, Any]:
    names: dict[str, Any] = {"type": "date"} if _on_time_axis(category) else {"type": "category"}
    if category.field.numeric:
        names["title"] = {"text": safe(category.field.label)}
    if lying:
        names |= {"autorange": "reversed", "showgrid": False}
        return {"yaxis": names, "xaxis": _value_axis(measures)}
    return {"xaxis": names | {"showgrid": False}, "yaxis": _value_axis(measures)}


def _value_axis(measures: list[Field]) -> dict[str, Any]:
    if not measures:
        return {}
    shared = len({m.label for m in measures}) == 1
    title = {"title": {"text": safe(measures[0].label)}} if shared else {}
    return axis_format(measures[0]) | title


def _arrangement(config: dict[str, Any]) -> dict[str, Any]:
    arrangement = config.get("BarsArrangement", "CLUSTERED")
    if arrangement == "STACKED_PERCENT":
        return {"barmode": "stack", "barnorm": "percent"}
    return {"barmode": "stack" if arrangement == "STACKED" else "group"}

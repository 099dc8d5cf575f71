"""Points by two figures, with colours, sizes and labels.

https://docs.aws.amazon.com/quicksight/latest/user/scatter-plot.html
"""

from collections.abc import Sequence
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.axes import value_axis
from local_aws.services.quicksight.page.charts.colours import Colours
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import limit_of, safe, shown
from local_aws.services.quicksight.page.charts.series import plain
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query, Value

MAX_POINTS = 2500
SMALLEST, LARGEST = 7.0, 38.0
Row = tuple[Value, ...]


def scatter_plot(query: Query) -> dict[str, Any]:
    """A ScatterPlotVisual as plotly's figure."""
    wells, config = query.visual.wells, query.visual.config
    across, up = wells["XAxis"][0], wells["YAxis"][0]
    size, groups = wells["Size"][:1], [*wells["Category"], *wells["Label"]]
    measures = [across, up, *size]
    limit = int(limit_of(query.visual, "ScatterPlotLimitConfiguration").get("ItemsLimit")
                or MAX_POINTS)  # fmt: skip
    rows = _rows(query, groups, measures, min(limit, MAX_POINTS))
    layout = {
        "xaxis": value_axis([across], config.get("XAxisDisplayOptions", {}),
                            config.get("XAxisLabelOptions", {})) | {"zeroline": False},
        "yaxis": value_axis([up], config.get("YAxisDisplayOptions", {}),
                            config.get("YAxisLabelOptions", {})) | {"zeroline": False},
    }  # fmt: skip
    traces = _traces(query, groups, measures, rows)
    figure = {"data": traces, "layout": layout}
    return {"figure": figure | legend(config.get("Legend", {}))}


def _rows(
    query: Query, groups: Sequence[Field], measures: Sequence[Field], limit: int
) -> list[Row]:
    if query.visual.aggregated:
        return query.select(groups, measures, (), limit)
    return query.detail([*groups, *measures], (), limit)


def _traces(
    query: Query, groups: Sequence[Field], measures: Sequence[Field], rows: list[Row]
) -> list[dict[str, Any]]:
    wells, config = query.visual.wells, query.visual.config
    coloured, colours, tooltip = wells["Category"], Colours(query), Tooltip(query.visual)
    kinds = list(dict.fromkeys(row[0] for row in rows)) if coloured else [None]
    labelled = shown(config.get("DataLabels", {}), default=False) and wells["Label"]
    biggest = max((float(row[-1]) for row in rows if isinstance(row[-1], int | float)), default=0)
    found = []
    for n, kind in enumerate(kinds):
        mine = [row for row in rows if not coloured or row[0] == kind]
        figures = [row[len(groups) :] for row in mine]
        name = show(kind, coloured[0]) if coloured else measures[1].label
        ink = colours.of_value(coloured[0], kind) if coloured else colours.plain
        trace: dict[str, Any] = {
            "type": "scatter", "mode": "markers+text" if labelled else "markers",
            "name": safe(name), "x": [plain(f[0]) for f in figures],
            "y": [plain(f[1]) for f in figures],
            "customdata": [tooltip.text(list(zip(groups, row, strict=False)),
                                        zip(measures, f, strict=True))
                           for row, f in zip(mine, figures, strict=True)],
            "marker": {"size": [diameter(f[2], biggest) for f in figures]
                       if len(measures) > 2 else 9},
            "meta": {"series": n, "colour": ink, "bubbles": True},
        }  # fmt: skip
        if labelled:
            label = wells["Label"][0]
            trace |= {"text": [safe(show(row[len(coloured)], label)) for row in mine],
                      "textposition": "top center", "textfont": {"size": 11}}  # fmt: skip
        found.append(trace | tooltip.look())
    return found


def diameter(value: Value, biggest: float) -> float:
    """So that areas are in proportion."""
    if not isinstance(value, int | float) or value <= 0 or not biggest:
        return SMALLEST
    return float(round(SMALLEST + (LARGEST - SMALLEST) * (value / biggest) ** 0.5, 1))

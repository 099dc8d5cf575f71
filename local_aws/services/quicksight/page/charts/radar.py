"""Several figures around a centre.

https://docs.aws.amazon.com/quicksight/latest/user/radar-chart.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import Options, inner, safe, shown
from local_aws.services.quicksight.page.charts.series import (
    Series,
    category_of,
    colour_axis,
    marks,
    series_of,
    texts,
)
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import axis_format
from local_aws.services.quicksight.query import Axis, Query


def radar(query: Query) -> dict[str, Any]:
    """A RadarChartVisual as plotly's figure."""
    config, measures = query.visual.config, query.visual.wells["Values"]
    category, colours = category_of(query), colour_axis(query, "Color")
    series = series_of(query, measures, category, colours)[0].series
    look = Tooltip(query.visual).look()
    traces = [_trace(config, category, s) | look for s in series]
    angle: dict[str, Any] = {"type": "category", "direction": "clockwise"}
    if config.get("StartAngle") is not None:
        angle["rotation"] = 90 - float(config["StartAngle"])
    polar = {
        "gridshape": "circular" if config.get("Shape") == "CIRCLE" else "linear",
        "radialaxis": axis_format(measures[0]) | {"rangemode": "tozero"},
        "angularaxis": angle,
    }
    layout = {"polar": polar, "margin": {"t": 24, "b": 24, "l": 40, "r": 40}}
    title = colours.field.label if colours else None
    figure = {"data": traces, "layout": layout}
    return {"figure": figure | legend(config.get("Legend", {}), title)}


def _trace(config: Options, category: Axis, series: Series) -> dict[str, Any]:
    """One series, closed: its first point again at the end."""
    area = inner(config, "BaseSeriesSettings", "AreaStyleSettings")
    trace = {
        "type": "scatterpolar", "mode": "lines+markers", "name": safe(series.name),
        "theta": [*texts(category), *texts(category)[:1]],
        "r": [*series.values, *series.values[:1]],
        "customdata": [*series.hovers, *series.hovers[:1]],
        "meta": series.meta | marks(category),
    }  # fmt: skip
    return trace | ({"fill": "toself"} if shown(area, default=False) else {})

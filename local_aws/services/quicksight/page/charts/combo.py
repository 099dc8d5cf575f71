"""Bars on the left axis and lines on the right one.

https://docs.aws.amazon.com/quicksight/latest/user/combo-charts.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.axes import category_axis, value_axis
from local_aws.services.quicksight.page.charts.bar import arrangement, bar_trace
from local_aws.services.quicksight.page.charts.labels import label_room
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.line import line_trace, right_axis
from local_aws.services.quicksight.page.charts.options import Options
from local_aws.services.quicksight.page.charts.references import reference_lines
from local_aws.services.quicksight.page.charts.series import (
    Series,
    category_of,
    colour_axis,
    series_of,
)
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.query import Query


def combo_chart(query: Query) -> dict[str, Any]:
    """A ComboChartVisual as plotly's figure."""
    wells, config = query.visual.wells, query.visual.config
    category, colours = category_of(query), colour_axis(query)
    bars = series_of(query, wells["BarValues"], category, colours)[0].series
    lines = series_of(query, wells["LineValues"], category, first=len(bars))[0].series
    look = Tooltip(query.visual).look()
    single = "SingleAxisOptions" in config or not bars
    traces = [bar_trace(category, s, config.get("BarDataLabels", {}), lying=False) | look
              for s in bars]  # fmt: skip
    traces += [
        line_trace(config, category, s, config.get("LineDataLabels", {}))
        | look
        | ({} if single else {"yaxis": "y2"})
        for s in lines
    ]
    layout = _layout(config, bars, lines, single)
    layout["xaxis"] = category_axis(
        category, config.get("CategoryAxis", {}), config.get("CategoryLabelOptions", {})
    )
    layout |= reference_lines(config, [*bars, *lines])
    layout |= label_room(config.get("BarDataLabels", {}))
    figure = {"data": traces, "layout": layout}
    return {"figure": figure | legend(config.get("Legend", {}))}


def _layout(
    config: Options, bars: list[Series], lines: list[Series], single: bool
) -> dict[str, Any]:
    left = [*bars, *lines] if single else bars
    figures = value_axis([s.field for s in left], config.get("PrimaryYAxisDisplayOptions", {}),
                         config.get("PrimaryYAxisLabelOptions", {}))  # fmt: skip
    layout = {"yaxis": figures} | arrangement(config, figures)
    if lines and not single:
        layout["yaxis2"] = right_axis(lines, config.get("SecondaryYAxisDisplayOptions", {}),
                                      config.get("SecondaryYAxisLabelOptions", {}))  # fmt: skip
    return layout

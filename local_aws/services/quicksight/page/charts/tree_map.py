"""Rectangles by size, coloured by group or by a second figure.

https://docs.aws.amazon.com/quicksight/latest/user/tree-map.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.options import limit_of, safe, sort_of
from local_aws.services.quicksight.page.charts.parts import parts_of
from local_aws.services.quicksight.page.charts.scales import colour_scale
from local_aws.services.quicksight.page.charts.series import marks, texts
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import axis_format, show
from local_aws.services.quicksight.query import Query

MAX_GROUPS = 100


def tree_map(query: Query) -> dict[str, Any]:
    """A TreeMapVisual as plotly's figure."""
    visual, tooltip = query.visual, Tooltip(query.visual)
    group, size = visual.wells["Groups"][0], visual.wells["Sizes"][0]
    tints = visual.wells["Colors"]
    limit = limit_of(visual, "TreeMapGroupItemsLimitConfiguration", default=MAX_GROUPS)
    axis = query.axis(group, sort_of(visual, "TreeMapSort"), limit)
    measures = [size, *tints, *tooltip.extras]
    nothing = (None,) * len(measures)
    found = {row[0]: row[1:] for row in query.select([axis], measures)}
    rows = [found.get(value, nothing) for value in axis.values]
    trace: dict[str, Any] = {
        "type": "treemap", "labels": texts(axis), "parents": [""] * len(rows),
        "values": [row[0] for row in rows], "text": [safe(show(row[0], size)) for row in rows],
        "texttemplate": "%{label}<br>%{text}", "tiling": {"pad": 2}, "sort": False,
        "customdata": [tooltip.text([(group, value)], zip(measures, row, strict=True))
                       for value, row in zip(axis.values, rows, strict=True)],
        "meta": {"parts": parts_of(query, axis)} | marks(axis), "pathbar": {"visible": False},
    } | tooltip.look()  # fmt: skip
    layout: dict[str, Any] = {"margin": {"l": 0, "r": 0, "t": 4, "b": 0}}
    if tints:
        trace["marker"] = {"colors": [row[1] for row in rows], "coloraxis": "coloraxis"}
        layout["coloraxis"] = {"colorbar": axis_format(tints[0])} | colour_scale(
            visual.config.get("ColorScale", {})
        )  # fmt: skip
    return {"figure": {"data": [trace], "layout": layout, "legend": "HIDDEN"}}

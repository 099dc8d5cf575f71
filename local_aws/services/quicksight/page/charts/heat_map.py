"""Rows and columns, coloured by a value.

https://docs.aws.amazon.com/quicksight/latest/user/heat-map.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import limit_of, safe, shown, sort_of
from local_aws.services.quicksight.page.charts.scales import colour_scale
from local_aws.services.quicksight.page.charts.series import FEW, marks, texts
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import axis_format, show
from local_aws.services.quicksight.query import Query


def heat_map(query: Query) -> dict[str, Any]:
    """A HeatMapVisual as plotly's figure."""
    visual, config = query.visual, query.visual.config
    row, column, value = (visual.wells[w][0] for w in ("Rows", "Columns", "Values"))
    rows = query.axis(row, sort_of(visual, "HeatMapRowSort"),
                      limit_of(visual, "HeatMapRowItemsLimitConfiguration"))  # fmt: skip
    columns = query.axis(column, sort_of(visual, "HeatMapColumnSort"),
                         limit_of(visual, "HeatMapColumnItemsLimitConfiguration"))  # fmt: skip
    tooltip = Tooltip(visual)
    found = {line[:2]: line[2:]
             for line in query.select([rows, columns], [value, *tooltip.extras])}  # fmt: skip
    nothing = (None,) * (1 + len(tooltip.extras))
    cells = [[found.get((r, c), nothing) for c in columns.values] for r in rows.values]
    hovers = [
        [tooltip.text([(row, r), (column, c)], zip((value, *tooltip.extras), cell, strict=True))
         for c, cell in zip(columns.values, line, strict=True)]
        for r, line in zip(rows.values, cells, strict=True)
    ]  # fmt: skip
    few = shown(config.get("DataLabels", {}), default=False) and len(columns.values) <= FEW
    trace = {
        "type": "heatmap", "x": texts(columns), "y": texts(rows), "customdata": hovers,
        "z": [[cell[0] for cell in line] for line in cells],
        "text": [["" if cell[0] is None else safe(show(cell[0], value)) for cell in line]
                 for line in cells],
        "texttemplate": "%{text}" if few else "", "xgap": 2, "ygap": 2,
        "coloraxis": "coloraxis", "hoverongaps": False,
        "meta": {"grid": [marks(axis)["marks"] for axis in (columns, rows)]},
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "side": "top", "showgrid": False},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
        "coloraxis": {"colorbar": axis_format(value)} | colour_scale(config.get("ColorScale", {})),
    }
    figure = {"data": [trace | tooltip.look()], "layout": layout}
    figure |= legend(config.get("Legend", {}))
    if figure["legend"] == "HIDDEN":
        layout["coloraxis"]["showscale"] = False
    return {"figure": figure}

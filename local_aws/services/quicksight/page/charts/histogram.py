"""How often a column's values fall into each interval.

https://docs.aws.amazon.com/quicksight/latest/user/histogram-charts.html
"""

import itertools
import math
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.axes import value_axis
from local_aws.services.quicksight.page.charts.colours import Colours
from local_aws.services.quicksight.page.charts.options import Options, custom_label, safe, shown
from local_aws.services.quicksight.page.charts.raw import measured, raw_sql
from local_aws.services.quicksight.page.formats import axis_format, show
from local_aws.services.quicksight.query import Query, Value

DEFAULT_BINS, MAX_BINS = 10, 1000


def histogram(query: Query) -> dict[str, Any]:
    """A HistogramVisual as plotly's figure."""
    config, field = query.visual.config, query.visual.wells["Values"][0]
    sql = raw_sql(query, field)
    low, high = query.select([], [measured(field, f"min({sql})"), measured(field, f"max({sql})")])[
        0
    ]
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return {"figure": {"data": [], "layout": {}}}
    start, width, count = bins(config.get("BinOptions", {}), float(low), float(high))
    counts = _counts(query, field, sql, start, width, count)
    edges = [start + width * n for n in range(count + 1)]
    labels = [f"{show(a, field)} – {show(b, field)}" for a, b in itertools.pairwise(edges)]
    trace: dict[str, Any] = {
        "type": "bar", "x": [edge + width / 2 for edge in edges[:-1]], "y": counts,
        "width": width * 0.94, "name": "Count", "meta": {"series": 0,
                                                         "colour": Colours(query).plain},
        "customdata": [f"<b>{safe(label)}</b><br>Count  <b>{n:,}</b>"
                       for label, n in zip(labels, counts, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    if shown(config.get("DataLabels", {}), default=False):
        trace |= {"text": [f"{n:,}" for n in counts], "cliponaxis": False, "constraintext": "none"}
    title = custom_label(config.get("XAxisLabelOptions", {})) or field.label
    layout = {
        "xaxis": axis_format(field) | {"title": {"text": safe(title)}, "showgrid": False},
        "yaxis": value_axis([Field("", field.data_set, "", "", True, "Count")],
                            config.get("YAxisDisplayOptions", {}), {}),
    }  # fmt: skip
    return {"figure": {"data": [trace], "layout": layout}}


def bins(options: Options, low: float, high: float) -> tuple[float, float, int]:
    """Start, width and number of the bins.

    >>> bins({"SelectedBinType": "BIN_WIDTH", "BinWidth": {"Value": 5}}, 0, 12)
    (0.0, 5.0, 3)
    >>> bins({"BinCount": {"Value": 4}}, 0.0, 10.0)
    (0.0, 2.5, 4)
    """
    given = options.get("StartValue")
    start = float(given) if given is not None else low
    if options.get("SelectedBinType") == "BIN_WIDTH" and options.get("BinWidth", {}).get("Value"):
        width = float(options["BinWidth"]["Value"])
        start = start if given is not None else math.floor(low / width) * width
        most = min(int(options["BinWidth"].get("BinCountLimit") or MAX_BINS), MAX_BINS)
        return start, width, max(1, min(most, math.floor((high - start) / width) + 1))
    count = min(int(options.get("BinCount", {}).get("Value") or DEFAULT_BINS), MAX_BINS)
    return start, ((high - start) / count) or 1.0, count


def _counts(
    query: Query, field: Field, sql: str, start: float, width: float, count: int
) -> list[int]:
    place = f"least(floor(({sql} - {start!r}) / {width!r}), {count - 1})"
    dimension = Field("bin", field.data_set, "", place, False, "", numeric=True)
    rows = query.select([dimension], [measured(field, f"count({sql})")])
    found: dict[Value, Any] = {row[0]: row[1] for row in rows}
    return [int(found.get(float(n)) or 0) for n in range(count)]

"""Medians, quartiles and outliers by group.

https://docs.aws.amazon.com/quicksight/latest/user/box-plots.html
"""

import json
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.axes import category_axis, value_axis
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import inner, safe, shown
from local_aws.services.quicksight.page.charts.raw import measured, raw_sql
from local_aws.services.quicksight.page.charts.series import category_of, texts
from local_aws.services.quicksight.page.formats import axis_format
from local_aws.services.quicksight.query import Axis, Query

WHISKER = 1.5
MAX_OUTLIERS = 200


def box_plot(query: Query) -> dict[str, Any]:
    """A BoxPlotVisual as plotly's figure: whiskers of 1.5 times the quartiles' distance."""
    config, values = query.visual.config, query.visual.wells["Values"]
    axis = category_of(query, "GroupBy", default=100)
    traces = [_box(query, axis, field, n) for n, field in enumerate(values)]
    layout = {
        "xaxis": category_axis(axis, config.get("CategoryAxis", {}),
                               config.get("CategoryLabelOptions", {})),
        "yaxis": value_axis(values, config.get("PrimaryYAxisDisplayOptions", {}),
                            config.get("PrimaryYAxisLabelOptions", {})) | {"zeroline": False},
        "boxmode": "group",
    }  # fmt: skip
    return {"figure": {"data": traces, "layout": layout} | legend(config.get("Legend", {}))}


def _box(query: Query, axis: Axis, field: Field, n: int) -> dict[str, Any]:
    options = inner(query.visual.config, "BoxPlotOptions")
    statistics = _statistics(raw_sql(query, field))
    found = {row[0]: row[1:] for row in query.select(
        [axis], [measured(field, sql) for sql in statistics])}  # fmt: skip
    rows = [found.get(value, (None,) * len(statistics)) for value in axis.values]
    columns = list(zip(*rows, strict=True)) or [()] * len(statistics)
    outside = shown({"Visibility": options.get("OutlierVisibility")})
    return {
        "type": "box", "name": safe(field.label), "x": texts(axis),
        **dict(zip(("q1", "median", "q3", "lowerfence", "upperfence"), columns, strict=False)),
        "y": [json.loads(str(v)) if outside and v else [] for v in columns[5]],
        "boxpoints": "outliers" if outside else False,
        "meta": {"series": n, "colour": None, "clear":
                 inner(options, "StyleOptions").get("FillStyle") == "TRANSPARENT"},
    } | axis_hover(field)  # fmt: skip


def _statistics(sql: str) -> list[str]:
    """Quartiles, the ends of the whiskers, and a list of what lies beyond them."""
    q1, q3 = f"quantile_cont({sql}, 0.25)", f"quantile_cont({sql}, 0.75)"
    low, high = f"{q1} - {WHISKER} * ({q3} - {q1})", f"{q3} + {WHISKER} * ({q3} - {q1})"
    inside = f"list_filter(list({sql}), lambda v: v BETWEEN {low} AND {high})"
    beyond = f"list_filter(list(DISTINCT {sql}), lambda v: v < {low} OR v > {high})"
    return [q1, f"median({sql})", q3, f"list_min({inside})", f"list_max({inside})",
            f"list_sort({beyond})[1:{MAX_OUTLIERS}]"]  # fmt: skip


def axis_hover(field: Field) -> dict[str, Any]:
    """Figures of the box in the measure's format."""
    form = axis_format(field)
    return {"yhoverformat": form.get("tickformat", "")}

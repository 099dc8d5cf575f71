"""Stages, each a share of the first or of the one before.

https://docs.aws.amazon.com/quicksight/latest/user/funnel-visual-content.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.labels import label_font
from local_aws.services.quicksight.page.charts.options import Options, safe, shown
from local_aws.services.quicksight.page.charts.series import category_of, marks, series_of, texts
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query

STYLES = {
    "VALUE_ONLY": "%{text}",
    "PERCENTAGE_BY_FIRST_STAGE": "%{percentInitial:.1%}",
    "PERCENTAGE_BY_PREVIOUS_STAGE": "%{percentPrevious:.1%}",
    "VALUE_AND_PERCENTAGE_BY_FIRST_STAGE": "%{text} (%{percentInitial:.1%})",
    "VALUE_AND_PERCENTAGE_BY_PREVIOUS_STAGE": "%{text} (%{percentPrevious:.1%})",
}


def funnel(query: Query) -> dict[str, Any]:
    """A FunnelChartVisual as plotly's figure."""
    config = query.visual.config
    category = category_of(query)
    series = series_of(query, query.visual.wells["Values"], category)[0].series[0]
    labels = config.get("DataLabelOptions", {})
    trace = {
        "type": "funnel", "y": texts(category), "x": series.values, "customdata": series.hovers,
        "text": [safe(show(v, series.field)) for v in series.values],
        "texttemplate": _template(labels), "meta": series.meta | marks(category),
    } | label_font(labels) | Tooltip(query.visual).look()  # fmt: skip
    named = shown({"Visibility": labels.get("CategoryLabelVisibility")})
    axis = {"type": "category", "showgrid": False, "showticklabels": named}
    layout = {"yaxis": axis | {"autorange": "reversed"}, "xaxis": {"visible": False}}
    return {"figure": {"data": [trace], "layout": layout}}


def _template(labels: Options) -> str:
    if not shown(labels) or not shown({"Visibility": labels.get("MeasureLabelVisibility")}):
        return ""
    default = "VALUE_AND_PERCENTAGE_BY_FIRST_STAGE"
    return STYLES[labels.get("MeasureDataLabelStyle") or default]

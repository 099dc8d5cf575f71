"""Bars that go up and down from one to the next, and their total.

https://docs.aws.amazon.com/quicksight/latest/user/waterfall-chart.html
"""

from collections.abc import Iterator
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.axes import value_axis
from local_aws.services.quicksight.page.charts.labels import label_font
from local_aws.services.quicksight.page.charts.options import (
    colour,
    custom_label,
    inner,
    limit_of,
    safe,
    shown,
    sort_of,
)
from local_aws.services.quicksight.page.charts.series import category_of, texts
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query, Value

MAX_BREAKDOWNS = 5
Step = tuple[str, str, float, str]


def waterfall(query: Query) -> dict[str, Any]:
    """A WaterfallVisual as plotly's figure."""
    config, value = query.visual.config, query.visual.wells["Values"][0]
    broken = bool(query.visual.wells["Breakdowns"])
    steps = list(_broken_down(query, value) if broken else _plain(query, value))
    labels = config.get("DataLabels", {})
    inks = inner(config, "ColorConfiguration", "GroupColorConfiguration")
    trace: dict[str, Any] = {
        "type": "waterfall", "x": [[s[0] for s in steps], [s[1] for s in steps]] if broken
        else [s[1] for s in steps], "y": [s[2] for s in steps], "measure": [s[3] for s in steps],
        "customdata": [_hover(s, value) for s in steps],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"up": colour(inks.get("PositiveBarColor")),
                 "down": colour(inks.get("NegativeBarColor")),
                 "total": colour(inks.get("TotalBarColor"))},
    }  # fmt: skip
    if shown(labels, default=False):
        trace |= {"text": [safe(show(s[2], value)) for s in steps], "textposition": "outside",
                  "cliponaxis": False, **label_font(labels)}  # fmt: skip
    title = custom_label(config.get("CategoryAxisLabelOptions", {}))
    layout = {
        "xaxis": {"type": "multicategory" if broken else "category", "showgrid": False}
        | ({"title": {"text": safe(title)}} if title else {}),
        "yaxis": value_axis([value], config.get("PrimaryYAxisDisplayOptions", {}),
                            config.get("PrimaryYAxisLabelOptions", {})),
    }  # fmt: skip
    return {"figure": {"data": [trace], "layout": layout, "legend": "HIDDEN"}}


def _plain(query: Query, value: Field) -> Iterator[Step]:
    """Each category's figure as a step, then the sum of the steps."""
    axis = category_of(query, "Categories")
    found: dict[Value, Value] = {row[0]: row[1] for row in query.select([axis], [value])}
    total = 0.0
    for category, text in zip(axis.values, texts(axis), strict=True):
        step = _number(found.get(category))
        total += step
        yield "", text, step, "relative"
    yield "", _total_label(query), total, "total"


def _broken_down(query: Query, value: Field) -> Iterator[Step]:
    """The first category's total; for each next one what changed by breakdown, and its total."""
    axis = category_of(query, "Categories")
    parts = query.axis(
        query.visual.wells["Breakdowns"][0], sort_of(query.visual, "BreakdownSort"),
        limit_of(query.visual, "BreakdownItemsLimit", default=MAX_BREAKDOWNS),
    )  # fmt: skip
    found = {(a, b): _number(v) for a, b, v in query.select([axis, parts], [value])}
    before: Value = None
    for n, (category, text) in enumerate(zip(axis.values, texts(axis), strict=True)):
        if n:
            for part, name in zip(parts.values, texts(parts), strict=True):
                change = found.get((category, part), 0.0) - found.get((before, part), 0.0)
                yield text, name, change, "relative"
        total = sum(found.get((category, part), 0.0) for part in parts.values)
        yield text, _total_label(query), total, "total" if n else "absolute"
        before = category


def _total_label(query: Query) -> str:
    options = query.visual.config.get("WaterfallChartOptions", {})
    return safe(str(options.get("TotalBarLabel") or "Total"))


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _hover(step: Step, value: Field) -> str:
    name = " · ".join(part for part in step[:2] if part)
    return f"<b>{name}</b><br>{safe(value.label)}  <b>{safe(show(step[2], value))}</b>"

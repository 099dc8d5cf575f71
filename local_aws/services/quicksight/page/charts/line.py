"""Lines, or areas under them, over time or categories.

https://docs.aws.amazon.com/quicksight/latest/user/line-charts.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.axes import category_axis, value_axis
from local_aws.services.quicksight.page.charts.labels import label_font, label_texts
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import Options, colour, inner, safe, shown
from local_aws.services.quicksight.page.charts.panels import arranged, panel_axis
from local_aws.services.quicksight.page.charts.references import reference_lines
from local_aws.services.quicksight.page.charts.series import (
    FEW,
    Panel,
    Series,
    category_of,
    colour_axis,
    marks,
    positions,
    series_of,
)
from local_aws.services.quicksight.page.charts.time_axis import filled
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.query import Axis, Query

SHAPES = {"LINEAR": "linear", "SMOOTH": "spline", "STEPPED": "hv"}
DASHES = {"SOLID": "solid", "DASHED": "dash", "DOTTED": "dot"}
SYMBOLS = {"CIRCLE": "circle", "TRIANGLE": "triangle-up", "SQUARE": "square",
           "DIAMOND": "diamond", "ROUNDED_SQUARE": "square"}  # fmt: skip
Figure = dict[str, Any]


def line_chart(query: Query) -> Figure:
    """A LineChartVisual as plotly's figure."""
    visual, config = query.visual, query.visual.config
    primary = config.get("PrimaryYAxisDisplayOptions", {})
    category = filled(category_of(query), config.get("XAxisDisplayOptions", {}), primary)
    colours, panel = colour_axis(query), panel_axis(query)
    panels = series_of(query, visual.wells["Values"], category, colours, panel)
    every = [s for p in panels for s in p.series]
    left = [s for s in every if not _on_right(config, s)]
    names = category_axis(category, config.get("XAxisDisplayOptions", {}),
                          config.get("XAxisLabelOptions", {}))  # fmt: skip
    layout: dict[str, Any] = {"xaxis": names, "yaxis": value_axis(
        [s.field for s in left or every], primary.get("AxisOptions", {}),
        config.get("PrimaryYAxisLabelOptions", {}))}  # fmt: skip
    layout |= _right_axis(config, [s for s in every if s not in left])
    layout |= reference_lines(config, every)
    figure = arranged(query, panels, lambda p: _lines(query, category, p), layout)
    title = colours.field.label if colours else None
    return {"figure": figure | legend(config.get("Legend", {}), title)}


def _lines(query: Query, category: Axis, panel: Panel) -> list[dict[str, Any]]:
    config = query.visual.config
    kind, labels = config.get("Type", "LINE"), config.get("DataLabels", {})
    look = Tooltip(query.visual).look()
    return [
        line_trace(config, category, s, labels, kind)
        | look
        | ({"yaxis": "y2"} if _on_right(config, s) and not panel.title else {})
        for s in panel.series
    ]


def line_trace(
    config: Options, category: Axis, series: Series, labels: Options, kind: str = "LINE"
) -> dict[str, Any]:
    """One series as a line."""
    style = _style(config, series)
    missing = _missing(config)
    values = [0 if v is None and missing == "SHOW_AS_ZERO" else v for v in series.values]
    trace = {
        "type": "scatter", "mode": _mode(category, style), "name": safe(series.name),
        "x": positions(category), "y": values, "customdata": series.hovers,
        "connectgaps": missing == "INTERPOLATE", "line": _line(style.get("LineStyleSettings", {})),
        "marker": _marker(style.get("MarkerStyleSettings", {})),
        "meta": series.meta | marks(category),
    }  # fmt: skip
    texts = label_texts(series, labels)
    if texts is not None:
        trace |= {"text": texts, "textposition": _place(labels), "cliponaxis": False}
        trace |= label_font(labels) | {"mode": f"{trace['mode']}+text"}
    if kind == "AREA":
        trace["fill"] = "tozeroy"
    if kind == "STACKED_AREA":
        trace["stackgroup"] = "one"
    return trace


def _style(config: Options, series: Series) -> Options:
    """The settings of one series over those of all."""
    found: Options = dict(config.get("DefaultSeriesSettings", {}))
    for item in config.get("Series", []):
        given = next(iter(item.values()))
        value = given.get("FieldValue")
        same = given.get("FieldId") == series.field.id or value is not None
        if same and (value is None or value == series.name):
            found |= given.get("Settings", {})
    return found


def _on_right(config: Options, series: Series) -> bool:
    if "SingleAxisOptions" in config:
        return False
    for item in config.get("Series", []):
        given = item.get("FieldSeriesItem", {})
        if given.get("FieldId") == series.field.id:
            return bool(given.get("AxisBinding") == "SECONDARY_YAXIS")
    return False


def _right_axis(config: Options, series: list[Series]) -> dict[str, Any]:
    if not series:
        return {}
    display = inner(config, "SecondaryYAxisDisplayOptions", "AxisOptions")
    return {"yaxis2": right_axis(series, display, config.get("SecondaryYAxisLabelOptions", {}))}


def right_axis(series: list[Series], display: Options, label: Options) -> dict[str, Any]:
    """The second axis of values, over the first and without its grid."""
    found = value_axis([s.field for s in series], display, label)
    return found | {"overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto"}


def _missing(config: Options) -> str:
    given = inner(config, "PrimaryYAxisDisplayOptions", "MissingDataConfigurations") or []
    return str(next((item.get("TreatmentOption") for item in given), "SHOW_AS_BLANK"))


def _mode(category: Axis, style: Options) -> str:
    lines = shown({"Visibility": style.get("LineStyleSettings", {}).get("LineVisibility")})
    given = style.get("MarkerStyleSettings", {}).get("MarkerVisibility")
    dots = shown({"Visibility": given}, default=len(category.values) <= FEW)
    return "+".join(["lines"] * lines + ["markers"] * dots) or "none"


def _line(style: Options) -> dict[str, Any]:
    width = pixels(style.get("LineWidth"), 2.5)
    return {"shape": SHAPES.get(style.get("LineInterpolation", ""), "linear"),
            "dash": DASHES.get(style.get("LineStyle", ""), "solid"), "width": width}  # fmt: skip


def _marker(style: Options) -> dict[str, Any]:
    symbol = SYMBOLS.get(style.get("MarkerShape", ""), "circle")
    found: dict[str, Any] = {"size": pixels(style.get("MarkerSize"), 6), "symbol": symbol}
    ink = colour(style.get("MarkerColor"))
    return found | ({"color": ink} if ink else {})


def pixels(text: str | None, default: float) -> float:
    """A length like "2px" as a number.

    >>> pixels("3px", 1), pixels("wide", 1)
    (3.0, 1)
    """
    digits = (text or "").removesuffix("px").strip()
    return float(digits) if digits.replace(".", "", 1).isdigit() else default


def _place(labels: Options) -> str:
    sides = {"TOP": "top center", "BOTTOM": "bottom center", "LEFT": "middle left",
             "RIGHT": "middle right"}  # fmt: skip
    return sides.get(labels.get("Position", ""), "top center")

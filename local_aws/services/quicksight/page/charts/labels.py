"""Figures written beside marks.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataLabelOptions.html
"""

from collections.abc import Sequence
from typing import Any

from local_aws.services.quicksight.page.charts.options import Options, colour, inner, safe, shown
from local_aws.services.quicksight.page.charts.series import Series
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Value

SIZES = {"EXTRA_SMALL": 9, "SMALL": 11, "MEDIUM": 13, "LARGE": 15, "EXTRA_LARGE": 18}


def label_texts(series: Series, options: Options) -> list[str] | None:
    """The label of each mark (empty: none), or None where nothing is labelled."""
    if not shown(options, default=False):
        return None
    types = options.get("DataLabelTypes", [])
    fields = [t["FieldLabelType"] for t in types if "FieldLabelType" in t]
    if fields and not any(f["FieldId"] == series.field.id and shown(f) for f in fields):
        return None
    wanted = _chosen(series.values, types)
    return [
        safe(show(value, series.field)) if value is not None and n in wanted else ""
        for n, value in enumerate(series.values)
    ]


def _chosen(values: Sequence[Value], types: Sequence[Options]) -> set[int]:
    """The places that are labelled: all of them, or the ends, the least and the greatest."""
    kinds = {kind for item in types for kind, options in item.items()
             if shown(options) and not kind.startswith(("Field", "DataPath"))}  # fmt: skip
    places = [n for n, v in enumerate(values) if isinstance(v, int | float)]
    if not kinds or not places:
        return set(range(len(values)))
    by_value = sorted(places, key=lambda n: values[n])  # type: ignore[arg-type, return-value]
    found = {
        "RangeEndsLabelType": {places[0], places[-1]},
        "MinimumLabelType": {by_value[0]},
        "MaximumLabelType": {by_value[-1]},
    }
    return set().union(*(found.get(kind, set()) for kind in kinds))


def overlapping(options: Options) -> bool:
    """Whether labels may lie over each other."""
    return bool(options.get("Overlap") == "ENABLE_OVERLAP")


def label_room(options: Options) -> dict[str, Any]:
    """How plotly treats the label of a bar that is too thin for it: without one."""
    if overlapping(options) or not shown(options, default=False):
        return {}
    size = SIZES.get(inner(options, "LabelFontConfiguration", "FontSize").get("Relative", ""), 12)
    return {"uniformtext": {"mode": "hide", "minsize": size - 3}}


def label_font(options: Options) -> dict[str, Any]:
    """A label's size and colour, where they are given."""
    font = options.get("LabelFontConfiguration", {})
    found: dict[str, Any] = {}
    if size := SIZES.get(font.get("FontSize", {}).get("Relative", "")):
        found["size"] = size
    if ink := colour(options.get("LabelColor")) or colour(font.get("FontColor")):
        found["color"] = ink
    return {"textfont": found} if found else {}

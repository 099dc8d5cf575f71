"""Small multiples: the same chart once per value of a dimension, side by side.

https://docs.aws.amazon.com/quicksight/latest/user/small-multiples.html
"""

import math
from collections.abc import Callable
from typing import Any

from local_aws.services.quicksight.page.charts.options import limit_of, shown, sort_of
from local_aws.services.quicksight.page.charts.series import Panel
from local_aws.services.quicksight.query import Axis, Query

MAX_PANELS = 30
GAP_X, GAP_Y = 0.05, 0.18
Layout = dict[str, Any]
Draw = Callable[[Panel], list[dict[str, Any]]]


def panel_axis(query: Query) -> Axis | None:
    """The values of the small multiples' well, the first 30 of them."""
    fields = query.visual.wells.get("SmallMultiples", [])
    if not fields:
        return None
    limit = limit_of(query.visual, "SmallMultiplesLimitConfiguration", default=MAX_PANELS)
    sort = sort_of(query.visual, "SmallMultiplesSort")
    return query.axis(fields[0], sort, limit | {"OtherCategories": "EXCLUDE"})


def columns_of(count: int, options: dict[str, Any]) -> int:
    """How many panels stand side by side."""
    return min(int(options.get("MaxVisibleColumns") or math.ceil(math.sqrt(count))), count)


def domains(count: int, options: dict[str, Any]) -> list[tuple[list[float], list[float]]]:
    """Where each panel stands in the figure, row by row from the top left.

    >>> [x for x, y in domains(2, {})]
    [[0.0, 0.475], [0.525, 1.0]]
    """
    wide = columns_of(count, options)
    tall = math.ceil(count / wide)
    width, height = (1 - GAP_X * (wide - 1)) / wide, (1 - GAP_Y * (tall - 1)) / tall
    found = []
    for n in range(count):
        left, top = (n % wide) * (width + GAP_X), 1 - (n // wide) * (height + GAP_Y)
        found.append(([left, left + width], [top - height, top]))
    return found


def arranged(query: Query, panels: list[Panel], draw: Draw, layout: Layout) -> Layout:
    """A figure with a panel each; ``layout`` has the axes of one of them."""
    if len(panels) == 1 and not panels[0].title:
        return {"data": draw(panels[0]), "layout": layout}
    options = query.visual.config.get("SmallMultiplesOptions", {})
    figure: Layout = {"data": [], "layout": {k: v for k, v in layout.items() if "axis" not in k}}
    notes = []
    columns = columns_of(len(panels), options)
    for n, (panel, place) in enumerate(zip(panels, domains(len(panels), options), strict=True)):
        suffix = str(n + 1) if n else ""
        for trace in draw(panel):
            again = {"showlegend": False} if n else {}
            figure["data"].append(trace | again | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}",
                                                   "legendgroup": trace["name"]})  # fmt: skip
        edges = (n + columns >= len(panels), n % columns == 0)
        figure["layout"] |= _axes(layout, suffix, place, options, edges)
        notes += title_of(panel, place, options)
    figure["layout"]["annotations"] = notes
    figure["layout"]["showlegend"] = len(panels[0].series) > 1
    figure["layout"]["margin"] = {"t": 26}
    return figure


def _axes(
    layout: Layout,
    suffix: str,
    place: tuple[list[float], list[float]],
    options: dict[str, Any],
    edges: tuple[bool, bool],
) -> Layout:
    """A panel's axes; shared ones have their ticks at the edge of the figure only."""
    found = {}
    for letter, domain, edge in zip("xy", place, edges, strict=True):
        axis = {k: v for k, v in layout[f"{letter}axis"].items() if k != "title"}
        other = "y" if letter == "x" else "x"
        axis |= {"domain": domain, "anchor": f"{other}{suffix}"}
        scale = options.get(f"{letter.upper()}Axis", {}).get("Scale", "SHARED")
        if scale == "SHARED":
            axis |= {"matches": letter} if suffix else {}
            axis |= {} if edge else {"showticklabels": False}
        found[f"{letter}axis{suffix}"] = axis
    return found


def title_of(
    panel: Panel, place: tuple[list[float], list[float]], options: dict[str, Any]
) -> list[dict[str, Any]]:
    """A panel's title above it."""
    if not shown(options.get("PanelConfiguration", {}).get("Title", {})):
        return []
    (left, right), (_, top) = place
    anchors = {"xref": "paper", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    return [{"text": panel.title, "x": (left + right) / 2, "y": top, "strong": True} | anchors]

"""Points on a plain map: a graticule of longitudes and latitudes, without tiles or coastlines.

https://docs.aws.amazon.com/quicksight/latest/user/geospatial-charts.html
Nothing is fetched for it: places that are only named (countries, cities) cannot be located here.
"""

import re
from typing import Any

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.colours import Colours
from local_aws.services.quicksight.page.charts.legends import legend
from local_aws.services.quicksight.page.charts.options import inner, safe
from local_aws.services.quicksight.page.charts.scatter import diameter
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query, Value

MAX_POINTS = 10_000
LATITUDE = re.compile(r"lat(itude)?", re.IGNORECASE)
LONGITUDE = re.compile(r"(lon|lng|long)(gitude)?", re.IGNORECASE)
Row = tuple[Value, ...]


def geospatial_map(query: Query) -> dict[str, Any]:
    """A GeospatialMapVisual as plotly's figure. Raises VisualRefused."""
    wells, config = query.visual.wells, query.visual.config
    style = inner(config, "PointStyleOptions").get("SelectedPointStyle", "POINT")
    if style != "POINT":
        raise VisualRefused(f"The point style {style} of a map")
    place = _coordinates(wells["Geospatial"])
    colour = wells["Colors"][:1]
    measures = wells["Values"]
    rows = [row for row in query.select([*place, *colour], measures, (), MAX_POINTS)
            if isinstance(row[0], int | float) and isinstance(row[1], int | float)]  # fmt: skip
    kinds = list(dict.fromkeys(row[2] for row in rows)) if colour else [None]
    traces = [_points(query, [*place, *colour], rows, kind, n) for n, kind in enumerate(kinds)]
    figure = {"data": traces, "layout": {"geo": _projection(config, rows),
                                         "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}}  # fmt: skip
    return {"figure": figure | legend(config.get("Legend", {}))}


def _coordinates(fields: list[Field]) -> list[Field]:
    """Latitude, then longitude. Raises VisualRefused."""
    found = []
    for pattern in (LATITUDE, LONGITUDE):
        words = [(f, re.split(r"[_\W]+", f.column)) for f in fields]
        named = [f for f, parts in words if any(pattern.fullmatch(part) for part in parts)]
        if len(named) != 1:
            names = ", ".join(f.column for f in fields)
            raise VisualRefused(f"A map of {names}: places are drawn by latitude and longitude")
        found += named
    return found


def _points(
    query: Query, groups: list[Field], rows: list[Row], kind: Value, n: int
) -> dict[str, Any]:
    measures, tooltip, colours = query.visual.wells["Values"], Tooltip(query.visual), Colours(query)
    coloured = groups[2:]
    mine = [row for row in rows if not coloured or row[2] == kind]
    sizes = [row[len(groups)] if measures else None for row in mine]
    biggest = max((float(v) for row in rows for v in row[len(groups) : len(groups) + 1]
                   if isinstance(v, int | float)), default=0)  # fmt: skip
    ink = colours.of_value(coloured[0], kind) if coloured else colours.plain
    return {
        "type": "scattergeo", "mode": "markers",
        "name": safe(show(kind, coloured[0])) if coloured else "Points",
        "lat": [row[0] for row in mine], "lon": [row[1] for row in mine],
        "customdata": [tooltip.text(list(zip(groups, row, strict=False)),
                                    zip(measures, row[len(groups) :], strict=True))
                       for row in mine],
        "marker": {"size": [diameter(v, biggest) for v in sizes]},
        "meta": {"series": n, "colour": ink, "bubbles": True},
    } | tooltip.look()  # fmt: skip


def _projection(config: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    """Where the map looks: the bounds that are given, else those of the points."""
    bounds = inner(config, "WindowOptions", "Bounds")
    lats = [float(row[0]) for row in rows] or [0.0]  # type: ignore[arg-type]
    lons = [float(row[1]) for row in rows] or [0.0]  # type: ignore[arg-type]
    if bounds and inner(config, "WindowOptions").get("MapZoomMode") == "MANUAL":
        lats, lons = [bounds["South"], bounds["North"]], [bounds["West"], bounds["East"]]
    step = _step(max(lats) - min(lats), max(lons) - min(lons))
    return {
        "visible": False, "projection": {"type": "equirectangular"},
        "lataxis": {"range": _margin(lats, 90), "dtick": step},
        "lonaxis": {"range": _margin(lons, 180), "dtick": step},
    }  # fmt: skip


def _margin(values: list[float], most: float) -> list[float]:
    """The range of values with some room, within the globe."""
    room = max((max(values) - min(values)) * 0.08, 1.0)
    return [max(min(values) - room, -most), min(max(values) + room, most)]


def _step(tall: float, wide: float) -> float:
    """How far the lines of the graticule are apart, in degrees."""
    span = max(tall, wide)
    return next((step for step in (1, 2, 5, 10, 20, 30) if span / step <= 8), 45)

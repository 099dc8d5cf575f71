"""Colour scales of heat maps and tree maps.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ColorScale.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.options import Options, colour


def colour_scale(options: Options) -> dict[str, Any]:
    """plotly's colour axis for a ColorScale; nothing where the page's own is to be used.

    >>> colour_scale({"ColorFillType": "GRADIENT",
    ...               "Colors": [{"Color": "#FFFFFF"}, {"Color": "#0F766E"}]})
    {'colorscale': [[0.0, '#FFFFFF'], [1.0, '#0F766E']]}
    """
    stops = [(colour(item.get("Color")), item.get("DataValue")) for item in
             options.get("Colors", [])]  # fmt: skip
    inks = [ink for ink, _ in stops if ink]
    if len(inks) < 2 or len(inks) != len(stops):
        return {}
    values = [value for _, value in stops if value is not None]
    bounds: dict[str, Any] = {}
    if len(values) == len(stops) and values[0] < values[-1]:
        bounds = {"cmin": values[0], "cmax": values[-1]}
        places = [(value - values[0]) / (values[-1] - values[0]) for value in values]
    else:
        places = [n / (len(inks) - 1) for n in range(len(inks))]
    if options.get("ColorFillType") == "DISCRETE":
        return {"colorscale": _steps(inks)} | bounds
    return {"colorscale": [[place, ink] for place, ink in zip(places, inks, strict=True)]} | bounds


def _steps(inks: list[str]) -> list[list[Any]]:
    edges = [n / len(inks) for n in range(len(inks) + 1)]
    return [[edge, ink] for n, ink in enumerate(inks) for edge in edges[n : n + 2]]

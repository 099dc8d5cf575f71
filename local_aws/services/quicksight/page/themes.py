"""A theme's colours as the page's CSS variables and its charts' palette.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ThemeConfiguration.html
"""

import re
from typing import Any

from local_aws.services.quicksight.page.charts.options import colour, inner

PIXELS = re.compile(r"\d{1,2}px")
# The page's variable, and where in a theme its colour is.
VARIABLES = {
    "--ink": ("UIColorPalette", "PrimaryForeground"),
    "--card": ("UIColorPalette", "PrimaryBackground"),
    "--soft": ("UIColorPalette", "SecondaryForeground"),
    "--page": ("UIColorPalette", "SecondaryBackground"),
    "--accent": ("UIColorPalette", "Accent"),
    "--good": ("UIColorPalette", "Success"),
    "--bad": ("UIColorPalette", "Danger"),
    "--warn-page": ("UIColorPalette", "Warning"),
    "--warn-ink": ("UIColorPalette", "WarningForeground"),
}


def page_theme(configuration: dict[str, Any]) -> dict[str, Any]:
    """What the page takes of a ThemeConfiguration; an empty one leaves the page as it is.

    >>> page_theme({"DataColorPalette": {"Colors": ["#112233", "red"]}})
    {'variables': {}, 'palette': ['#112233']}
    """
    variables = {
        name: ink for name, path in VARIABLES.items()
        if (ink := colour(inner(configuration, *path)))
    }  # fmt: skip
    tile = inner(configuration, "Sheet", "Tile")
    page = inner(configuration, "Sheet", "Background").get("Color")
    for name, given in (("--card", tile.get("BackgroundColor")), ("--page", page)):
        if ink := colour(given):
            variables[name] = ink
    if PIXELS.fullmatch(str(tile.get("BorderRadius", ""))):
        variables["--radius"] = tile["BorderRadius"]
    if tile.get("Border", {}).get("Show") is False:
        variables["--line"] = "transparent"
    found: dict[str, Any] = {"variables": variables}
    data = configuration.get("DataColorPalette", {})
    inks = [ink for ink in map(colour, data.get("Colors", [])) if ink]
    if inks:
        found["palette"] = inks
    ends = [ink for ink in map(colour, data.get("MinMaxGradient", [])) if ink]
    if len(ends) == 2:
        found["gradient"] = ends
    return found

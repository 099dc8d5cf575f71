"""The colours of parts of a whole: slices, tiles, boxes."""

from typing import Any

from local_aws.services.quicksight.page.charts.colours import Colours
from local_aws.services.quicksight.query import OTHER, Axis, Query


def parts_of(query: Query, axis: Axis) -> list[dict[str, Any]]:
    """For each value its place in the palette, its own colour, whether it is the rest."""
    colours = Colours(query)
    return [
        {"series": n, "colour": given, "other": axis.other and value == OTHER and not given}
        for n, value in enumerate(axis.values)
        for given in [colours.of_value(axis.field, value)]
    ]

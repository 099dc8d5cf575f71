"""Why a visual is not shown: what of it changes figures and is not done here.

A definition written by others loads as a whole; each visual that cannot be right is a card that
names the reason (docs/adr/0028-refused-visuals.md). A kind, well or option leaves its table here
when `page` draws it.
"""

from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.definition.visual import Visual
from local_aws.services.quicksight.errors import Unsupported

KINDS = (
    "CustomContentVisual", "EmptyVisual", "FilledMapVisual", "LayerMapVisual", "PluginVisual",
)  # fmt: skip
OPTIONS = ("ForecastConfigurations", "ContributionAnalysisDefaults")
UTC = ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "")


def refuse_undrawn(kind: str, options: dict[str, Any], config: dict[str, Any]) -> None:
    """Name what of a visual is not drawn. Raises Unsupported."""
    where = f"of {kind} ({options['VisualId']})"
    if kind in KINDS:
        raise Unsupported(f"The visual type {kind} ({options['VisualId']})")
    for part in OPTIONS:
        if config.get(part):
            raise Unsupported(f"{part} {where}")
    for option in config.get("SortConfiguration", {}).get("FieldSortOptions", []):
        if "DataPath" in option["SortBy"]:
            raise Unsupported(f"SortBy.DataPath {where}")


def refuse_dates(visual: Visual, options: Mapping[str, Any]) -> None:
    """Name the options that move dates and are not done. Raises Unsupported."""
    dates = [field for field in visual.fields if field.date]
    zone = options.get("Timezone", "UTC")
    if dates and zone not in UTC:
        raise Unsupported(f"Options.Timezone {zone} with the dates of {visual.id}")
    week = options.get("WeekStart", "SUNDAY")
    if week != "SUNDAY" and any(field.granularity == "WEEK" for field in dates):
        raise Unsupported(f"Options.WeekStart {week} with the weeks of {visual.id}")

"""Formats that a definition gives to columns, for fields that have none of their own.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ColumnConfiguration.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from local_aws.services.quicksight.definition.visual import Visual
from local_aws.services.quicksight.fields import Field

Formats = Mapping[tuple[str, str], Mapping[str, Any]]


def read_formats(configurations: Iterable[Mapping[str, Any]]) -> Formats:
    """The configurations of numbers and dates by data set and column."""
    found = {}
    for item in configurations:
        given = item.get("FormatConfiguration", {})
        for kind in ("NumberFormatConfiguration", "DateTimeFormatConfiguration"):
            if given.get(kind):
                column = item["Column"]
                key = (column.get("DataSetIdentifier", ""), column["ColumnName"])
                found[key] = given[kind]
    return found


def with_formats(visual: Visual, formats: Formats) -> Visual:
    """A visual whose fields are shown as their columns are."""
    if not formats:
        return visual
    wells = {
        well: [_formatted(field, formats) for field in fields]
        for well, fields in visual.wells.items()
    }
    return replace(visual, wells=wells)


def _formatted(field: Field, formats: Formats) -> Field:
    given = formats.get((field.data_set, field.column))
    counted = field.sql.startswith("count(")  # a number of values, not one of them
    return field if field.format or given is None or counted else replace(field, format=given)

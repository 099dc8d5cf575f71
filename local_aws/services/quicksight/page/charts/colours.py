"""The colours that a definition gives to series and values; the page has a palette for the rest.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_VisualPalette.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ColorsConfiguration.html
"""

from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.options import colour, inner
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query, Value

SPECIAL = {"NULL": None, "OTHER": "Other", "EMPTY": ""}


class Colours:
    """What one visual's palette and its columns' own colours say."""

    def __init__(self, query: Query) -> None:
        palette = query.visual.config.get("VisualPalette", {})
        self.plain = colour(palette.get("ChartColor"))
        self.by_path = dict(_paths(palette.get("ColorMap", [])))
        self.by_column = dict(_columns(query.definition.document.get("ColumnConfigurations", [])))

    def of_value(self, field: Field, value: Value) -> str | None:
        """The colour of one value of a dimension."""
        text = show(value, field)
        for key in (value, text, str(value)):
            found = self.by_path.get((field.id, key)) or self.by_column.get(
                (field.data_set, field.column, key)
            )
            if found:
                return found
        return None

    def of_measure(self, field: Field, alone: bool) -> str | None:
        """The colour of a measure; the chart's own where it is the only one.

        A definition names a measure by its field, with its column for a value or with none.
        """
        own = self.by_path.get((field.id, None)) or self.by_path.get((field.id, field.column))
        return own or (self.plain if alone else None)


def _paths(items: list[dict[str, Any]]) -> list[tuple[tuple[str, Any], str]]:
    found = []
    for item in items:
        given, element = colour(item.get("Color")), item["Element"]
        if given:
            found.append(((element.get("FieldId", ""), element.get("FieldValue")), given))
    return found


def _columns(items: list[dict[str, Any]]) -> list[tuple[tuple[str, str, Any], str]]:
    found = []
    for item in items:
        column = item["Column"]
        where = (column["DataSetIdentifier"], column["ColumnName"])
        for custom in inner(item, "ColorsConfiguration", "CustomColors") or []:
            given = colour(custom.get("Color"))
            special = SPECIAL.get(custom.get("SpecialValue", ""))
            if given:
                found.append(((*where, custom.get("FieldValue", special)), given))
    return found

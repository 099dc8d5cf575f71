"""Which columns of which data sets a QuickSight definition uses, and where.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Of an expression: comments and texts say nothing of columns; `{a name}` is a column.
SILENT = re.compile(r"/\*.*?\*/|//[^\n]*|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
COLUMN = re.compile(r"(?<!\$)\{([^{}]+)\}")


@dataclass(frozen=True)
class Use:
    """One column that a part of a definition uses.

    data_set: the definition's own identifier; where: "the visual 'Flights' (kpi-flights)".
    """

    data_set: str
    column: str
    where: str


def uses(definition: Mapping[str, Any]) -> Iterator[Use]:
    """Every column that the definition names, calculated fields and their own columns too."""
    for sheet in definition.get("Sheets", []):
        for visual in sheet.get("Visuals", []):
            kind, options = next(iter(visual.items()))
            yield from _columns(options, f"the {words(kind)} {title(options)}")
        for part in ("FilterControls", "ParameterControls"):
            yield from _columns(sheet.get(part, []), f"a control of the sheet {_name(sheet)}")
    for group in definition.get("FilterGroups", []):
        yield from _columns(group, f"the filter {group['FilterGroupId']}")
    for part in ("ParameterDeclarations", "ColumnConfigurations"):
        yield from _columns(definition.get(part, []), part)
    for field in definition.get("CalculatedFields", []):
        for column in columns_of(field["Expression"]):
            where = f"the calculated field {field['Name']}"
            yield Use(field["DataSetIdentifier"], column, where)


def columns_of(expression: str) -> list[str]:
    """The fields that an expression names in braces, each once.

    >>> columns_of("sum({late}) / count({flights}) + {late} /* {old} */ + ifelse(x = '{no}', 1, 2)")
    ['late', 'flights']
    """
    return list(dict.fromkeys(COLUMN.findall(SILENT.sub(" ", expression))))


def missing(definition: Mapping[str, Any], columns: Mapping[str, Collection[str]]) -> Iterator[Use]:
    """What is used and is neither a column of its data set nor a calculated field.

    columns: by the definition's identifier of the data set. Each use is told once.
    """
    calculated = {
        (field["DataSetIdentifier"], field["Name"])
        for field in definition.get("CalculatedFields", [])
    }
    for use in dict.fromkeys(uses(definition)):
        known = use.column in columns.get(use.data_set, ())
        if not known and (use.data_set, use.column) not in calculated:
            yield use


def _columns(part: Any, where: str) -> Iterator[Use]:
    if isinstance(part, Mapping):
        if {"DataSetIdentifier", "ColumnName"} <= part.keys():
            yield Use(part["DataSetIdentifier"], part["ColumnName"], where)
        for inner in part.values():
            yield from _columns(inner, where)
    elif isinstance(part, list):
        for inner in part:
            yield from _columns(inner, where)


def title(options: Mapping[str, Any]) -> str:
    """A visual's title and id as people find it: `'Flights' (kpi-flights)`."""
    text = options.get("Title", {}).get("FormatText", {})
    shown = text.get("PlainText") or re.sub(r"<[^>]*>", "", text.get("RichText", ""))
    return f"{shown!r} ({options['VisualId']})" if shown else str(options["VisualId"])


def words(kind: str) -> str:
    """A part's type in words.

    >>> words("BarChartVisual"), words("KPIVisual")
    ('bar chart visual', 'kpi visual')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", kind).lower()


def _name(sheet: Mapping[str, Any]) -> str:
    return str(sheet.get("Name") or sheet["SheetId"])

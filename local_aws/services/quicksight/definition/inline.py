"""Calculated fields that are written down in a field well, as fields of the visual's data set.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CalculatedMeasureField.html
Such a field has no column that says which data set it is of: the visual's other fields do.
"""

from collections.abc import Iterable, Iterator
from typing import Any

MEASURE = "CalculatedMeasureField"


def column_name(expression: str) -> str:
    """What the field is called among the columns: equal expressions are one."""
    return f"={expression}"


def data_sets_of(part: Any) -> Iterator[str]:
    """The data sets of every column below a part of a definition."""
    if isinstance(part, list):
        for item in part:
            yield from data_sets_of(item)
    elif isinstance(part, dict):
        if "ColumnName" in part and part.get("DataSetIdentifier"):
            yield part["DataSetIdentifier"]
        for item in part.values():
            yield from data_sets_of(item)


def data_set_of(config: Any) -> str | None:
    """The data set of a visual's columns, if they are of one."""
    found = set(data_sets_of(config))
    return found.pop() if len(found) == 1 else None


def expressions(configs: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Each expression in the field wells of visuals, with its data set where that is clear."""
    for config in configs:
        found = list(_expressions(config.get("FieldWells", {})))
        data_set = data_set_of(config) if found else None
        if data_set is not None:
            yield from ((data_set, text) for text in found)


def _expressions(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _expressions(item)
    elif isinstance(part, dict):
        if MEASURE in part:
            yield part[MEASURE]["Expression"]
        else:
            yield from _expressions(list(part.values()))

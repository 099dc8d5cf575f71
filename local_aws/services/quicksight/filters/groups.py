"""A definition's filter groups: where each holds, and its filters.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterGroup.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.filters.category import category
from local_aws.services.quicksight.filters.context import Condition, Context
from local_aws.services.quicksight.filters.hierarchy import hierarchy
from local_aws.services.quicksight.filters.nested import nested
from local_aws.services.quicksight.filters.numeric import numeric_equality, numeric_range
from local_aws.services.quicksight.filters.relative_dates import relative_dates
from local_aws.services.quicksight.filters.time_equality import time_equality
from local_aws.services.quicksight.filters.time_range import time_range
from local_aws.services.quicksight.filters.top_bottom import top_bottom

KINDS: Mapping[str, Callable[[Context], Condition]] = {
    "CategoryFilter": category,
    "HierarchyFilter": hierarchy,
    "NestedFilter": nested,
    "NumericEqualityFilter": numeric_equality,
    "NumericRangeFilter": numeric_range,
    "RelativeDatesFilter": relative_dates,
    "TimeEqualityFilter": time_equality,
    "TimeRangeFilter": time_range,
    "TopBottomFilter": top_bottom,
}


@dataclass(frozen=True)
class Filter:
    """One filter: its kind, its options."""

    kind: str
    options: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its id, by which controls name it."""
        return str(self.options["FilterId"])

    @property
    def data_set(self) -> str:
        """The identifier of the data set that its column is of."""
        return str(self.options["Column"].get("DataSetIdentifier", ""))

    @property
    def column(self) -> str:
        """The name of its column."""
        return str(self.options["Column"]["ColumnName"])

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it looks at."""
        return tuple(dict.fromkeys(_column_names(self.options)))

    def condition(self, context: Context) -> Condition:
        """Its condition. Raises Unsupported, WrongChoice, ExpressionError."""
        if self.kind not in KINDS:
            raise Unsupported(f"The filter {self.kind} ({self.id})")
        return KINDS[self.kind](context)


def _column_names(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("ColumnName"), str):
            yield part["ColumnName"]
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from _column_names(item)


@dataclass(frozen=True)
class FilterGroup:
    """Filters that are alternatives, and where they hold."""

    id: str
    filters: tuple[Filter, ...]
    sheets: Mapping[str, frozenset[str] | None] | None
    everywhere: bool

    def reaches(self, sheet: str, visual: str) -> bool:
        """Whether a visual is in the group's scope."""
        if self.sheets is None:
            return True
        visuals = self.sheets.get(sheet, frozenset())
        return visuals is None or visual in visuals


def read_groups(groups: list[dict[str, Any]]) -> list[FilterGroup]:
    """The groups that are switched on."""
    return [_group(group) for group in groups if group.get("Status", "ENABLED") == "ENABLED"]


def _group(group: Mapping[str, Any]) -> FilterGroup:
    filters = tuple(Filter(*next(iter(item.items()))) for item in group["Filters"])
    everywhere = group["CrossDataset"] == "ALL_DATASETS"
    scope = group["ScopeConfiguration"]
    return FilterGroup(group["FilterGroupId"], filters, _sheets(scope), everywhere)


def _sheets(scope: Mapping[str, Any]) -> Mapping[str, frozenset[str] | None] | None:
    """The visuals by sheet, None for all of a sheet's; None for all sheets."""
    selected = scope.get("SelectedSheets")
    if selected is None:
        return None
    return {
        item["SheetId"]: None
        if item["Scope"] == "ALL_VISUALS"
        else frozenset(item.get("VisualIds", []))
        for item in selected.get("SheetVisualScopingConfigurations", [])
    }

"""Which totals and subtotals a pivot table has.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableTotalOptions.html
"""

from collections.abc import Sequence

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.options import Options, inner

DIMENSION = "<<$aws:subtotalDimension>>"


class Totals:
    """A pivot table's TotalOptions, read."""

    def __init__(self, options: Options, rows: Sequence[Field], columns: Sequence[Field]) -> None:
        self.options = options
        self.bottom = _label(options.get("RowTotalOptions", {}))
        self.right = _label(options.get("ColumnTotalOptions", {}))
        self.total_first = inner(options, "RowTotalOptions").get("Placement") == "START"
        self.right_first = inner(options, "ColumnTotalOptions").get("Placement") == "START"
        self.row_levels = _levels(options.get("RowSubtotalOptions", {}), rows)
        self.column_levels = _levels(options.get("ColumnSubtotalOptions", {}), columns)
        self.columns = len(columns)

    def column_depths(self) -> set[int]:
        """How deep the columns are that figures are asked for."""
        right = {0} if self.right and self.columns else set()
        return {self.columns} | right | self.column_levels

    def closing(
        self, key: Sequence[object], following: Sequence[object] | None, levels: set[int]
    ) -> list[int]:
        """The depths of the groups that end with this key, the innermost first."""
        ends = [
            depth for depth in range(1, len(key))
            if following is None or list(key[:depth]) != list(following[:depth])
        ]  # fmt: skip
        return [depth for depth in reversed(ends) if depth in levels]

    def row_label(self, field: Field) -> str:
        """What a subtotal of rows is called."""
        return _subtotal(self.options.get("RowSubtotalOptions", {}), field)

    def column_label(self, field: Field) -> str:
        """What a subtotal of columns is called."""
        return _subtotal(self.options.get("ColumnSubtotalOptions", {}), field)


def _label(options: Options) -> str | None:
    if options.get("TotalsVisibility") != "VISIBLE":
        return None
    for item in options.get("TotalAggregationOptions", []):
        function = inner(item, "TotalAggregationFunction").get("SimpleTotalAggregationFunction")
        if function not in (None, "DEFAULT"):
            raise VisualRefused(f"A total by {function} of a pivot table")
    return str(options.get("CustomLabel") or "Total")


def _levels(options: Options, fields: Sequence[Field]) -> set[int]:
    """The depths of groups that have a subtotal; the innermost level is no group."""
    if options.get("TotalsVisibility") != "VISIBLE":
        return set()
    every = set(range(1, len(fields)))
    level = options.get("FieldLevel", "ALL")
    if level == "LAST":
        return {len(fields) - 1} & every
    if level == "CUSTOM":
        ids = {item.get("FieldId") for item in options.get("FieldLevelOptions", [])}
        return {n for n, field in enumerate(fields, 1) if field.id in ids} & every
    return every


def _subtotal(options: Options, field: Field) -> str:
    given = str(options.get("CustomLabel") or "Subtotal")
    return given.replace(DIMENSION, field.label).strip()

"""The cells of a pivot table at every depth: those of its rows, of its groups, of all.

Each total is asked for by itself, so averages and distinct counts of groups are right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.conditional import Rule
from local_aws.services.quicksight.page.charts.options import Options, inner
from local_aws.services.quicksight.query import Query, Value

Key = tuple[Value, ...]


@dataclass(frozen=True)
class Cells:
    """Figures by row key and column key, each as deep as its group; the rules' behind them."""

    values: Sequence[Field]
    rules: Sequence[Rule]
    found: dict[tuple[Key, Key], Key] = field(default_factory=dict)

    def figures(self, row: Key, column: Key) -> Key:
        """The values of one cell, then the rules'."""
        return self.found.get((row, column), (None,) * (len(self.values) + len(self.rules)))

    def column_of(self, place: int, rows: Iterable[Key], columns: Sequence[Key]) -> list[Value]:
        """The values of one measure or rule over all cells of the table's own rows."""
        return [self.figures(row, column)[place] for row in rows for column in columns]


def read_cells(
    query: Query, values: Sequence[Field], rules: Sequence[Rule],
    row_depths: Iterable[int], column_depths: Iterable[int],
) -> Cells:  # fmt: skip
    """Every cell of these depths of rows and columns; 0 is the total over all."""
    rows, columns = query.visual.wells["Rows"], query.visual.wells["Columns"]
    cells = Cells(values, rules)
    measures = [*values, *(rule.measure for rule in rules)]
    column_depths = sorted(set(column_depths))
    for down in sorted(set(row_depths)):
        for across in column_depths:
            for line in query.select([*rows[:down], *columns[:across]], measures):
                row, rest = line[:down], line[down:]
                cells.found[row, rest[:across]] = rest[across:]
    return cells


def keys_of(query: Query, fields: Sequence[Field]) -> list[Key]:
    """The full keys of rows or columns, each level in its own order."""
    if not fields:
        return [()]
    ranks = [_rank(query, item) for item in fields]

    def place(key: Key) -> list[int]:
        return [rank.get(v, len(rank)) for rank, v in zip(ranks, key, strict=True)]

    return sorted(query.select(fields, []), key=place)


def _rank(query: Query, item: Field) -> dict[Value, int]:
    sorts = inner(query.visual.config, "SortConfiguration", "FieldSortOptions") or []
    own: Options = {"Field": {"FieldId": item.id, "Direction": "ASC"}}
    by = next((option["SortBy"] for option in sorts if option["FieldId"] == item.id), own)
    sort = [{"ColumnSort": by["Column"]} if "Column" in by else {"FieldSort": by["Field"]}]
    return {value: n for n, value in enumerate(query.axis(item, sort).values)}

"""One query for a visual's figures, in QuickSight's order of evaluation.

https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html

    data         the data set's rows
    PRE_FILTER   columns worked out before the filters
    filters      on rows
    PRE_AGG      columns worked out before the aggregation, and the filters on those
    filters      on aggregates: the rows of those of the visual's groups that pass
    GROUP        the visual's dimensions and the aggregates
    NESTED       aggregates of level-aware aggregations, by the same dimensions
    TABLE        table calculations, and the filters on those
    at last      what is left out of the axes, the sort, the limit

Each stage that there is something for is one common table expression over the one before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from local_aws.services.quicksight.expressions import (
    Compiled,
    Level,
    Slot,
    Stage,
    all_slots,
    grouped,
    quote,
)

# The rows that the filters on rows leave, as a filter on aggregates asks for them.
PASSED = "passed"
Sorting = Sequence[tuple[Compiled, str]]


@dataclass(frozen=True)
class Selection:
    """What is asked for. Without ``grouped`` the measures are values of rows."""

    dimensions: Sequence[Compiled]
    measures: Sequence[Compiled]
    conditions: Sequence[Compiled] = ()
    order: Sorting = ()
    # SQL over the dimensions' columns: which of the rows are shown in the end.
    shown: Sequence[str] = field(default=())
    limit: int | None = None
    grouped: bool = True


def dimension_column(number: int) -> str:
    """What the column of a dimension is called."""
    return f"d{number}"


def statement(selection: Selection) -> str:
    """The query."""
    return _Statement(selection).sql()


class _Statement:
    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.measures = [self._shown(measure) for measure in selection.measures]
        self.order = [(self._shown(term), direction) for term, direction in selection.order]
        parts = (*selection.dimensions, *self.measures, *(term for term, _ in self.order))
        self.slots = all_slots([*parts, *selection.conditions])
        self.relation = "data"
        self.tables: list[str] = []

    def _shown(self, measure: Compiled) -> Compiled:
        return grouped(measure) if self.selection.grouped else measure

    def sql(self) -> str:
        self.rows()
        if self.selection.grouped:
            self.groups()
        columns = [dimension_column(n) for n in range(len(self.selection.dimensions))]
        chosen = ", ".join([*columns, *(measure.sql for measure in self.measures)])
        sql = f"SELECT {chosen} FROM {self.relation}{_where(self.selection.shown)}"  # noqa: S608
        terms = ", ".join(f"{term.sql} {way} NULLS LAST" for term, way in self.order)
        limit = self.selection.limit
        sql += (f" ORDER BY {terms}" if terms else "") + (f" LIMIT {limit}" if limit else "")
        return f"WITH {', '.join(self.tables)} {sql}" if self.tables else sql

    def rows(self) -> None:
        """The stages before the aggregation."""
        conditions = [c for c in self.selection.conditions if c.level <= Level.ROW]
        late = [c for c in conditions if _uses(c, Stage.PRE_AGG)]
        self.layers(Stage.PRE_FILTER)
        if self.tables:
            # A filter may ask ``data`` for values of its own: it sees the new columns there.
            self.add(f"SELECT * FROM {self.relation}", "data")  # noqa: S608
        self.filter([c.sql for c in conditions if c not in late])
        self.layers(Stage.PRE_AGG)
        self.filter([c.sql for c in late])
        groups = [c.sql for c in self.selection.conditions if c.level == Level.AGGREGATE]
        if groups:
            self.add(f"SELECT * FROM {self.relation}", PASSED)  # noqa: S608
            self.filter(groups)

    def groups(self) -> None:
        """The aggregation and the stages after it."""
        rows = self.relation
        self.add(self.group_layer())
        for slot in self.of(Stage.NESTED):
            self.add(self.nested_layer(slot, rows))
        over = [c for c in self.selection.conditions if c.level == Level.GROUPED]
        late = [c for c in over if _uses(c, Stage.TABLE)]
        self.filter([c.sql for c in over if c not in late])
        self.layers(Stage.TABLE)
        self.filter([c.sql for c in late])

    def of(self, stage: Stage) -> list[Slot]:
        return [slot for slot in self.slots if slot.stage == stage]

    def add(self, sql: str, name: str | None = None) -> None:
        """One more table over the last."""
        name = name or f"stage{len(self.tables)}"
        self.tables.append(f"{name} AS ({sql})")
        self.relation = name

    def filter(self, conditions: Sequence[str]) -> None:
        if conditions:
            self.add(f"SELECT * FROM {self.relation}{_where(conditions)}")  # noqa: S608

    def layers(self, stage: Stage) -> None:
        """A stage's slots, those that others stand on first."""
        slots = self.of(stage)
        for depth in sorted({slot.depth for slot in slots}):
            here = [slot for slot in slots if slot.depth == depth]
            columns = ", ".join(f"{slot.sql} AS {quote(slot.name)}" for slot in here)
            self.add(f"SELECT *, {columns} FROM {self.relation}")  # noqa: S608

    def group_layer(self) -> str:
        dimensions = self.selection.dimensions
        columns = [f"{d.sql} AS {dimension_column(n)}" for n, d in enumerate(dimensions)]
        columns += [f"{slot.sql} AS {quote(slot.name)}" for slot in self.of(Stage.GROUP)]
        by = ", ".join(str(n + 1) for n in range(len(dimensions)))
        return (
            f"SELECT {', '.join(columns) or 'count(*) AS rows'} FROM {self.relation}"  # noqa: S608
            f"{f' GROUP BY {by}' if by else ''}"
        )

    def nested_layer(self, slot: Slot, rows: str) -> str:
        """Each group's keys once, with what is fixed for them, aggregated and joined."""
        dimensions = self.selection.dimensions
        names = [quote(f"{slot.name}_{n}") for n in range(len(dimensions))]
        keys = {key: f"{slot.name}_k{n}" for n, key in enumerate(slot.keys or ())}
        chosen = [f"{d.sql} AS {name}" for d, name in zip(dimensions, names, strict=True)]
        chosen += [f"{key} AS {quote(name)}" for key, name in keys.items()]
        pairs = f"SELECT DISTINCT {', '.join(chosen) or '1'} FROM {rows}"  # noqa: S608
        fixed = [need for need in all_slots([Compiled("", slots=(slot,))])
                 if need.stage == Stage.FIXED]  # fmt: skip
        joins = "".join(_join(need, rows, keys) for need in fixed)
        by = ", ".join(names)
        aggregated = (
            f"SELECT {', '.join([*names, f'{slot.sql} AS {quote(slot.name)}'])}"  # noqa: S608
            f" FROM ({pairs}) AS pairs{joins}{f' GROUP BY {by}' if by else ''}"
        )
        match = _match((dimension_column(n), name) for n, name in enumerate(names))
        return (
            f"SELECT groups.*, {quote(slot.name)} FROM {self.relation} AS groups"  # noqa: S608
            f" LEFT JOIN ({aggregated}) AS nested ON {match}"
        )


def _join(slot: Slot, rows: str, known: dict[str, str]) -> str:
    """The slot's aggregate by its keys, joined to the columns that hold them."""
    names = [quote(f"{slot.name}_f{n}") for n in range(len(slot.keys or ()))]
    pairs = list(zip(slot.keys or (), names, strict=True))
    columns = [f"{key} AS {name}" for key, name in pairs]
    columns.append(f"{slot.sql} AS {quote(slot.name)}")
    by = ", ".join(str(n + 1) for n in range(len(pairs)))
    grouping = f" GROUP BY {by}" if by else ""
    match = _match((quote(known[key]), name) for key, name in pairs)
    query = f"SELECT {', '.join(columns)} FROM {rows}{grouping}"  # noqa: S608
    return f" LEFT JOIN ({query}) AS {quote(slot.name + '_t')} ON {match}"


def _match(pairs: Iterable[tuple[str, str]]) -> str:
    return " AND ".join(f"{one} IS NOT DISTINCT FROM {other}" for one, other in pairs) or "TRUE"


def _where(conditions: Sequence[str]) -> str:
    joined = " AND ".join(f"({condition})" for condition in conditions)
    return f" WHERE {joined}" if joined else ""


def _uses(condition: Compiled, stage: Stage) -> bool:
    return any(slot.stage == stage for slot in all_slots([condition]))

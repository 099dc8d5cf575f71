"""What table calculations are made of: windows over the rows that a visual shows."""

from dataclasses import replace

from local_aws.services.quicksight.expressions.compiled import (
    Compiled,
    Slot,
    combined,
    grouped,
    merged,
    quote,
    reads,
)
from local_aws.services.quicksight.expressions.kinds import Kind, Level, Stage
from local_aws.services.quicksight.expressions.scope import Dimension
from local_aws.services.quicksight.expressions.signature import Invocation
from local_aws.services.quicksight.expressions.tree import Items, Name, Node

Sort = list[tuple[Compiled, str]]


def measure(call: Invocation, number: int) -> Compiled:
    """An aggregated argument, as a column of what the visual shows. Raises ExpressionError."""
    value = call.value(number)
    if value.level < Level.AGGREGATE:
        raise call.wrong("it takes an aggregated measure, for example sum({sales})")
    return grouped(value)


def dimension(call: Invocation, node: Node) -> Compiled:
    """A dimension that the visual groups by. Raises ExpressionError where it does not."""
    value = call.compiler.compile(node)
    if value.level > Level.ROW:
        raise call.wrong("an aggregated value is no dimension")
    found = visual_dimension(call, node, value)
    if found is None:
        return replace(value, level=Level.GROUPED)
    sql = "NULL" if found.column is None else quote(found.column)
    return Compiled(sql, value.kind, Level.GROUPED)


def visual_dimension(call: Invocation, node: Node, value: Compiled) -> Dimension | None:
    """The visual's dimension that a node means; None while the visual is not known."""
    dimensions = call.compiler.scope.dimensions
    if dimensions is None:
        return None
    name = node.name if isinstance(node, Name) else None
    for candidate in dimensions:
        if candidate.field == name or candidate.sql == value.sql:
            return candidate
    said = f"the field {name}" if name else "a dimension of its list"
    raise call.wrong(f"{said} is not in the visual's field wells")


def partition(call: Invocation, items: Items | None) -> list[Compiled]:
    """The dimensions of a list."""
    return [dimension(call, item.node) for item in items.items] if items else []


def sort(call: Invocation, items: Items | None) -> Sort:
    """Dimensions and aggregated measures, each with ASC or DESC."""
    found = []
    for item in items.items if items else ():
        value = call.compiler.compile(item.node)
        aggregate = value.level >= Level.AGGREGATE
        term = grouped(value) if aggregate else dimension(call, item.node)
        found.append((term, item.direction or "ASC"))
    return found


def settled(call: Invocation, order: Sort, keys: list[Compiled]) -> Sort:
    """The sort with the visual's other dimensions behind it: equals have an order too."""
    named = {term.sql for term, _ in order} | {key.sql for key in keys}
    rest = call.compiler.scope.columns()
    return [*order, *((Compiled(sql, level=Level.GROUPED), "ASC") for sql in rest
                      if sql not in named)]  # fmt: skip


def over(keys: list[Compiled], order: Sort | None = None, frame: str = "") -> str:
    """An OVER clause."""
    by = f"PARTITION BY {', '.join(key.sql for key in keys)}" if keys else ""
    terms = ", ".join(f"{term.sql} {direction}" for term, direction in order or ())
    return f"OVER ({' '.join(part for part in (by, terms and f'ORDER BY {terms}', frame) if part)})"


def windowed(
    sql: str,
    kind: Kind,
    values: list[Compiled],
    keys: list[Compiled],
    order: Sort | None = None,
    frame: str = "",
) -> Compiled:
    """A window function as a column of what the visual shows."""
    order = order or []
    needs = merged([*values, *keys, *(term for term, _ in order)])
    slot = Slot(Stage.TABLE, f"{sql} {over(keys, order, frame)}", needs=needs)
    return reads(slot, kind, Level.GROUPED)


def share_of(value: Compiled, other: Compiled) -> Compiled:
    """The difference to another value as a share of it; no value where that is 0."""
    sql = f"(CAST({value.sql} - {other.sql} AS DOUBLE) / nullif({other.sql}, 0))"
    return combined(sql, Kind.DECIMAL, [value, other])

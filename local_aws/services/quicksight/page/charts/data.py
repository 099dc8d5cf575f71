"""Bridge until Query takes fields."""

from collections.abc import Sequence
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query import Axis, Query, Value


def select(
    query: Query,
    dimensions: Sequence[Any],
    measures: Sequence[Field],
    sort: Any = (),
    limit: int | None = None,
) -> list[tuple[Value, ...]]:
    """Measures by dimensions."""
    groups = ", ".join(str(n + 1) for n in range(len(dimensions)))
    tail = query.order(sort, groups) if sort or groups else ""
    if limit is not None:
        tail += f" LIMIT {limit}"
    return query.select([d.sql for d in dimensions], [m.sql for m in measures], tail)


def detail(query: Query, fields: Sequence[Field], sort: Any, limit: int) -> list[tuple[Value, ...]]:
    """Own rows."""
    order = query.order(sort, "ALL") if sort else ""
    chosen = ", ".join(f.sql for f in fields)
    return query.rows(f"SELECT {chosen} FROM data WHERE {query.where} {order} LIMIT {limit}")


def everything(query: Query) -> Axis:
    """No dimension."""
    field = Field("", query.visual.data_set or "", "", "'All'", False, "")
    return Axis(field, ["All"], "'All'")

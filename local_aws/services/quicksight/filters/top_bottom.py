"""TopBottomFilter: the values of a column with the most, or the least, of something.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TopBottomFilter.html
They are found among the rows that the other filters leave.
"""

from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.errors import WrongChoice
from local_aws.services.quicksight.expressions.calendar import truncated
from local_aws.services.quicksight.filters.context import (
    Condition,
    Context,
    Phase,
    aggregate,
    number,
)

DEFAULT_LIMIT = 10


def top_bottom(context: Context) -> Condition:
    """The rows of the first values in the order of the sort. Raises Unsupported, WrongChoice."""
    limit = _limit(context)
    if limit is None:
        return Condition(None, Phase.VALUES)
    column = context.dimension()
    grain = context.options.get("TimeGranularity")
    value = truncated(column, grain) if grain else column
    order = ", ".join(
        _term(context, sort) for sort in context.options["AggregationSortConfigurations"]
    )
    found = (
        f"SELECT {{'value': {value}}} FROM data WHERE {context.rows} "  # noqa: S608
        f"GROUP BY {value} ORDER BY {order}, {value} LIMIT {limit}"
    )
    # As structs, the empty value is equal to itself.
    return Condition(f"{{'value': {value}}} IN ({found})", Phase.VALUES)


def _term(context: Context, sort: Mapping[str, Any]) -> str:
    compiled = context.compile(sort["Column"]["ColumnName"])
    sql = compiled.sql
    if not compiled.aggregate:
        function = sort.get("AggregationFunction") or {"NumericalAggregationFunction": None}
        sql = aggregate(sql, *next(iter(function.items())))
    return f"{sql} {sort['SortDirection']} NULLS LAST"


def _limit(context: Context) -> int | None:
    chosen, name = context.choices(1), context.options.get("ParameterName")
    if context.everything:
        return None
    if chosen:
        given = number(context, chosen[0])
    elif name:
        values = context.parameter(name)
        if not values:
            return None
        given = number(context, values[0])
    else:
        given = int(context.options.get("Limit", DEFAULT_LIMIT))
    if given != int(given) or not 0 <= given < 2**31:
        raise WrongChoice(f"{given} is no number of values for the filter {context.id}.")
    return int(given)

"""Table calculations: https://docs.aws.amazon.com/quicksight/latest/user/table-calculation-functions.html

They work on the rows that a visual shows. Where a sort leaves rows equal, the visual's other
dimensions order them.
"""

from collections.abc import Callable

from local_aws.services.quicksight.expressions.compiled import (
    Compiled,
    Slot,
    combined,
    merged,
    reads,
)
from local_aws.services.quicksight.expressions.functions.aggregates import AGGREGATES, row_value
from local_aws.services.quicksight.expressions.functions.levels import check_stage, stage_of
from local_aws.services.quicksight.expressions.functions.windows import (
    Sort,
    measure,
    over,
    partition,
    settled,
    share_of,
    sort,
    windowed,
)
from local_aws.services.quicksight.expressions.kinds import Kind, Level, Stage
from local_aws.services.quicksight.expressions.signature import (
    FUNCTIONS,
    Function,
    Invocation,
    function,
)
from local_aws.services.quicksight.expressions.tree import Items

CHAPTER = "table calculation"
SO_FAR = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
MOVING = ("avg", "count", "max", "min", "sum")
RANKS = {"rank": "rank()", "denseRank": "dense_rank()"}


def _running(name: str) -> Callable[[Invocation], Compiled]:
    """runningSum(measure, [sort], [partition]): over the rows up to this one."""
    spec = AGGREGATES[name]

    def compile_call(call: Invocation) -> Compiled:
        call.counted(2, 3)
        value, keys, order = _parts(call, 1, 2)
        sql = spec.sql.format(value.sql)
        return windowed(sql, spec.gives or value.kind, [value], keys, order, SO_FAR)

    return compile_call


def _window(name: str) -> Callable[[Invocation], Compiled]:
    """windowSum(measure, [sort], before, after, [partition]): over the rows around this one."""
    spec = AGGREGATES[name]

    def compile_call(call: Invocation) -> Compiled:
        call.counted(4, 5)
        value, keys, order = _parts(call, 1, 4)
        frame = f"ROWS BETWEEN {_bound(-call.number(2))} AND {_bound(call.number(3))}"
        sql = spec.sql.format(value.sql)
        return windowed(sql, spec.gives or value.kind, [value], keys, order, frame)

    return compile_call


def _bound(rows: int) -> str:
    return f"{abs(rows)} {'PRECEDING' if rows <= 0 else 'FOLLOWING'}"


def _parts(call: Invocation, sorted_at: int, keys_at: int) -> tuple[Compiled, list[Compiled], Sort]:
    """The measure, the partition and the sort of a call."""
    value = measure(call, 0)
    keys = partition(call, call.list_at(keys_at))
    return value, keys, settled(call, sort(call, call.list_at(sorted_at)), keys)


def _shifted(call: Invocation, rows: int) -> tuple[Compiled, Compiled]:
    """The measure, and its value so many rows further on (before it, where negative)."""
    value, keys, order = _parts(call, 1, 3)
    sql = f"{'lead' if rows >= 0 else 'lag'}({value.sql}, {abs(rows)})"
    return value, windowed(sql, value.kind, [value], keys, order)


@function("lag", CHAPTER)
def lag(call: Invocation) -> Compiled:
    """lag(measure, [sort], rows, [partition]): the value so many rows before."""
    call.counted(3, 4)
    return _shifted(call, -call.number(2))[1]


@function("lead", CHAPTER)
def lead(call: Invocation) -> Compiled:
    """lead(measure, [sort], rows, [partition]): the value so many rows behind."""
    call.counted(3, 4)
    return _shifted(call, call.number(2))[1]


@function("difference", CHAPTER)
def difference(call: Invocation) -> Compiled:
    """difference(measure, [sort], rows, [partition]): the value less the one so many rows on."""
    call.counted(3, 4)
    value, other = _shifted(call, call.number(2))
    return combined(f"({value.sql} - {other.sql})", value.kind, [value, other])


@function("percentDifference", CHAPTER)
def percent_difference(call: Invocation) -> Compiled:
    """percentDifference(measure, [sort], rows, [partition]): as a share of that other value."""
    call.counted(3, 4)
    value, other = _shifted(call, call.number(2))
    return share_of(value, other)


def _edge(sql_function: str) -> Callable[[Invocation], Compiled]:
    """firstValue(measure, [sort], [partition]): the first of the whole partition."""

    def compile_call(call: Invocation) -> Compiled:
        call.counted(2, 3)
        value, keys, order = _parts(call, 1, 2)
        return windowed(f"{sql_function}({value.sql})", value.kind, [value], keys, order, WHOLE)

    return compile_call


@function("percentOfTotal", CHAPTER)
def percent_of_total(call: Invocation) -> Compiled:
    """percentOfTotal(measure, [partition]): the measure's share of its partition's sum."""
    call.counted(1, 2)
    value = measure(call, 0)
    keys = partition(call, call.list_at(1))
    total = windowed(f"sum({value.sql})", value.kind, [value], keys)
    sql = f"(CAST({value.sql} AS DOUBLE) / nullif({total.sql}, 0))"
    return combined(sql, Kind.DECIMAL, [value, total])


def _rank(name: str) -> Callable[[Invocation], Compiled]:
    """rank([sort], [partition], level)."""

    def compile_call(call: Invocation) -> Compiled:
        call.counted(1, 3)
        stage = stage_of(call, 2)
        rows = stage != Stage.TABLE
        order = (_row_terms if rows else sort)(call, call.list_at(0))
        listed = call.list_at(1)
        keys = [k for k, _ in _row_terms(call, listed)] if rows else partition(call, listed)
        needs = merged([*keys, *(term for term, _ in order)])
        if rows:
            check_stage(call, needs, stage)
        slot = Slot(stage, _rank_sql(name, keys, order), needs=needs)
        kind = Kind.DECIMAL if name == "percentileRank" else Kind.INTEGER
        return reads(slot, kind, Level.ROW if rows else Level.GROUPED)

    return compile_call


def _row_terms(call: Invocation, items: Items | None) -> Sort:
    return [
        (row_value(call, call.compiler.compile(item.node)), item.direction or "ASC")
        for item in (items.items if items else ())
    ]


def _rank_sql(name: str, keys: list[Compiled], order: Sort) -> str:
    window = over(keys, order)
    if name == "percentileRank":
        # The guide: above so many percent of the values, from 0 to below 100.
        return f"(100e0 * (rank() {window} - 1) / count(*) {over(keys)})"
    return f"{RANKS[name]} {window}"


def _register() -> None:
    found = {f"running{name.title()}": _running(name) for name in MOVING}
    found |= {f"window{name.title()}": _window(name) for name in MOVING}
    found |= {name: _rank(name) for name in (*RANKS, "percentileRank")}
    found |= {"firstValue": _edge("first_value"), "lastValue": _edge("last_value")}
    for name, compile_call in found.items():
        FUNCTIONS[name.lower()] = Function(name, CHAPTER, compile_call)


_register()

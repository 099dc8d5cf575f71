"""Aggregates over a partition (LAC-W): worked out before the filters, before the aggregation, or
over what the visual shows.

https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations-window.html
"""

from collections.abc import Callable

from local_aws.services.quicksight.expressions.compiled import Compiled, Slot, merged, reads
from local_aws.services.quicksight.expressions.functions.aggregates import (
    AGGREGATES,
    Aggregate,
    percentage,
    row_value,
)
from local_aws.services.quicksight.expressions.functions.windows import (
    measure,
    over,
    partition,
    windowed,
)
from local_aws.services.quicksight.expressions.kinds import Level, Stage
from local_aws.services.quicksight.expressions.signature import FUNCTIONS, Function, Invocation
from local_aws.services.quicksight.expressions.tree import Items

CHAPTER = "level-aware"
STAGES = {"PRE_FILTER": Stage.PRE_FILTER, "PRE_AGG": Stage.PRE_AGG, "POST_AGG_FILTER": Stage.TABLE}
OVER = {
    "avgOver": "avg", "countOver": "count", "distinctCountOver": "distinct_count",
    "maxOver": "max", "minOver": "min", "percentileOver": "percentile",
    "percentileContOver": "percentileCont", "percentileDiscOver": "percentileDisc",
    "stdevOver": "stdev", "stdevpOver": "stdevp", "sumOver": "sum", "varOver": "var",
    "varpOver": "varp",
}  # fmt: skip


def _over(spec: Aggregate) -> Callable[[Invocation], Compiled]:
    def compile_call(call: Invocation) -> Compiled:
        first = 2 if spec.shared else 1
        call.counted(first, first + 2)
        share = percentage(call, 1) if spec.shared else None
        dimensions = call.list_at(first) or Items((), call.at)
        stage = stage_of(call, first + 1)
        if stage != Stage.TABLE:
            return _over_rows(call, spec, share, dimensions, stage)
        if "DISTINCT" in spec.sql:
            raise call.wrong("its level has to be PRE_FILTER or PRE_AGG")
        value = measure(call, 0)
        sql = spec.sql.format(value.sql, share)
        return windowed(sql, spec.gives or value.kind, [value], partition(call, dimensions))

    return compile_call


def stage_of(call: Invocation, number: int) -> Stage:
    """The stage that a calculation level names; the table's where none is given."""
    if number >= len(call.arguments):
        return Stage.TABLE
    return STAGES[call.word(number, tuple(STAGES))]


def _over_rows(
    call: Invocation, spec: Aggregate, share: float | None, dimensions: Items, stage: Stage
) -> Compiled:
    value = call.value(0, spec.takes)
    if value.level != Level.ROW:
        raise call.wrong(f"at the level {stage.name} it takes a value that is not aggregated")
    keys = [row_value(call, call.compiler.compile(item.node)) for item in dimensions.items]
    sql = spec.sql.format(value.sql, share)
    needs = merged([value, *keys])
    check_stage(call, needs, stage)
    slot = Slot(stage, f"{sql} {over(keys)}", needs=needs)
    return reads(slot, spec.gives or value.kind, Level.ROW)


def check_stage(call: Invocation, needs: tuple[Slot, ...], stage: Stage) -> None:
    """Raises ExpressionError where a later stage is asked for its values."""
    late = next((slot for slot in needs if slot.stage > stage), None)
    if late is not None:
        raise call.wrong(f"at the level {stage.name} it cannot use a value of {late.stage.name}")


for _name, _aggregate in OVER.items():
    FUNCTIONS[_name.lower()] = Function(_name, CHAPTER, _over(AGGREGATES[_aggregate]))

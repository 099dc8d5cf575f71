"""Table calculations by periods of a date: they compare dates, not places, so that a period
without rows does no harm.

https://docs.aws.amazon.com/quicksight/latest/user/periodOverPeriodDifference-function.html
https://docs.aws.amazon.com/quicksight/latest/user/periodToDateSumOverTime-function.html
"""

from collections.abc import Callable

from local_aws.services.quicksight.expressions.calendar import interval, truncated
from local_aws.services.quicksight.expressions.compiled import Compiled, combined
from local_aws.services.quicksight.expressions.functions.aggregates import AGGREGATES, SPANS
from local_aws.services.quicksight.expressions.functions.windows import (
    dimension,
    measure,
    share_of,
    visual_dimension,
    windowed,
)
from local_aws.services.quicksight.expressions.kinds import DATETIME, Kind, Level
from local_aws.services.quicksight.expressions.signature import (
    FUNCTIONS,
    Function,
    Invocation,
    function,
)

CHAPTER = "table calculation"


def _period(call: Invocation, number: int) -> str:
    """The period that an argument names; the granularity of the visual's date where none does."""
    if number < len(call.arguments):
        return SPANS[call.word(number, tuple(SPANS))]
    value = call.value(1, DATETIME)
    found = visual_dimension(call, call.arguments[1], value)
    return (found.granularity if found else None) or "DAY"


def _others(call: Invocation, when: Compiled) -> list[Compiled]:
    """The visual's dimensions beside the date."""
    columns = call.compiler.scope.columns()
    return [Compiled(sql, level=Level.GROUPED) for sql in columns if sql != when.sql]


def _before(call: Invocation) -> tuple[Compiled, Compiled]:
    """The measure, and its value so many periods before."""
    call.counted(2, 4)
    if len(call.arguments) == 3:
        raise call.wrong("it takes a period together with an offset, or neither")
    value = measure(call, 0)
    call.value(1, DATETIME)
    when = dimension(call, call.arguments[1])
    offset = call.number(3) if len(call.arguments) > 3 else 1
    direction = "PRECEDING" if offset >= 0 else "FOLLOWING"
    bound = f"{abs(offset)} * {interval(_period(call, 2))} {direction}"
    if when.sql == "NULL":
        # At the level of a total there is no period before.
        return value, Compiled("NULL", value.kind, Level.GROUPED)
    frame = f"RANGE BETWEEN {bound} AND {bound}"
    keys = _others(call, when)
    other = windowed(f"any_value({value.sql})", value.kind, [value], keys, [(when, "ASC")], frame)
    return value, other


@function("periodOverPeriodLastValue", CHAPTER)
def period_over_period_last_value(call: Invocation) -> Compiled:
    """periodOverPeriodLastValue(measure, date, [period, offset]): the value of that period."""
    return _before(call)[1]


@function("periodOverPeriodDifference", CHAPTER)
def period_over_period_difference(call: Invocation) -> Compiled:
    """periodOverPeriodDifference(measure, date, [period, offset])."""
    value, other = _before(call)
    return combined(f"({value.sql} - {other.sql})", value.kind, [value, other])


@function("periodOverPeriodPercentDifference", CHAPTER)
def period_over_period_percent_difference(call: Invocation) -> Compiled:
    """periodOverPeriodPercentDifference(measure, date, [period, offset])."""
    return share_of(*_before(call))


def _over_time(name: str) -> Callable[[Invocation], Compiled]:
    """periodToDateSumOverTime(measure, date, [period]): so far in its period."""
    spec = AGGREGATES[name]

    def compile_call(call: Invocation) -> Compiled:
        call.counted(2, 3)
        value = measure(call, 0)
        call.value(1, DATETIME)
        when = dimension(call, call.arguments[1])
        start = combined(truncated(when.sql, _period(call, 2)), Kind.DATETIME, [when])
        keys = [*_others(call, when), start]
        sql = spec.sql.format(value.sql)
        kind = spec.gives or value.kind
        return windowed(sql, kind, [value], keys, [(when, "ASC")], "ROWS UNBOUNDED PRECEDING")

    return compile_call


for _name in ("avg", "count", "max", "min", "sum"):
    _full = f"periodToDate{_name.title()}OverTime"
    FUNCTIONS[_full.lower()] = Function(_full, CHAPTER, _over_time(_name))

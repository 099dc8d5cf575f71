"""Aggregate functions: https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-aggregations.html

Each takes a list of dimensions too, and is then a level-aware aggregation (LAC-A): it is worked out
once for each value of those dimensions, whatever the visual groups by, and an aggregate around it
takes each of these values once.
https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations-aggregate.html
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from local_aws.services.quicksight.expressions.calendar import truncated
from local_aws.services.quicksight.expressions.compiled import (
    Compiled,
    Slot,
    aligned,
    all_slots,
    combined,
    merged,
    quote,
    reads,
)
from local_aws.services.quicksight.expressions.errors import ExpressionError
from local_aws.services.quicksight.expressions.functions.dates import NOW
from local_aws.services.quicksight.expressions.kinds import (
    ANY,
    CONDITION,
    DATETIME,
    NUMBER,
    ORDERED,
    Kind,
    Kinds,
    Level,
    Stage,
)
from local_aws.services.quicksight.expressions.signature import FUNCTIONS, Function, Invocation
from local_aws.services.quicksight.expressions.tree import Items, Parameter

CHAPTER, LEVELS = "aggregate", "level-aware"
SPANS = {name: name for name in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE")} | {
    "SECOND": "SECOND", "SECONDS": "SECOND",
}  # fmt: skip


@dataclass(frozen=True)
class Aggregate:
    """An aggregate function. ``gives`` is None for the type of what it takes.

    ``sql`` has {0} for the value, and {1} for the share of a percentile.
    """

    name: str
    takes: Kinds
    gives: Kind | None
    sql: str

    @property
    def shared(self) -> bool:
        """Whether it takes a percentage."""
        return "{1}" in self.sql


AGGREGATES = {
    spec.name: spec
    for spec in (
        Aggregate("avg", NUMBER, Kind.DECIMAL, "avg({0})"),
        Aggregate("count", ANY, Kind.INTEGER, "count({0})"),
        Aggregate("distinct_count", ANY, Kind.INTEGER, "count(DISTINCT {0})"),
        Aggregate("max", ORDERED, None, "max({0})"),
        Aggregate("median", NUMBER, Kind.DECIMAL, "median({0})"),
        Aggregate("min", ORDERED, None, "min({0})"),
        # The guide: percentile is another name of percentileDisc.
        Aggregate("percentile", NUMBER, None, "quantile_disc({0}, {1})"),
        Aggregate("percentileCont", NUMBER, Kind.DECIMAL, "quantile_cont({0}, {1})"),
        Aggregate("percentileDisc", NUMBER, None, "quantile_disc({0}, {1})"),
        Aggregate("stdev", NUMBER, Kind.DECIMAL, "stddev_samp({0})"),
        Aggregate("stdevp", NUMBER, Kind.DECIMAL, "stddev_pop({0})"),
        Aggregate("sum", NUMBER, None, "sum({0})"),
        Aggregate("var", NUMBER, Kind.DECIMAL, "var_samp({0})"),
        Aggregate("varp", NUMBER, Kind.DECIMAL, "var_pop({0})"),
    )
}


def aggregated(
    spec: Aggregate,
    value: Compiled,
    where: Compiled | None = None,
    share: float | None = None,
    at: int | None = None,
) -> Compiled:
    """An aggregate of a value, of the rows that meet a condition. Raises ExpressionError."""
    if value.level >= Level.AGGREGATE:
        raise ExpressionError(f"{spec.name} of an aggregated value (nested aggregation)", at)
    if value.constant and value.kind != Kind.UNKNOWN:
        raise ExpressionError(f"{spec.name} takes a field, not a constant", at)
    parts = aligned([value] if where is None else [value, where], spec.name, at)
    sql = spec.sql.format(parts[0].sql, share)
    if where is not None:
        sql = f"{sql} FILTER (WHERE {parts[1].sql})"
    kind = spec.gives or value.kind
    if value.level != Level.FIXED:
        return replace(combined(sql, kind, parts), level=Level.AGGREGATE)
    return reads(Slot(Stage.NESTED, sql, _keys(parts), merged(parts)), kind, Level.GROUPED)


def _keys(parts: list[Compiled]) -> tuple[str, ...]:
    """The keys of all level-aware aggregations in a value."""
    fixed = [slot for slot in all_slots(parts) if slot.stage == Stage.FIXED]
    return tuple(dict.fromkeys(key for slot in fixed for key in slot.keys or ()))


def _plain(spec: Aggregate) -> Callable[[Invocation], Compiled]:
    def compile_call(call: Invocation) -> Compiled:
        least = 2 if spec.shared else 1
        call.counted(least, least + 1)
        value = call.value(0, spec.takes)
        share = percentage(call, 1) if spec.shared else None
        level = call.list_at(least)
        if level is None:
            return aggregated(spec, value, share=share, at=call.at)
        return _fixed(call, spec, value, share, level)

    return compile_call


def percentage(call: Invocation, number: int) -> float:
    """A percentile, from 0 to 100, as a share. Raises ExpressionError."""
    value = call.value(number, NUMBER).value
    if not isinstance(value, int | float) or not 0 <= value <= 100:
        raise call.wrong("the percentile has to be a number from 0 to 100, written down")
    return value / 100


def _fixed(
    call: Invocation, spec: Aggregate, value: Compiled, share: float | None, level: Items
) -> Compiled:
    if value.level != Level.ROW:
        raise call.wrong("a level-aware aggregation of an aggregated value is not supported")
    keys = _level_keys(call, level)
    sql = spec.sql.format(value.sql, share)
    slot = Slot(Stage.FIXED, sql, tuple(key.sql for key in keys), needs=merged([value, *keys]))
    return reads(slot, spec.gives or value.kind, Level.FIXED)


def _level_keys(call: Invocation, level: Items) -> list[Compiled]:
    """The dimensions of a level; ${visualDimensions} stands for the visual's own."""
    found: list[Compiled] = []
    removed = [item.node for item in level.items if item.removed]
    for item in level.items:
        if isinstance(item.node, Parameter) and item.node.name == "visualDimensions":
            found += _visual_dimensions(call, {call.compiler.compile(n).sql for n in removed})
        elif not item.removed:
            found.append(row_value(call, call.compiler.compile(item.node)))
    return found


def _visual_dimensions(call: Invocation, removed: set[str]) -> list[Compiled]:
    dimensions = [d for d in call.compiler.scope.dimensions or () if d.column is not None]
    kept = (d for d in dimensions if not {d.sql, quote(d.field)} & removed)
    return [Compiled(d.sql) for d in kept]


def row_value(call: Invocation, value: Compiled) -> Compiled:
    """A value of rows. Raises ExpressionError."""
    if value.level > Level.ROW:
        raise call.wrong("a dimension of its list is an aggregated value")
    return value


def _if(spec: Aggregate) -> Callable[[Invocation], Compiled]:
    def compile_call(call: Invocation) -> Compiled:
        call.counted(2, 2)
        value, where = call.value(0, spec.takes), call.value(1, CONDITION)
        return aggregated(spec, value, where, at=call.at)

    return compile_call


def _period_to_date(spec: Aggregate) -> Callable[[Invocation], Compiled]:
    """periodToDateSum(measure, date, period, [end]); a percentile has its percentage before."""
    at = 2 if spec.shared else 1

    def compile_call(call: Invocation) -> Compiled:
        call.counted(at + 2, at + 3)
        value, when = call.value(0, spec.takes), call.value(at, DATETIME)
        share = percentage(call, 1) if spec.shared else None
        grain = SPANS[call.word(at + 1, tuple(SPANS))]
        ended = len(call.arguments) > at + 2
        end = call.value(at + 2, DATETIME) if ended else Compiled(NOW)
        parts = aligned([value, when, end], call.name, call.at)
        sql = f"({when.sql} >= {truncated(end.sql, grain)} AND {when.sql} <= {end.sql})"
        where = Compiled(sql, Kind.CONDITION, Level.ROW, merged(parts[1:]))
        return aggregated(spec, value, where, share, call.at)

    return compile_call


def _register() -> None:
    for spec in AGGREGATES.values():
        first = spec.name[0].upper() + spec.name[1:]
        names = {spec.name: _plain(spec)}
        if not spec.shared:
            names[f"{spec.name}If"] = _if(spec)
        if spec.name != "distinct_count":
            names[f"periodToDate{first}"] = _period_to_date(spec)
        for name, compile_call in names.items():
            FUNCTIONS[name.lower()] = Function(name, CHAPTER, compile_call)


_register()

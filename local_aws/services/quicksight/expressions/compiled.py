"""An expression as SQL: its type, its level, and the values that earlier stages work out for it."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from local_aws.services.quicksight.expressions.errors import ExpressionError
from local_aws.services.quicksight.expressions.kinds import Kind, Level, Stage

Constant = str | int | float | dt.datetime | None


KINDS: tuple[tuple[type, Kind], ...] = (
    (str, Kind.STRING),
    (int, Kind.INTEGER),
    (float, Kind.DECIMAL),
    (dt.datetime, Kind.DATETIME),
    (type(None), Kind.NULL),
)


@dataclass(frozen=True)
class Slot:
    """A column that one stage of a query adds, and that later SQL reads by its name.

    With ``keys`` (SQL over rows, perhaps none) it is an aggregation over the rows of each key;
    without, ``sql`` is selected as it stands, a window function mostly.
    """

    stage: Stage
    sql: str
    keys: tuple[str, ...] | None = None
    needs: tuple["Slot", ...] = ()

    @cached_property
    def name(self) -> str:
        """The column: equal slots share it."""
        text = "\0".join((self.stage.name, self.sql, str(self.keys)))
        return f"_{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    @cached_property
    def depth(self) -> int:
        """How many slots of the same stage have to be there before."""
        return max((s.depth + 1 for s in self.needs if s.stage == self.stage), default=0)


@dataclass(frozen=True)
class Compiled:
    """SQL with its type, its level, its slots and, of a constant, its value.

    ``depth`` says how many operators lie in each other.
    """

    sql: str
    kind: Kind = Kind.UNKNOWN
    level: Level = Level.ROW
    slots: tuple[Slot, ...] = ()
    value: Constant = None
    depth: int = 0

    @property
    def aggregate(self) -> bool:
        """Whether it stands for several rows."""
        return self.level >= Level.AGGREGATE

    @property
    def constant(self) -> bool:
        """Whether it is the same for every row."""
        return self.level == Level.CONSTANT


def quote(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text, a number, a time, a truth value or nothing as SQL."""
    if isinstance(value, bool) or value is None:
        return {True: "TRUE", False: "FALSE", None: "NULL"}[value]
    if isinstance(value, float):
        # With an exponent it is a DOUBLE; without, DuckDB takes it for an exact decimal.
        return f"{value!r}" if "e" in repr(value) else f"{value!r}e0"
    if isinstance(value, int):
        return repr(value)
    if isinstance(value, dt.datetime):
        plain = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return f"TIMESTAMP '{plain.isoformat(sep=' ')}'"
    return "'" + str(value).replace("'", "''") + "'"


def constant(value: Constant) -> Compiled:
    """A value that was written down, or that a parameter has."""
    kind = next(kind for python, kind in KINDS if isinstance(value, python))
    return Compiled(literal(value), kind, Level.CONSTANT, value=value)


def all_slots(compiled: Iterable[Compiled]) -> list[Slot]:
    """Every slot that the expressions stand on, each once."""
    found: dict[str, Slot] = {}
    waiting = [slot for item in compiled for slot in item.slots]
    while waiting:
        slot = waiting.pop()
        if slot.name not in found:
            found[slot.name] = slot
            waiting.extend(slot.needs)
    return sorted(found.values(), key=lambda slot: (slot.stage, slot.depth, slot.name))


def reads(slot: Slot, kind: Kind, level: Level) -> Compiled:
    """The slot's column."""
    return Compiled(quote(slot.name), kind, level, (slot,))


def grouped(item: Compiled) -> Compiled:
    """An aggregate as a column of the aggregated rows."""
    if item.level != Level.AGGREGATE:
        return item
    slot = Slot(Stage.GROUP, item.sql, needs=item.slots)
    return reads(slot, item.kind, Level.GROUPED)


def merged(parts: Iterable[Compiled]) -> tuple[Slot, ...]:
    """The parts' slots, each once."""
    return tuple({slot.name: slot for part in parts for slot in part.slots}.values())


def aligned(parts: Sequence[Compiled], name: str, at: int | None = None) -> list[Compiled]:
    """The parts brought to one level. Raises ExpressionError where rows meet aggregates."""
    top = max((part.level for part in parts), default=Level.CONSTANT)
    if any(part.level not in (top, Level.CONSTANT) for part in parts):
        if {part.level for part in parts} - {Level.CONSTANT} == {Level.AGGREGATE, Level.GROUPED}:
            return [grouped(part) for part in parts]
        raise ExpressionError(
            f"Mismatched aggregation: '{name}' has both an aggregated and a row's value", at
        )
    return list(parts)


def combined(sql: str, kind: Kind, parts: Sequence[Compiled], deeper: int = 1) -> Compiled:
    """SQL over parts that are aligned, so many operators deeper than they are."""
    level = max((part.level for part in parts), default=Level.CONSTANT)
    depth = max((part.depth for part in parts), default=0) + deeper
    return Compiled(sql, kind, level, merged(parts), depth=depth)

"""The conditions that hold for one visual, put together as one WHERE."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.columns import Around, Columns
from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expressions import Compiled, Kind, Level, Stage, all_slots
from local_aws.services.quicksight.filters.context import Condition, Context, Phase
from local_aws.services.quicksight.filters.groups import Filter, FilterGroup
from local_aws.services.quicksight.parameters import Value
from local_aws.services.quicksight.query.stages import PASSED

# These ask ``data`` for values, before the PRE_AGG calculations.
ASKING = ("NestedFilter", "TopBottomFilter")


@dataclass(frozen=True)
class Target:
    """The visual that is filtered: where it is, its data set, its dimensions over rows.

    ``around`` are those of one query of it, for conditions over what that query shows.
    """

    sheet: str
    visual: str
    data_set: str
    columns: Columns
    dimensions: Sequence[Compiled] = ()
    aggregated: bool = True
    has: Callable[[str], bool] = lambda _column: True
    around: Around = None


@dataclass(frozen=True)
class Reading:
    """For whom and when: the reader's choices, the values of parameters, the weeks."""

    choices: Choices = field(default_factory=Choices)
    parameters: Mapping[str, tuple[Value, ...] | None] = field(default_factory=dict)
    week_start: int = periods.SUNDAY


def where(
    groups: Iterable[FilterGroup], target: Target, reading: Reading, also: Sequence[Compiled] = ()
) -> list[Compiled]:
    """The conditions over the rows of ``data``. Raises Unsupported, WrongChoice, ExpressionError.

    ``also`` are conditions over rows from elsewhere: marks that were clicked or drilled into.
    """
    reaching = [group for group in groups if _reaches(group, target)]
    conditions = list(also)
    for phase in Phase:
        rows = joined(conditions)
        for group in reaching:
            made, parts = _alternatives(group, target, reading, rows)
            if made.phase is not phase or made.sql is None:
                continue
            _check_stages(group, parts)
            if phase is Phase.GROUPS:
                conditions.append(_over_groups(made.sql, parts, target))
            else:
                conditions.append(condition(made.sql, parts))
    return conditions


def joined(conditions: Sequence[Compiled]) -> str:
    """The conditions on ``data`` as one: those on what a later stage works out are not."""
    rows = (each for each in conditions if each.level <= Level.ROW and not _late(each))
    return " AND ".join(each.sql for each in rows) or "TRUE"


def _check_stages(group: FilterGroup, parts: Sequence[Compiled]) -> None:
    """Refuse what a filter would look for before it is worked out. Raises Unsupported."""
    if any(part.level is Level.FIXED for part in parts):
        raise Unsupported(f"The filter group {group.id} on a level-aware aggregation")
    asks = next((item for item in group.filters if item.kind in ASKING), None)
    if asks and any(_late(part) for part in parts):
        raise Unsupported(f"The {asks.kind} {asks.id} on a PRE_AGG calculation")


def _late(condition: Compiled) -> bool:
    return any(slot.stage > Stage.PRE_FILTER for slot in all_slots([condition]))


def condition(sql: str, parts: Sequence[Compiled], level: Level = Level.ROW) -> Compiled:
    """A condition that stands on such columns: the slots that they need come with it."""
    slots = dict.fromkeys(slot for part in parts for slot in part.slots)
    return Compiled(sql, Kind.CONDITION, level, tuple(slots))


def _reaches(group: FilterGroup, target: Target) -> bool:
    return group.reaches(target.sheet, target.visual) and all(
        item.data_set == target.data_set
        or (group.everywhere and all(target.has(name) for name in item.columns))
        for item in group.filters
    )


def _alternatives(
    group: FilterGroup, target: Target, reading: Reading, rows: str
) -> tuple[Condition, list[Compiled]]:
    """A group's condition, and the columns that it stands on."""
    contexts = [_context(item, target, reading, rows) for item in group.filters]
    made = [i.condition(context) for i, context in zip(group.filters, contexts, strict=True)]
    parts = [compiled for context in contexts for compiled in context.used]
    phases = {each.phase for each in made}
    if len(phases) > 1:
        raise Unsupported(f"The filter group {group.id} of aggregated and other filters")
    phase = phases.pop() if phases else Phase.ROWS
    tests = [each.sql for each in made if each.sql is not None]
    if not tests or len(tests) < len(made):  # one of the alternatives lets everything pass
        return Condition(None, phase), parts
    return Condition(f"({' OR '.join(tests)})", phase), parts


def _context(item: Filter, target: Target, reading: Reading, rows: str) -> Context:
    choices = reading.choices
    return Context(
        item.options,
        target.columns,
        target.data_set,
        choices.filters.get(item.id),
        reading.parameters,
        choices.now,
        reading.week_start,
        rows,
        target.around,
    )


def _over_groups(sql: str, parts: Sequence[Compiled], target: Target) -> Compiled:
    """An aggregated condition, or one on a table calculation. Raises Unsupported."""
    if not target.aggregated:
        raise Unsupported(f"An aggregated filter on the unaggregated visual {target.visual}")
    if any(part.level is Level.GROUPED for part in parts):
        # A table calculation: the visual's own query filters the groups that it has.
        return condition(sql, parts, Level.GROUPED)
    return condition(_having(sql, target), [*parts, *target.dimensions], Level.AGGREGATE)


def _having(condition: str, target: Target) -> str:
    """The rows of the visual's groups for which an aggregated condition holds."""
    if not target.dimensions:
        return f"(SELECT {condition} FROM {PASSED})"  # noqa: S608
    # As structs, empty values are equal to each other.
    key = ", ".join(f"'{number}': {each.sql}" for number, each in enumerate(target.dimensions))
    groups = ", ".join(each.sql for each in target.dimensions)
    return (
        f"{{{key}}} IN (SELECT {{{key}}} FROM {PASSED} "  # noqa: S608
        f"GROUP BY {groups} HAVING {condition})"
    )

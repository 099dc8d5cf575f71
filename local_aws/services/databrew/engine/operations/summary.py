"""Figures over a whole column, beside every row.

A figure is a step of its own, with one row, that the next step joins: standard SQL, which streams
the rows a second time and holds none of them, as ``avg(x) OVER ()`` would.
"""

from dataclasses import replace

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import add
from local_aws.services.databrew.engine.sql import select, select_all
from local_aws.services.databrew.engine.steps import Step

# modeType to the aggregate that settles a tie. REPLACE_OUTLIERS says MIN and MAX.
TIES = {"MINIMUM": "min", "MIN": "min", "MAXIMUM": "max", "MAX": "max", "AVERAGE": "avg"}
VALUE, MODE = "__value", "__mode"
COUNTS, MOST = "__counts", "__most"


def beside(frame: Frame, figures: dict[str, str]) -> Frame:
    """The frame with these aggregates of it as further columns, the same in every row."""
    return _join(frame, frame.select(figures))


def mode_beside(frame: Frame, step: Step, value: str) -> Frame:
    """The frame with the most common value as the column ``__mode``.

    ``modeType`` settles a tie; NONE, the default, takes the one that comes first.
    """
    if not settles_ties(step):
        return beside(frame, {MODE: f"mode({value})"})
    values = frame.select({VALUE: value}).where(f"{VALUE} IS NOT NULL")
    counts = select({"n": "count(*)"}, values.current, f"GROUP BY {VALUE}")
    most = select({"most": "max(n)"}, f"({counts}) AS counts")
    ties = values.tail(f"GROUP BY {VALUE} HAVING count(*) = ({most})")
    return _join(frame, ties.select({MODE: f"{_tie(step)}({VALUE})"}))


def settles_ties(step: Step) -> bool:
    """Whether ``modeType`` says which of several modes it is to be."""
    kind = step.text("modeType", "NONE").upper()
    if kind != "NONE" and kind not in TIES:
        raise InvalidStep(f"{step.operation}: modeType {kind} is none of NONE, {', '.join(TIES)}")
    return kind != "NONE"


def add_settled(frame: Frame, step: Step, histogram: str) -> Frame:
    """The new column of each row's mode, of its map of numbers and how often each is there."""
    kept = frame.same()
    counted = frame.select({**kept, COUNTS: f"map_entries({histogram})"})
    most = f"list_max(list_transform({COUNTS}, lambda e: e.value))"
    counted = counted.select({**counted.same(), MOST: most})
    ties = f"list_transform(list_filter({COUNTS}, lambda e: e.value = {MOST}), lambda e: e.key)"
    added = add(counted, step, f"list_aggregate({ties}, '{_tie(step)}')")
    target = added.resolve(step.text("targetColumn"))
    return added.select({**kept, target: added.column(target)[0]})


def _tie(step: Step) -> str:
    return TIES[step.text("modeType").upper()]


def _join(frame: Frame, figures: Frame) -> Frame:
    body = select_all(frame.current, f"CROSS JOIN {figures.current}")
    columns = {**frame.columns, **figures.columns}
    return replace(frame, columns=columns, steps=(*figures.steps, body))

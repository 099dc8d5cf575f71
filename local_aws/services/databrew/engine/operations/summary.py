"""Figures over a whole column, beside every row.

A figure is a step of its own, with one row, that the next step joins: standard SQL, which streams
the rows a second time and holds none of them, as ``avg(x) OVER ()`` would.
"""

from dataclasses import replace

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import select, select_all
from local_aws.services.databrew.engine.steps import Step

# modeType to the aggregate that settles a tie. REPLACE_OUTLIERS says MIN and MAX.
TIES = {"MINIMUM": "min", "MIN": "min", "MAXIMUM": "max", "MAX": "max", "AVERAGE": "avg"}
VALUE, MODE = "__value", "__mode"


def beside(frame: Frame, figures: dict[str, str]) -> Frame:
    """The frame with these aggregates of it as further columns, the same in every row."""
    return _join(frame, frame.select(figures))


def mode_beside(frame: Frame, step: Step, value: str) -> Frame:
    """The frame with the most common value as the column ``__mode``.

    ``modeType`` settles a tie; NONE, the default, takes the one that comes first.
    """
    kind = step.text("modeType", "NONE").upper()
    if kind == "NONE":
        return beside(frame, {MODE: f"mode({value})"})
    if kind not in TIES:
        raise InvalidStep(f"{step.operation}: modeType {kind} is none of NONE, {', '.join(TIES)}")
    values = frame.select({VALUE: value}).where(f"{VALUE} IS NOT NULL")
    counts = select({"n": "count(*)"}, values.current, f"GROUP BY {VALUE}")
    most = select({"most": "max(n)"}, f"({counts}) AS counts")
    ties = values.tail(f"GROUP BY {VALUE} HAVING count(*) = ({most})")
    return _join(frame, ties.select({MODE: f"{TIES[kind]}({VALUE})"}))


def _join(frame: Frame, figures: Frame) -> Frame:
    body = select_all(frame.current, f"CROSS JOIN {figures.current}")
    columns = {**frame.columns, **figures.columns}
    return replace(frame, columns=columns, steps=(*figures.steps, body))

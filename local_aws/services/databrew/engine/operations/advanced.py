"""Data quality by advanced data types: filter, flag and extract by what a text holds.

A page's ``filter values`` are written ``filterValues`` in its example. GET_ADVANCED_DATATYPE only
answers an interactive session and changes no row; it is refused.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from typing import Any

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.quality import empty
from local_aws.services.databrew.engine.operations.registry import add, operation, update
from local_aws.services.databrew.engine.operations.removal import remove
from local_aws.services.databrew.engine.special import detail
from local_aws.services.databrew.engine.sql import literal, text
from local_aws.services.databrew.engine.steps import Step

STRATEGIES = ("KEEP_ROWS", "DISCARD_ROWS", "CLEAR_FILTERS", "CLEAR_OTHERS")


def _detail(frame: Frame, step: Step) -> str:
    value = text(*frame.column(step.text("sourceColumn")))
    return detail(step.text("advancedDataType"), step.text("pattern"), value)


def _chosen(frame: Frame, step: Step) -> str:
    """Whether the value's detail is one of the filter's values, in any letter case."""
    given: Any = step.json("filterValues")
    if not isinstance(given, list) or not given:
        raise InvalidStep(f"{step.operation} needs filterValues, a list")
    listed = ", ".join(literal(str(item).lower()) for item in given)
    return f"coalesce(lower({_detail(frame, step)}) IN ({listed}), false)"


@operation("EXTRACT_ADVANCED_DATATYPE_DETAILS")
def extract_details(frame: Frame, step: Step) -> Frame:
    return add(frame, step, _detail(frame, step))


@operation("ADVANCED_DATATYPE_FLAG")
def flag(frame: Frame, step: Step) -> Frame:
    true, false = (literal(step.text(f"{w}String", w.capitalize())) for w in ("true", "false"))
    return add(frame, step, f"CASE WHEN {_chosen(frame, step)} THEN {true} ELSE {false} END")


@operation("ADVANCED_DATATYPE_FILTER")
def filter_rows(frame: Frame, step: Step) -> Frame:
    """KEEP_ROWS and DISCARD_ROWS take rows away; CLEAR_FILTERS empties the values that the filter
    finds and CLEAR_OTHERS all others, as text '' when ``clearWithEmpty`` says so, else as NULL."""
    strategy, chosen = step.text("strategy", "KEEP_ROWS").upper(), _chosen(frame, step)
    if strategy not in STRATEGIES:
        raise InvalidStep(f"{step.operation}: strategy {strategy} is none of {STRATEGIES}")
    if strategy == "KEEP_ROWS":
        return remove(frame, step, f"NOT {chosen}")
    if strategy == "DISCARD_ROWS":
        return remove(frame, step, chosen)
    name = step.text("sourceColumn")
    clear = chosen if strategy == "CLEAR_FILTERS" else f"NOT {chosen}"
    column, sql_type = frame.column(name)
    cleared = empty(sql_type) if step.flag("clearWithEmpty") else "NULL"
    return update(frame, step, name, f"CASE WHEN {clear} THEN {cleared} ELSE {column} END")

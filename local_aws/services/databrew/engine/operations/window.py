"""Window functions, over the rows in the order of ``orderByColumn`` or of the data.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.window.html
"""

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import add, operation
from local_aws.services.databrew.engine.sql import number
from local_aws.services.databrew.engine.steps import Step

ROLLING = {
    "ROLLING_AVERAGE": "avg",
    "ROLLING_MAX": "max",
    "ROLLING_MIN": "min",
    "ROLLING_STANDARD_DEVIATION": "stddev_samp",
    "ROLLING_SUM": "sum",
    "ROLLING_VARIANCE": "var_samp",
}


def _order(frame: Frame, step: Step) -> str:
    if not step.has("orderByColumn"):
        return ""
    return f"ORDER BY {frame.column(step.text('orderByColumn'))[0]}"


@operation(*ROLLING)
def rolling(frame: Frame, step: Step) -> Frame:
    value = number(*frame.column(step.text("sourceColumn")))
    before, after = step.integer("numRowsBefore", 0), step.integer("numRowsAfter", 0)
    rows = f"ROWS BETWEEN {before} PRECEDING AND {after} FOLLOWING"
    function = ROLLING[step.operation]
    return add(frame, step, f"{function}({value}) OVER ({_order(frame, step)} {rows})")


@operation("NEXT")
def following(frame: Frame, step: Step) -> Frame:
    column = frame.column(step.text("sourceColumn"))[0]
    rows = step.integer("numRows", 1)
    return add(frame, step, f"lead({column}, {rows}) OVER ({_order(frame, step)})")


@operation("PREV")
def previous(frame: Frame, step: Step) -> Frame:
    column = frame.column(step.text("sourceColumn"))[0]
    rows = step.integer("numRows", 1)
    return add(frame, step, f"lag({column}, {rows}) OVER ({_order(frame, step)})")


@operation("ROW_NUMBER")
def row_number(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"row_number() OVER ({_order(frame, step)})")

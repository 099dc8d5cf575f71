"""Window functions, over the rows in the order of ``orderByColumn`` or of the data.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.window.html
"""

from local_aws.services.databrew.engine.dates import interval
from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.aggregate import kth
from local_aws.services.databrew.engine.operations.registry import add, operation
from local_aws.services.databrew.engine.operations.summary import add_settled, settles_ties
from local_aws.services.databrew.engine.sql import measurable, missing, number, timestamp
from local_aws.services.databrew.engine.steps import Step

ROLLING = {
    "ROLLING_AVERAGE": "avg",
    "ROLLING_MAX": "max",
    "ROLLING_MIN": "min",
    "ROLLING_STANDARD_DEVIATION": "stddev_samp",
    "ROLLING_SUM": "sum",
    "ROLLING_VARIANCE": "var_samp",
}
TIME = "__time"


def _order(frame: Frame, step: Step) -> str:
    if not step.has("orderByColumn"):
        return ""
    return f"ORDER BY {frame.column(step.text('orderByColumn'))[0]}"


@operation(*ROLLING)
def rolling(frame: Frame, step: Step) -> Frame:
    value = number(*frame.column(step.text("sourceColumn")))
    function = ROLLING[step.operation]
    if function in ("stddev_samp", "var_samp"):
        value = measurable(f"CAST({value} AS DOUBLE)")
    return add(frame, step, f"{function}({value}) OVER {_window(frame, step)}")


def _window(frame: Frame, step: Step) -> str:
    before, after = step.integer("numRowsBefore", 0), step.integer("numRowsAfter", 0)
    if before < 0 or after < 0:
        raise InvalidStep(f"{step.operation}: a window has no fewer than 0 rows")
    return f"({_order(frame, step)} ROWS BETWEEN {before} PRECEDING AND {after} FOLLOWING)"


@operation("ROLLING_COUNT_A")
def rolling_count_a(frame: Frame, step: Step) -> Frame:
    """How many values are not NULL."""
    column = frame.column(step.text("sourceColumn"))[0]
    return add(frame, step, f"count({column}) OVER {_window(frame, step)}")


@operation("ROLLING_KTH_LARGEST")
def rolling_kth_largest(frame: Frame, step: Step) -> Frame:
    """NULL where the window has fewer than k numbers."""
    value = number(*frame.column(step.text("sourceColumn")))
    kth_value = f"nth_value({value}, {kth(step)} ORDER BY {value} DESC NULLS LAST)"
    return add(frame, step, f"{kth_value} OVER {_window(frame, step)}")


@operation("ROLLING_KTH_LARGEST_UNIQUE")
def rolling_kth_largest_unique(frame: Frame, step: Step) -> Frame:
    """The same, where equal numbers count once."""
    value = number(*frame.column(step.text("sourceColumn")))
    found = f"list_distinct(list({value}) OVER {_window(frame, step)})"
    return add(frame, step, f"list_reverse_sort({found})[{kth(step)}]")


@operation("ROLLING_MODE")
def rolling_mode(frame: Frame, step: Step) -> Frame:
    """The most common number; ``modeType`` settles a tie, NONE takes the one that comes first."""
    value, window = number(*frame.column(step.text("sourceColumn"))), _window(frame, step)
    if settles_ties(step):
        return add_settled(frame, step, f"histogram({value}) OVER {window}")
    return add(frame, step, f"mode({value}) OVER {window}")


@operation("FILL")
def fill(frame: Frame, step: Step) -> Frame:
    """What is missing becomes the nearest value before it in the window, else the nearest after."""
    column, sql_type = frame.column(step.text("sourceColumn"))
    before, after = step.integer("numRowsBefore", 0), step.integer("numRowsAfter", 0)
    there = f"CASE WHEN {missing(column, sql_type)} THEN NULL ELSE {column} END"
    order = _order(frame, step)
    last = f"({order} ROWS BETWEEN {before} PRECEDING AND CURRENT ROW)"
    first = f"({order} ROWS BETWEEN CURRENT ROW AND {after} FOLLOWING)"
    filled = (
        f"coalesce(last_value({there} IGNORE NULLS) OVER {last}, "
        f"first_value({there} IGNORE NULLS) OVER {first})"
    )
    return add(frame, step, filled)


@operation("SESSION")
def session(frame: Frame, step: Step) -> Frame:
    """Numbers from 1 within each group: a new session where more than ``value`` ``units`` have gone
    by since the row before, in the order of ``orderByColumns``, else of the time itself."""
    kept = frame.same()
    read = timestamp(*frame.column(step.text("sourceColumn")))
    frame = frame.select({**kept, TIME: read})
    groups = _columns(frame, step, "groupByColumns")
    order = _columns(frame, step, "orderByColumns") or [TIME]
    parts = f"PARTITION BY {', '.join(groups)} " if groups else ""
    window = f"({parts}ORDER BY {', '.join(order)}"
    gap = interval(step, step.integer("value"))
    before = frame.select({**frame.same(), "__last": f"lag({TIME}) OVER {window})"})
    begins = f"CASE WHEN {TIME} <= TRY(__last + {gap}) THEN 0 ELSE 1 END"
    marked = before.select({**frame.same(), "__begins": begins})
    running = f"{window} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    added = add(marked, step, f"CAST(sum(__begins) OVER {running} AS BIGINT)")
    target = added.resolve(step.text("targetColumn"))
    return added.select({**kept, target: added.column(target)[0]})


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
    """From 1 within each group of ``groupByColumns``, in the order of ``orderByColumns``."""
    groups, order = (_columns(frame, step, f"{kind}ByColumns") for kind in ("group", "order"))
    parts = [f"PARTITION BY {', '.join(groups)}"] if groups else []
    ordered = f"ORDER BY {', '.join(order)}" if order else _order(frame, step)
    return add(frame, step, f"row_number() OVER ({' '.join([*parts, ordered])})")


def _columns(frame: Frame, step: Step, name: str) -> list[str]:
    return [frame.column(str(column))[0] for column in step.json(name) or ()]

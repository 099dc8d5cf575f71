"""Data quality: missing values, invalid values, duplicates.

FILL_WITH_* fills what is missing; REPLACE_WITH_* replaces what is not of ``columnDataType``.
FILL_WITH_NULL has no such limit in the guide: it empties the column, or the rows that its
conditions choose. https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from collections.abc import Callable
from functools import partial

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import add, operation, update
from local_aws.services.databrew.engine.operations.removal import remove
from local_aws.services.databrew.engine.operations.summary import MODE, beside, mode_beside
from local_aws.services.databrew.engine.special import is_a
from local_aws.services.databrew.engine.sql import (
    SQL_TYPES,
    convert,
    identifier,
    is_integer,
    literal,
    missing,
    number,
    text,
)
from local_aws.services.databrew.engine.steps import Step

Bad = Callable[[str, str], str]
# The aggregate behind each replacement by a figure of the whole column.
FIGURES = {"AVERAGE": "avg", "MEDIAN": "median", "SUM": "sum"}
KINDS = (*FIGURES, "CUSTOM", "EMPTY", "LAST_VALID", "MODE", "MOST_FREQUENT", "NULL")
FIGURE = "__figure"


def _invalid(step: Step, column: str, sql_type: str) -> str:
    """Whether a value is there but not of the step's data type."""
    there = f"NOT {missing(column, sql_type)}"
    if step.has("advancedDataType"):
        kind = step.text("advancedDataType")
        return f"({there} AND NOT {is_a(kind, text(column, sql_type))})"
    named = step.text("columnDataType", "string").lower()
    if named not in SQL_TYPES:
        raise UnsupportedOption(f"{step.operation} with columnDataType {named}")
    return f"({there} AND {convert(column, sql_type, named)} IS NULL)"


def _as_column(expression: str, sql_type: str) -> str:
    """A replacement in the type of the column that it goes into."""
    if is_integer(sql_type):
        return f"TRY_CAST(round(TRY_CAST({expression} AS DOUBLE)) AS {sql_type})"
    return f"TRY_CAST({expression} AS {sql_type})"


def custom(step: Step) -> str:
    """The step's own value: text, a number, or the only element of a list."""
    given = step.parameters.get("value")
    if isinstance(given, list) and given:
        return literal(str(given[0]))
    return literal(step.text("value"))


def empty(sql_type: str) -> str:
    """An empty text; in a column that holds no text, no value."""
    return "''" if sql_type == "VARCHAR" else "NULL"


def _valid(step: Step, column: str, sql_type: str) -> str:
    bad = f"{missing(column, sql_type)} OR {_invalid(step, column, sql_type)}"
    return f"CASE WHEN {bad} THEN NULL ELSE {column} END"


def _last_valid(step: Step, column: str, sql_type: str) -> str:
    rows = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    return f"last_value({_valid(step, column, sql_type)} IGNORE NULLS) OVER ({rows})"


def _modal(step: Step, column: str, sql_type: str) -> str:
    """What the mode is taken of: with a tie to settle, numbers; else the valid values."""
    if step.text("modeType", "NONE").upper() == "NONE":
        return _valid(step, column, sql_type)
    return number(_valid(step, column, sql_type), sql_type)


def _replacement(frame: Frame, step: Step, kind: str, name: str) -> tuple[Frame, str]:
    """The value to put in, and the frame with what it needs."""
    column, sql_type = frame.column(name)
    if kind in FIGURES:
        aggregate = f"{FIGURES[kind]}({number(column, sql_type)})"
        return beside(frame, {FIGURE: aggregate}), _as_column(FIGURE, sql_type)
    if kind == "MODE":
        frame = mode_beside(frame, step, _modal(step, column, sql_type))
        return frame, _as_column(MODE, sql_type)
    if kind == "MOST_FREQUENT":
        return beside(frame, {FIGURE: f"mode({_valid(step, column, sql_type)})"}), FIGURE
    return frame, _local(step, kind, column, sql_type)


def _local(step: Step, kind: str, column: str, sql_type: str) -> str:
    """A replacement that needs no figure of the column."""
    if kind == "CUSTOM":
        return _as_column(custom(step), sql_type)
    if kind == "LAST_VALID":
        return _last_valid(step, column, sql_type)
    return empty(sql_type) if kind == "EMPTY" else "NULL"


def _put_in(frame: Frame, step: Step, kind: str, bad: Bad) -> Frame:
    """Each source column with the replacement where the value is bad."""
    for name in step.sources():
        kept = frame.same()
        column, sql_type = frame.column(name)
        wide, value = _replacement(frame, step, kind, name)
        changed = f"CASE WHEN {bad(column, sql_type)} THEN {value} ELSE {column} END"
        frame = update(wide, step, name, changed)
        if len(frame.names) > len(kept):
            frame = frame.select(kept)
    return frame


@operation(*(f"FILL_WITH_{kind}" for kind in KINDS if kind != "NULL"))
def fill_with(frame: Frame, step: Step) -> Frame:
    """Fill what is missing."""
    return _put_in(frame, step, step.operation.removeprefix("FILL_WITH_"), missing)


@operation("FILL_WITH_NULL")
def fill_with_null(frame: Frame, step: Step) -> Frame:
    name = step.text("sourceColumn")
    return update(frame, step, name, f"CAST(NULL AS {frame.column(name)[1]})")


@operation(*(f"REPLACE_WITH_{kind}" for kind in KINDS))
def replace_with(frame: Frame, step: Step) -> Frame:
    """Replace what is not of ``columnDataType`` or ``advancedDataType``."""
    kind = step.operation.removeprefix("REPLACE_WITH_")
    return _put_in(frame, step, kind, partial(_invalid, step))


@operation("REPLACE_WITH_ROLLING_AVERAGE", "REPLACE_WITH_ROLLING_SUM")
def replace_with_rolling(frame: Frame, step: Step) -> Frame:
    """Each value becomes the figure of the ``period`` rows before its own, as the page has it.

    The first row has none before it and becomes NULL. The order is that of the rows.
    """
    name, period = step.text("sourceColumn"), step.integer("period")
    if period < 1:
        raise InvalidStep(f"{step.operation}: period must be 1 or more, not {period}")
    if step.text("columnDataType", "number").lower() != "number":
        raise InvalidStep(f"{step.operation}: columnDataType must be number")
    column, sql_type = frame.column(name)
    function = "avg" if step.operation.endswith("AVERAGE") else "sum"
    rows = f"ROWS BETWEEN {period} PRECEDING AND 1 PRECEDING"
    rolled = f"{function}({number(column, sql_type)}) OVER ({rows})"
    condition = all_conditions(frame, step)
    kept = f" ELSE {number(column, sql_type)} END" if condition else ""
    changed = f"CASE WHEN {condition} THEN {rolled}{kept}" if condition else rolled
    return frame.select({**frame.same(), frame.resolve(name): changed})


@operation("REMOVE_MISSING")
def remove_missing(frame: Frame, step: Step) -> Frame:
    return remove(frame, step, missing(*frame.column(step.text("sourceColumn"))))


@operation("REMOVE_INVALID")
def remove_invalid(frame: Frame, step: Step) -> Frame:
    return remove(frame, step, _invalid(step, *frame.column(step.text("sourceColumn"))))


@operation("REMOVE_VALUES")
def remove_values(frame: Frame, step: Step) -> Frame:
    """The console's filter: rows that meet every condition go."""
    conditions = all_conditions(frame, step)
    if not conditions:
        raise InvalidStep("REMOVE_VALUES needs ConditionExpressions")
    return frame.where(f"NOT ({conditions})")


def _number_of(columns: list[str]) -> str:
    """The how-many-th row with these values a row is, in the order of the rows."""
    return f"row_number() OVER (PARTITION BY {', '.join(columns)} ORDER BY __row)"


def _numbered(frame: Frame) -> Frame:
    return frame.select({**frame.same(), "__row": "row_number() OVER ()"})


def _first_of(frame: Frame, columns: list[str]) -> Frame:
    names = frame.same()
    counted = _numbered(frame)
    kept = counted.tail(f"QUALIFY {_number_of(columns)} = 1 ORDER BY __row")
    return kept.select(names)


@operation("REMOVE_DUPLICATES")
def remove_duplicates(frame: Frame, step: Step) -> Frame:
    """The first row of each value stays."""
    return _first_of(frame, [frame.column(name)[0] for name in step.sources()])


@operation("DELETE_DUPLICATE_ROWS")
def delete_duplicate_rows(frame: Frame, _: Step) -> Frame:
    """The first of equal rows stays."""
    return _first_of(frame, [identifier(name) for name in frame.names])


def _flag(frame: Frame, step: Step, columns: list[str]) -> Frame:
    names = frame.same()
    counted = _numbered(frame)
    true, false = (literal(step.text(f"{w}String", w.capitalize())) for w in ("true", "false"))
    flag = f"CASE WHEN {_number_of(columns)} > 1 THEN {true} ELSE {false} END"
    target = step.text("targetColumn")
    return (
        add(counted, step, flag)
        .tail("ORDER BY __row")
        .select({**names, target: identifier(target)})
    )


@operation("FLAG_DUPLICATES_IN_COLUMN")
def flag_duplicates_in_column(frame: Frame, step: Step) -> Frame:
    """The first row of each value is no duplicate."""
    return _flag(frame, step, [frame.column(step.text("sourceColumn"))[0]])


@operation("FLAG_DUPLICATE_ROWS")
def flag_duplicate_rows(frame: Frame, step: Step) -> Frame:
    """The first of equal rows is no duplicate."""
    return _flag(frame, step, [identifier(name) for name in frame.names])

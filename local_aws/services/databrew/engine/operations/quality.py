"""Data quality: missing values, invalid values, duplicates.

FILL_WITH_* fills what is missing; REPLACE_WITH_* replaces what is not of ``columnDataType``.
FILL_WITH_NULL has no such limit in the guide: it empties the column, or the rows that its
conditions choose. https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from collections.abc import Callable

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import add, operation, update
from local_aws.services.databrew.engine.sql import (
    SQL_TYPES,
    convert,
    identifier,
    is_integer,
    literal,
    missing,
    number,
)
from local_aws.services.databrew.engine.steps import Step

Replacement = Callable[[Step, str, str], str]


def _invalid(step: Step, column: str, sql_type: str) -> str:
    """Whether a value is there but not of the step's data type."""
    if step.has("advancedDataType"):
        raise UnsupportedOption(f"{step.operation} with advancedDataType")
    named = step.text("columnDataType", "string").lower()
    if named not in SQL_TYPES:
        return "false"
    there = f"NOT {missing(column, sql_type)}"
    return f"({there} AND {convert(column, sql_type, named)} IS NULL)"


def _as_column(expression: str, sql_type: str) -> str:
    """A replacement in the type of the column that it goes into."""
    if is_integer(sql_type):
        return f"TRY_CAST(round(TRY_CAST({expression} AS DOUBLE)) AS {sql_type})"
    return f"TRY_CAST({expression} AS {sql_type})"


def custom(step: Step, _column: str, _sql_type: str) -> str:
    """The step's own value."""
    value = step.json("value") if isinstance(step.parameters.get("value"), list) else None
    return literal(str(value[0]) if value else step.text("value"))


def empty(_step: Step, _column: str, _sql_type: str) -> str:
    return "''"


def nothing(_step: Step, _column: str, _sql_type: str) -> str:
    return "NULL"


def average(_step: Step, column: str, sql_type: str) -> str:
    return f"avg({number(column, sql_type)}) OVER ()"


def median(_step: Step, column: str, sql_type: str) -> str:
    return f"median({number(column, sql_type)}) OVER ()"


def total(_step: Step, column: str, sql_type: str) -> str:
    return f"sum({number(column, sql_type)}) OVER ()"


def most_frequent(step: Step, column: str, sql_type: str) -> str:
    return f"mode({_valid(step, column, sql_type)}) OVER ()"


def last_valid(step: Step, column: str, sql_type: str) -> str:
    rows = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    return f"last_value({_valid(step, column, sql_type)} IGNORE NULLS) OVER ({rows})"


def _valid(step: Step, column: str, sql_type: str) -> str:
    bad = f"{missing(column, sql_type)} OR {_invalid(step, column, sql_type)}"
    return f"CASE WHEN {bad} THEN NULL ELSE {column} END"


REPLACEMENTS: dict[str, Replacement] = {
    "AVERAGE": average,
    "CUSTOM": custom,
    "EMPTY": empty,
    "LAST_VALID": last_valid,
    "MEDIAN": median,
    "MODE": most_frequent,
    "MOST_FREQUENT": most_frequent,
    "NULL": nothing,
    "SUM": total,
}


def _replacement(frame: Frame, step: Step, kind: str) -> tuple[str, str, str]:
    column, sql_type = frame.column(step.text("sourceColumn"))
    if step.text("modeType", "NONE").upper() not in ("NONE", "MINIMUM"):
        raise UnsupportedOption(f"{step.operation} with modeType {step.text('modeType')}")
    value = REPLACEMENTS[kind](step, column, sql_type)
    if kind in ("AVERAGE", "MEDIAN", "SUM", "CUSTOM"):
        value = _as_column(value, sql_type)
    return column, sql_type, value


@operation(*(f"FILL_WITH_{kind}" for kind in REPLACEMENTS if kind != "NULL"))
def fill_with(frame: Frame, step: Step) -> Frame:
    """Fill what is missing."""
    column, sql_type, value = _replacement(frame, step, step.operation.removeprefix("FILL_WITH_"))
    filled = f"CASE WHEN {missing(column, sql_type)} THEN {value} ELSE {column} END"
    return update(frame, step, step.text("sourceColumn"), filled)


@operation("FILL_WITH_NULL")
def fill_with_null(frame: Frame, step: Step) -> Frame:
    name = step.text("sourceColumn")
    return update(frame, step, name, f"CAST(NULL AS {frame.column(name)[1]})")


@operation(*(f"REPLACE_WITH_{kind}" for kind in REPLACEMENTS))
def replace_with(frame: Frame, step: Step) -> Frame:
    """Replace what is not of ``columnDataType``."""
    kind = step.operation.removeprefix("REPLACE_WITH_")
    column, sql_type, value = _replacement(frame, step, kind)
    bad = _invalid(step, column, sql_type)
    replaced = f"CASE WHEN {bad} THEN {value} ELSE {column} END"
    return update(frame, step, step.text("sourceColumn"), replaced)


def _remove(frame: Frame, step: Step, bad: str) -> Frame:
    conditions = all_conditions(frame, step)
    return frame.where(f"NOT ({f'{conditions} AND {bad}' if conditions else bad})")


@operation("REMOVE_MISSING")
def remove_missing(frame: Frame, step: Step) -> Frame:
    return _remove(frame, step, missing(*frame.column(step.text("sourceColumn"))))


@operation("REMOVE_INVALID")
def remove_invalid(frame: Frame, step: Step) -> Frame:
    return _remove(frame, step, _invalid(step, *frame.column(step.text("sourceColumn"))))


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

"""ConditionExpressions: which rows a step touches.

https://docs.aws.amazon.com/databrew/latest/dg/recipes.html#recipes.structure
"""

import json
import re
from collections.abc import Callable
from typing import Any

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import (
    SQL_TYPES,
    convert,
    is_integer,
    is_number,
    is_time,
    literal,
    missing,
    number,
    text,
)
from local_aws.services.databrew.engine.steps import Step

Condition = Callable[[Frame, str, str, Any], str]
WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}")
COMPARISONS = {
    "LESS_THAN": "<",
    "LESS_THAN_EQUAL": "<=",
    "GREATER_THAN": ">",
    "GREATER_THAN_EQUAL": ">=",
}


def all_conditions(frame: Frame, step: Step) -> str:
    """The step's conditions as one SQL condition, or nothing: all must be met."""
    return " AND ".join(condition(frame, raw) for raw in step.conditions)


def condition(frame: Frame, raw: dict[str, Any]) -> str:
    """One condition on one column. A missing value meets only IS_MISSING."""
    name = str(raw.get("Condition", ""))
    build = CONDITIONS.get(name)
    if build is None:
        raise InvalidStep(f"The condition {name} is not supported by local_aws")
    column, sql_type = frame.column(str(raw.get("TargetColumn", "")))
    return f"coalesce({build(frame, column, sql_type, raw.get('Value'))}, false)"


def values(value: Any) -> list[str]:
    """``["x", "y"]`` as JSON, a JSON string, or plain text."""
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return [str(value)]
    if isinstance(read, list):
        return [item if isinstance(item, str) else json.dumps(item) for item in read]
    return [read if isinstance(read, str) else str(value)]


def single(value: Any) -> str:
    """A value of which there is one."""
    found = values(value)
    return found[0] if found else ""


def _is(_: Frame, column: str, sql_type: str, value: Any) -> str:
    """One of the values, each read as the column's own type: ``2020-1-31`` is that day's time."""
    wanted = values(value)
    if not wanted:
        return f"CASE WHEN {column} IS NOT NULL THEN false END"
    return f"({_own(column, sql_type)} IN ({', '.join(_like(item, sql_type) for item in wanted)}))"


def _own(column: str, sql_type: str) -> str:
    typed = is_number(sql_type) or is_time(sql_type) or sql_type == "BOOLEAN"
    return column if typed else text(column, sql_type)


def _like(item: str, sql_type: str) -> str:
    if is_integer(sql_type) and WHOLE_NUMBER.fullmatch(item):
        return item  # beyond 2**53 a double would not be exact
    if is_number(sql_type):
        return convert(literal(item), "VARCHAR", "double")
    if is_time(sql_type):
        return convert(literal(item), "VARCHAR", "timestamp")
    if sql_type == "BOOLEAN":
        return convert(literal(item), "VARCHAR", "boolean")
    return literal(item)


def _is_not(frame: Frame, column: str, sql_type: str, value: Any) -> str:
    return f"(NOT {_is(frame, column, sql_type, value)})"


def _contains(_: Frame, column: str, sql_type: str, value: Any) -> str:
    return f"contains({text(column, sql_type)}, {literal(single(value))})"


def _starts_with(_: Frame, column: str, sql_type: str, value: Any) -> str:
    return f"starts_with({text(column, sql_type)}, {literal(single(value))})"


def _ends_with(_: Frame, column: str, sql_type: str, value: Any) -> str:
    return f"ends_with({text(column, sql_type)}, {literal(single(value))})"


def _not(build: Condition) -> Condition:
    return lambda frame, column, sql_type, value: f"(NOT {build(frame, column, sql_type, value)})"


def _missing(_: Frame, column: str, sql_type: str, _value: Any) -> str:
    return missing(column, sql_type)


def _between(frame: Frame, column: str, sql_type: str, value: Any) -> str:
    bounds = values(value)
    if len(bounds) != 2:
        raise InvalidStep(f"IS_BETWEEN needs two values, got {value}")
    low, high = (operand(frame, bound, sql_type) for bound in bounds)
    return f"({comparable(column, sql_type)} BETWEEN {low} AND {high})"


def _invalid(_: Frame, column: str, sql_type: str, value: Any) -> str:
    """There, but not of the type. All are of the type string: exports that ask for what is not
    change nothing."""
    wanted = single(value).lower()
    if wanted not in SQL_TYPES:
        raise InvalidStep(f"IS_INVALID: {value} is not a data type that local_aws supports")
    return f"(NOT {missing(column, sql_type)} AND {convert(column, sql_type, wanted)} IS NULL)"


def _comparison(symbol: str) -> Condition:
    def build(frame: Frame, column: str, sql_type: str, value: Any) -> str:
        other = operand(frame, single(value), sql_type)
        return f"({comparable(column, sql_type)} {symbol} {other})"

    return build


def comparable(column: str, sql_type: str) -> str:
    """Points in time as they are, all else as numbers."""
    return column if is_time(sql_type) else number(column, sql_type)


def operand(frame: Frame, value: str, sql_type: str) -> str:
    """What a column is compared with: a value, or `` `another column` ``."""
    if len(value) > 2 and value[0] == value[-1] == "`":
        other, other_type = frame.column(value[1:-1])
        return comparable(other, other_type)
    target = "timestamp" if is_time(sql_type) else "double"
    return convert(literal(value), "VARCHAR", target)


CONDITIONS: dict[str, Condition] = {
    "IS": _is,
    "IS_NOT": _is_not,
    "IS_BETWEEN": _between,
    "NOT_BETWEEN": _not(_between),
    "CONTAINS": _contains,
    "NOT_CONTAINS": _not(_contains),
    "STARTS_WITH": _starts_with,
    "NOT_STARTS_WITH": _not(_starts_with),
    "ENDS_WITH": _ends_with,
    "NOT_ENDS_WITH": _not(_ends_with),
    "IS_MISSING": _missing,
    "IS_NOT_MISSING": _not(_missing),
    "IS_INVALID": _invalid,
    **{name: _comparison(symbol) for name, symbol in COMPARISONS.items()},
}

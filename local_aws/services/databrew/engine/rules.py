"""Rulesets against the data: the data-quality validation report of a profile job.

A row passes a check when the check is true; a missing value passes none. The Threshold says how
many rows must pass, all of them when there is none. Text files are checked as they are written:
MATCHES sees ``08``, a comparison with a number sees 8, a text in a column of numbers passes
neither. https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-rules.html
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.services.databrew.engine import statistics
from local_aws.services.databrew.engine.configuration import matches
from local_aws.services.databrew.engine.errors import InvalidRule
from local_aws.services.databrew.engine.expressions import (
    Check,
    Node,
    column_in,
    is_aggregate,
    listed,
    parse,
    plain,
)
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.ruleset import is_number
from local_aws.services.databrew.engine.sql import convert, is_time, literal, number, select, text
from local_aws.services.databrew.engine.statistics import Column

PASSED, FAILED = "SUCCEEDED", "FAILED"
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
THRESHOLDS: dict[str, Callable[[float, float], bool]] = {
    "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN_OR_EQUAL": operator.le,
    "GREATER_THAN": operator.gt,
    "LESS_THAN": operator.lt,
}
TEXT_CHECKS = {
    "STARTS_WITH": "starts_with({}, {})",
    "ENDS_WITH": "ends_with({}, {})",
    "CONTAINS": "contains({}, {})",
    "MATCHES": "regexp_matches({}, {})",
}
# What AGG(...) may ask of a column's numbers and of its values, by their names in a profile.
NUMBERS = {
    "MIN": "min",
    "MAX": "max",
    "MEAN": "mean",
    "MEDIAN": "median",
    "MODE": "mode",
    "SUM": "sum",
    "STANDARD_DEVIATION": "standardDeviation",
    "VARIANCE": "variance",
    "KURTOSIS": "kurtosis",
    "SKEWNESS": "skewness",
    "MEDIAN_ABSOLUTE_DEVIATION": "medianAbsoluteDeviation",
}
VALUES = {
    "ENTROPY": "entropy",
    "MISSING_VALUES_COUNT": "missingValuesCount",
    "DISTINCT_VALUES_COUNT": "distinctValuesCount",
    "UNIQUE_VALUES_COUNT": "uniqueValuesCount",
}


@dataclass(frozen=True)
class Data:
    """What rules are checked on, and what is known of it already."""

    frame: Frame
    rows: int
    columns: dict[str, Column]
    passed: dict[str, int]


def validate(
    frame: Frame, rulesets: list[dict[str, Any]], columns: dict[str, Column]
) -> list[dict[str, Any]]:
    """The report's ``rulesetResults``; ``columns`` are the frame's, counted."""
    rules = [rule for ruleset in rulesets for rule in _enabled(ruleset)]
    rows, passed = _count(frame, rules)
    data = Data(frame, rows, columns, passed)
    return [_ruleset(data, ruleset) for ruleset in rulesets]


def _enabled(ruleset: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule for rule in ruleset["rules"] if not rule.get("Disabled")]


def _count(frame: Frame, rules: list[dict[str, Any]]) -> tuple[int, dict[str, int]]:
    """All rows, and those that pass each row check, in one reading of the data."""
    conditions = ["true"]
    for rule in rules:
        node = parse(rule["CheckExpression"], rule.get("SubstitutionMap") or {})
        if not is_aggregate(node):
            conditions += [_row(frame, node, rule, name) for name in _selected(frame, rule)]
    distinct = list(dict.fromkeys(conditions))
    asked = {f"c{i}": f"count(*) FILTER ({condition})" for i, condition in enumerate(distinct)}
    row = frame.connection.execute(select(asked, frame.current)).fetchone() or (0,)
    return int(row[0]), dict(zip(distinct, row, strict=True))


def _ruleset(data: Data, ruleset: dict[str, Any]) -> dict[str, Any]:
    results = [_rule(data, rule) for rule in _enabled(ruleset)]
    return {
        "name": ruleset["name"],
        "description": ruleset.get("description", ""),
        "arn": ruleset["arn"],
        "lastModifiedDate": ruleset["lastModifiedDate"],
        "ruleResults": results,
        "status": _status(all(result["status"] == PASSED for result in results)),
    }


def _status(passed: bool) -> str:
    return PASSED if passed else FAILED


def _rule(data: Data, rule: dict[str, Any]) -> dict[str, Any]:
    """One rule's result; with selectors, one result a column as well."""
    substitutions = rule.get("SubstitutionMap") or {}
    node = parse(rule["CheckExpression"], substitutions)
    selected = _selected(data.frame, rule)
    results = [(name, *_check(data, node, rule, name)) for name in selected]
    result: dict[str, Any] = {
        "name": rule["Name"],
        "definition": _definition(rule["CheckExpression"], substitutions),
    }
    if rule.get("ColumnSelectors"):
        result["columnResults"] = [{"name": n, "status": _status(ok)} for n, ok, _ in results]
    counts = [failed for _, _, failed in results if failed is not None]
    if counts:
        result["failedCount"] = sum(counts)
    return result | {"status": _status(all(ok for _, ok, _ in results))}


def _definition(expression: str, substitutions: dict[str, str]) -> str:
    for name in sorted(substitutions, key=len, reverse=True):
        expression = expression.replace(name, substitutions[name])
    return expression


def _selected(frame: Frame, rule: dict[str, Any]) -> list[str]:
    selectors = rule.get("ColumnSelectors")
    if not selectors:
        return [""]
    return [n for n in frame.names if any(matches(selector, n) for selector in selectors)]


def _check(data: Data, node: Node, rule: dict[str, Any], column: str) -> tuple[bool, int | None]:
    if is_aggregate(node):
        return _holds(data, node, rule, column), None
    passed = data.passed[_row(data.frame, node, rule, column)]
    return _enough(rule.get("Threshold"), passed, data.rows), data.rows - passed


def _enough(threshold: dict[str, Any] | None, passed: int, rows: int) -> bool:
    if not threshold:
        return passed == rows
    counted = passed if threshold.get("Unit", "COUNT") == "COUNT" else _percentage(passed, rows)
    compare = THRESHOLDS[threshold.get("Type", "GREATER_THAN_OR_EQUAL")]
    return compare(counted, float(threshold["Value"]))


def _percentage(part: float, rows: int) -> float:
    return 100.0 * part / rows if rows else 100.0


def _column(frame: Frame, check: Check, selected: str, rule: dict[str, Any]) -> tuple[str, str]:
    name = check.operand.column or selected
    if not name:
        raise InvalidRule(rule["CheckExpression"], "it names no column and has no ColumnSelectors")
    return frame.column(name)


def _row(frame: Frame, node: Node, rule: dict[str, Any], selected: str) -> str:
    """A row check as SQL: true, or not."""
    if not isinstance(node, Check):
        left, right = (_row(frame, side, rule, selected) for side in (node.left, node.right))
        return f"({left} {node.word} {right})"
    column, sql_type = _column(frame, node, selected, rule)
    if node.operand.length:
        column, sql_type = f"length({text(column, sql_type)})", "BIGINT"
    condition = _compared(frame, node, column, sql_type)
    present = f"({text(column, sql_type)}) IS NOT NULL"
    negated = f"{present} AND NOT ({condition})" if node.negated else condition
    return f"coalesce({negated}, false)"


def _compared(frame: Frame, check: Check, column: str, sql_type: str) -> str:
    if check.operator == "IN":
        values = ", ".join(literal(value) for value in listed(check.values[0]))
        return f"{text(column, sql_type)} IN ({values})"
    if check.operator in TEXT_CHECKS:
        other = _text_value(frame, check.values[0])
        return TEXT_CHECKS[check.operator].format(text(column, sql_type), other)
    if check.operator == "BETWEEN":
        low, high = (_value(frame, value, sql_type) for value in check.values)
        return f"{_comparable(column, sql_type)} BETWEEN {low} AND {high}"
    return _symbol(frame, check, column, sql_type)


def _symbol(frame: Frame, check: Check, column: str, sql_type: str) -> str:
    symbol = {"==": "=", "!=": "<>"}.get(check.operator, check.operator)
    value = check.values[0]
    if symbol in ("=", "<>") and column_in(value) is None and not is_number(plain(value)):
        return f"{text(column, sql_type)} {symbol} {literal(plain(value))}"
    return f"{_comparable(column, sql_type)} {symbol} {_value(frame, value, sql_type)}"


def _comparable(column: str, sql_type: str) -> str:
    return column if is_time(sql_type) else number(column, sql_type)


def _value(frame: Frame, value: str, sql_type: str) -> str:
    name = column_in(value)
    if name is not None:
        return _comparable(*frame.column(name))
    return convert(literal(plain(value)), "VARCHAR", "timestamp" if is_time(sql_type) else "double")


def _text_value(frame: Frame, value: str) -> str:
    name = column_in(value)
    return text(*frame.column(name)) if name is not None else literal(plain(value))


def _holds(data: Data, node: Node, rule: dict[str, Any], selected: str) -> bool:
    """An aggregate check."""
    if not isinstance(node, Check):
        left = _holds(data, node.left, rule, selected)
        right = _holds(data, node.right, rule, selected)
        return (left and right) if node.word == "AND" else (left or right)
    found = _statistic(data, node, rule, selected)
    values = [float(plain(value)) for value in node.values]
    if found is None:
        return False
    if node.operator == "BETWEEN":
        return (values[0] <= found <= values[1]) != node.negated
    if node.operator not in COMPARE:
        raise InvalidRule(rule["CheckExpression"], f"{node.operator} compares no statistic")
    return COMPARE[node.operator](found, values[0]) != node.negated


def _statistic(data: Data, check: Check, rule: dict[str, Any], selected: str) -> float | None:
    name = check.operand.statistic or ""
    if name == "ROWS_COUNT":
        return float(data.rows)
    if name == "COLUMNS_COUNT":
        return float(len(data.frame.names))
    base = name.replace("_PERCENTAGE", "_COUNT")
    if base == "DUPLICATE_ROWS_COUNT":
        found: float | None = float(statistics.duplicate_rows(data.frame))
    else:
        column = data.frame.resolve(_named(check, selected, rule))
        found = _of_column(data.columns[column], base, check.operand.parameter, rule)
    is_percentage = name.endswith("_PERCENTAGE")
    return found if found is None or not is_percentage else _percentage(found, data.rows)


def _named(check: Check, selected: str, rule: dict[str, Any]) -> str:
    name = check.operand.column or selected
    if not name:
        raise InvalidRule(rule["CheckExpression"], "it names no column and has no ColumnSelectors")
    return name


def _of_column(
    column: Column, name: str, parameter: str | None, rule: dict[str, Any]
) -> float | None:
    found: Any
    if name in NUMBERS:
        found = column.numbers.get(NUMBERS[name])
    elif name in VALUES:
        found = column.values[VALUES[name]]
    elif name == "DUPLICATE_VALUES_COUNT":
        found = column.values["there"] - column.values["distinctValuesCount"]
    elif name == "VALID_VALUES_COUNT":
        is_number = column.kind in statistics.NUMERIC
        found = column.numbers.get("count", 0) if is_number else column.values["there"]
    elif name == "Z_SCORE_OUTLIERS_COUNT":
        found = column.outliers(float(parameter or statistics.OUTLIER_SCORE))
    elif name == "QUANTILE":
        found = column.quantile(float(parameter or 0.5))
    else:
        raise InvalidRule(rule["CheckExpression"], f"the statistic {name} is unknown")
    return None if found is None else float(found)

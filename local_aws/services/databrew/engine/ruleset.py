"""What a rule has to be before it is kept: CreateRuleset refuses what no run could check.

https://docs.aws.amazon.com/databrew/latest/dg/API_Rule.html
"""

import json
from typing import Any

import duckdb
import regex

from local_aws.services.databrew.engine.configuration import check_selectors
from local_aws.services.databrew.engine.errors import InvalidRule, UnsupportedOption
from local_aws.services.databrew.engine.expressions import (
    SYMBOLS,
    Check,
    checks,
    column_in,
    is_aggregate,
    parse,
    plain,
)

WHOLE_DATA_SET = {
    "ROWS_COUNT",
    "COLUMNS_COUNT",
    "DUPLICATE_ROWS_COUNT",
    "DUPLICATE_ROWS_PERCENTAGE",
}
COUNTED = ("MISSING", "DUPLICATE", "VALID", "DISTINCT", "UNIQUE")
STATISTICS = {
    *WHOLE_DATA_SET,
    *(f"{what}_VALUES_{unit}" for what in COUNTED for unit in ("COUNT", "PERCENTAGE")),
    "Z_SCORE_OUTLIERS_COUNT",
    "Z_SCORE_OUTLIERS_PERCENTAGE",
    *("MIN", "MAX", "MEDIAN", "MEAN", "MODE", "STANDARD_DEVIATION", "ENTROPY"),
    *("SUM", "KURTOSIS", "SKEWNESS", "VARIANCE", "MEDIAN_ABSOLUTE_DEVIATION", "QUANTILE"),
}
QUANTILES = ("0.25", "0.5", "0.75")


def check(rule: dict[str, Any]) -> None:
    """Raise InvalidRule, or InvalidConfiguration for a selector, saying what is wrong."""
    node = parse(rule["CheckExpression"], rule.get("SubstitutionMap") or {})
    selectors = rule.get("ColumnSelectors") or []
    check_selectors(selectors)
    for one in checks(node):
        _check_column(one, rule, bool(selectors))
        (_check_aggregate if one.operand.statistic else _check_values)(one, rule)
    if rule.get("Threshold") and is_aggregate(node):
        raise _wrong(rule, "a condition over an aggregate takes no Threshold")


def _wrong(rule: dict[str, Any], reason: str) -> InvalidRule:
    return InvalidRule(rule["CheckExpression"], reason)


def _check_column(one: Check, rule: dict[str, Any], selected: bool) -> None:
    """Either the condition names its column or the rule selects columns."""
    if one.operand.statistic in WHOLE_DATA_SET:
        return
    if selected and one.operand.column:
        raise _wrong(rule, "it names a column, which the rule's ColumnSelectors do too")
    if not selected and not one.operand.column:
        raise _wrong(rule, "it names no column and has no ColumnSelectors")


def _check_aggregate(one: Check, rule: dict[str, Any]) -> None:
    name, parameter = one.operand.statistic, one.operand.parameter
    if name not in STATISTICS:
        raise _wrong(rule, f"the statistic {name} is unknown")
    if one.operator not in (*SYMBOLS, "BETWEEN"):
        raise _wrong(rule, f"{one.operator} compares no statistic")
    if name == "QUANTILE" and parameter not in QUANTILES:
        raise _wrong(rule, f"QUANTILE takes one of {', '.join(QUANTILES)}, not {parameter}")
    if parameter is not None and not is_number(parameter):
        raise _wrong(rule, f"the parameter {parameter} of {name} is no number")
    for value in one.values:
        if not is_number(plain(value)):
            raise _wrong(rule, f"{value} is no number, which a statistic is compared with")


def _check_values(one: Check, rule: dict[str, Any]) -> None:
    if one.operator == "IN" and not _is_list(one.values[0]):
        raise _wrong(rule, f"{one.values[0]} is no list in JSON")
    if one.operator == "MATCHES" and column_in(one.values[0]) is None:
        _check_pattern(plain(one.values[0]), rule)


def _check_pattern(pattern: str, rule: dict[str, Any]) -> None:
    """Java's patterns, less what DuckDB's own cannot do: they run over every row."""
    try:
        regex.compile(pattern)
    except regex.error as error:
        raise _wrong(rule, f"the pattern {pattern} cannot be read: {error}") from None
    try:
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except duckdb.Error:
        what = f"The pattern {pattern} (it looks around, or back at a group)"
        raise UnsupportedOption(what) from None


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def is_number(text: str) -> bool:
    """Whether a value of a SubstitutionMap is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True

"""A transform's filter conditions beside expressions.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterOperation.html
"""

from collections.abc import Callable
from typing import Any

from local_aws.services.quicksight.data_sets.dates import moment
from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.expressions import literal

TEXT = {
    "EQUALS": "{0} = {1}",
    "DOES_NOT_EQUAL": "{0} <> {1}",
    "CONTAINS": "contains({0}, {1})",
    "DOES_NOT_CONTAIN": "NOT contains({0}, {1})",
    "STARTS_WITH": "starts_with({0}, {1})",
    "ENDS_WITH": "ends_with({0}, {1})",
}
COMPARED = {
    "EQUALS": "=",
    "DOES_NOT_EQUAL": "<>",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUALS_TO": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUALS_TO": "<=",
    "BEFORE": "<",
    "BEFORE_OR_EQUALS_TO": "<=",
    "AFTER": ">",
    "AFTER_OR_EQUALS_TO": ">=",
}
Options = dict[str, Any]
Literal = Callable[[Any], str]


def condition(kind: str, column: str, options: Options) -> str:
    """A filter condition as SQL over a quoted column. Raises InvalidParameter."""
    if kind == "StringFilterCondition":
        return _text(column, options)
    return _ordered(column, options, _number if kind == "NumericFilterCondition" else _moment)


def _text(column: str, options: Options) -> str:
    if "ListFilterCondition" in options:
        listed = options["ListFilterCondition"]
        values = listed.get("Values", {}).get("StaticValues", [])
        chosen = ", ".join(map(literal, values)) or "NULL"
        return f"{column} {'' if listed['Operator'] == 'INCLUDE' else 'NOT '}IN ({chosen})"
    compared = _only(options, "ComparisonFilterCondition")
    return TEXT[compared["Operator"]].format(column, literal(_static(compared.get("Value"))))


def _ordered(column: str, options: Options, as_sql: Literal) -> str:
    if "RangeFilterCondition" in options:
        return _range(column, options["RangeFilterCondition"], as_sql)
    compared = _only(options, "ComparisonFilterCondition")
    value = as_sql(_static(compared.get("Value")))
    return f"{column} {COMPARED[compared['Operator']]} {value}"


def _range(column: str, options: Options, as_sql: Literal) -> str:
    tests = []
    for side, sign, inclusive in (
        ("RangeMinimum", ">", "IncludeMinimum"),
        ("RangeMaximum", "<", "IncludeMaximum"),
    ):
        if side in options:
            equal = "=" if options.get(inclusive) else ""
            tests.append(f"{column} {sign}{equal} {as_sql(_static(options[side]))}")
    if not tests:
        raise InvalidParameter("A RangeFilterCondition needs RangeMinimum or RangeMaximum")
    return " AND ".join(tests)


def _only(options: Options, name: str) -> Options:
    if name not in options:
        raise InvalidParameter(f"A filter condition needs {name} or one of its like")
    found: Options = options[name]
    return found


def _static(value: Options | None) -> Any:
    if not value or "StaticValue" not in value:
        raise InvalidParameter("A filter condition needs a StaticValue")
    return value["StaticValue"]


def _number(value: Any) -> str:
    return literal(float(value))


def _moment(value: Any) -> str:
    return f"TIMESTAMP '{moment(value).isoformat(' ')}'"

"""Column structure: a new column of a condition, BOOLEAN_OPERATION and CASE_OPERATION.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

import re
from typing import Any

from local_aws.services.databrew.engine import formula
from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.formula.compiler import Value
from local_aws.services.databrew.engine.formula.tree import Aggregate
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import add, operation
from local_aws.services.databrew.engine.sql import literal, number
from local_aws.services.databrew.engine.steps import Step

# The aggregates of the guide over numbers; kurtosis is in excess of the normal's and, like
# skewness, the population's, as Spark's are. DuckDB's skewness is the sample's.
NUMERIC = {
    "sum": "sum({}) OVER ()",
    "avg": "avg({}) OVER ()",
    "mean": "avg({}) OVER ()",
    "median": "median({}) OVER ()",
    "product": "product({}) OVER ()",
    "stddev": "stddev_samp({}) OVER ()",
    "variance": "var_samp({}) OVER ()",
    "standard_error_of_mean": "stddev_samp({0}) OVER () / sqrt(nullif(count({0}) OVER (), 0))",
    "skewness": "skewness({0}) OVER () * (count({0}) OVER () - 2) "
    "/ sqrt(nullif(count({0}) OVER () * (count({0}) OVER () - 1), 0))",
    "kurtosis": "kurtosis_pop({}) OVER ()",
}
ANY_TYPE = {"count": "count({}) OVER ()", "min": "min({}) OVER ()", "max": "max({}) OVER ()"}
_column = re.compile(r"\s*`(?:[^`]|``)+`\s*")
_number = re.compile(r"-?\d+(\.\d+)?")


@operation("BOOLEAN_OPERATION")
def boolean_operation(frame: Frame, step: Step) -> Frame:
    """A missing condition is not met. Without values of its own the column is true or false."""
    wide, scope = _scope(frame, step)
    expression = step.text("valueExpression")
    condition = formula.as_condition(formula.compile_(formula.parse(expression), scope, expression))
    (yes, no), _ = formula.common([_result(step, scope, "true"), _result(step, scope, "false")])
    return _kept(frame, add(wide, step, f"CASE WHEN {condition} THEN {yes} ELSE {no} END"), step)


def _result(step: Step, scope: formula.Scope, word: str) -> Value:
    """``It is true.`` is a text as it stands; only a column in backticks and a number are more."""
    name = f"{word}ValueExpression"
    if not step.has(name):
        return word, "BOOLEAN"
    said = step.text(name)
    if _column.fullmatch(said) or _number.fullmatch(said.strip()):
        return formula.compile_(formula.parse(said), scope, said)
    return literal(said), "VARCHAR"


@operation("CASE_OPERATION")
def case_operation(frame: Frame, step: Step) -> Frame:
    """The whole expression is a CASE; what no condition meets and no ELSE names is NULL."""
    wide, scope = _scope(frame, step)
    expression = step.text("valueExpression")
    value, _ = formula.compile_(formula.parse(expression), scope, expression)
    return _kept(frame, add(wide, step, value), step)


def _kept(frame: Frame, made: Frame, step: Step) -> Frame:
    """Without the columns that held the aggregates."""
    names = {*frame.names, step.text("targetColumn")}
    same = {name.lower() for name in names}
    kept = {name: sql for name, sql in made.same().items() if name.lower() in same}
    return made if len(kept) == len(made.columns) else made.select(kept)


def _scope(frame: Frame, step: Step) -> tuple[Frame, formula.Scope]:
    """The aggregates of withExpressions as columns of a step before, and what names stand for."""
    named = step.listed("withExpressions") if step.has("withExpressions") else []
    held: dict[str, str] = {}
    wide = frame
    for item in named:
        name, found = _binding(step, item)
        target = wide.free(f"aggregate {len(held) + 1}")
        wide = _aggregate(wide, found, target)
        held[f":{name}"] = target
    aggregates = {name: wide.column(target) for name, target in held.items()}
    return wide, formula.Scope(wide, aggregates)


def _binding(step: Step, item: Any) -> tuple[str, Aggregate]:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise InvalidStep(f"{step.operation}: withExpressions needs a name and a value: {item}")
    if item.get("type", "aggregate") != "aggregate":
        raise InvalidStep(f"{step.operation}: withExpressions has the unknown type {item['type']}")
    return item["name"], formula.aggregate(str(item.get("value", "")))


def _aggregate(frame: Frame, found: Aggregate, target: str) -> Frame:
    column, sql_type = frame.column(found.column)
    if found.function == "mean_absolute_deviation" and not found.distinct:
        return _mean_absolute_deviation(frame, number(column, sql_type), target)
    if found.function in ANY_TYPE:
        distinct = "DISTINCT " if found.distinct else ""
        expression = ANY_TYPE[found.function].format(f"{distinct}{column}")
    elif found.function in NUMERIC and not found.distinct:
        expression = NUMERIC[found.function].format(f"CAST({number(column, sql_type)} AS DOUBLE)")
    else:
        raise InvalidStep(f"The aggregate function {found.function} is unknown")
    return frame.select({**frame.same(), target: expression})


def _mean_absolute_deviation(frame: Frame, value: str, target: str) -> Frame:
    """The mean of the distances from the mean, which is there one step before."""
    centre = frame.free("mean")
    wide = frame.select({**frame.same(), centre: f"avg({value}) OVER ()"})
    distance = f"avg(abs({value} - {wide.column(centre)[0]})) OVER ()"
    return wide.select({**frame.same(), target: distance})

"""Which comparisons of a column with constants there are among a query's conditions."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.trino.scope import Bound, Origin

_FLIPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPERATORS = {exp.EQ: "=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_CONSTANT = (
    *(exp.Literal, exp.Cast, exp.DataType, exp.DataTypeParam, exp.Neg, exp.Paren),
    *(exp.Interval, exp.Var, exp.Add, exp.Sub, exp.Mul, exp.Boolean),
)


def bound_of(conjunct: exp.Expression) -> tuple[Origin, Bound] | None:
    """The column's origin and how it is bounded, where the conjunct is such a comparison."""
    if isinstance(conjunct, exp.Paren):
        return bound_of(conjunct.this)
    if isinstance(conjunct, exp.Between):
        return _bound(conjunct.this, "between", [conjunct.args["low"], conjunct.args["high"]])
    if isinstance(conjunct, exp.In) and not conjunct.args.get("query"):
        return _bound(conjunct.this, "=", conjunct.expressions)
    operator = _OPERATORS.get(type(conjunct))
    if operator is None:
        return None
    found = _bound(conjunct.left, operator, [conjunct.right])
    return found or _bound(conjunct.right, _FLIPPED[operator], [conjunct.left])


def _bound(
    column: exp.Expression, operator: str, values: list[exp.Expression]
) -> tuple[Origin, Bound] | None:
    field = column.meta.get("field") if isinstance(column, exp.Column) else None
    if field is None or field.origin is None or column.meta["path"] or column.meta.get("base"):
        return None
    if not field.origin.pruning or not all(map(_is_constant, values)):
        return None
    return field.origin, Bound(field.origin.column, operator, tuple(values))


def _is_constant(node: exp.Expression) -> bool:
    return all(isinstance(inner, _CONSTANT) for inner in node.walk())

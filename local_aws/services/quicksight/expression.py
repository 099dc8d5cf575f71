"""QuickSight's expression language, as far as it is evaluated here, compiled to DuckDB's SQL.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-reference.html
Here: arithmetic, comparisons, the scalar functions and plain aggregates below. Level-aware
aggregations, table calculations and every other function are refused by name.
Nothing of an expression's text reaches SQL but through a literal, a quoted name or the tables
below.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

AGGREGATES = {
    "sum": "sum({0})",
    "avg": "avg({0})",
    "min": "min({0})",
    "max": "max({0})",
    "median": "median({0})",
    "count": "count({0})",
    "distinct_count": "count(DISTINCT {0})",
    "sumif": "sum({0}) FILTER ({1})",
    "avgif": "avg({0}) FILTER ({1})",
    "countif": "count({0}) FILTER ({1})",
    "distinct_countif": "count(DISTINCT {0}) FILTER ({1})",
}
SCALARS = {
    ("abs", 1): "abs({0})",
    ("ceil", 1): "ceil({0})",
    ("floor", 1): "floor({0})",
    ("round", 1): "round({0})",
    ("round", 2): "round({0}, {1})",
    ("nullif", 2): "nullif({0}, {1})",
    ("isnull", 1): "({0} IS NULL)",
    ("isnotnull", 1): "({0} IS NOT NULL)",
    ("tolower", 1): "lower({0})",
    ("toupper", 1): "upper({0})",
    ("trim", 1): "trim({0})",
    ("strlen", 1): "length({0})",
    ("contains", 2): "contains({0}, {1})",
    ("tostring", 1): "CAST({0} AS VARCHAR)",
}
OPERATORS = {"or": 1, "and": 2, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
             "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}  # fmt: skip
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>(?:[^'\\]|\\.)*)'|\{(?P<column>[^{}]+)\}"
    r"|(?P<parameter>\$\{[^{}]*\})|(?P<name>[A-Za-z_]\w*)|(?P<sign><>|<=|>=|[-+*/%=<>(),]))"
)


class ExpressionError(Exception):
    """An expression that is wrong, or that is not evaluated here."""


@dataclass(frozen=True)
class Compiled:
    """SQL, and whether it aggregates rows."""

    sql: str
    aggregate: bool = False
    constant: bool = False


Resolver = Callable[[str], Compiled]
Parameters = Mapping[str, tuple[object, ...] | None]


def compile_expression(
    text: str, resolve: Resolver, parameters: Parameters | None = None
) -> Compiled:
    """Compile an expression whose columns ``resolve`` knows. Raises ExpressionError.

    >>> compile_expression("sum({a}) / 2", lambda name: Compiled(quote(name))).sql
    '(CAST(sum("a") AS DOUBLE) / nullif(2, 0))'
    """
    parser = _Parser(_tokens(text), resolve, parameters or {})
    result = parser.expression()
    if parser.kind != "end":
        raise ExpressionError(f"'{parser.value}' is not expected after a whole expression")
    return result


def quote(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text or a number as SQL."""
    if isinstance(value, bool) or value is None:
        return {True: "TRUE", False: "FALSE", None: "NULL"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    return "'" + str(value).replace("'", "''") + "'"


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"'{text[position : position + 20].strip()}' cannot be read")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return [*found, ("end", "the end")]


class _Parser:
    """Precedence climbing over the tokens; the depth of nesting is bounded."""

    def __init__(
        self, tokens: list[tuple[str, str]], resolve: Resolver, parameters: Parameters
    ) -> None:
        self.tokens, self.at, self.resolve, self.depth = tokens, 0, resolve, 0
        self.parameters = parameters

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def value(self) -> str:
        return self.tokens[self.at][1]

    def take(self, sign: str | None = None) -> str:
        value = self.value
        if sign is not None and (self.kind, value) != ("sign", sign):
            raise ExpressionError(f"'{sign}' is missing before '{value}'")
        self.at += 1
        return value

    def expression(self, floor: int = 1) -> Compiled:
        self.depth += 1
        if self.depth > 100:
            raise ExpressionError("The expression is nested too deeply")
        left = self.unary()
        while self.kind in ("sign", "name") and OPERATORS.get(self.value.lower(), 0) >= floor:
            operator = self.take().lower()
            left = _binary(operator, left, self.expression(OPERATORS[operator] + 1))
        self.depth -= 1
        return left

    def unary(self) -> Compiled:
        if self.kind == "name" and self.value.lower() == "not":
            self.take()
            inner = self.expression(3)
            return Compiled(f"(NOT {inner.sql})", inner.aggregate, inner.constant)
        if (self.kind, self.value) == ("sign", "-"):
            self.take()
            inner = self.unary()
            return Compiled(f"(-{inner.sql})", inner.aggregate, inner.constant)
        return self.primary()

    def primary(self) -> Compiled:
        kind, value = self.kind, self.take()
        if kind == "number":
            return Compiled(value, constant=True)
        if kind == "text":
            return Compiled(literal(re.sub(r"\\(.)", r"\1", value)), constant=True)
        if kind == "column":
            return self.resolve(value)
        if kind == "parameter":
            return self.parameter(value[2:-1])
        if (kind, value) == ("sign", "("):
            inner = self.expression()
            self.take(")")
            return inner
        if kind == "name":
            called = (self.kind, self.value) == ("sign", "(")
            return self.call(value) if called else self.resolve(value)
        raise ExpressionError(f"'{value}' is not expected")

    def parameter(self, name: str) -> Compiled:
        if name not in self.parameters:
            raise ExpressionError(f"The parameter {name} is not declared")
        values = self.parameters[name] or (None,)
        if len(values) > 1:
            raise ExpressionError(f"The parameter {name} with several values")
        return Compiled(literal(values[0]), constant=True)

    def call(self, name: str) -> Compiled:
        self.take("(")
        arguments = []
        while (self.kind, self.value) != ("sign", ")"):
            arguments.append(self.expression())
            if (self.kind, self.value) == ("sign", ","):
                self.take()
            elif (self.kind, self.value) != ("sign", ")"):
                raise ExpressionError(f"',' or ')' is missing before '{self.value}'")
        self.take(")")
        return _call(name, arguments)


def _binary(operator: str, left: Compiled, right: Compiled) -> Compiled:
    if operator == "/":
        # A division by zero is an empty value in QuickSight; of integers it is a decimal.
        sql = f"(CAST({left.sql} AS DOUBLE) / nullif({right.sql}, 0))"
    else:
        sql = f"({left.sql} {operator.upper()} {right.sql})"
    return _combine(sql, [left, right], operator)


def _combine(sql: str, parts: list[Compiled], name: str) -> Compiled:
    aggregated = any(part.aggregate for part in parts)
    if aggregated and any(not (part.aggregate or part.constant) for part in parts):
        raise ExpressionError(
            f"Mismatched aggregation: '{name}' has both an aggregated and a row's value"
        )
    return Compiled(sql, aggregated, all(part.constant for part in parts))


def _call(name: str, arguments: list[Compiled]) -> Compiled:
    key, sql = name.lower(), [argument.sql for argument in arguments]
    if key in AGGREGATES:
        return _aggregate(key, name, arguments)
    if key == "ifelse" and len(arguments) >= 3 and len(arguments) % 2:
        pairs = zip(sql[0:-1:2], sql[1:-1:2], strict=True)
        whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in pairs)
        return _combine(f"(CASE {whens} ELSE {sql[-1]} END)", arguments, name)
    if key in ("coalesce", "concat") and arguments:
        # QuickSight's concat is empty where any part is, which is DuckDB's ||.
        joined = f"coalesce({', '.join(sql)})" if key == "coalesce" else f"({' || '.join(sql)})"
        return _combine(joined, arguments, name)
    template = SCALARS.get((key, len(arguments)))
    if template is None:
        raise ExpressionError(
            f"The function {name} with {len(arguments)} argument(s) is not supported"
        )
    return _combine(template.format(*sql), arguments, name)


def _aggregate(key: str, name: str, arguments: list[Compiled]) -> Compiled:
    template = AGGREGATES[key]
    if len(arguments) != (2 if "{1}" in template else 1):
        raise ExpressionError(
            f"{name} with {len(arguments)} arguments (a level-aware calculation) is not supported"
        )
    if any(argument.aggregate for argument in arguments):
        raise ExpressionError(f"{name} of an aggregated value (nested aggregation)")
    sql = [argument.sql for argument in arguments]
    if "{1}" in template:
        sql[1] = f"WHERE {sql[1]}"
    return Compiled(template.format(*sql), aggregate=True)

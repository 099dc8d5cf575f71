"""A tree as DuckDB SQL, with the type of each part.

As in Spark, two sides of a comparison meet in one type: text becomes a number beside a number and
a point in time beside one; what cannot be converted is NULL, and so is a division by zero.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.formula.tokens import InvalidExpression
from local_aws.services.databrew.engine.formula.tree import (
    Binary,
    Call,
    Case,
    Cast,
    Column,
    Literal,
    Node,
    Test,
    Unary,
)
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
    timestamp,
)

Value = tuple[str, str]
NOTHING: Value = ("NULL", "NULL")
ARITHMETIC = ("+", "-", "*", "/", "%")


@dataclass(frozen=True)
class Scope:
    """What the names of an expression stand for: the frame's columns, and ``:name`` aggregates."""

    frame: Frame
    aggregates: dict[str, Value] = field(default_factory=dict)

    def column(self, name: str) -> Value:
        if not name.startswith(":"):
            return self.frame.column(name)
        if name not in self.aggregates:
            raise InvalidStep(f"`{name}` is not bound by withExpressions")
        return self.aggregates[name]


def compile_(node: Node, scope: Scope, expression: str = "") -> Value:
    """The SQL of an expression and its DuckDB type."""
    try:
        return _Compiler(scope, expression).value(node)
    except RecursionError as error:
        raise InvalidExpression(expression, 0, "nested too deeply") from error


def as_condition(value: Value) -> str:
    """A value as true, false or NULL."""
    sql, sql_type = value
    return convert(sql, sql_type, "boolean") if sql_type != "NULL" else "CAST(NULL AS BOOLEAN)"


def aligned(left: Value, right: Value) -> tuple[str, str]:
    """Two values in the type in which Spark would compare them."""
    kinds = {left[1], right[1]}
    if "NULL" in kinds or len(kinds) == 1:
        return left[0], right[0]
    if any(map(is_number, kinds)):
        return number(*left), number(*right)
    if any(map(is_time, kinds)):
        return timestamp(*left), timestamp(*right)
    if "BOOLEAN" in kinds:
        return as_condition(left), as_condition(right)
    return text(*left), text(*right)


def common(values: list[Value]) -> tuple[list[str], str]:
    """Values in a type that holds them all: numbers, points in time, or text."""
    kinds = {kind for _, kind in values if kind != "NULL"}
    if not kinds:
        return [f"CAST({sql} AS VARCHAR)" for sql, _ in values], "VARCHAR"
    if len(kinds) == 1:
        (kind,) = kinds
        return [sql if own == kind else f"CAST({sql} AS {kind})" for sql, own in values], kind
    target = _widest(kinds)
    return [f"CAST({sql} AS {target})" for sql, _ in values], target


def _widest(kinds: set[str]) -> str:
    if all(map(is_integer, kinds)):
        return "BIGINT"
    if all(map(is_number, kinds)):
        return "DOUBLE"
    return "TIMESTAMP" if all(map(is_time, kinds)) else "VARCHAR"


class _Compiler:
    def __init__(self, scope: Scope, expression: str) -> None:
        self.scope = scope
        self.expression = expression

    def value(self, node: Node) -> Value:
        match node:
            case Column(name):
                return self.scope.column(name)
            case Literal(value, kind):
                return _literal(value, kind)
            case Unary("NOT", operand):
                return f"(NOT {self.condition(operand)})", "BOOLEAN"
            case Unary(_, operand):
                return self.arithmetic("-", ("0", "INTEGER"), self.value(operand))
            case Binary(operator, left, right):
                return self.binary(operator, left, right)
            case Test():
                return self.test(node), "BOOLEAN"
            case Cast(operand, target):
                return convert(*self.value(operand), target), SQL_TYPES[target]
            case Case(branches, otherwise):
                return self.case(branches, otherwise)
            case Call():
                return self.call(node)

    def condition(self, node: Node) -> str:
        return as_condition(self.value(node))

    def binary(self, operator: str, left: Node, right: Node) -> Value:
        if operator in ("AND", "OR"):
            return f"({self.condition(left)} {operator} {self.condition(right)})", "BOOLEAN"
        values = self.value(left), self.value(right)
        if operator == "||":
            return f"({text(*values[0])} || {text(*values[1])})", "VARCHAR"
        if operator in ARITHMETIC:
            return self.arithmetic(operator, *values)
        return _compare(operator, *values), "BOOLEAN"

    def arithmetic(self, operator: str, left: Value, right: Value) -> Value:
        """Whole numbers stay whole but for ``/``; what is too large for them is NULL."""
        if operator == "/":
            return f"({_double(left)} / nullif({_double(right)}, 0))", "DOUBLE"
        divisor = "nullif({}, 0)" if operator == "%" else "{}"
        if is_integer(left[1]) and is_integer(right[1]):
            wide = f"CAST({left[0]} AS HUGEINT) {operator} {divisor.format(right[0])}"
            return f"TRY_CAST({wide} AS BIGINT)", "BIGINT"
        return f"({_double(left)} {operator} {divisor.format(_double(right))})", "DOUBLE"

    def test(self, node: Test) -> str:
        operand = self.value(node.operand)
        if node.operator == "IS NULL":
            return f"({operand[0]} IS NULL)"
        if node.operator.startswith("IS "):
            return f"({as_condition(operand)} {node.operator})"
        others = [self.value(other) for other in node.others]
        if node.operator == "BETWEEN":
            return _between([operand, *others])
        if node.operator == "LIKE":
            return f"({text(*operand)} LIKE {text(*others[0])} ESCAPE '\\')"
        if node.operator == "RLIKE":
            return f"regexp_matches({text(*operand)}, {text(*others[0])})"
        same = [_compare("=", operand, other) for other in others]
        return f"({' OR '.join(same)})" if same else "false"

    def case(self, branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> Value:
        conditions = [self.condition(condition) for condition, _ in branches]
        results, kind = common(
            [*(self.value(result) for _, result in branches), self.value(otherwise)]
        )
        pairs = zip(conditions, results[:-1], strict=True)
        whens = " ".join(f"WHEN {condition} THEN {result}" for condition, result in pairs)
        return f"CASE {whens} ELSE {results[-1]} END", kind

    def call(self, node: Call) -> Value:
        if node.name == "isvalid":
            return self.is_valid(node)
        if node.name not in FUNCTIONS:
            raise InvalidExpression(self.expression, node.at, f"unknown function {node.name}")
        least, most, build = FUNCTIONS[node.name]
        if not least <= len(node.arguments) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise InvalidExpression(
                self.expression,
                node.at,
                f"{node.name} takes {count} argument(s), got {len(node.arguments)}",
            )
        return build([self.value(argument) for argument in node.arguments])

    def is_valid(self, node: Call) -> Value:
        """Whether a value is there and is, or can become, of the data type."""
        names = [other for other in node.arguments[1:] if isinstance(other, Column | Literal)]
        target = (
            (names[0].name if isinstance(names[0], Column) else names[0].value) if names else ""
        )
        if len(node.arguments) != 2 or target.lower() not in SQL_TYPES:
            raise InvalidExpression(
                self.expression, node.at, f"isValid needs a column and a data type, got '{target}'"
            )
        value = self.value(node.arguments[0])
        there = f"NOT {missing(*value)}"
        return f"({there} AND {convert(*value, target.lower())} IS NOT NULL)", "BOOLEAN"


def _literal(value: str, kind: str) -> Value:
    if kind == "text":
        return literal(value), "VARCHAR"
    if kind == "boolean":
        return value, "BOOLEAN"
    if kind == "null":
        return NOTHING
    if value.isdigit() and int(value) < 2**63:
        return str(int(value)), "INTEGER" if int(value) < 2**31 else "BIGINT"
    return f"CAST({literal(value)} AS DOUBLE)", "DOUBLE"


def _double(value: Value) -> str:
    sql, kind = value
    return f"CAST({number(sql, kind) if kind != 'NULL' else sql} AS DOUBLE)"


def _compare(operator: str, left: Value, right: Value) -> str:
    one, other = aligned(left, right)
    if operator == "<=>":
        return f"({one} IS NOT DISTINCT FROM {other})"
    return f"({one} {operator} {other})"


def _between(values: list[Value]) -> str:
    low = _compare(">=", values[0], values[1])
    return f"({low} AND {_compare('<=', values[0], values[2])})"


Builder = Callable[[list[Value]], Value]


def _of_texts(template: str, kind: str) -> Builder:
    return lambda values: (template.format(*(text(*value) for value in values)), kind)


def _of_numbers(template: str, kind: str = "DOUBLE") -> Builder:
    return lambda values: (template.format(*map(_double, values)), kind)


def _coalesce(values: list[Value]) -> Value:
    same, kind = common(values)
    return f"coalesce({', '.join(same)})", kind


def _if(values: list[Value]) -> Value:
    (yes, no), kind = common(values[1:])
    return f"CASE WHEN {as_condition(values[0])} THEN {yes} ELSE {no} END", kind


def _concat(values: list[Value]) -> Value:
    return f"({' || '.join(text(*value) for value in values)})", "VARCHAR"


# The guide's conditions, then the functions of Spark SQL that people put into a CASE.
FUNCTIONS: dict[str, tuple[int, int, Builder]] = {
    "contains": (2, 2, _of_texts("contains({}, {})", "BOOLEAN")),
    "matches": (2, 2, _of_texts("regexp_matches({}, {})", "BOOLEAN")),
    "startswith": (2, 2, _of_texts("starts_with({}, {})", "BOOLEAN")),
    "endswith": (2, 2, _of_texts("ends_with({}, {})", "BOOLEAN")),
    "isbetween": (3, 3, lambda values: (_between(values), "BOOLEAN")),
    "ismissing": (1, 1, lambda values: (missing(*values[0]), "BOOLEAN")),
    "isnull": (1, 1, lambda values: (f"({values[0][0]} IS NULL)", "BOOLEAN")),
    "isnotnull": (1, 1, lambda values: (f"({values[0][0]} IS NOT NULL)", "BOOLEAN")),
    "if": (3, 3, _if),
    "coalesce": (1, 100, _coalesce),
    "concat": (1, 100, _concat),
    "lower": (1, 1, _of_texts("lower({})", "VARCHAR")),
    "upper": (1, 1, _of_texts("upper({})", "VARCHAR")),
    "trim": (1, 1, _of_texts("trim({})", "VARCHAR")),
    "length": (1, 1, _of_texts("CAST(length({}) AS INTEGER)", "INTEGER")),
    "abs": (1, 1, _of_numbers("abs({})")),
    "sqrt": (1, 1, _of_numbers("CASE WHEN {0} >= 0 THEN sqrt({0}) END")),
    "floor": (1, 1, _of_numbers("TRY_CAST(floor({}) AS BIGINT)", "BIGINT")),
    "ceil": (1, 1, _of_numbers("TRY_CAST(ceil({}) AS BIGINT)", "BIGINT")),
}

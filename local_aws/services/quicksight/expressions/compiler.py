"""From the tree of an expression to SQL. Nothing of a text gets there but as a literal, as a
quoted name, or through the functions of the registry."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from local_aws.services.quicksight.expressions.compiled import (
    Compiled,
    aligned,
    combined,
    constant,
    literal,
)
from local_aws.services.quicksight.expressions.errors import ExpressionError
from local_aws.services.quicksight.expressions.functions import FUNCTIONS
from local_aws.services.quicksight.expressions.kinds import NUMBER, Kind
from local_aws.services.quicksight.expressions.parser import PRECEDENCE, SUM, parse
from local_aws.services.quicksight.expressions.scope import Parameters, Resolver, Scope
from local_aws.services.quicksight.expressions.signature import Invocation, shared
from local_aws.services.quicksight.expressions.tree import (
    Call,
    Chain,
    Link,
    Literal,
    Name,
    Node,
    Parameter,
    Unary,
)

LONGEST_SQL = 1_000_000
# DuckDB's optimizer takes the cube of it: 2 s for 300, 40 s for 800.
DEEPEST_SQL = 300
TEXTS = {Kind.STRING, Kind.GEOSPATIAL}
OPEN = {Kind.UNKNOWN, Kind.NULL}


def compile_expression(
    text: str, resolve: Resolver, parameters: Parameters | None = None
) -> Compiled:
    """Compile an expression whose fields ``resolve`` knows. Raises ExpressionError.

    >>> compile_expression("sum({a}) / 2", lambda name: Compiled('"' + name + '"')).sql
    '(CAST(sum("a") AS DOUBLE) / nullif(2, 0))'
    """
    return compile_tree(parse(text), Scope(resolve, parameters or {}))


def compile_tree(tree: Node, scope: Scope) -> Compiled:
    """Compile what `parse` gives. Raises ExpressionError."""
    return Compiler(scope).compile(tree)


@dataclass(frozen=True)
class Compiler:
    """Compiles nodes against one scope."""

    scope: Scope

    def compile(self, node: Node) -> Compiled:
        """SQL for a node. Raises ExpressionError."""
        found = self._compiled(node)
        if len(found.sql) > LONGEST_SQL:
            raise ExpressionError("The expression becomes too long with its calculated fields")
        if found.depth > DEEPEST_SQL:
            raise ExpressionError(
                f"More than {DEEPEST_SQL} operators lie in each other, with the calculated fields"
            )
        return found

    def _compiled(self, node: Node) -> Compiled:
        if isinstance(node, Literal):
            return constant(node.value)
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Parameter):
            return self._parameter(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Unary):
            return self._unary(node)
        if isinstance(node, Chain):
            return self._chain(node)
        raise ExpressionError("A list in brackets is not expected", node.at)

    def _name(self, node: Name) -> Compiled:
        try:
            return self.scope.resolve(node.name)
        except ExpressionError as error:
            if error.position is not None:
                raise
            raise ExpressionError(error.message, node.at) from None

    def _parameter(self, node: Parameter) -> Compiled:
        values = self.parameter(node) or (None,)
        if len(values) > 1:
            raise ExpressionError(f"The parameter {node.name} has several values", node.at)
        return constant(values[0])

    def parameter(self, node: Parameter) -> tuple[Any, ...] | None:
        """The values of a parameter; None for all values. Raises ExpressionError."""
        if node.name not in self.scope.parameters:
            raise ExpressionError(f"The parameter {node.name} is not declared", node.at)
        return self.scope.parameters[node.name]

    def _call(self, node: Call) -> Compiled:
        known = FUNCTIONS.get(node.name.lower())
        if known is None:
            raise ExpressionError(f"The function {node.name} is not known", node.at)
        return known.compile(Invocation(known.name, node.arguments, node.at, self))

    def _unary(self, node: Unary) -> Compiled:
        inner = self.compile(node.operand)
        if node.operator == "-":
            _fit(inner, NUMBER, "-", node.at)
            value = -inner.value if isinstance(inner.value, int | float) else None
            return replace(inner, sql=f"(-{inner.sql})", value=value, depth=inner.depth + 1)
        _fit(inner, {Kind.CONDITION}, "NOT", node.at)
        return replace(inner, sql=f"(NOT {inner.sql})", value=None, depth=inner.depth + 1)

    def _chain(self, node: Chain) -> Compiled:
        operators = [link.operator for link in node.links]
        parts = [self.compile(node.first), *(self.compile(link.operand) for link in node.links)]
        if operators[0] in COMPARISONS:
            parts = self.compared(parts, operators[0], node.links[0].at)
        level = PRECEDENCE[operators[0]]
        for part, at in zip(parts, [node.at, *(link.at for link in node.links)], strict=True):
            if level >= SUM:
                _fit(part, NUMBER, operators[0], at)
            elif operators[0] in ("and", "or"):
                _fit(part, {Kind.CONDITION}, operators[0].upper(), at)
        parts = aligned(parts, operators[0], node.at)
        sql = _sql(parts, node.links)
        # Of conditions DuckDB makes one flat list.
        deeper = 1 if operators[0] in ("and", "or") else len(operators)
        kind = _kind(operators, [part.kind for part in parts])
        return combined(sql, kind, parts, deeper)

    def compared(self, parts: list[Compiled], name: str, at: int) -> list[Compiled]:
        """Values that are compared with each other: of one type. Raises ExpressionError."""
        kinds = {part.kind for part in parts} - OPEN
        if kinds == {Kind.DATETIME, Kind.STRING}:
            parts = [self.as_date(part) or part for part in parts]
            kinds = {part.kind for part in parts} - OPEN
        if len(kinds) > 1 and not (kinds <= NUMBER or kinds <= TEXTS):
            said = " with ".join(sorted(kind.value for kind in kinds))
            raise ExpressionError(f"'{name}' compares {said}", at)
        return parts

    def as_date(self, part: Compiled) -> Compiled | None:
        """A text that was written down, and is a date, as one; a DATETIME as it is."""
        if part.kind == Kind.DATETIME:
            return part
        if not (part.constant and isinstance(part.value, str)):
            return None
        try:
            when = dt.datetime.fromisoformat(part.value)
        except ValueError:
            return None
        return replace(part, sql=literal(when), kind=Kind.DATETIME, value=None)


COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


def _fit(part: Compiled, kinds: set[Kind] | frozenset[Kind], operator: str, at: int) -> None:
    if part.kind not in kinds | OPEN:
        wanted = " or ".join(sorted(kind.value for kind in kinds))
        raise ExpressionError(f"'{operator}' takes {wanted}, not {part.kind.value}", at)


def _kind(operators: list[str], kinds: list[Kind]) -> Kind:
    if operators[0] in ("and", "or", *COMPARISONS):
        return Kind.CONDITION
    if "/" in operators or "^" in operators:
        return Kind.DECIMAL
    return shared(kinds)


def _sql(parts: list[Compiled], links: tuple[Link, ...]) -> str:
    """The chain as SQL, flat where it can be."""
    sql, whole = parts[0].sql, True
    for link, part in zip(links, parts[1:], strict=True):
        if link.operator == "/":
            # A division by zero is an empty value; of whole numbers it is a decimal.
            sql, whole = f"(CAST({sql} AS DOUBLE) / nullif({part.sql}, 0))", True
        elif link.operator == "^":
            sql, whole = f"pow({sql}, {part.sql})", True
        else:
            sql, whole = f"{sql} {link.operator.upper()} {part.sql}", False
    return sql if whole else f"({sql})"

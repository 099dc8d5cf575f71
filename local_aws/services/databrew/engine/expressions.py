"""The grammar of a rule's CheckExpression, and of its substitutions.

https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html

    check    := term (OR term)*          term := factor (AND factor)*
    factor   := "(" check ")" | [operand] comparison
    operand  := :column | LENGTH(:column) | AGG([:column,] STATISTIC [, :parameter])
    comparison := (== | != | < | <= | > | >=) :value | [NOT] IN :list | [IS_]BETWEEN :a AND :b
                | [NOT] (STARTS_WITH | ENDS_WITH | CONTAINS | MATCHES) :text
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from local_aws.services.databrew.engine.errors import InvalidRule

_token = re.compile(r"\s*(==|!=|<=|>=|<|>|=|[(),]|:[A-Za-z0-9_]+|[A-Za-z][A-Za-z0-9_]*)")
SYMBOLS = ("==", "=", "!=", "<", "<=", ">", ">=")
WORDS = ("STARTS_WITH", "ENDS_WITH", "CONTAINS", "MATCHES")


@dataclass(frozen=True)
class Operand:
    """The left side: a column, its length, or a statistic. No column: the rule's selectors say."""

    column: str | None
    statistic: str | None = None
    parameter: str | None = None
    length: bool = False


@dataclass(frozen=True)
class Check:
    """One comparison."""

    operand: Operand
    operator: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Both:
    """AND or OR."""

    word: str
    left: "Node"
    right: "Node"


Node = Check | Both


def parse(expression: str, substitutions: dict[str, str]) -> Node:
    """The expression as a tree, with its variables replaced."""
    return _Parser(expression, substitutions).parse()


def checks(node: Node) -> list[Check]:
    """Every comparison in the tree."""
    return [node] if isinstance(node, Check) else [*checks(node.left), *checks(node.right)]


def is_aggregate(node: Node) -> bool:
    """Whether the rule is about statistics and not about rows."""
    return checks(node)[0].operand.statistic is not None


def column_in(value: str) -> str | None:
    """The column's name when a substitution is `` `a column` ``."""
    return value[1:-1] if len(value) > 2 and value[0] == value[-1] == "`" else None


def plain(value: str) -> str:
    """A value without the quotes that some write around text."""
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'" else value


def listed(value: str) -> list[str]:
    """``["S","M"]`` as its elements."""
    read: Any = json.loads(value)
    return [item if isinstance(item, str) else json.dumps(item) for item in read]


class _Parser:
    def __init__(self, expression: str, substitutions: dict[str, str]) -> None:
        self.expression = expression
        self.substitutions = substitutions
        self.tokens = self._tokens()
        self.at = 0

    def _tokens(self) -> list[str]:
        found, position, text = [], 0, self.expression.rstrip()
        while position < len(text):
            match = _token.match(text, position)
            if match is None:
                raise self.wrong(f"unexpected '{text[position:].strip()}'")
            found.append(match.group(1))
            position = match.end()
        return found

    def wrong(self, reason: str) -> InvalidRule:
        return InvalidRule(self.expression, reason)

    def peek(self) -> str:
        return self.tokens[self.at].upper() if self.at < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise self.wrong(f"expected {wanted or 'more'}, got '{token or 'the end'}'")
        self.at += 1
        return self.tokens[self.at - 1]

    def parse(self) -> Node:
        node = self.either()
        if self.peek():
            raise self.wrong(f"unexpected '{self.peek()}'")
        if len({check.operand.statistic is None for check in checks(node)}) > 1:
            raise self.wrong("aggregated and non-aggregated conditions cannot be combined")
        return node

    def either(self) -> Node:
        node = self.both()
        while self.peek() == "OR":
            self.take()
            node = Both("OR", node, self.both())
        return node

    def both(self) -> Node:
        node = self.factor()
        while self.peek() == "AND":
            self.take()
            node = Both("AND", node, self.factor())
        return node

    def factor(self) -> Node:
        if self.peek() == "(":
            self.take()
            node = self.either()
            self.take(")")
            return node
        return self.comparison(self.operand())

    def operand(self) -> Operand:
        word = self.peek()
        if word == "AGG":
            return self.aggregate()
        if word == "LENGTH":
            self.take()
            self.take("(")
            column = None if self.peek() == ")" else self.column()
            self.take(")")
            return Operand(column, length=True)
        return Operand(self.column() if word.startswith(":") else None)

    def aggregate(self) -> Operand:
        self.take()
        self.take("(")
        column = None
        if self.peek().startswith(":"):
            column = self.column()
            self.take(",")
        statistic = self.take().upper()
        parameter = None
        if self.peek() == ",":
            self.take()
            parameter = plain(self.value())
        self.take(")")
        return Operand(column, statistic, parameter)

    def value(self) -> str:
        token = self.take()
        if not token.startswith(":"):
            raise self.wrong(f"expected a variable, got '{token}'")
        if token not in self.substitutions:
            raise self.wrong(f"{token} is not in the SubstitutionMap")
        return self.substitutions[token]

    def column(self) -> str:
        value = self.value()
        name = column_in(value)
        if name is None:
            raise self.wrong(f"{value} is no column: a column's name stands in backticks")
        return name

    def comparison(self, operand: Operand) -> Check:
        word = self.take().upper()
        negated = False
        if word == "IS" and self.peek() in ("NOT", "BETWEEN", "IN"):
            word = self.take().upper()
        if word == "NOT":
            negated, word = True, self.take().upper()
        if word.startswith("NOT_"):
            negated, word = not negated, word.removeprefix("NOT_")
        if word in ("BETWEEN", "IS_BETWEEN"):
            low = self.value()
            self.take("AND")
            return Check(operand, "BETWEEN", (low, self.value()), negated)
        if word in (*SYMBOLS, *WORDS, "IN"):
            return Check(operand, word, (self.value(),), negated)
        raise self.wrong(f"unknown condition '{word}'")

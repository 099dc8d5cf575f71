"""The grammar: the guide's conditions and the part of Spark SQL around them.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html

    either  := both (OR both)*              both  := not (AND not)*
    not     := (NOT | !) not | test
    test    := sum [comparison sum | [NOT] IN (..) | [NOT] LIKE sum | [NOT] BETWEEN sum AND sum
               | IS [NOT] (NULL | TRUE | FALSE)]
    sum     := product ((+ | - | ||) product)*     product := sign ((* | / | %) sign)*
    sign    := - sign | atom
    atom    := `column` | 'text' | number | TRUE | FALSE | NULL | ( either ) | function ( .. )
               | CASE .. END | CAST ( either AS type ) | a plain word, which is a column
"""

from local_aws.services.databrew.engine.formula.tokens import InvalidExpression, Token, tokens
from local_aws.services.databrew.engine.formula.tree import (
    NULL,
    Aggregate,
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
from local_aws.services.databrew.engine.sql import SQL_TYPES

COMPARISONS = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<=>": "<=>"} | {
    symbol: symbol for symbol in ("<", "<=", ">", ">=")
}
CONSTANTS = {"true": "boolean", "false": "boolean", "null": "null"}
RESERVED = {*CONSTANTS, "and", "or", "not", "case", "when", "then", "else", "end", "is", "in"}
DEEPEST = 100


def parse(expression: str) -> Node:
    """The expression as a tree."""
    parser = _Parser(expression)
    try:
        node = parser.either()
    except RecursionError as error:
        raise InvalidExpression(expression, 0, "nested too deeply") from error
    parser.finish()
    return node


def aggregate(expression: str) -> Aggregate:
    """An element of withExpressions: one function of one column."""
    parser = _Parser(expression)
    function = parser.take("word").value.lower()
    parser.symbol("(")
    distinct = parser.skip("distinct")
    column = parser.take("column").value
    parser.symbol(")")
    parser.finish()
    return Aggregate(function, column, distinct)


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = tokens(expression)
        self.at = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def wrong(self, wanted: str) -> InvalidExpression:
        got = f"'{self.here.value}'" if self.here.kind != "end" else "the end"
        return InvalidExpression(self.expression, self.here.at, f"expected {wanted}, got {got}")

    def take(self, kind: str) -> Token:
        token = self.here
        if token.kind != kind:
            raise self.wrong({"column": "a column in backticks"}.get(kind, f"a {kind}"))
        self.at += 1
        return token

    def finish(self) -> None:
        if self.here.kind != "end":
            raise self.wrong("the end")

    def sees(self, *wanted: str) -> bool:
        """Whether a symbol or a word, in any case, comes next."""
        return self.here.kind in ("symbol", "word") and self.here.value.lower() in wanted

    def skip(self, *wanted: str) -> bool:
        if self.sees(*wanted):
            self.at += 1
            return True
        return False

    def symbol(self, wanted: str) -> None:
        if not self.skip(wanted):
            raise self.wrong(f"'{wanted}'")

    def either(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise InvalidExpression(self.expression, self.here.at, "nested too deeply")
        node = self.both()
        while self.skip("or"):
            node = Binary("OR", node, self.both())
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.negated()
        while self.skip("and"):
            node = Binary("AND", node, self.negated())
        return node

    def negated(self) -> Node:
        count = 0
        while self.skip("not", "!"):
            count += 1
        node = self.test()
        return Unary("NOT", node) if count % 2 else node

    def test(self) -> Node:
        left = self.sum()
        if self.here.kind == "symbol" and self.here.value in COMPARISONS:
            operator = COMPARISONS[self.here.value]
            self.at += 1
            return Binary(operator, left, self.sum())
        if self.skip("is"):
            return self.state(left)
        negated = self.skip("not")
        node = self.membership(left)
        if node is None:
            if negated:
                raise self.wrong("IN, LIKE or BETWEEN")
            return left
        return Unary("NOT", node) if negated else node

    def state(self, operand: Node) -> Node:
        negated = self.skip("not")
        if not self.sees(*CONSTANTS):
            raise self.wrong("NULL, TRUE or FALSE")
        node = Test(f"IS {self.take('word').value.upper()}", operand)
        return Unary("NOT", node) if negated else node

    def membership(self, operand: Node) -> Node | None:
        if self.skip("in"):
            self.symbol("(")
            return Test("IN", operand, self.arguments())
        if self.sees("like", "rlike"):
            return Test(self.take("word").value.upper(), operand, (self.sum(),))
        if self.skip("between"):
            low = self.sum()
            self.symbol("and")
            return Test("BETWEEN", operand, (low, self.sum()))
        return None

    def arguments(self) -> tuple[Node, ...]:
        """What stands before a closing parenthesis, between commas."""
        if self.skip(")"):
            return ()
        found = [self.either()]
        while self.skip(","):
            found.append(self.either())
        self.symbol(")")
        return tuple(found)

    def sum(self) -> Node:
        node = self.product()
        while self.sees("+", "-", "||"):
            operator = self.take("symbol").value
            node = Binary(operator, node, self.product())
        return node

    def product(self) -> Node:
        node = self.sign()
        while self.sees("*", "/", "%"):
            operator = self.take("symbol").value
            node = Binary(operator, node, self.sign())
        return node

    def sign(self) -> Node:
        count = 0
        while self.sees("-", "+"):
            count += self.take("symbol").value == "-"
        node = self.atom()
        return Unary("-", node) if count % 2 else node

    def atom(self) -> Node:
        token = self.here
        if token.kind == "column":
            self.at += 1
            return Column(token.value)
        if token.kind in ("text", "number"):
            self.at += 1
            return Literal(token.value, token.kind)
        if self.skip("("):
            node = self.either()
            self.symbol(")")
            return node
        return self.word()

    def word(self) -> Node:
        if self.skip("case"):
            return self.case()
        if self.sees(*CONSTANTS):
            value = self.take("word").value.lower()
            return Literal(value, CONSTANTS[value])
        if self.here.kind != "word" or self.sees(*RESERVED):
            raise self.wrong("a value")
        token = self.take("word")
        if not self.skip("("):
            return Column(token.value)
        if token.value.lower() == "cast":
            return self.cast()
        return Call(token.value.lower(), self.arguments(), token.at)

    def cast(self) -> Node:
        operand = self.either()
        self.symbol("as")
        target = self.here.value.lower()
        if target not in SQL_TYPES:
            raise self.wrong("a data type")
        self.at += 1
        self.symbol(")")
        return Cast(operand, target)

    def case(self) -> Node:
        operand = None if self.sees("when") else self.either()
        branches = []
        while self.skip("when"):
            condition = self.either()
            self.symbol("then")
            if operand is not None:
                condition = Binary("=", operand, condition)
            branches.append((condition, self.either()))
        if not branches:
            raise self.wrong("WHEN")
        otherwise = self.either() if self.skip("else") else NULL
        self.symbol("end")
        return Case(tuple(branches), otherwise)

"""The grammar: precedence climbing over the tokens.

https://docs.aws.amazon.com/quicksight/latest/user/arithmetic-and-comparison-operators.html
"""

from functools import lru_cache

from local_aws.services.quicksight.expressions.errors import ExpressionError
from local_aws.services.quicksight.expressions.tokens import Token, tokens
from local_aws.services.quicksight.expressions.tree import (
    Call,
    Chain,
    Item,
    Items,
    Link,
    Literal,
    Name,
    Node,
    Parameter,
    Unary,
)

OR, AND, NOT, COMPARISON, SUM, PRODUCT, POWER = range(1, 8)
PRECEDENCE = (
    {"or": OR, "and": AND, "^": POWER}
    | dict.fromkeys(("=", "==", "<>", "!=", "<", "<=", ">", ">="), COMPARISON)
    | dict.fromkeys(("+", "-"), SUM)
    | dict.fromkeys(("*", "/", "%"), PRODUCT)
)
SPELLED = {"==": "=", "!=": "<>"}
# Python's own stack is the reason for a limit: 100 deep takes some 500 of its frames.
DEEPEST = 100


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The expression as a tree. Raises ExpressionError with the position of what is wrong."""
    parser = _Parser(tokens(text))
    if parser.here.kind == "end":
        raise ExpressionError("The expression is empty")
    tree = parser.expression()
    if parser.here.kind != "end":
        raise parser.wrong(f"'{parser.here.value}' is not expected after a whole expression")
    return tree


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.at, self.depth = found, 0, 0

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def wrong(self, message: str) -> ExpressionError:
        return ExpressionError(message, self.here.at)

    def next(self) -> Token:
        token = self.here
        self.at += 1
        return token

    def sees(self, sign: str) -> bool:
        return self.here.kind == "sign" and self.here.value == sign

    def skip(self, sign: str) -> bool:
        if self.sees(sign):
            self.at += 1
            return True
        return False

    def expect(self, sign: str, wanted: str = "") -> None:
        if not self.skip(sign):
            wanted = wanted or f"'{sign}'"
            raise self.wrong(f"{wanted} is missing before '{self.here.value}'")

    def precedence(self) -> int:
        """The precedence of the operator that comes next, 0 for anything else."""
        known = self.here.kind in ("sign", "word")
        return PRECEDENCE.get(self.here.value.lower(), 0) if known else 0

    def expression(self, floor: int = OR) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"The expression is nested too deeply: more than {DEEPEST} levels")
        node = self.unary()
        while (level := self.precedence()) >= floor:
            node = self.chain(node, level)
        self.depth -= 1
        return node

    def chain(self, first: Node, level: int) -> Node:
        at = self.here.at
        links: list[Link] = []
        while self.precedence() == level:
            if level == COMPARISON and links:
                raise self.wrong("Comparisons do not follow each other: put AND between them")
            token = self.next()
            operator = token.value.lower()
            operand = self.expression(level + 1)
            links.append(Link(SPELLED.get(operator, operator), operand, token.at))
        return Chain(first, tuple(links), at)

    def unary(self) -> Node:
        token = self.here
        if token.kind == "word" and token.value.lower() == "not":
            self.at += 1
            return Unary("NOT", self.expression(NOT), token.at)
        if self.skip("-"):
            return Unary("-", self.expression(POWER), token.at)
        return self.primary()

    def primary(self) -> Node:
        if self.sees("["):
            return self.items()
        token = self.next()
        if token.kind == "number":
            whole = token.value.isdigit()
            return Literal(int(token.value) if whole else float(token.value), token.at)
        if token.kind == "text":
            return Literal(token.value, token.at)
        if token.kind == "field":
            return Name(token.value, True, token.at)
        if token.kind == "parameter":
            return Parameter(token.value, token.at)
        return self.other(token)

    def other(self, token: Token) -> Node:
        if token.kind == "word" and token.value.lower() not in PRECEDENCE:
            if self.skip("("):
                return Call(token.value, self.arguments(), token.at)
            null = token.value.lower() == "null"
            return Literal(None, token.at) if null else Name(token.value, False, token.at)
        if (token.kind, token.value) == ("sign", "("):
            inner = self.expression()
            self.expect(")")
            return inner
        self.at -= 1
        raise self.wrong(f"'{token.value}' is not expected")

    def arguments(self) -> tuple[Node, ...]:
        """What stands before a closing parenthesis, between commas."""
        if self.skip(")"):
            return ()
        found = [self.expression()]
        while self.skip(","):
            found.append(self.expression())
        self.expect(")", "',' or ')'")
        return tuple(found)

    def items(self) -> Items:
        at = self.next().at
        if self.skip("]"):
            return Items((), at)
        found = [self.item()]
        while self.skip(","):
            found.append(self.item())
        self.expect("]", "',' or ']'")
        return Items(tuple(found), at)

    def item(self) -> Item:
        removed = self.skip("!")
        node = self.expression()
        direction = self.here.value.upper() if self.here.kind == "word" else None
        if direction in ("ASC", "DESC"):
            self.at += 1
            return Item(node, direction, removed)
        return Item(node, None, removed)

"""The tokens of an expression, each with its position."""

import re
from dataclasses import dataclass

from local_aws.services.databrew.engine.errors import InvalidStep

_token = re.compile(
    r"""\s*(?:
      (?P<column>`(?:[^`]|``)+`)
    | (?P<text>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol><=>|==|!=|<>|<=|>=|\|\||[-+*/%=<>!(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
_escaped = re.compile(r"\\(.)", re.DOTALL)


class InvalidExpression(InvalidStep):
    """An expression that cannot be read: what is wrong and where, counted from 1."""

    def __init__(self, expression: str, position: int, reason: str) -> None:
        self.expression = expression
        self.position = position
        super().__init__(f"Invalid expression at position {position + 1}: {reason}: {expression}")


@dataclass(frozen=True)
class Token:
    """A piece of an expression: its kind, what it says, where it starts (from 0)."""

    kind: str
    value: str
    at: int


def tokens(expression: str) -> list[Token]:
    """The expression's pieces, with an ``end`` after the last one."""
    found, position, end = [], 0, len(expression.rstrip())
    while position < end:
        match = _token.match(expression, position)
        if match is None:
            start = position + len(expression[position:]) - len(expression[position:].lstrip())
            raise InvalidExpression(expression, start, _reason(expression[start]))
        kind = str(match.lastgroup)
        found.append(Token(kind, _plain(kind, match[kind]), match.start(kind)))
        position = match.end()
    return [*found, Token("end", "", end)]


def _reason(character: str) -> str:
    if character == "`":
        return "a column's name without its closing backtick"
    if character in "'\"":
        return "a text without its closing quote"
    return f"unexpected '{character}'"


def _plain(kind: str, value: str) -> str:
    """A name without backticks, a text without quotes and escapes."""
    if kind == "column":
        return value[1:-1].replace("``", "`")
    if kind == "text":
        quote = value[0]
        return _escaped.sub(_unescape, value[1:-1].replace(quote * 2, quote))
    return value


def _unescape(match: re.Match[str]) -> str:
    """``\\'`` is a quote, ``\\\\`` a backslash; a pattern's ``\\d`` stays as it is."""
    return match[1] if match[1] in "\\'\"" else match[0]

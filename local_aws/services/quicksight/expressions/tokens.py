"""The tokens of an expression, each with its position."""

import re
from dataclasses import dataclass

from local_aws.services.quicksight.expressions.errors import ExpressionError

LONGEST = 250_000
# The guide knows /* */ alone; comments up to the end of a line are in what its console writes.
BLANK = re.compile(r"(?:\s|/\*.*?\*/|//[^\n]*)*", re.DOTALL)
TOKEN = re.compile(
    r"""(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | \{(?P<field>[^{}]+)\}
      | \$\{(?P<parameter>[^{}]+)\}
      | (?P<system>\$[A-Za-z]\w*)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign><>|!=|<=|>=|==|[-+*/%^=<>(),\[\]!])""",
    re.VERBOSE | re.DOTALL,
)
UNCLOSED = {
    "'": "a text without its closing '",
    '"': 'a text without its closing "',
    "{": "a field without its closing }",
    "$": "a parameter without its ${name}",
}


@dataclass(frozen=True)
class Token:
    """A piece of an expression: its kind, what it says, where it starts (from 1)."""

    kind: str
    value: str
    at: int


def tokens(text: str) -> list[Token]:
    """The expression's pieces, with an ``end`` after the last one. Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(f"The expression has {len(text)} characters, {LONGEST} are allowed")
    found, position = [], _skipped(text, 0)
    while position < len(text):
        match = None if text.startswith("/*", position) else TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(_unreadable(text[position:]), position + 1)
        kind = "parameter" if match.lastgroup == "system" else match.lastgroup
        found.append(Token(kind, _plain(kind, match[match.lastgroup]), position + 1))
        position = _skipped(text, match.end())
    return [*found, Token("end", "the end", len(text) + 1)]


def _skipped(text: str, position: int) -> int:
    match = BLANK.match(text, position)
    return match.end() if match else position


def _unreadable(rest: str) -> str:
    if rest.startswith("/*"):
        return "a comment without its closing */"
    return UNCLOSED.get(rest[0], f"'{rest[:20].strip()}' cannot be read")


def _plain(kind: str, value: str) -> str:
    r"""A text without its quotes and escapes: ``\'`` is a quote, ``\d`` stays as it is."""
    if kind == "text":
        return re.sub(r"\\(['\"\\])", r"\1", value[1:-1])
    return value.removeprefix("$") if kind == "parameter" else value

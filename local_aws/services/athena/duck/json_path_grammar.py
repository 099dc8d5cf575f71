"""Parses the SQL/JSON path language into a tree of tuples: ('member', base, 'key'), ...

https://trino.io/docs/current/functions/json.html#json-path-syntax-and-semantics
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Node = tuple[Any, ...]


class BadPath(ValueError):
    """The path's text is not of the language."""


class UnsupportedPath(ValueError):
    """A part of the language that local_aws does not have."""


@dataclass(frozen=True)
class Path:
    lax: bool
    root: Node
    names: frozenset[str]


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r'|(?P<string>"(?:[^"]|"")*")|(?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)'
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>==|<>|!=|<=|>=|&&|\|\||\.\.|[-+*/%<>!$@.,?()\[\]]))"
)
_COMPARISONS = ("==", "<>", "!=", "<", ">", "<=", ">=")
_METHODS = ("type", "size", "double", "ceiling", "floor", "abs", "keyvalue")
_UNSUPPORTED_METHODS = ("datetime", "unfold")


@lru_cache(maxsize=512)
def parse_path(text: str) -> Path:
    """The path's tree, or BadPath."""
    parser = _Parser(_tokens(text))
    mode = parser.take("word")
    if mode not in ("lax", "strict"):
        raise BadPath(f"mismatched input '{mode or '<EOF>'}' expecting {{'lax', 'strict'}}")
    root = parser.expression()
    if parser.peek() is not None:
        raise BadPath(f"mismatched input '{parser.peek()}' expecting <EOF>")
    return Path(mode == "lax", root, frozenset(parser.names))


def _tokens(text: str) -> list[tuple[str, str]]:
    found, index = [], 0
    text = text.rstrip()
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None:
            raise BadPath(f"token recognition error at: '{text[index:].strip()[:1]}'")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        index = match.end()
    return found


class _Parser:
    """By recursive descent; the loosest operator first."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.index = 0
        self.names: set[str] = set()
        self.arrays = 0
        self.filters = 0

    def peek(self, ahead: int = 0) -> str | None:
        place = self.index + ahead
        return self.tokens[place][1] if place < len(self.tokens) else None

    def take(self, kind: str) -> str | None:
        if self.index < len(self.tokens) and self.tokens[self.index][0] == kind:
            self.index += 1
            return self.tokens[self.index - 1][1]
        return None

    def match(self, *texts: str) -> str | None:
        found = self.peek()
        if found is None or found not in texts or self.tokens[self.index][0] == "string":
            return None
        self.index += 1
        return found

    def expect(self, text: str) -> None:
        if self.match(text) is None:
            raise BadPath(f"mismatched input '{self.peek() or '<EOF>'}' expecting '{text}'")

    def expression(self) -> Node:
        left = self.product()
        while operator := self.match("+", "-"):
            left = ("binary", operator, left, self.product())
        return left

    def product(self) -> Node:
        left = self.unary()
        while operator := self.match("*", "/", "%"):
            left = ("binary", operator, left, self.unary())
        return left

    def unary(self) -> Node:
        sign = self.match("+", "-")
        return ("unary", sign, self.unary()) if sign else self.accessor()

    def accessor(self) -> Node:
        node = self.primary()
        while True:
            if self.match(".."):
                node = ("descendant", node, self.key())
            elif self.match("."):
                node = self.after_point(node)
            elif self.match("["):
                node = self.subscripts(node)
            elif self.match("?"):
                node = self.filter(node)
            else:
                return node

    def after_point(self, base: Node) -> Node:
        if self.match("*"):
            return ("members", base)
        name = self.peek()
        if self.peek(1) == "(" and name in (*_METHODS, *_UNSUPPORTED_METHODS):
            if name in _UNSUPPORTED_METHODS:
                raise UnsupportedPath(f"the JSON path method {name}()")
            self.index += 2
            self.expect(")")
            return ("method", base, name)
        return ("member", base, self.key())

    def key(self) -> str:
        text = self.take("string")
        if text is not None:
            return _unquoted(text)
        word = self.take("word")
        if word is None:
            raise BadPath(f"mismatched input '{self.peek() or '<EOF>'}' expecting an identifier")
        return word

    def subscripts(self, base: Node) -> Node:
        if self.match("*"):
            self.expect("]")
            return ("elements", base)
        self.arrays += 1
        places = [self.subscript()]
        while self.match(","):
            places.append(self.subscript())
        self.arrays -= 1
        self.expect("]")
        return ("subscripts", base, tuple(places))

    def subscript(self) -> tuple[Node, Node | None]:
        first = self.expression()
        return first, self.expression() if self.match("to") else None

    def filter(self, base: Node) -> Node:
        self.expect("(")
        self.filters += 1
        predicate = self.disjunction()
        self.filters -= 1
        self.expect(")")
        return ("filter", base, predicate)

    def primary(self) -> Node:
        number = self.take("number")
        if number is not None:
            return ("number", number)
        text = self.take("string")
        if text is not None:
            return ("string", _unquoted(text))
        variable = self.take("variable")
        if variable is not None:
            self.names.add(variable[1:])
            return ("variable", variable[1:])
        if self.match("("):
            inner = self.expression()
            self.expect(")")
            return inner
        word = self.match("$", "@", "last", "true", "false", "null")
        if word == "last" and not self.arrays:
            raise BadPath("accessing the last array index with no enclosing array")
        if word == "@" and not self.filters:
            raise BadPath("accessing current filter item with no enclosing filter")
        if word is None:
            raise BadPath(f"mismatched input '{self.peek() or '<EOF>'}'")
        return (word,)

    # --- predicates

    def disjunction(self) -> Node:
        left = self.conjunction()
        while self.match("||"):
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self) -> Node:
        left = self.predicate()
        while self.match("&&"):
            left = ("and", left, self.predicate())
        return left

    def predicate(self) -> Node:
        if self.match("!"):
            return ("not", self.delimited())
        start = self.index
        if self.peek() in ("(", "exists"):
            try:
                return self.followed(self.delimited())
            except BadPath:
                self.index = start
        return self.comparison()

    def followed(self, inner: Node) -> Node:
        """A predicate in brackets, and what may come after: (...) is unknown."""
        if self.match("is"):
            self.expect("unknown")
            return ("unknown", inner)
        if self.peek() in (*_COMPARISONS, "+", "-", "*", "/", "%", ".", "[", "?", "starts"):
            raise BadPath("a path in brackets, no predicate")
        return inner

    def delimited(self) -> Node:
        if self.match("exists"):
            self.expect("(")
            path = self.expression()
            self.expect(")")
            return ("exists", path)
        self.expect("(")
        inner = self.disjunction()
        self.expect(")")
        return inner

    def comparison(self) -> Node:
        left = self.expression()
        if self.match("starts"):
            self.expect("with")
            return ("starts", left, self.primary())
        if self.match("like_regex"):
            raise UnsupportedPath("the JSON path predicate like_regex")
        operator = self.match(*_COMPARISONS)
        if operator is None:
            raise BadPath(f"mismatched input '{self.peek() or '<EOF>'}' expecting a comparison")
        return ("compare", operator, left, self.expression())


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"')

"""The filter of GetPartitions, and the name pattern of GetTables.

AWS parses a partition filter with JSQLParser and knows =, <>, !=, <, <=, >, >=, AND, OR, NOT, IN,
BETWEEN, LIKE, IS NULL and parentheses over string, date, timestamp and number keys
(https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html). So do we, with SQL's three
truth values; functions, arithmetic and comparisons of two keys are refused, as there.
A literal takes the type of the key that it is compared with.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException

Fits = Callable[[Sequence[str]], bool]
Truth = bool | None
Test = Callable[[Sequence[str]], Truth]

# How Hive writes a partition whose value is missing.
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<operator><>|!=|<=|>=|==|=|<|>)
    | (?P<mark>[(),])
    | (?P<name>[^\W\d]\w*|"[^"]+"|`[^`]+`)
    )""",
    re.VERBOSE,
)
_KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL"}
_INTEGERS = {"tinyint", "smallint", "int", "integer", "bigint", "long"}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compile_expression(expression: str | None, keys: Sequence[Document]) -> Fits:
    """The filter as a function of a partition's values."""
    if expression is None or not expression.strip():
        return lambda _values: True
    test = _Parser(expression, keys).parse()
    return lambda values: test(values) is True


def table_pattern(expression: str) -> re.Pattern[str]:
    """GetTables' Expression: a regular expression in which a bare ``*`` stands for anything.

    Hive's habit, kept by Glue: ``flights*`` and ``flights.*`` mean the same.
    """
    wild = re.sub(r"(?<![.\])}\\])\*", ".*", expression)
    try:
        return re.compile(wild, re.IGNORECASE)
    except re.error as error:
        raise InvalidInputException(f"Invalid table name pattern {expression}: {error}") from error


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True)
class _Key:
    """A partition key: where its value stands, and how to read it."""

    name: str
    type: str
    position: int

    def of(self, values: Sequence[str]) -> Any:
        text = values[self.position]
        return None if text == NULL_PARTITION else self.read(text)

    def read(self, text: str) -> Any:
        try:
            return _reader(self.type)(text)
        except (ValueError, InvalidOperation) as error:
            raise InvalidInputException(
                f"{text!r} is not a {self.type}, the type of partition key {self.name}"
            ) from error


def _reader(hive_type: str) -> Callable[[str], Any]:
    base = hive_type.partition("(")[0].strip().lower()
    if base in _INTEGERS:
        return int
    readers: dict[str, Callable[[str], Any]] = {
        "decimal": Decimal,
        "float": float,
        "double": float,
        "date": date.fromisoformat,
        "timestamp": datetime.fromisoformat,
        "string": str,
        "char": str,
        "varchar": str,
    }
    if base not in readers:
        raise InvalidInputException(f"Partition keys of type {hive_type} cannot be filtered.")
    return readers[base]


def _tokens(expression: str) -> Iterator[_Token]:
    position = 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        if match is None:
            where = expression[position:].strip()
            raise InvalidInputException(f"Unsupported expression '{expression}' at '{where}'")
        kind = match.lastgroup or ""
        text = match[kind]
        position = match.end()
        if kind == "name" and text.upper() in _KEYWORDS:
            yield _Token("word", text.upper())
        else:
            yield _Token(kind, text)
    yield _Token("end", "")


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, expression: str, keys: Sequence[Document]) -> None:
        self.expression = expression
        self.tokens = list(_tokens(expression))
        self.keys = {
            key["Name"].lower(): _Key(key["Name"], key.get("Type", "string"), i)
            for i, key in enumerate(keys)
        }

    def parse(self) -> Test:
        test = self._either()
        if self.tokens[0].kind != "end":
            raise self._refusal()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("word", "OR"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda values: _any(t(values) for t in tests)

    def _both(self) -> Test:
        tests = [self._negated()]
        while self._take("word", "AND"):
            tests.append(self._negated())
        return tests[0] if len(tests) == 1 else lambda values: _all(t(values) for t in tests)

    def _negated(self) -> Test:
        if self._take("word", "NOT"):
            return _not(self._negated())
        if self._take("mark", "("):
            test = self._either()
            self._expect("mark", ")")
            return test
        return self._predicate()

    def _predicate(self) -> Test:
        if self.tokens[0].kind in ("string", "number"):
            return self._mirrored()
        key = self._key()
        if self._take("word", "IS"):
            return self._is_null(key)
        negated = self._take("word", "NOT")
        test = self._operation(key, negated)
        return _not(test) if negated else test

    def _mirrored(self) -> Test:
        """``2013 <= year``."""
        literal = self.tokens.pop(0)
        operator = self._expect("operator")
        key = self._key()
        return _comparison(key, _MIRRORED.get(operator, operator), _value(key, literal))

    def _operation(self, key: _Key, negated: bool) -> Test:
        if self._take("word", "IN"):
            return self._in(key)
        if self._take("word", "BETWEEN"):
            low = self._literal(key)
            self._expect("word", "AND")
            high = self._literal(key)
            return _known(key, lambda value: bool(low <= value <= high))
        if self._take("word", "LIKE"):
            return self._like(key)
        if negated:
            raise self._refusal()
        return _comparison(key, self._expect("operator"), self._literal(key))

    def _is_null(self, key: _Key) -> Test:
        negated = self._take("word", "NOT")
        self._expect("word", "NULL")
        return lambda values: (key.of(values) is None) != negated

    def _in(self, key: _Key) -> Test:
        self._expect("mark", "(")
        members = [self._literal(key)]
        while self._take("mark", ","):
            members.append(self._literal(key))
        self._expect("mark", ")")
        return _known(key, lambda value: value in members)

    def _like(self, key: _Key) -> Test:
        pattern = self._expect("string")
        shape = "".join(_LIKE.get(c, re.escape(c)) for c in _unquoted(pattern))
        matches = re.compile(shape, re.DOTALL).fullmatch
        return lambda values: (
            None if key.of(values) is None else bool(matches(values[key.position]))
        )

    def _key(self) -> _Key:
        name = self._expect("name").strip('"`').lower()
        if name not in self.keys:
            raise InvalidInputException(
                f"{name} is not a partition key; the table's are {list(self.keys)}"
            )
        return self.keys[name]

    def _literal(self, key: _Key) -> Any:
        # DATE '2013-01-01' and TIMESTAMP '...' say the type that the key has anyway.
        if self.tokens[0].text.upper() in ("DATE", "TIMESTAMP"):
            self.tokens.pop(0)
        if self.tokens[0].kind not in ("string", "number"):
            raise self._refusal()
        return _value(key, self.tokens.pop(0))

    def _take(self, kind: str, text: str) -> bool:
        if self.tokens[0] == _Token(kind, text):
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, kind: str, text: str | None = None) -> str:
        token = self.tokens[0]
        if token.kind != kind or (text is not None and token.text != text):
            raise self._refusal()
        return self.tokens.pop(0).text

    def _refusal(self) -> InvalidInputException:
        where = self.tokens[0].text or "its end"
        return InvalidInputException(f"Unsupported expression '{self.expression}' at '{where}'")


_LIKE = {"%": ".*", "_": "."}


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _value(key: _Key, token: _Token) -> Any:
    return key.read(_unquoted(token.text) if token.kind == "string" else token.text)


def _comparison(key: _Key, operator: str, literal: Any) -> Test:
    compare = _COMPARISONS[operator]
    return _known(key, lambda value: compare(value, literal))


def _known(key: _Key, test: Callable[[Any], bool]) -> Test:
    """A test of a value; a missing value makes it neither true nor false."""

    def known(values: Sequence[str]) -> Truth:
        value = key.of(values)
        return None if value is None else test(value)

    return known


def _not(test: Test) -> Test:
    def negated(values: Sequence[str]) -> Truth:
        truth = test(values)
        return None if truth is None else not truth

    return negated


def _any(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def _all(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return False if False in seen else None if None in seen else True

"""The filter of GetPartitions, and the name pattern of GetTables.

AWS parses a partition filter with JSQLParser and knows =, <>, !=, <, <=, >, >=, AND, OR, NOT, IN,
BETWEEN, LIKE, IS NULL and parentheses over string, date, timestamp and number keys
(https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html). So do we, with SQL's three
truth values; functions, arithmetic and comparisons of two keys are refused, as there.
A literal takes the type of the key that it is compared with. Each condition is kept twice: as a
test of a partition's values, and as SQL that narrows what is to be tested (pushdown.py).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from local_aws.services.glue import pushdown
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException, InvalidStateException
from local_aws.services.glue.patterns import matcher
from local_aws.services.glue.pushdown import Narrowed, Sql

Truth = bool | None
Test = Callable[[Sequence[str]], Truth]

# How Hive writes a partition whose value is missing.
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"

DEEPEST = 50
"""Parentheses and NOTs within one another: nobody writes more, and each is a call of the parser."""

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


@dataclass(frozen=True)
class Condition:
    """A test of a partition's values in SQL's three truth values, and what SQL narrows it to."""

    test: Test
    narrowed: Narrowed


@dataclass(frozen=True)
class Filter:
    """A whole expression: a function of a partition's values."""

    condition: Condition | None = None

    def __call__(self, values: Sequence[str]) -> bool:
        return self.condition is None or self.condition.test(values) is True

    @property
    def everything(self) -> bool:
        """No expression was given."""
        return self.condition is None

    @property
    def sql(self) -> Sql:
        """A condition that is true at least wherever the filter is, and its parameters."""
        return self.condition.narrowed.true if self.condition else pushdown.EVERYTHING


def compile_expression(expression: str | None, keys: Sequence[Document], shown: int = 0) -> Filter:
    """The filter over a table's partition keys, of which SQL sees the first `shown`."""
    if expression is None or not expression.strip():
        return Filter()
    return Filter(_Parser(expression, keys, shown).parse())


def table_pattern(expression: str) -> Callable[[str], bool]:
    """GetTables' Expression: a regular expression in which a bare ``*`` stands for anything.

    Hive's habit, kept by Glue: ``flights*`` and ``flights.*`` mean the same.
    """
    wild = re.sub(r"(?<![.\])}\\])\*", ".*", expression)
    return matcher(wild, expression, any_case=True)


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
        """The partition's value; AWS fails too at one that is not of the key's type.

        https://github.com/aws/aws-sdk/issues/670
        """
        text = values[self.position]
        if text == NULL_PARTITION:
            return None
        kind, reader = _reader(self.type)
        try:
            return reader(text)
        except (ValueError, InvalidOperation) as error:
            called = "an integer" if kind is int else f"a {self.type}"
            raise InvalidStateException(
                f'For input string: "{text}" is not {called}. It is the value of the partition '
                f"key {self.name} in the partition {list(values)}."
            ) from error

    @property
    def kind(self) -> Any:
        """The class of what `read` gives."""
        return _reader(self.type)[0]

    def read(self, text: str) -> Any:
        """A literal of the expression."""
        try:
            return _reader(self.type)[1](text)
        except (ValueError, InvalidOperation) as error:
            raise InvalidInputException(
                f"{text!r} is not a {self.type}, the type of partition key {self.name}"
            ) from error


_READERS: dict[str, tuple[type, Callable[[str], Any]]] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "integer", "bigint", "long"), (int, int)),
    **dict.fromkeys(("string", "char", "varchar"), (str, str)),
    "decimal": (Decimal, Decimal),
    "date": (date, date.fromisoformat),
    "timestamp": (datetime, datetime.fromisoformat),
}


def _reader(hive_type: str) -> tuple[type, Callable[[str], Any]]:
    base = hive_type.partition("(")[0].strip().lower()
    if base not in _READERS:
        raise InvalidInputException(f"Partition keys of type {hive_type} cannot be filtered.")
    return _READERS[base]


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

    def __init__(self, expression: str, keys: Sequence[Document], shown: int) -> None:
        self.expression = expression
        self.shown = shown
        self.depth = 0
        self.tokens = list(_tokens(expression))
        self.keys = {
            key["Name"].lower(): _Key(key["Name"], key.get("Type", "string"), i)
            for i, key in enumerate(keys)
        }

    def parse(self) -> Condition:
        condition = self._either()
        if self.tokens[0].kind != "end":
            raise self._refusal()
        return condition

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._take("word", "OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else _combined(_any, pushdown.either, parts)

    def _both(self) -> Condition:
        parts = [self._negated()]
        while self._take("word", "AND"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else _combined(_all, pushdown.both, parts)

    def _negated(self) -> Condition:
        if self._take("word", "NOT"):
            return _not(self._deeper(self._negated))
        if self._take("mark", "("):
            condition = self._deeper(self._either)
            self._expect("mark", ")")
            return condition
        return self._predicate()

    def _deeper(self, parse: Callable[[], Condition]) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            raise InvalidInputException(f"The expression is nested more than {DEEPEST} deep")
        condition = parse()
        self.depth -= 1
        return condition

    def _predicate(self) -> Condition:
        if self.tokens[0].kind in ("string", "number"):
            return self._mirrored()
        key = self._key()
        if self._take("word", "IS"):
            return self._is_null(key)
        negated = self._take("word", "NOT")
        condition = self._operation(key, negated)
        return _not(condition) if negated else condition

    def _mirrored(self) -> Condition:
        """``2013 <= year``."""
        literal = self.tokens.pop(0)
        operator = self._expect("operator")
        key = self._key()
        return self._comparison(key, _MIRRORED.get(operator, operator), _value(key, literal))

    def _operation(self, key: _Key, negated: bool) -> Condition:
        if self._take("word", "IN"):
            return self._in(key)
        if self._take("word", "BETWEEN"):
            return self._between(key)
        if self._take("word", "LIKE"):
            return self._like(key)
        if negated:
            raise self._refusal()
        return self._comparison(key, self._expect("operator"), self._literal(key))

    def _comparison(self, key: _Key, operator: str, literal: Any) -> Condition:
        compare = _COMPARISONS[operator]
        narrowed = self._narrowed(key, f"{{value}} {operator} ?", literal)
        return Condition(_known(key, lambda value: compare(value, literal)), narrowed)

    def _is_null(self, key: _Key) -> Condition:
        negated = self._take("word", "NOT")
        self._expect("word", "NULL")
        sign = "<>" if negated else "="
        narrowed = pushdown.leaf(
            str, key.position, self.shown, f"{{text}} {sign} ?", [NULL_PARTITION]
        )
        return Condition(lambda values: (key.of(values) is None) != negated, narrowed)

    def _in(self, key: _Key) -> Condition:
        self._expect("mark", "(")
        members = [self._literal(key)]
        while self._take("mark", ","):
            members.append(self._literal(key))
        self._expect("mark", ")")
        marks = ", ".join("?" for _ in members)
        narrowed = self._narrowed(key, f"{{value}} IN ({marks})", *members)
        return Condition(_known(key, lambda value: value in members), narrowed)

    def _between(self, key: _Key) -> Condition:
        low = self._literal(key)
        self._expect("word", "AND")
        high = self._literal(key)
        narrowed = self._narrowed(key, "{value} BETWEEN ? AND ?", low, high)
        return Condition(_known(key, lambda value: bool(low <= value <= high)), narrowed)

    def _like(self, key: _Key) -> Condition:
        pattern = _unquoted(self._expect("string"))
        shape = "".join(_LIKE.get(c, re.escape(c)) for c in pattern)
        matches = re.compile(shape, re.DOTALL).fullmatch
        glob = "".join(_GLOB.get(c, c) for c in pattern)
        return Condition(
            lambda values: None if key.of(values) is None else bool(matches(values[key.position])),
            self._narrowed(key, "{text} GLOB ?", glob),
        )

    def _narrowed(self, key: _Key, condition: str, *literals: Any) -> Narrowed:
        return pushdown.leaf(key.kind, key.position, self.shown, condition, literals)

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
_GLOB = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _value(key: _Key, token: _Token) -> Any:
    return key.read(_unquoted(token.text) if token.kind == "string" else token.text)


def _known(key: _Key, test: Callable[[Any], bool]) -> Test:
    """A test of a value; a missing value makes it neither true nor false."""

    def known(values: Sequence[str]) -> Truth:
        value = key.of(values)
        return None if value is None else test(value)

    return known


def _not(condition: Condition) -> Condition:
    def negated(values: Sequence[str]) -> Truth:
        truth = condition.test(values)
        return None if truth is None else not truth

    return Condition(negated, condition.narrowed.negated())


def _combined(
    truth: Callable[[Iterable[Truth]], Truth],
    narrow: Callable[[Sequence[Narrowed]], Narrowed],
    parts: Sequence[Condition],
) -> Condition:
    tests = [part.test for part in parts]
    narrowed = narrow([part.narrowed for part in parts])
    return Condition(lambda values: truth(test(values) for test in tests), narrowed)


def _any(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def _all(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return False if False in seen else None if None in seen else True

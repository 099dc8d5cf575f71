"""Conditions on the parameters of a data set's path, and on when its files were changed.

``(starts_with :a or matches :b) and not contains :c``; the values stand in a map beside it.
https://docs.aws.amazon.com/databrew/latest/dg/datasets.multiple-files.html
A relative time such as ``-48h`` counts from when the job starts; months and years are those of the
calendar. ``and`` binds tighter than ``or``; the page's examples put brackets.
"""

import calendar
import operator
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from local_aws.caller_patterns import CallerPattern
from local_aws.services.databrew.errors import ValidationException

Value = str | float | datetime
Check = Callable[[Any], bool]

_TOKEN = re.compile(r"\s*(?:([()])|(:[A-Za-z0-9_]+)|(==|!=|<=|>=|<|>)|([A-Za-z_]+))")
_RELATIVE = re.compile(r"([+-]?\d{1,9})([smhdwMy])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SYNONYMS = {
    "eq": "is", "==": "is", "lt": "less_than", "<": "less_than", "lte": "less_than_equal",
    "<=": "less_than_equal", "gt": "greater_than", ">": "greater_than",
    "gte": "greater_than_equal", ">=": "greater_than_equal",
}  # fmt: skip
_COMPARISONS: dict[str, dict[str, Callable[[Any, Any], bool]]] = {
    "String": {
        "is": operator.eq,
        "contains": operator.contains,
        "starts_with": str.startswith,
        "ends_with": str.endswith,
        "matches": lambda value, pattern: compiled(pattern).search(value) is not None,
    },
    "Number": {
        "is": operator.eq,
        "less_than": operator.lt,
        "less_than_equal": operator.le,
        "greater_than": operator.gt,
        "greater_than_equal": operator.ge,
    },
    "Datetime": {
        "after": operator.gt,
        "before": operator.lt,
        "relative_after": operator.gt,
        "relative_before": operator.lt,
    },
}


def compiled(pattern: str) -> CallerPattern:
    """A user's regular expression. Raises ValidationException, also where it takes too long."""
    return CallerPattern(pattern, f"regular expression {pattern}", ValidationException)


def check(expression: dict[str, Any], kind: str, now: datetime) -> Check:
    """The test that a ``FilterExpression`` asks of values of one kind of parameter.

    ``kind``: String, Number or Datetime. Raises ValidationException for what cannot be read.
    """
    text, values = expression["Expression"], expression["ValuesMap"]
    found = _Parser(text, values, kind, now)
    test = found.either()
    if found.token:
        raise found.wrong()
    return test


class _Parser:
    """By recursive descent, one token ahead."""

    def __init__(self, text: str, values: dict[str, str], kind: str, now: datetime) -> None:
        self.text, self.values, self.kind, self.now = text, values, kind, now
        self._tokens = self._split()
        self.token = ""
        self._next()

    def _split(self) -> Iterator[str]:
        place, text = 0, self.text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise self.wrong()
            place = found.end()
            yield found[0].strip()

    def wrong(self, why: str = "it cannot be read") -> ValidationException:
        return ValidationException(f"The expression '{self.text}' is not valid: {why}")

    def _next(self) -> str:
        taken, self.token = self.token, next(self._tokens, "")
        return taken

    def _is(self, word: str) -> bool:
        return self.token.lower() == word

    def either(self) -> Check:
        tests = [self._both()]
        while self._is("or"):
            self._next()
            tests.append(self._both())
        return lambda value: any(test(value) for test in tests)

    def _both(self) -> Check:
        tests = [self._single()]
        while self._is("and"):
            self._next()
            tests.append(self._single())
        return lambda value: all(test(value) for test in tests)

    def _single(self) -> Check:
        if not self._is("("):
            return self._condition()
        self._next()
        test = self.either()
        if self._next() != ")":
            raise self.wrong("a bracket is not closed")
        return test

    def _condition(self) -> Check:
        """``[is] [not] name :value``."""
        negated, word = False, self._next().lower()
        if word == "is" and self._is("not"):
            negated, word = True, "is"
            self._next()
        elif word == "not":
            negated, word = True, self._next().lower()
        elif word == "!=":
            negated, word = True, "is"
        name = _SYNONYMS.get(word, word)
        compare = _COMPARISONS[self.kind].get(name)
        if compare is None or (negated and self.kind == "Datetime"):
            raise self.wrong(f"no condition {word} for {self.kind}")
        wanted = self._value(name)
        return lambda value: compare(value, wanted) is not negated

    def _value(self, condition: str) -> Value:
        variable = self._next()
        if variable not in self.values:
            raise self.wrong(f"{variable or 'a value'} is not in the ValuesMap")
        text = self.values[variable]
        try:
            if self.kind == "Number":
                return float(text)
            if condition.startswith("relative_"):
                return moved(self.now, text)
            if self.kind == "Datetime":
                return _moment(text)
        except (ValueError, OverflowError) as error:
            raise self.wrong(f"{text} is no value for {condition}") from error
        if condition == "matches":
            compiled(text)
        return text


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moved(moment: datetime, offset: str) -> datetime:
    """A moment that lies an offset such as ``-48h`` or ``+4M`` away. ValueError for what is none.

    >>> moved(datetime(2021, 3, 31), "-1M").isoformat()
    '2021-02-28T00:00:00'
    """
    found = _RELATIVE.fullmatch(offset.strip())
    if found is None:
        raise ValueError(offset)
    number, unit = int(found[1]), found[2]
    if unit in _SECONDS:
        return moment + timedelta(seconds=number * _SECONDS[unit])
    months = moment.year * 12 + moment.month - 1 + number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))

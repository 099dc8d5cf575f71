"""date_format, format_datetime and date_parse by a pattern that is written out: DuckDB's strftime
and strptime where they do the same, a hundred times as fast as Joda's rules in Python.

Text is read by strptime when every number in it has the digits that the pattern shows; all else,
errors among it, is left to `duck/functions/moments.py`.
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_aws.services.athena.duck.functions import joda
from local_aws.services.athena.duck.functions.moments import joda_pattern, mysql
from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import coerced_type

NODES = (exp.Anonymous,)

_READERS = {"date_format": mysql, "date_parse": mysql, "format_datetime": joda_pattern}
# The field and the digits written: strftime's letter.
_NUMBERS = {
    ("year", 4): "%Y", ("weekyear", 4): "%G", ("month", 2): "%m", ("month", 1): "%-m",
    ("week", 2): "%V", ("day", 2): "%d", ("day", 1): "%-d", ("dayOfYear", 3): "%j",
    ("dayOfWeek", 1): "%u", ("hour", 2): "%H", ("hour", 1): "%-H", ("halfClockhour", 2): "%I",
    ("halfClockhour", 1): "%-I", ("minute", 2): "%M", ("second", 2): "%S",
}  # fmt: skip
_NAMES = {("dayOfWeek", True): "%a", ("dayOfWeek", False): "%A", ("half", False): "%p"}
_NAMES |= {("month", True): "%b", ("month", False): "%B"}
_READ = frozenset(("year", "month", "day", "hour", "minute", "second"))


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    name = node.name.lower()
    args = node.meta.get("args")
    if name not in _READERS or args is None or not isinstance(args[1], exp.Literal):
        return None
    try:
        elements = _READERS[name](args[1].this)
    except ValueError:
        return None
    if name == "date_parse":
        return _parsed(elements, args, emit)
    return _formatted(elements, args[0], emit)


def _formatted(
    elements: tuple[joda.Element, ...], moment: exp.Expression, emit: Emit
) -> str | None:
    letters = [_letter(element) for element in elements]
    if None in letters:
        return None
    kind, sql = coerced_type(moment), emit.gen(moment)
    local = f"trino_local({sql})" if kind.name == "timestamp with time zone" else sql
    if t.has_nanoseconds(kind):
        local = f"CAST({local} AS TIMESTAMP)"
    if kind.precision > 3:
        local = f"trino_round_timestamp({local}, 1000)"
    return f"strftime({local}, {quote(''.join(str(letter) for letter in letters))})"


def _letter(element: joda.Element) -> str | None:
    if isinstance(element, joda.Literal):
        return element.text.replace("%", "%%")
    if isinstance(element, joda.Number):
        return _NUMBERS.get((element.field, element.least))
    if isinstance(element, joda.TwoDigitYear):
        return "%y" if element.field == "year" else None
    if isinstance(element, joda.Name):
        return _NAMES.get((element.field, element.short))
    if isinstance(element, joda.Fraction):
        return {3: "%g", 6: "%g000"}.get(element.least)
    return None


def _parsed(
    elements: tuple[joda.Element, ...], args: list[exp.Expression], emit: Emit
) -> str | None:
    shape, letters, fields = "", "", list[str]()
    for element in elements:
        if isinstance(element, joda.Literal):
            shape += re.escape(element.text)
            letters += element.text.replace("%", "%%")
        elif isinstance(element, joda.Number) and element.field in _READ:
            fields.append(element.field)
            shape += rf"[0-9]{{{element.least}}}"
            letters += _NUMBERS[element.field, element.least].replace("-", "")
        else:
            return None
    if "year" not in fields or len(set(fields)) < len(fields):
        return None
    text = emit.gen(args[0])
    fast = f"CASE WHEN regexp_full_match({text}, {quote(shape)}) "
    fast += f"THEN try_strptime({text}, {quote(letters)}) END"
    return f"coalesce({fast}, py_date_parse({text}, {emit.gen(args[1])}))"

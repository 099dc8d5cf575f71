"""Spark's filter over partition keys as the Expression of Glue's GetPartitions.

Spark writes Hive's dialect (see ``convertFilters`` in
https://github.com/apache/spark/blob/v3.5.6/sql/hive/src/main/scala/org/apache/spark/sql/hive/client/HiveShim.scala):
strings in either quotes with nothing escaped, dates bare, ``like`` with ``.*`` for anything. It
filters again what it gets, so an answer may hold too many partitions and never too few.
"""

import re

from .protocol import hive

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"[^"]*"|'[^']*')
    | (?P<date>\d{4}-\d{2}-\d{2})
    | (?P<other>-?\d+|!=|<>|<=|>=|=|<|>|[(),]|\w+)
    )""",
    re.VERBOSE,
)


def expression(text: str) -> str | None:
    """The filter in Glue's dialect; None when there is none. Raises MetaException."""
    tokens: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise hive.MetaException(message=f"The partition filter {text} is not supported")
        after_like = bool(tokens) and tokens[-1].lower() == "like"
        tokens.append(_translated(found, after_like))
        position = found.end()
    return " ".join(tokens) or None


def literal(value: str) -> str:
    """A string in Glue's dialect."""
    return "'" + value.replace("'", "''") + "'"


def _translated(found: re.Match[str], pattern: bool) -> str:
    if found["date"]:
        return literal(found["date"])
    if not found["string"]:
        return found["other"]
    value = found["string"][1:-1]
    return literal(value.replace(".*", "%") if pattern else value)

"""What the reader of a page chose, as it travels in the page's address.

f.<filter>=<value>          a filter's control, once a value
p.<parameter>=<value>       a parameter, as in QuickSight's own addresses; ``[ALL]``, NUL for null
                            https://docs.aws.amazon.com/quicksight/latest/user/parameters-in-a-url.html
x.<visual>=<field>:<value>  a mark that was clicked, a field each: what the visual's actions filter
d.<visual>=<field>:<value>  a mark that was drilled into, a level each
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ALL = "[ALL]"
NULL = "\0"
MOST = 50_000  # https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StringDefaultValues.html

Named = Mapping[str, Sequence[str]]
Marked = Mapping[str, Sequence[tuple[str, str]]]


def utc_now() -> dt.datetime:
    """Now in UTC, as data sets hold their times: without a zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Choices:
    """The choices by what they are for; and when, and by whom, the page is read."""

    filters: Named = field(default_factory=dict)
    parameters: Named = field(default_factory=dict)
    marks: Marked = field(default_factory=dict)
    drills: Marked = field(default_factory=dict)
    now: dt.datetime = field(default_factory=utc_now)
    reader: str | None = None

    def __bool__(self) -> bool:
        """Whether the reader chose anything."""
        return bool(self.filters or self.parameters or self.marks or self.drills)


def read_choices(query: Iterable[tuple[str, str]], reader: str | None = None) -> Choices:
    """The choices of an address; names that mean nothing here are left alone.

    >>> read_choices([("f.region", "north"), ("x.bars", "region:a:b"), ("utm", "1")]).marks
    {'bars': [('region', 'a:b')]}
    """
    named: dict[str, dict[str, list[str]]] = {"f": {}, "p": {}}
    marked: dict[str, dict[str, list[tuple[str, str]]]] = {"x": {}, "d": {}}
    for name, value in query:
        kind, _, key = name.partition(".")
        if kind in named:
            named[kind].setdefault(key, []).append(value)
        elif kind in marked:
            part, _, text = value.partition(":")
            marked[kind].setdefault(key, []).append((part, text))
    return Choices(named["f"], named["p"], marked["x"], marked["d"], reader=reader)

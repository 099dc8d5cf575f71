"""What the engine's own functions answer for Python's is what Python's would: patterns of text
and of dates, over texts that are near their edges.
"""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.athena.duck.functions import patterns
from local_aws.services.athena.duck.functions.moments import date_format, date_parse
from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.duck.re2 import translated
from tests.local_aws.services.athena.test_rewrites import translate

TEXTS = ["", "a", "ab", "aab1", "é", "a é", "1-2", "A_b", "a\n", "\na", "a\nb", "٣x", " a ", "b.a"]
JAVA = [
    "a", "a*", "(a)(b)?", "(a|b)+", "^a", "a$", "^$", r"\w+", r"\W", r"\d", r"\s", r"[\w.]+",
    r"[^\d]", ".", r"\.", "(?i)B", "(?:a)b", "(?<n>a)b", "a{1,2}", "a+?", r"\p{L}", "a|$", "(b)|a",
    r"\bA", "(?m)^b", "a(?=b)", "[a-c&&[^b]]", "(a)*", r"x\z", "a$b",
]  # fmt: skip


def answers(engine: Any, call: str, texts: list[str]) -> list[Any]:
    """The call on x, which is each of the texts."""
    sql = translate(f"SELECT {call} FROM (VALUES {', '.join(map(quote, texts))}) t(x)")[0]
    return [row[0] for row in engine.cursor().execute(sql).fetchall()]


@pytest.mark.parametrize("java", JAVA)
def test_regular_expressions(engine: Any, java: str) -> None:
    pattern = quote(java)
    like = [patterns.like(text, java) for text in TEXTS]
    assert answers(engine, f"regexp_like(x, {pattern})", TEXTS) == like
    extract = [patterns.extract(text, java, 0) for text in TEXTS]
    assert answers(engine, f"regexp_extract(x, {pattern})", TEXTS) == extract
    replace = [patterns.replace(text, java, "<$0>") for text in TEXTS]
    assert answers(engine, f"regexp_replace(x, {pattern}, '<$0>')", TEXTS) == replace
    for group in range(1, patterns.compiled(java).groups + 1):
        found = [patterns.extract(text, java, group) for text in TEXTS]
        assert answers(engine, f"regexp_extract(x, {pattern}, {group})", TEXTS) == found


def test_both_engines_are_in_use() -> None:
    fast = [java for java in JAVA if translated(java, whole_match=False) is not None]
    assert len(fast) > 20
    assert {r"\bA", "(?m)^b", "a(?=b)", "[a-c&&[^b]]", "a$b"}.isdisjoint(fast)


MOMENTS = ["0900-01-02 00:00:00.000", "1999-12-31 12:59:59.999", "2024-02-29 23:04:05.321"]


@pytest.mark.parametrize(
    "pattern", ["%Y-%m-%d", "%e.%c.%y", "%H:%i:%s.%f", "%l %p %a %W", "%b %M %j", "%x-%v", "%T %%"]
)
def test_dates_are_written_alike(engine: Any, pattern: str) -> None:
    got = answers(engine, f"date_format(CAST(x AS timestamp), '{pattern}')", MOMENTS)
    assert got == [date_format(dt.datetime.fromisoformat(text), pattern) for text in MOMENTS]


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("%Y-%m-%d", ["2024-02-29", "2024-2-9", "0001-01-01"]),
        ("%Y%m%d%H", ["2024022923", "2024010100"]),
        ("%d/%m/%Y %H:%i:%s", ["29/02/2024 23:59:59", "1/2/2024 3:4:5"]),
        ("%Y", ["2024", "1"]),
        ("%c-%e-%Y", ["1-2-2024", "12-31-1999"]),
    ],
)
def test_dates_are_read_alike(engine: Any, pattern: str, texts: list[str]) -> None:
    got = answers(engine, f"date_parse(x, '{pattern}')", texts)
    assert got == [date_parse(text, pattern) for text in texts]

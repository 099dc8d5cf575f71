"""Wildcards and policy variables."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.access.patterns import expand, matches


def nothing(_key: str) -> tuple[str, ...] | None:
    return None


def like(pattern: str, text: str) -> bool:
    expanded = expand(pattern, nothing)
    return expanded is not None and matches(expanded, text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("?", "", False),
        ("a?c", "abc", True),
        ("*b?d*", "aabcdd", True),
        ("*.parquet", "x/y.parquet", True),
        ("*.parquet", "x/y.parquet.tmp", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("[ab]", "a", False),
        ("a.c", "abc", False),
        ("?", "\n", True),
    ],
)
def test_matches(pattern: str, text: str, expected: bool) -> None:
    assert like(pattern, text) is expected


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=20))
def test_matches_as_a_regular_expression_does(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(c, c) for c in pattern)
    assert like(pattern, text) is (re.fullmatch(expression, text) is not None)


@given(st.text(max_size=30))
def test_a_text_matches_itself_and_anything(text: str) -> None:
    escaped = "".join({"*": "${*}", "?": "${?}", "$": "${$}"}.get(c, c) for c in text)
    assert like(escaped, text)
    assert like("*", text)
    assert fnmatch.fnmatchcase(text, "*")


def test_many_wildcards_do_not_explode() -> None:
    """A regular expression of these takes longer than the universe is old."""
    assert not like("*a" * 5000 + "b", "a" * 5000)
    assert not like("*?a" * 3000 + "b", "a" * 5000)


def find(key: str) -> tuple[str, ...] | None:
    return {"aws:username": ("an*a",), "aws:tagkeys": ("x", "y")}.get(key)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("home/${aws:username}/*", "home/an*a/x", True),
        ("home/${AWS:UserName}/*", "home/an*a/x", True),
        ("home/${aws:username}/*", "home/anna/x", False),  # a value's star is no wildcard
        ("home/${aws:userid}/*", "home//x", False),  # what is not there matches nothing
        ("home/${aws:userid, 'guest'}/*", "home/guest/x", True),
        ("${aws:tagkeys}", "x", False),
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("${", "${", True),
    ],
)
def test_variables(pattern: str, text: str, expected: bool) -> None:
    expanded = expand(pattern, find)
    assert (expanded is not None and matches(expanded, text)) is expected


def test_the_old_version_has_no_variables() -> None:
    expanded = expand("${aws:username}", find, variables=False)
    assert expanded is not None
    assert matches(expanded, "${aws:username}")

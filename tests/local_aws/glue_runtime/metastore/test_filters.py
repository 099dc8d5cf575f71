"""Spark's partition filters in Glue's dialect."""

from typing import Any

import pytest

from local_aws.glue_runtime.metastore.filters import expression
from local_aws.glue_runtime.metastore.protocol import hive
from local_aws.services.glue.expressions import compile_expression


@pytest.mark.parametrize(
    ("spark", "glue"),
    [
        ("", None),
        ("year = 2013", "year = 2013"),
        ('(p = "a" or p = \'b"c\')', "( p = 'a' or p = 'b\"c' )"),
        ('p = "it\'s"', "p = 'it''s'"),
        ("d >= 2020-01-02 and n != -5", "d >= '2020-01-02' and n != -5"),
        ('p like "ab.*"', "p like 'ab%'"),
        ('p like ".*ä.*" and q = ".*"', "p like '%ä%' and q = '.*'"),
    ],
)
def test_expression(spark: str, glue: str | None) -> None:
    assert expression(spark) == glue


def test_glue_reads_what_we_write() -> None:
    keys: list[Any] = [{"Name": "p", "Type": "string"}, {"Name": "d", "Type": "date"}]
    fits = compile_expression(expression('(p = "it\'s" and d < 2020-01-02)'), keys)
    assert fits(["it's", "2020-01-01"])
    assert not fits(["it's", "2020-01-02"])
    assert not fits(["it's", "__HIVE_DEFAULT_PARTITION__"])


@pytest.mark.parametrize("text", ['p = "open', "p = 1; drop", "p = $1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(hive.MetaException, match="partition filter"):
        expression(text)

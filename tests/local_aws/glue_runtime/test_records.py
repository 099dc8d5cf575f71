"""The types that records' values have."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.spark  # its types are PySpark's, beside a session of it


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "int"),
        ([2**31], "bigint"),
        ([2**64, Decimal("-1.25")], "decimal(22,2)"),
        ([True, None], "boolean"),
        ([[1], [None], []], "array<int>"),
        ([{"a": {"b": 1.5}}], "struct<a:struct<b:double>>"),
        ([datetime.date(2020, 1, 1)], "date"),
        ([datetime.datetime(2020, 1, 1)], "timestamp"),
        ([b"x"], "binary"),
        ([], "void"),
    ],
)
def test_types_of_values(spark_session: Any, values: Any, kind: str) -> None:
    from awsglue.records import Seen

    seen = Seen()
    for value in values:
        seen.add(value)
    assert seen.spark_type().simpleString() == kind


def test_what_a_record_cannot_hold_is_named(spark_session: Any) -> None:
    from awsglue.records import Seen

    with pytest.raises(TypeError, match="a record cannot hold a set"):
        Seen().add({"a": {1}})
    with pytest.raises(TypeError, match="named by a string, not 1"):
        Seen().add({1: "a"})


def test_known_shapes_still_see_larger_integers_and_nested_values(frame: Any) -> None:
    found = frame({"a": 1, "n": {"b": 1}}, {"a": 2**40, "n": {"b": "x"}}, {"a": 2, "n": {"c": 1}})
    assert found.schema().treeString() == (
        "root\n|-- a: choice\n|    |-- int\n|    |-- long\n"
        "|-- n: struct\n|    |-- b: choice\n|    |    |-- int\n|    |    |-- string\n"
        "|    |-- c: int"
    )

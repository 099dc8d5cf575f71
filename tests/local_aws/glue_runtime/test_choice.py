"""Choice types: read, shown, resolved."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.spark
MIXED = ({"id": 1, "n": {"p": 1}}, {"id": "x", "n": {"p": 2.5}}, {"id": None, "l": [1, "a"]})


def tree(frame: Any) -> str:
    return str(frame.schema().treeString())


def test_the_schema_shows_a_choice_at_any_depth(frame: Any) -> None:
    assert tree(frame(*MIXED)) == (
        "root\n|-- id: choice\n|    |-- int\n|    |-- string\n"
        "|-- n: struct\n|    |-- p: choice\n|    |    |-- double\n|    |    |-- int\n"
        "|-- l: array\n|    |-- element: choice\n|    |    |-- int\n|    |    |-- string"
    )


def test_values_stay_what_they_are(frame: Any, records: Any, capsys: Any) -> None:
    assert records(frame(*MIXED)) == [
        {"id": 1, "n": {"p": 1}, "l": None},
        {"id": "x", "n": {"p": 2.5}, "l": None},
        {"id": None, "n": None, "l": [1, "a"]},
    ]
    frame(*MIXED).show(1)
    assert capsys.readouterr().out == '{"id": 1, "n": {"p": 1}, "l": null}\n'


def test_a_data_frame_has_structs_for_choices(frame: Any) -> None:
    found = frame(*MIXED).toDF()
    assert found.schema["id"].dataType.simpleString() == "struct<int:int,string:string>"
    assert [row["id"] and tuple(row["id"]) for row in found.collect()] == [
        (1, None), (None, "x"), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ("cast:long", [("id", [1, None, 7])]),
        ("project:int", [("id", [1, None, None])]),
        ("project:string", [("id", ["1", "x", "7"])]),
        ("make_cols", [("id_int", [1, None, None]), ("id_string", [None, "x", "7"])]),
    ],
)
def test_resolve_choice(frame: Any, records: Any, action: str, found: Any) -> None:
    resolved = frame({"id": 1}, {"id": "x"}, {"id": "7"}).resolveChoice(specs=[("id", action)])
    rows = records(resolved)
    assert [(name, [row[name] for row in rows]) for name in rows[0]] == found


def test_make_struct_is_no_choice_any_more(frame: Any) -> None:
    resolved = frame({"id": 1}, {"id": "x"}).resolveChoice(choice="make_struct")
    assert tree(resolved) == "root\n|-- id: struct\n|    |-- int: int\n|    |-- string: string"


def test_elements_of_an_array_are_resolved(frame: Any, records: Any) -> None:
    mixed = frame({"l": [{"price": 100.0}, {"price": "$1"}, {"price": "2"}]})
    resolved = mixed.resolveChoice(specs=[("l[].price", "cast:double")])
    assert records(resolved) == [{"l": [{"price": 100.0}, {"price": None}, {"price": 2.0}]}]


def test_a_choice_that_no_record_needs_is_none(frame: Any) -> None:
    kept = frame({"id": 1}, {"id": "x"}).filter(lambda record: record["id"] == 1)
    assert tree(kept) == "root\n|-- id: int"


def test_errors_name_the_field(frame: Any) -> None:
    mixed = frame({"id": 1}, {"id": "x"})
    with pytest.raises(ValueError, match="ResolveChoice of 'id': no action 'drop'"):
        mixed.resolveChoice(specs=[("id", "drop")])
    with pytest.raises(ValueError, match="ResolveChoice of 'id': there is no type 'lung'"):
        mixed.resolveChoice(specs=[("id", "cast:lung")])
    with pytest.raises(ValueError, match="project to date, which is none of int, string"):
        mixed.resolveChoice(specs=[("id", "project:date")])
    with pytest.raises(ValueError, match="either specs or choice"):
        mixed.resolveChoice()


def test_union_makes_a_choice(frame: Any, records: Any, glue: Any, spark_session: Any) -> None:
    from awsglue.dynamicframe import DynamicFrame

    other = spark_session.createDataFrame([("b", 1.5)], "id string, more double")
    both = frame({"id": 1}).union(DynamicFrame.fromDF(other, glue, "other"))
    assert records(both) == [{"id": 1, "more": None}, {"id": "b", "more": 1.5}]
    assert "|-- id: choice" in tree(both)


VALUES = st.integers(-(2**40), 2**40) | st.text("a1", max_size=2) | st.booleans() | st.floats(0, 9)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=2, max_size=6))
def test_no_value_is_lost_between_the_columns_of_a_choice(
    frame: Any, records: Any, given: Any
) -> None:
    made = frame(*({"v": value} for value in given)).resolveChoice(choice="make_cols")
    values = [v for row in records(made) for v in row.values() if v is not None]
    assert sorted(map(repr, values)) == sorted(map(repr, given))

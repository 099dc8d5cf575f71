"""Relationalize: its names, and that its tables joined back are the records."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.spark


def test_the_tables_and_columns_have_glues_names(frame: Any, records: Any) -> None:
    from awsglue.transforms import Relationalize

    one = frame(
        {"n": 1, "s": {"x": "a", "l": [7, 8]}, "people": [{"phone": ["1", "2"], "b": {"c": 1}}]},
        {"n": 2, "s": {"x": "b"}, "people": []},
    )
    tables = Relationalize.apply(frame=one, staging_path="s3://lake/tmp/", name="root")
    assert {name: tables.select(name)._df.columns for name in tables.keys()} == {  # noqa: SIM118
        "root": ["n", "s.x", "s.l", "people"],
        "root_s.l": ["id", "index", "s.l.val"],
        "root_people": ["id", "index", "people.val.phone", "people.val.b.c"],
        "root_people.val.phone": ["id", "index", "people.val.phone.val"],
    }
    root = records(tables.select("root"))
    assert (root[1]["s.l"], root[1]["people"] is not None) == (None, True)
    assert tables.select("root").schema().getField("people").dataType.typeName() == "long"
    assert [(r["id"], r["index"], r["s.l.val"]) for r in records(tables.select("root_s.l"))] == [
        (root[0]["s.l"], 0, 7), (root[0]["s.l"], 1, 8),
    ]  # fmt: skip


def test_structs_are_unnested_and_arrays_stay(frame: Any, records: Any) -> None:
    from awsglue.transforms import UnnestFrame

    flat = UnnestFrame.apply(frame({"a": {"b": {"c": 1}, "l": [{"x": 1}]}, "d": 2}))
    assert records(flat) == [{"a.b.c": 1, "a.l": [{"x": 1}], "d": 2}]


RECORDS = st.fixed_dictionaries(
    {"n": st.integers(0, 9), "s": st.fixed_dictionaries({"x": st.text("ab", max_size=2)})},
    optional={
        "l": st.lists(st.integers(0, 9), max_size=3),
        "p": st.lists(
            st.fixed_dictionaries(
                {"k": st.text("ab", max_size=2)},
                optional={"q": st.lists(st.integers(0, 9), max_size=2)},
            ),
            max_size=2,
        ),
    },
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, min_size=1, max_size=6))
def test_the_tables_joined_back_are_the_records(frame: Any, records: Any, given: Any) -> None:
    source = frame(*given)
    tables = {
        name: records(table)
        for name, table in source.relationalize("root", "s3://lake/tmp/")._frames.items()
    }
    rebuilt = [_rebuilt(row, "", "root", tables) for row in tables["root"]]
    wanted = [_without_nulls(record) for record in given]
    assert sorted(map(_text, rebuilt)) == sorted(map(_text, wanted))


def _rebuilt(row: dict[str, Any], prefix: str, root: str, tables: dict[str, Any]) -> Any:
    found: dict[str, Any] = {}
    for name, value in row.items():
        if (name in ("id", "index") and prefix) or value is None:
            continue
        if f"{root}_{name}" in tables:
            value = _elements(value, name, root, tables)
        if name == prefix:
            return value
        place = found
        *way, last = name.removeprefix(f"{prefix}.").split(".")
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return found


def _elements(key: int, name: str, root: str, tables: dict[str, Any]) -> list[Any]:
    rows = [row for row in tables[f"{root}_{name}"] if row["id"] == key]
    rows.sort(key=lambda row: row["index"])
    return [_rebuilt(row, f"{name}.val", root, tables) for row in rows]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

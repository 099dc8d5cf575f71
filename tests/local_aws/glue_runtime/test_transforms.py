"""Transforms, as classes and as methods."""

from typing import Any

import pytest

pytestmark = pytest.mark.spark


def columns(frame: Any) -> list[tuple[str, str]]:
    return [(f.name, f.dataType.typeName()) for f in frame.schema().fields]


def test_apply_mapping_nests_casts_and_leaves_out(frame: Any, records: Any) -> None:
    from awsglue.transforms import ApplyMapping

    mapped = ApplyMapping.apply(
        frame=frame({"a.b": "1", "s": {"x": "2.5", "y": [1]}, "bad": "z"}),
        mappings=[
            ("`a.b`", "string", "out.id", "long"),
            ("s.x", "string", "out.x", "double"),
            ("s.y", "array", "y", "string"),
            ("bad", "string", "bad", "int"),
            ("missing", "string", "missing", "string"),
            ("a.b", "string", "unquoted", "string"),
        ],
    )
    assert records(mapped) == [{"out": {"id": 1, "x": 2.5}, "y": "[1]", "bad": None}]


def test_a_mapping_of_the_same_type_keeps_a_choice(frame: Any) -> None:
    mixed = frame({"price": 1}, {"price": 1.5})
    assert columns(mixed.apply_mapping([("price", "double", "p", "double")])) == [("p", "choice")]
    mapped = mixed.apply_mapping([("price", "choice", "p", "double")])
    assert [row[0] for row in mapped.toDF().collect()] == [1.0, 1.5]


def test_a_mapping_that_is_none_is_named(frame: Any) -> None:
    with pytest.raises(ValueError, match=r"ApplyMapping: a mapping is .* not \('a', 'string'"):
        frame({"a": 1}).apply_mapping([("a", "string", "b")])
    with pytest.raises(ValueError, match="ApplyMapping of 'a': there is no type 'strung'"):
        frame({"a": 1}).apply_mapping([("a", "int", "b", "strung")])


def test_fields_are_selected_dropped_renamed(frame: Any, records: Any) -> None:
    from awsglue.transforms import DropFields, RenameField, SelectFields

    one = frame({"a": 1, "s": {"x": 1, "y": 2}, "l": [{"p": 1, "q": 2}], "this.old": 3})
    assert records(SelectFields.apply(one, ["s.x", "none", "a"])) == [{"s": {"x": 1}, "a": 1}]
    kept = DropFields.apply(frame=one, paths=["a", "s.x", "l[].q", "none"])
    assert records(kept) == [{"s": {"y": 2}, "l": [{"p": 1}], "this.old": 3}]
    renamed = RenameField.apply(one, "`this.old`", "new").rename_field("s.x", "s.z")
    assert renamed.schema().getField("s").dataType.field_map.keys() == {"z", "y"}
    assert renamed._df.columns == ["a", "s", "l", "new"]
    assert one.rename_field("this.old", "new")._df.columns == one._df.columns


def test_only_fields_of_type_null_are_dropped(frame: Any) -> None:
    from awsglue.transforms import DropNullFields

    one = frame({"a": None, "s": {"x": None, "y": ""}, "b": ""})
    assert columns(one)[0] == ("a", "null")
    assert DropNullFields.apply(one).schema().treeString() == (
        "root\n|-- s: struct\n|    |-- y: string\n|-- b: string"
    )


def test_join_puts_a_dot_before_names_that_clash(frame: Any, records: Any) -> None:
    from awsglue.transforms import Join

    left, right = frame({"id": 1, "name": "l"}), frame({"id": 1, "name": "r"}, {"id": 2})
    assert records(Join.apply(left, right, "id", "id")) == [
        {"id": 1, "name": "l", ".id": 1, ".name": "r"}
    ]
    with pytest.raises(ValueError, match="Join: no field 'key' among id, name"):
        left.join(["key"], ["id"], right)


def test_a_function_filters_records_as_dicts(frame: Any, records: Any) -> None:
    from awsglue.transforms import Filter

    one = frame({"n": {"x": 1}, "id": 5}, {"id": "five"}, {"n": {"x": 2}})
    kept = Filter.apply(frame=one, f=lambda r: r["n"] and r["n"]["x"] > 1)
    assert records(kept) == [{"n": {"x": 2}, "id": None}]
    assert kept.errorsCount() == 0
    failed = one.filter(lambda r: r["none"] == 1)
    assert (failed.count(), failed.errorsCount(), failed.stageErrorsCount()) == (0, 3, 3)
    found = records(failed.errorsAsDynamicFrame())
    assert found[0]["error"]["msg"] == "KeyError: 'none'"
    assert found[0]["error"]["dynamicRecord"]["id"] == 5


def test_a_function_maps_records(frame: Any, records: Any) -> None:
    from awsglue.transforms import Map

    def change(record: dict[str, Any]) -> dict[str, Any]:
        record["zip"] = [int(z) for z in record["zip"].split(",")]
        del record["old"]
        return record

    one = frame({"zip": "1,2", "old": 1}, {"zip": "3000000000", "old": 2}, {"zip": "x", "old": 3})
    mapped = Map.apply(frame=one, f=change)
    assert records(mapped) == [{"zip": [1, 2]}, {"zip": [3000000000]}]
    assert mapped.schema().treeString().count("choice") == 1  # int or long, within the array
    assert mapped.errorsCount() == 1
    assert mapped.filter(lambda r: True).stageErrorsCount() == 0
    with pytest.raises(RuntimeError, match="1 error records; totalThreshold is 1"):
        one.map(change, totalThreshold=1)


def test_rows_and_fields_are_split(frame: Any, records: Any) -> None:
    from awsglue.transforms import SelectFromCollection, SplitFields, SplitRows

    one = frame({"age": 15, "a": 1}, {"age": 25, "a": 2}, {"a": 3})
    parts = SplitRows.apply(one, {"age": {">": 10, "<": 20}}, "in", "out")
    assert list(parts.keys()) == ["in", "out"]
    assert [r["a"] for r in records(SelectFromCollection.apply(parts, "in"))] == [1]
    assert [r["a"] for r in records(parts.select("out"))] == [2, 3]
    halves = SplitFields.apply(one, ["age"], "ages", "others")
    assert [frame._df.columns for frame in halves.values()] == [["age"], ["a"]]
    with pytest.raises(ValueError, match="no comparator '~' \\(of 'age'\\)"):
        one.split_rows({"age": {"~": 1}}, "x", "y")
    with pytest.raises(KeyError, match="no frame 'x' among in, out"):
        parts.select("x")


def test_collections_are_mapped(frame: Any) -> None:
    from awsglue.transforms import FlatMap, MapToCollection

    parts = frame({"a": 1, "b": 2}).split_rows({"a": {"=": 1}}, "in", "out")
    contexts = []

    def without_b(frame: Any, transformation_ctx: str) -> Any:
        contexts.append(transformation_ctx)
        return frame.drop_fields(["b"])

    mapped = MapToCollection.apply(dfc=parts, callable=without_b, transformation_ctx="mapped")
    assert [f._df.columns for f in mapped.values()] == [["a"], ["a"]]
    assert contexts == ["mapped", "mapped"]
    flat = FlatMap.apply(parts, SplitOnce, "frame")
    assert list(flat.keys()) == ["in_x", "in_y", "out_x", "out_y"]


class SplitOnce:
    @staticmethod
    def apply(frame: Any) -> Any:
        return frame.split_fields(["a"], "x", "y")


def test_staged_records_replace_those_of_their_key(frame: Any, records: Any) -> None:
    source = frame({"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 2, "v": "c"}, {"id": 3})
    staged = frame({"id": 2, "v": 7, "new": True})
    merged = records(source.mergeDynamicFrame(staged, ["id"]))
    assert sorted((r["id"], r["v"], r["new"]) for r in merged if r["v"]) == [
        (1, "a", None), (2, 7, True),
    ]  # fmt: skip
    assert len(merged) == 3


@pytest.mark.parametrize(
    ("text", "format", "options", "found"),
    [
        ('{"x": 1, "y": ["a"]}', "json", {}, {"x": 1, "y": ["a"]}),
        ("a|b", "csv", {"separator": "|"}, {"col0": "a", "col1": "b"}),
        ('k,l\n"1,5",2', "csv", {"withHeader": True}, {"k": "1,5", "l": "2"}),
        ("broken {", "json", {}, None),
    ],
)
def test_text_is_unboxed(
    frame: Any, records: Any, text: str, format: str, options: Any, found: Any
) -> None:
    from awsglue.transforms import Unbox

    one = frame({"s": {"t": text}})
    assert records(Unbox.apply(frame=one, path="s.t", format=format, **options)) == [
        {"s": {"t": found}}
    ]


def test_unboxed_values_may_be_a_choice(frame: Any, records: Any) -> None:
    both = frame({"t": '{"x": 1}'}, {"t": '{"x": "a"}'}).unbox("t", "json")
    assert records(both) == [{"t": {"x": 1}}, {"t": {"x": "a"}}]


def test_what_is_not_here_says_its_name(frame: Any, glue: Any) -> None:
    from awsglue import transforms

    one = frame({"a": 1})
    for use, name in (
        (lambda: transforms.FindMatches.apply(one), "FindMatches"),
        (lambda: transforms.FillMissingValues.apply(one), "FillMissingValues"),
        (lambda: one.simplify_ddb_json(), "DynamicFrame.simplify_ddb_json"),
        (lambda: one.unbox("a", "xml"), "Unbox of 'a' as xml"),
        (lambda: glue.write_dynamic_frame.from_jdbc_conf(one, "c"), "from_jdbc_conf"),
        (lambda: glue.transition_s3_path("s3://lake/", "GLACIER"), "transition_s3_path"),
        (lambda: glue.create_dynamic_frame.from_options("mysql", {}), "connection_type=mysql"),
        (
            lambda: glue.create_dynamic_frame.from_options("s3", {"paths": ["s3://lake/"]}, "xml"),
            "format='xml' of a source",
        ),
        (
            lambda: glue.write_dynamic_frame.from_options(one, "s3", {"path": "s3://lake/"}, "ion"),
            "format='ion' of a sink",
        ),
        (
            lambda: glue.create_dynamic_frame.from_options("s3", {"paths": ["s3://x/"], "z": 1}),
            "connection_options of s3: z",
        ),
    ):
        with pytest.raises(NotImplementedError) as refused:
            use()
        assert name in str(refused.value)

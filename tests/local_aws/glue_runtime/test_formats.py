"""Readers and writers of S3's files."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.spark


def read(glue: Any, uri: str, kind: str, options: Any = None, **source: Any) -> Any:
    return glue.create_dynamic_frame.from_options("s3", {"paths": [uri], **source}, kind, options)


def written(glue: Any, uri: str) -> dict[str, str]:
    """Text of the files below, by folder."""
    root = glue.spark_session.lake.parent / uri.removeprefix("s3://")
    found: dict[str, str] = {}
    for path in sorted(root.rglob("part-*")):
        folder = str(path.parent.relative_to(root))
        found[folder] = found.get(folder, "") + path.read_text()
    return found


@pytest.mark.parametrize(
    ("text", "options", "found"),
    [
        ("1,\n", {}, [{"col0": "1", "col1": ""}]),
        ("a;b\n1;'x;y'\n", {"withHeader": True, "separator": ";", "quoteChar": "'"},
         [{"a": "1", "b": "x;y"}]),
        ('a,b\n"x",y\n', {"withHeader": True, "quoteChar": -1}, [{"a": '"x"', "b": "y"}]),
        ('"a ""q""",b\n', {}, [{"col0": 'a "q"', "col1": "b"}]),
        ('"a \\" q",b\n', {"escaper": "\\"}, [{"col0": 'a " q', "col1": "b"}]),
        ('"a\nb",c\n', {"multiLine": True}, [{"col0": "a\nb", "col1": "c"}]),
        ("skip,me\n1,2\n", {"skipFirst": True, "optimizePerformance": True},
         [{"col0": "1", "col1": "2"}]),
    ],
)  # fmt: skip
def test_csv(glue: Any, put: Any, records: Any, text: str, options: Any, found: Any) -> None:
    assert records(read(glue, f"{put('in/a.csv', text)}in/", "csv", options)) == found


def test_csv_files_with_other_headers_are_not_read_by_position(
    glue: Any, put: Any, records: Any
) -> None:
    put("in/a.csv", "a,b\n1,2\n")
    frame = read(glue, f"{put('in/b.csv', 'b,a' + chr(10) + '3,4' + chr(10))}in/", "csv",
                 {"withHeader": True})  # fmt: skip
    with pytest.raises(Exception, match="CSV header"):
        records(frame)


@pytest.mark.parametrize(
    ("text", "options", "found"),
    [
        ('{"a": 1}{"a": 2}\n[{"a": 3}]\n{broken\n', {}, [1, 2, 3]),
        ('{"a":\n1}\n', {"multiline": True}, [1]),
        ('{"x": {"y": [{"a": 1}, {"a": 2}]}}\n', {"jsonPath": "$.x.y[*]"}, [1, 2]),
        ('{"x": {"a": 1}}\n', {"jsonPath": "$.x"}, [1]),
        ('{"a": 1}\n{broken\n\n{"a": 2, "b": {}}\n', {}, [1, 2]),
    ],
)
def test_json(glue: Any, put: Any, records: Any, text: str, options: Any, found: Any) -> None:
    frame = read(glue, f"{put('in/a.json', text)}in/", "json", options)
    assert [record["a"] for record in records(frame)] == found


def test_what_jsonpath_cannot_do_is_named(glue: Any, put: Any) -> None:
    uri = put("in/a.json", "{}")
    with pytest.raises(NotImplementedError, match=r"jsonPath \$\.\.a"):
        read(glue, uri, "json", {"jsonPath": "$..a"})


def test_source_options_choose_files(glue: Any, put: Any, records: Any) -> None:
    for name in ("a.json", "deep/b.json", "deep/c.tmp", "_hidden.json"):
        uri = put(name, json.dumps({"a": name}) + "\n")

    def names(**options: Any) -> list[str]:
        return sorted(r["a"] for r in records(read(glue, uri, "json", **options)))

    everything = ["a.json", "deep/b.json", "deep/c.tmp"]
    assert names(recurse=True, groupFiles="inPartition", groupSize="1048576") == everything
    assert names(recurse=True, exclusions='["**.tmp"]') == everything[:2]
    assert names(recurse=True, exclusions=f'["{uri}{{deep,none}}/?.json"]') == [
        "a.json", "deep/c.tmp",
    ]  # fmt: skip
    assert names(boundedFiles="1") == ["a.json"]
    assert names(boundedSize="50") == ["a.json", "deep/b.json"]
    assert names(exclusions='["**"]') == []


@pytest.mark.parametrize("kind", ["parquet", "orc", "glueparquet"])
def test_columnar(glue: Any, put: Any, frame: Any, records: Any, kind: str) -> None:
    uri = put("in/x", "")
    one = frame({"id": 1, "m": {"l": [1]}}, {"id": "a"})
    glue.write_dynamic_frame.from_options(
        one, "s3", {"path": f"{uri}out/", "compression": "gzip" if kind != "orc" else "zlib"}, kind
    )
    found = records(read(glue, f"{uri}out/", kind.removeprefix("glue")))
    assert {"id": {"int": 1, "string": None}, "m": {"l": [1]}} in found


def test_json_and_csv_hold_choices_as_they_are(glue: Any, put: Any, frame: Any) -> None:
    uri = put("in/x", "")
    one = frame({"k": "x", "v": 1, "n": None}, {"k": "y", "v": "a,b"}, {"k": "y", "v": {"s": 2}})
    glue.write_dynamic_frame.from_options(
        one, "s3", {"path": f"{uri}json", "partitionKeys": ["k"]}, "json"
    )
    assert written(glue, f"{uri}json") == {
        "k=x": '{"v": 1}\n', "k=y": '{"v": "a,b"}\n{"v": {"s": 2}}\n',
    }  # fmt: skip
    glue.write_dynamic_frame.from_options(
        one.select_fields(["k", "v"]).coalesce(1), "s3", {"path": f"{uri}csv"}, "csv",
        {"separator": ";", "writeHeader": True},
    )  # fmt: skip
    assert written(glue, f"{uri}csv") == {".": 'k;v\nx;1\ny;a,b\ny;"{""s"":2}"\n'}


def test_sources_and_sinks_by_hand(glue: Any, put: Any, records: Any) -> None:
    uri = put("in/a.csv", "id\n1\n")
    source = glue.getSource("s3", paths=[f"{uri}in/"])
    source.setFormat("csv", withHeader=True)
    frame = source.getFrame()
    sink = glue.getSink("s3", path=f"{uri}out/")
    sink.setFormat("json")
    assert sink.writeFrame(frame) is frame
    frame.spigot(f"{uri}sample/", {"topk": 5})
    assert written(glue, f"{uri}out") == written(glue, f"{uri}sample") == {".": '{"id":"1"}\n'}
    with pytest.raises(ValueError, match="partitionKeys: no field day"):
        glue.write_dynamic_frame.from_options(
            frame, "s3", {"path": f"{uri}o", "partitionKeys": ["day"]}, "json"
        )


def test_old_files_are_purged(glue: Any, put: Any) -> None:
    uri = put("in/a.csv", "id\n1\n")
    file = glue.spark_session.lake.parent / uri.removeprefix("s3://") / "in" / "a.csv"
    glue.purge_s3_path(f"{uri}in/")
    assert file.exists()
    glue.purge_s3_path(f"{uri}in/", {"retentionPeriod": 0})
    assert not file.exists()


def test_an_rdd_of_records(glue: Any, records: Any) -> None:
    rdd = glue.sparkContext.parallelize([{"a": 1}, {"a": "x"}])
    assert records(glue.create_dynamic_frame.from_rdd(rdd, "name")) == [{"a": 1}, {"a": "x"}]

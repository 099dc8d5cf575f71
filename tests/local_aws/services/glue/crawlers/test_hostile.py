"""Keys and files that nobody meant well: an answer or a line in the log, never a crash."""

import json
from typing import Any

import pyarrow as pa
import pytest

from local_aws.services.glue.catalog import Catalog
from tests.local_aws.services.glue.classifiers.files import avro
from tests.local_aws.services.glue.conftest import parquet
from tests.local_aws.services.glue.crawlers.conftest import FLIGHTS, Crawl
from tests.local_aws.services.glue.crawlers.test_engine import CSV, Put, tables, values

SEGMENT = "x" * 220


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("it's", "it_s"),
        ('a "b"', "a__b_"),
        ("100%25", "100_25"),
        ("naïve", "na_ve"),
        ("表", "_"),
        ("semi;colon--", "semi_colon__"),
        ("DROP TABLE", "drop_table"),
        ("a`b", "a_b"),
        ("..a", "__a"),
        (SEGMENT, SEGMENT[:128]),
    ],
)
def test_folders_names(catalog: Catalog, put: Put, crawl: Crawl, folder: str, name: str) -> None:
    put(f"d/{folder}/a.parquet", FLIGHTS)
    crawl(f"d/{folder}/")
    assert tables(catalog) == [name]


def test_partitions_values(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    for value in ("it's", 'a"b', "%25", "naïve", "表", "a=b", "a b", "'; DROP TABLE t"):
        put(f"t/k={value}/a.parquet", FLIGHTS)
    crawl("t/")
    assert sorted(values(catalog, "t")) == sorted(
        [[v] for v in ("it's", 'a"b', "%", "naïve", "表", "a=b", "a b", "'; DROP TABLE t")]
    )


def test_keys_of_900_bytes(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    path = "/".join((SEGMENT,) * 4)
    put(f"{path}/a.csv", CSV)
    crawl(f"{SEGMENT}/")
    assert len(path) > 880
    assert tables(catalog) == [SEGMENT[:128]]
    assert values(catalog, SEGMENT[:128]) == [[SEGMENT] * 3]


def test_two_levels_of_one_key(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("t/k=1/k=2/a.parquet", FLIGHTS)
    crawl("t/")
    keys = catalog.get_table("found", "t")["PartitionKeys"]
    assert [key["Name"] for key in keys] == ["k", "partition_1"]


UNKNOWN: dict[str, bytes] = {
    "only a header": b"a,b\n",
    "one column": b"a\n1\n2\n",
    "one byte": b"x",
    "only a mark": b"\xef\xbb\xbf",
    "utf-16": "a,b\n1,x\n2,y\n".encode("utf-16"),
    "broken json": b'{"a": 1}\n{"a":\n',
    "json of numbers": b"1\n2\n3\n",
    "a string of quotes": b'"""""""""\n' * 100,
    "ten megabytes in one line": b"x" * 10_000_000,
    "a long number": b"[" + b"9" * 5000 + b"]",
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_is_no_table_is_unknown(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str], what: str
) -> None:
    put("d/file", UNKNOWN[what])
    crawl("d/")
    table = catalog.get_table("found", "d")
    assert table["Parameters"]["classification"] == "UNKNOWN"
    assert any("No classifier recognises s3://lake/d/file" in line for line in said)


LEFT_OUT: dict[str, bytes] = {
    "json that is nested 100000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "avro within itself": avro(
        {"type": "record", "name": "n", "fields": [{"name": "n", "type": ["null", "n"]}]}, []
    ),
    "a parquet of zeros": b"PAR1" + b"\0" * 100 + b"PAR1",
    "a parquet that is cut": parquet(a=[1])[:-1],
    "half a gzip": b"\x1f\x8b\x08\0\0\0\0\0",
    "html": b"<html><body>Access denied</body></html>",
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_cannot_be_read_is_named(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str], what: str
) -> None:
    put("d/file", LEFT_OUT[what])
    put("d/sound.parquet", FLIGHTS)
    crawl("d/")
    assert tables(catalog) == ["d"]
    assert catalog.get_table("found", "d")["Parameters"]["objectCount"] == "1"
    assert any(line.startswith("WARN : s3://lake/d/file ") for line in said)


def answer(catalog: Catalog, put: Put, crawl: Crawl, data: bytes) -> Any:
    put("d/file", data)
    crawl("d/")
    storage = catalog.get_table("found", "d")["StorageDescriptor"]
    return [(column["Name"], column["Type"]) for column in storage["Columns"]]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"a,b\n1,x\r\n2,y\r3,z\n",
        b"a,b\n1,x\x85y\n2,y\xe2\x80\xa8z\n",
        b'a,b\n1,"x\ny"\n2,"z"\n',
        b"a,b\n\n1,x\n\n2,y\n\n\n",
    ],
)
def test_lines_and_marks_of_any_kind(catalog: Catalog, put: Put, crawl: Crawl, data: bytes) -> None:
    assert answer(catalog, put, crawl, data) == [("a", "bigint"), ("b", "string")]


def test_ten_megabytes_of_json_in_one_line(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    data = json.dumps([{"a": "x" * 1000}] * 10_000).encode()
    assert answer(catalog, put, crawl, data) == [("array", "array<struct<a:string>>")]


def test_json_that_is_nested_200_deep(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    data = b'{"a":' * 200 + b"1" + b"}" * 200
    ((name, kind),) = answer(catalog, put, crawl, data)
    assert (name, kind.count("struct<")) == ("a", 199)


def test_parquet_with_a_name_twice(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    table = pa.table([pa.array([1]), pa.array(["x"])], names=["a", "A"])
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink)
    found = answer(catalog, put, crawl, bytes(sink.getvalue().to_pybytes()))
    assert found == [("a", "bigint"), ("a", "string")]


def test_json_with_odd_numbers(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    data = b'{"a": 18446744073709551616, "b": NaN, "c": 1e400, "A": -1}'
    assert answer(catalog, put, crawl, data) == [
        ("a", "double"),
        ("b", "double"),
        ("c", "double"),
    ]


def test_keys_with_an_empty_part_are_named_and_left_out(
    catalog: Catalog, put: Put, crawl: Crawl, said: list[str]
) -> None:
    put("in/a.csv", CSV)
    put("in//b.csv", CSV)
    put("in/x//y/c.csv", CSV)
    put("in/_x//hidden.csv", CSV)
    put("in/x//", "")
    crawl("in/", target={"Exclusions": ["x//y/d*"]})
    assert [table["Name"] for table in catalog.get_tables("found")] == ["in"]
    assert [line for line in said if "empty" in line] == [
        "WARN : s3://lake/in//b.csv is left out: a part of its key is empty",
        "WARN : s3://lake/in/x//y/c.csv is left out: a part of its key is empty",
    ]


def test_json_with_a_member_without_a_name(catalog: Catalog, put: Put, crawl: Crawl) -> None:
    put("named/a.json", '{"": 1, "id": 2, "in": {"": 3, "x": 4}}\n')
    put("nameless/a.json", '{"": 1}\n')
    crawl()
    (table,) = [t for t in catalog.get_tables("found") if t["Name"] == "named"]
    storage = table["StorageDescriptor"]
    assert [(c["Name"], c["Type"]) for c in storage["Columns"]] == [
        ("id", "int"),
        ("in", "struct<x:int>"),
    ]
    assert storage["SerdeInfo"]["Parameters"]["paths"] == "id,in"

"""Avro and ORC: types, counts, and files that are broken."""

import datetime
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc

from local_aws.services.glue.classifiers.chain import classify
from local_aws.services.glue.classifiers.recognised import NAMES
from local_aws.services.glue.classifiers.schema import Classified, Schema, Unreadable, merge
from tests.local_aws.services.glue.classifiers.files import SYNC, avro


def read(data: bytes, key: str = "") -> Classified:
    return classify(io.BytesIO(data), len(data), key)


def types(schema: Schema) -> dict[str, str]:
    return {column.name: column.type for column in schema.columns}


def record(**fields: Any) -> dict[str, Any]:
    listed = [{"name": name, "type": kind} for name, kind in fields.items()]
    return {"type": "record", "name": "row", "namespace": "tests", "fields": listed}


def test_avro_types() -> None:
    money = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
    point = {"type": "record", "name": "point", "fields": [{"name": "X", "type": "long"}]}
    schema = record(
        Flag="boolean",
        whole="int",
        big="long",
        real="float",
        double="double",
        raw="bytes",
        text=["null", "string"],
        nothing="null",
        day={"type": "int", "logicalType": "date"},
        at={"type": "long", "logicalType": "timestamp-micros"},
        local={"type": "long", "logicalType": "local-timestamp-micros"},
        money=money,
        suit={"type": "enum", "name": "suit", "symbols": ["A"]},
        hash={"type": "fixed", "name": "hash", "size": 16},
        many={"type": "array", "items": ["null", "int"]},
        by_name={"type": "map", "values": "double"},
        at_point=point,
        again="point",
        also="tests.suit",
        either=["int", "string"],
    )
    assert types(read(avro(schema, [])).schema) == {
        "flag": "boolean",
        "whole": "int",
        "big": "bigint",
        "real": "float",
        "double": "double",
        "raw": "binary",
        "text": "string",
        "nothing": "string",
        "day": "date",
        "at": "timestamp",
        "local": "bigint",
        "money": "decimal(9,2)",
        "suit": "string",
        "hash": "binary",
        "many": "array<int>",
        "by_name": "map<string,double>",
        "at_point": "struct<x:bigint>",
        "again": "struct<x:bigint>",
        "also": "string",
        "either": "uniontype<int,string>",
    }


def test_the_widest_of_several_avro_schemas_is_the_tables() -> None:
    old, new = record(a="int"), record(a="int", b="string")
    schemas = [read(avro(schema, [])).schema for schema in (old, new)]
    assert merge(schemas).avro == schemas[1].avro
    assert list(types(merge(schemas))) == ["a", "b"]


RECURSIVE = {
    "type": "record",
    "name": "node",
    "fields": [{"name": "next", "type": ["null", "node"]}],
}
MUTUAL = {
    "type": "record",
    "name": "a",
    "fields": [
        {
            "name": "b",
            "type": {"type": "record", "name": "b", "fields": [{"name": "a", "type": "a"}]},
        }
    ],
}
DEEP = '{"type":"array","items":' * 50_000 + '"int"' + "}" * 50_000


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (avro(RECURSIVE, []), "the Avro type node within itself"),
        (avro(MUTUAL, []), "the Avro type a within itself"),
        (avro("string", []), "JSONDecodeError"),
        (avro('"string"', []), "no record"),
        (avro(record(a="tests.unheard_of"), []), "tests.unheard_of is not defined"),
        (avro(record(a={"type": 5}), []), "not a readable Avro file"),
        (avro(DEEP, []), "RecursionError"),
        (avro(record(a="int"), [(3, b"\2\4\6")])[:-1], "cut off"),
        (avro(record(a="int"), [(3, b"\2\4\6")]).replace(SYNC, b"?" * 16, 1), "file's mark"),
        (b"Obj\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "too long"),
        (b"Obj\x01", "cut off"),
    ],
)
def test_avro_that_is_left_out(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(data)


def as_orc(**columns: Any) -> bytes:
    out = io.BytesIO()
    orc.write_table(pa.table(columns), out)
    return out.getvalue()


def test_orc_types_and_rows() -> None:
    moment = datetime.datetime(2013, 1, 1, 5)
    found = read(
        as_orc(
            Tiny=pa.array([1], pa.int8()),
            whole=pa.array([1], pa.int32()),
            big=[1],
            real=pa.array([1], pa.float32()),
            flag=[True],
            text=["x"],
            raw=[b"x"],
            day=[moment.date()],
            at=[moment],
            money=[Decimal("1.20")],
            many=[[1, 2]],
            one=[{"X": 1, "y": ["a"]}],
            pairs=pa.array([[("k", 1.5)]], pa.map_(pa.string(), pa.float64())),
        )
    )
    assert (found.schema.classification, found.records) == ("orc", 1)
    assert types(found.schema) == {
        "tiny": "tinyint",
        "whole": "int",
        "big": "bigint",
        "real": "float",
        "flag": "boolean",
        "text": "string",
        "raw": "binary",
        "day": "date",
        "at": "timestamp",
        "money": "decimal(3,2)",
        "many": "array<bigint>",
        "one": "struct<x:bigint,y:array<string>>",
        "pairs": "map<string,double>",
    }


@pytest.mark.parametrize("data", [as_orc(a=[1])[:-9], b"ORC", b"ORC" + b"\0" * 500])
def test_orc_that_is_broken(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not a readable ORC file"):
        read(data)


OTHERS = {
    "xml": b'<?xml version="1.0"?>\n<books><book/></books>\n',
    "ion": b"\xe0\x01\x00\xea\x21\x01",
    "bson": b"\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0",
    "combined_apache": b'10.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 '
    b'"http://a/" "Mozilla/4.08"\n',
    "apache": b'10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 404 -\n',
    "linux_kernel": b"Mar  1 06:25:43 host kernel: [0.0] Linux version 5\n",
    "microsoft_log": b"10.0.0.1, -, 8/20/98, 7:55:20, W3SVC2, SALES1, 10.2.3.4, 4502, 163, 3223\n",
    "ruby_logger": b"I, [2013-01-01T05:00:00.123456 #17]  INFO -- main: started\n",
    "squid": b"1286536308.779    180 10.0.0.224 TCP_MISS/200 411 GET http://a/ - DIRECT/1.2.3.4\n",
    "redismonlog": b'1339518083.107412 [0 127.0.0.1:60866] "keys" "*"\n',
    "redislog": b"1:M 10 Oct 2013 14:00:00.123 * Ready to accept connections\n",
}


def test_every_other_format_has_a_specimen() -> None:
    assert set(OTHERS) == set(NAMES)


@pytest.mark.parametrize("name", OTHERS)
def test_other_formats_are_left_out_by_name(name: str) -> None:
    with pytest.raises(Unreadable, match=f"is {name}, which local_aws does not classify"):
        read(OTHERS[name])

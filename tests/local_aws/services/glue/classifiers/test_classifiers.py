"""Formats and compression: which classifier takes a file."""

import bz2
import datetime
import gzip
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from local_aws.services.glue.classifiers.chain import classify
from local_aws.services.glue.classifiers.schema import Classified, Unreadable
from tests.local_aws.services.glue.conftest import parquet


def read(data: bytes) -> Classified:
    return classify(io.BytesIO(data), len(data))


def types(data: bytes) -> dict[str, str]:
    return {column.name: column.type for column in read(data).schema.columns}


def test_parquet_types() -> None:
    moment = datetime.datetime(2013, 1, 1, 5)
    pairs = pa.array([[("k", 1.5)]], pa.map_(pa.string(), pa.float64()))
    assert types(
        parquet(
            Tiny=pa.array([1], pa.int8()),
            small=pa.array([1], pa.int16()),
            whole=pa.array([1], pa.int32()),
            big=[1],
            real=pa.array([1], pa.float32()),
            double=[1.5],
            flag=[True],
            text=["x"],
            raw=[b"x"],
            day=[moment.date()],
            at=[moment],
            zoned=pa.array([moment], pa.timestamp("us", "UTC")),
            money=[Decimal("1.20")],
            many=[[1, 2]],
            one=[{"X": 1, "y": ["a"]}],
            pairs=pairs,
            code=pa.array(["a"]).dictionary_encode(),
            nothing=pa.array([None], pa.null()),
        )
    ) == {
        "tiny": "tinyint",
        "small": "smallint",
        "whole": "int",
        "big": "bigint",
        "real": "float",
        "double": "double",
        "flag": "boolean",
        "text": "string",
        "raw": "binary",
        "day": "date",
        "at": "timestamp",
        "zoned": "timestamp",
        "money": "decimal(3,2)",
        "many": "array<bigint>",
        "one": "struct<x:bigint,y:array<string>>",
        "pairs": "map<string,double>",
        "code": "string",
        "nothing": "string",
    }


def test_parquet_rows_are_counted_from_the_footer() -> None:
    found = read(parquet(a=list(range(1000))))
    assert found.records == 1000
    assert found.record_size == found.size // 1000


def test_parquet_that_is_cut_is_an_error() -> None:
    with pytest.raises(Unreadable, match="not a readable Parquet file"):
        read(parquet(a=[1, 2, 3])[:-20])


def test_json_lines() -> None:
    text = '{"Id": 1, "tags": ["a"], "at": {"lat": 1}}\n{"Id": 3000000000, "at": {"lon": 2.5}}\n'
    assert types(text.encode()) == {
        "id": "bigint",
        "tags": "array<string>",
        "at": "struct<lat:int,lon:double>",
    }
    assert read(text.encode()).schema.classification == "json"


def test_json_values_that_disagree_are_text() -> None:
    assert types(b'{"a": 1, "b": null, "c": null}\n{"a": "x", "b": true}\n') == {
        "a": "string",
        "b": "boolean",
        "c": "string",
    }


def test_a_json_array_is_one_column() -> None:
    assert types(b'[{"a": 1}, {"b": 2.5}]') == {"array": "array<struct<a:int,b:double>>"}


def test_broken_json_is_not_json() -> None:
    assert read(b'{"a": 1}\n{"a": \n').schema.classification == "UNKNOWN"


def test_json_that_is_longer_than_the_sample() -> None:
    line = b'{"name": "' + b"x" * 990 + b'"}\n'
    assert types(line * 2000) == {"name": "string"}


@pytest.mark.parametrize(("compress", "name"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2")])
def test_compressed_text(compress: Any, name: str) -> None:
    schema = read(compress(b"a,b\n1,x\n2,y\n")).schema
    assert (schema.classification, schema.compression) == ("csv", name)


def test_a_broken_archive_is_left_out() -> None:
    with pytest.raises(Unreadable, match="not a readable gzip file"):
        read(b"\x1f\x8bnot gzip at all")

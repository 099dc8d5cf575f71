"""What the engine reads by itself is what the SerDe in Python reads."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa

from local_aws.services.athena.duck.session import connect
from local_aws.services.athena.reading.tables import DataFile
from local_aws.services.athena.serdes import lazy_simple, plain_text
from local_aws.services.athena.serdes.base import data_columns
from local_aws.services.athena.serdes.values import arrow_type

KINDS = (
    "tinyint", "int", "bigint", "float", "double", "decimal(9,3)", "boolean", "date", "timestamp",
    "varchar(3)", "char(4)", "string",
)  # fmt: skip
PARTS = (
    "", "-", "+", ".", "1", "0", "12", "99999", "2147483648", "9223372036854775807", "1e5", "E",
    "NaN", "Infinity", "f", "d", "2024", "2024-02-30", "2024-1-1", "-01", "/", " ", ":", "10:20:30",
    "10:20", "T", ".5", ".123456789", "true", "TRUE", "False", "t", "é", "\\N", "x", "0x1F", "1_0",
    "１", "10000-01-01", "0000-01-01", "-5-01-01", "2024-13-45", "24:00:00", "99:99:99", "\t", "1.",
    "+1.5", "1e400", "00012",
)  # fmt: skip


def texts(count: int) -> list[str]:
    """Fields that are nearly values, the same each time."""
    dice = random.Random(7)
    made = ("".join(dice.choices(PARTS, k=dice.choice((1, 1, 2, 2, 3)))) for _ in range(count))
    return sorted({text for text in made if text})


def plain(array: Any, kind: str) -> list[Any]:
    """Python values, days and moments as numbers: Python has no year 10000."""
    wanted = {"date": pa.int32(), "timestamp": pa.int64()}.get(kind)
    return [repr(v) for v in (array.cast(wanted) if wanted else array).to_pylist()]


def test_both_readers_read_the_same(tmp_path: Path) -> None:
    table = {
        "Name": "t",
        "StorageDescriptor": {
            "Columns": [{"Name": f"c{i}", "Type": kind} for i, kind in enumerate(KINDS)],
            "SerdeInfo": {"Parameters": {"field.delim": ","}},
        },
    }
    columns, fields = data_columns(table), texts(3000)
    lines = [",".join([text] * len(KINDS)) for text in fields]
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    data_file = DataFile(str(path), "s3://b/a.csv", 1, ())
    assert plain_text.readable(table, [data_file]) == [data_file]
    source, items = plain_text.source(table, [data_file], columns, 0)
    engine = connect(tmp_path / "duck", "500MB", 1)
    found = engine.execute(f"SELECT {', '.join(items)} FROM {source} AS f").to_arrow_table()
    decode = lazy_simple.decoder(table, columns)
    decoded = list(zip(*(decode(line) for line in lines), strict=True))
    for (name, kind), ours, column in zip(columns, decoded, found.columns, strict=True):
        expected = plain(pa.array(ours, arrow_type(kind)), kind.name)
        differing = [
            row for row in zip(fields, expected, plain(column, kind.name), strict=True)
            if row[1] != row[2]
        ]  # fmt: skip
        assert not differing, (name, kind)


def test_odd_files_are_left_to_the_serde(tmp_path: Path) -> None:
    table = {"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "string"}]}}
    for index, body in enumerate(
        (b"a\n\nb\n", b"\na\n", b"a\n\n", b"a\r\nb\n", b"\xff\n", b"a\0b\n", b"x" * (9 << 20))
    ):
        path = tmp_path / str(index)
        path.write_bytes(body)
        data_file = DataFile(str(path), f"s3://b/{index}", len(body), ())
        assert plain_text.readable(table, [data_file]) == []
    packed = DataFile(str(tmp_path / "0"), "s3://b/a.gz", 1, ())
    assert plain_text.readable(table, [packed]) == []

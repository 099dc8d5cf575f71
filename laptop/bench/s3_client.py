"""The client of the S3 bench: one load against one server, in a process of its own.

It says ``ready`` when all is prepared, waits for a line, does the load, says ``done`` and waits
for a line again, so that whoever measures the server sees the load and nothing else. Every server
gets the same boto3 with its default checksums: over plain HTTP that is a CRC-32 in a header and a
signed SHA-256 of each body.
"""

import argparse
import hashlib
import io
import itertools
import random
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

BUCKET = "bench"
MB = 1 << 20
THREADS = 4
TRANSFER = TransferConfig(
    multipart_threshold=8 * MB,
    multipart_chunksize=8 * MB,
    max_concurrency=8,
    preferred_transfer_client="classic",
)


class LoadFailed(Exception):
    """A server's answer is not what was stored."""


@dataclass(frozen=True)
class Sizes:
    """How much each load does; `--quick` makes it small."""

    big_mb: int
    small: int
    small_bytes: int
    listed: int
    listings: int
    pairs: int


class Discard(io.RawIOBase):
    """A file that forgets what is written, so that a download costs the client no disk."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, _whence: int = 0) -> int:
        return offset

    def write(self, data: Any) -> int:
        self.taken += len(data)
        return len(data)


def prepare_up(_s3: Any, _sizes: Sizes, scratch: Path) -> None:
    _big_file(_sizes, scratch)


def up(s3: Any, sizes: Sizes, scratch: Path) -> None:
    """One big file in parts of 8 MB, eight at a time."""
    s3.upload_file(str(_big_file(sizes, scratch)), BUCKET, "big", Config=TRANSFER)
    size = s3.head_object(Bucket=BUCKET, Key="big")["ContentLength"]
    _expect("size of the object", size, sizes.big_mb * MB)


def prepare_down(s3: Any, sizes: Sizes, scratch: Path) -> None:
    s3.upload_file(str(_big_file(sizes, scratch)), BUCKET, "big", Config=TRANSFER)
    body = s3.get_object(Bucket=BUCKET, Key="big", Range=f"bytes={MB}-{2 * MB - 1}")["Body"].read()
    _expect("bytes of a range", hashlib.sha256(body).digest(), _block_digest())


def down(s3: Any, sizes: Sizes, _scratch: Path) -> None:
    """The same file by ranges of 8 MB, eight at a time."""
    sink = Discard()
    s3.download_fileobj(BUCKET, "big", sink, Config=TRANSFER)
    _expect("bytes read", sink.taken, sizes.big_mb * MB)


def nothing(_s3: Any, _sizes: Sizes, _scratch: Path) -> None: ...


def put(s3: Any, sizes: Sizes, _scratch: Path) -> None:
    """Small objects, four at a time."""
    body = _block()[: sizes.small_bytes]
    _each(
        lambda number: s3.put_object(Bucket=BUCKET, Key=_small(number), Body=body),
        range(sizes.small),
    )


def get(s3: Any, sizes: Sizes, _scratch: Path) -> None:
    """The same objects."""
    body = _block()[: sizes.small_bytes]

    def one(number: int) -> None:
        got = s3.get_object(Bucket=BUCKET, Key=_small(number))["Body"].read()
        _expect("bytes of an object", got, body)

    _each(one, range(sizes.small))


def prepare_list(s3: Any, sizes: Sizes, _scratch: Path) -> None:
    _each(
        lambda number: s3.put_object(Bucket=BUCKET, Key=f"listed/{number:06}", Body=b"x"),
        range(sizes.listed),
    )


def listing(s3: Any, sizes: Sizes, _scratch: Path) -> None:
    """All keys of one folder, by pages of 1,000."""
    for _ in range(sizes.listings):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="listed/")
        keys = [entry["Key"] for page in pages for entry in page["Contents"]]
        _expect("keys", keys, [f"listed/{number:06}" for number in range(sizes.listed)])


def prepare_flat(s3: Any, _sizes: Sizes, _scratch: Path) -> None:
    """What is made once, is made before: threads' stacks, connections, tables."""
    _pairs(s3, range(1000))


def flat(s3: Any, sizes: Sizes, _scratch: Path) -> None:
    """Objects put and deleted again, each under a key that was never there."""
    _pairs(s3, range(1000, 1000 + sizes.pairs))


def _pairs(s3: Any, numbers: Iterable[int]) -> None:
    def one(number: int) -> None:
        key = f"flat/{number % 97}/{number}"
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x" * 100)
        s3.delete_object(Bucket=BUCKET, Key=key)

    _each(one, numbers)
    left = s3.list_objects_v2(Bucket=BUCKET, Prefix="flat/")["KeyCount"]
    _expect("keys after all were deleted", left, 0)


Step = Callable[[Any, Sizes, Path], None]
LOADS: dict[str, tuple[Step, Step]] = {
    "up": (prepare_up, up),
    "down": (prepare_down, down),
    "put": (nothing, put),
    "get": (put, get),
    "list": (prepare_list, listing),
    "flat": (prepare_flat, flat),
}


def _each(one: Callable[[int], object], numbers: Iterable[int]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(one, numbers):
            pass


def _small(number: int) -> str:
    return f"small/{number // 100:03}/{number % 100:02}"


def _block() -> bytes:
    return random.Random(1).randbytes(MB)


def _block_digest() -> bytes:
    return hashlib.sha256(_block()).digest()


def _big_file(sizes: Sizes, scratch: Path) -> Path:
    path = scratch / "big"
    if not path.exists():
        block = _block()
        with path.open("wb") as file:
            for _ in itertools.repeat(None, sizes.big_mb):
                file.write(block)
    return path


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise LoadFailed(f"{what}: {str(found)[:100]}, not {str(wanted)[:100]}")


def main() -> None:
    """``python -m laptop.bench.s3_client LOAD SCRATCH BIG SMALL BYTES LISTED LISTINGS PAIRS``"""
    parser = argparse.ArgumentParser()
    parser.add_argument("load", choices=LOADS)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("sizes", type=int, nargs=6)
    options = parser.parse_args()
    sizes = Sizes(*options.sizes)
    prepare, load = LOADS[options.load]
    s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 5}, read_timeout=600))
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
    prepare(s3, sizes, options.scratch)
    _say("ready")
    sys.stdin.readline()
    load(s3, sizes, options.scratch)
    _say("done")
    sys.stdin.readline()


def _say(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - for `s3.measure`, which reads and answers


if __name__ == "__main__":
    main()

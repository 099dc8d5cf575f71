"""A landed raw file, read back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.rows.delimited import Record, records
from tarn.sources import buffered
from tarn.steps.land import MANIFEST


@dataclass(frozen=True)
class RawFile:
    """The raw file of one landing; `key` is in the raw zone."""

    key: str
    aws: Aws

    @classmethod
    def of(cls, partition: Partition, token: str, aws: Aws) -> RawFile:
        """The file that a landing put (token: the land step's)."""
        manifest: Any = aws.get_json("raw", f"{partition.run_folder(token)}{MANIFEST}")
        if manifest is None:
            raise Terminal(f"There is no landing of {partition} with the token {token}.")
        return cls(manifest["key"], aws)

    @property
    def uri(self) -> str:
        return self.aws.settings.uri("raw", self.key)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names of its columns as Spark compares them: in small letters."""
        with self._records() as found:
            names = next(found).fields()
        return tuple(name.removeprefix("\ufeff").strip().lower() for name in names)

    def records(self) -> Iterator[Record]:
        """Its records without the header; each knows its line."""
        with self._records() as found:
            next(found)
            yield from found

    @contextmanager
    def _records(self) -> Iterator[Iterator[Record]]:
        bucket = self.aws.settings.bucket("raw")
        body = self.aws.s3.get_object(Bucket=bucket, Key=self.key)["Body"]
        with buffered(body) as stream:
            yield records(stream)

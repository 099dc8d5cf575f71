"""land: the source's file for the interval goes to the raw zone, its manifest last.

A run folder without `_manifest.json` is a landing that did not finish: nothing reads it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts import drift, drift_reports
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract
from tarn.errors import Finding, GateFailed, Terminal, aws_errors
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.rows.delimited import Record, matcher, records, select
from tarn.sources import SourceFile, buffered, open_source

MANIFEST = "_manifest.json"
IN_MEMORY = 64 << 20
SHOWN = 5  # how many bad lines a message names


@aws_errors("land")
def land(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Put the partition's raw file and its manifest.

    Returns the manifest: {"uri" (the run's folder), "key", "rows", "bytes", "sha256", "token",
    "source", ...}. The same bytes for the same token change nothing.
    """
    aws = aws or Aws()
    contract = load_contract(partition.dataset, aws.settings)
    ledger.started(partition, token, aws)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        with open_source(contract, partition, aws) as source:
            counted = _copy(source, contract, partition, file)
        manifest = _manifest(partition, token, counted, aws)
        if (before := _landed_before(manifest, aws)) is not None:
            return before
        file.seek(0)
        _put(file, manifest, aws)
    return manifest


def differs(contract: Contract, partition: Partition, record: Mapping[str, Any], aws: Aws) -> bool:
    """Whether the source holds other rows now than the run of a ledger record landed.

    The bytes are read only where the file was written again; a source that is gone, and a record
    from before sources had versions, do not differ: there is nothing to land, or to compare with.
    """
    try:
        with open_source(contract, partition, aws) as source:
            if source.version == record.get("source_version", source.version):
                return False
            counted = _copy(source, contract, partition, _Nowhere())
    except Terminal:
        return False
    return bool(counted["sha256"] != record["sha256_landed"])


class _Nowhere(io.RawIOBase):
    """A file that forgets what is written."""

    def write(self, data: Any) -> int:
        return len(data)


def file_name(partition: Partition) -> str:
    return f"{partition.slug}.csv"


def _copy(
    source: SourceFile, contract: Contract, partition: Partition, out: IO[bytes] | _Nowhere
) -> dict[str, Any]:
    """Copy the partition's records, byte for byte and in order, counting them."""
    digest, size, rows = hashlib.sha256(), 0, -1
    for raw in _select(source, contract, partition):
        out.write(raw)
        digest.update(raw)
        size += len(raw)
        rows += 1
    if rows <= 0:
        raise Terminal(
            f"{source.name} holds no rows for {partition.dataset} over the interval "
            f"{partition.label}. Wait for the source, or leave this interval out."
        )
    return {
        "rows": rows,
        "bytes": size,
        "sha256": digest.hexdigest(),
        "source": source.name,
        "source_version": source.version,
    }


def _select(source: SourceFile, contract: Contract, partition: Partition) -> Iterator[bytes]:
    """The raw bytes of the header, and of each record of the partition."""
    header = next(records(source.stream), None)
    if header is None:
        return
    yield header.raw
    if source.exact:
        yield from (record.raw for record in records(source.stream))
    else:
        yield from select(source.stream, _positions(header, source, contract, partition))


def _positions(
    header: Record, source: SourceFile, contract: Contract, partition: Partition
) -> dict[int, str]:
    """Which field must hold which text for a record to be of the partition."""
    names = header.fields()
    missing = [key for key in contract.partition_keys if key not in names]
    if missing:
        raise Terminal(
            f"{source.name} cannot be split into partitions of {contract.name}: its header has no "
            f"column {', '.join(missing)}. It has {', '.join(names)}."
        )
    return {names.index(key): str(value) for key, value in partition.values.items()}


def _manifest(
    partition: Partition, token: str, counted: Mapping[str, Any], aws: Aws
) -> dict[str, Any]:
    folder = partition.run_folder(token)
    return {
        "dataset": partition.dataset,
        "partition": partition.label,
        "token": token,
        "uri": aws.settings.uri("raw", folder),
        "key": f"{folder}{file_name(partition)}",
        "landed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **counted,
    }


def _manifest_key(manifest: Mapping[str, Any]) -> str:
    return f"{manifest['key'].rpartition('/')[0]}/{MANIFEST}"


def _landed_before(manifest: Mapping[str, Any], aws: Aws) -> dict[str, Any] | None:
    """The manifest of an earlier landing of the same bytes under the same token."""
    before: dict[str, Any] | None = aws.get_json("raw", _manifest_key(manifest))
    if before is None or before["sha256"] != manifest["sha256"]:
        return None
    try:
        head = aws.s3.head_object(Bucket=aws.settings.bucket("raw"), Key=before["key"])
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return before if head["ContentLength"] == before["bytes"] else None


def _put(file: Any, manifest: dict[str, Any], aws: Aws) -> None:
    bucket = aws.settings.bucket("raw")
    # Other bytes under the same token: between the two puts there must be no manifest.
    aws.s3.delete_object(Bucket=bucket, Key=_manifest_key(manifest))
    aws.s3.upload_fileobj(file, bucket, manifest["key"], ExtraArgs={"ChecksumAlgorithm": "SHA256"})
    aws.put_json("raw", _manifest_key(manifest), manifest)


@aws_errors("check_landed")
def check_landed(
    partition: Partition, landed: Mapping[str, Any], aws: Aws | None = None
) -> dict[str, Any]:
    """The structural gate: read the raw object back and hold it against contract and manifest.

    Returns {"rows", "columns", "bytes", "header"}; raises GateFailed.
    """
    aws = aws or Aws()
    contract = load_contract(partition.dataset, aws.settings)
    manifest = aws.get_json("raw", _manifest_key(landed))
    if manifest is None:
        raise _gate(partition, [Finding("there is no manifest", landed["uri"])], "Land it again.")
    body = aws.s3.get_object(Bucket=aws.settings.bucket("raw"), Key=manifest["key"])["Body"]
    look = _Look(contract, partition, f"{manifest['uri']}{file_name(partition)}")
    with buffered(body) as lines:
        look.read(lines)
    kept = drift_reports.keep(partition, contract, look.drift, manifest["uri"], aws)
    look.compare(manifest, kept, aws)
    header = list(look.header)
    return {"rows": look.rows, "columns": len(header), "bytes": look.size, "header": header}


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _gate(partition: Partition, findings: list[Finding], remedy: str) -> GateFailed:
    return GateFailed("landed", partition.dataset, partition.label, findings, remedy)


class _Look:
    """One reading of a raw file: what it holds, and what is wrong with it."""

    def __init__(self, contract: Contract, partition: Partition, uri: str) -> None:
        self.contract = contract
        self.partition = partition
        self.uri = uri
        self.rows = 0
        self.size = 0
        self.digest = hashlib.sha256()
        self.header: tuple[str, ...] = ()
        self.drift = drift.Drift()
        self.findings: list[Finding] = []
        self.bad_lines: list[str] = []
        self.bad_count = 0

    def read(self, lines: Iterable[bytes]) -> None:
        found = records(self._count(lines))
        last = header = next(found, None)
        self._header(header)
        places = {self.header.index(k): k for k in self.partition.values if k in self.header}
        ours = matcher({at: str(self.partition.values[key]) for at, key in places.items()})
        for last in found:
            self.rows += 1
            if problem := self._problem(last, places, ours):
                self._bad_line(f"line {last.line} {problem}")
        self._truncated(last)
        if self.bad_count:
            more = self.bad_count - len(self.bad_lines)
            shown = "; ".join(self.bad_lines) + (f"; and {more} more" if more else "")
            self.findings.append(Finding(shown, self.uri))

    def _count(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.size += len(line)
            self.digest.update(line)
            yield line

    def _problem(
        self, record: Record, places: Mapping[int, str], ours: Callable[[bytes], bool]
    ) -> str:
        """What is wrong with a record: its encoding, its fields, or the partition it is of."""
        if not (record.raw.isascii() or _is_utf8(record.raw)):
            return "is not UTF-8"
        count, wanted = record.count, len(self.header)
        if count != wanted:
            return f"has {count} fields where the header has {wanted}"
        if places and not ours(record.raw):
            return self._elsewhere(record.fields(), places)
        return ""

    def _elsewhere(self, fields: list[str], places: Mapping[int, str]) -> str:
        """Which partition a record is of, if not of this one: `03` is 3 too."""
        found = {key: fields[at].strip() for at, key in places.items()}
        wanted = {key: str(self.partition.values[key]) for key in found}
        if {key: text.lstrip("0") or text for key, text in found.items()} == wanted:
            return ""
        shown = ", ".join(f"{key} {text[:40]}" for key, text in found.items())
        return f"is of {shown}, not of {self.partition.label}"

    def _bad_line(self, line: str) -> None:
        self.bad_count += 1
        if len(self.bad_lines) < SHOWN:
            self.bad_lines.append(line)

    def _truncated(self, last: Record | None) -> None:
        if last is None or last.complete:
            return
        what = "is cut off: no newline"
        if last.open:
            what = "opens a quote that nothing closes"
        self.findings.append(Finding(f"the last record, line {last.line}, {what}", self.uri))

    def _header(self, header: Record | None) -> None:
        # A byte order mark is no part of the first column's name.
        names = [n.removeprefix("\ufeff") for n in header.fields()] if header else []
        self.header = tuple(names)
        self.drift = drift.of_header(self.contract, names)
        where = f"{self.uri} line 1"
        told = {
            "missing": ("missing", self.drift.missing),
            "added": ("unexpected", [column.name for column in self.drift.added]),
            "reordered": ("reordered", self.drift.reordered),
        }
        for kind in self.drift.stopped_by("landed", self.contract.drift):
            what, columns = told[kind]
            self.findings.append(Finding(f"{what} columns: {', '.join(columns)}", where))
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            self.findings.append(Finding(f"repeated columns: {', '.join(repeated)}", where))

    def compare(self, manifest: Mapping[str, Any], kept: Mapping[str, Any], aws: Aws) -> None:
        if self.size != manifest["bytes"]:
            self.findings.append(
                Finding(f"{self.size} bytes where {manifest['bytes']} landed", self.uri)
            )
        elif self.digest.hexdigest() != manifest["sha256"]:
            self.findings.append(Finding("the bytes are not those that landed", self.uri))
        if self.findings:
            plain = (
                f"Mend the source ({manifest['source']}), or the columns in "
                f"datasets/{self.contract.name}.yaml, then clear the task `land`."
            )
            if self.drift.stopped_by("landed", self.contract.drift):
                plain = drift_reports.remedy(plain, self.contract, kept, aws)
            raise _gate(self.partition, self.findings, plain)

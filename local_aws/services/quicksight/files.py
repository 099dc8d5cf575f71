"""S3 as a data source: a manifest, and the files that it names.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/supported-manifest-file-format.html
Here: CSV, TSV, JSON and common log format, gzipped or not. A row that cannot be read is dropped and
counted. What the data set's UploadSettings say comes before the manifest's globalUploadSettings.
"""

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from local_aws.context import Platform
from local_aws.duckdb_files import path_list, path_literal
from local_aws.errors import ServiceError
from local_aws.services.quicksight.data_sets.physical import S3Files
from local_aws.services.quicksight.errors import IngestionFailed
from local_aws.services.quicksight.expressions import literal, quote
from local_aws.services.s3.model import S3Store, parse_uri

QUALIFIERS = {"DOUBLE_QUOTE": '"', "SINGLE_QUOTE": "'"}
LOG_LINE = r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "([^"]*)" (\S+) (\S+)(?: "([^"]*)" "([^"]*)")?\s*$'
LOG_FIELDS = 9
LOG_TIME = "%d/%b/%Y:%H:%M:%S %z"
Settings = dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """What came of the files: rows that could not be read."""

    dropped: int


def read_files(
    platform: Platform,
    connection: duckdb.DuckDBPyConnection,
    source: S3Files,
    data_source: dict[str, Any],
    target: Path,
) -> Counted:
    """Write the files' declared columns into one Parquet file. Raises IngestionFailed."""
    manifest = read_manifest(platform.s3, data_source)
    settings = _settings(manifest, source.upload)
    paths = list(_paths(platform.s3, manifest))
    kind = settings["format"]
    if kind not in READERS:
        raise IngestionFailed("S3_MANIFEST_ERROR", f"The format {kind} is not supported here")
    try:
        return READERS[kind](connection, source, settings, paths, target)
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        failure = "FAILURE_TO_PROCESS_JSON_FILE" if kind == "JSON" else "S3_FILE_INACCESSIBLE"
        raise IngestionFailed(failure, str(error).splitlines()[0]) from error
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise IngestionFailed("S3_FILE_INACCESSIBLE", str(error)) from error


# The manifest


def read_manifest(s3: S3Store, data_source: dict[str, Any]) -> dict[str, Any]:
    """QuickSight's manifest, or Redshift's in its form. Raises IngestionFailed."""
    place = data_source["DataSourceParameters"]["S3Parameters"]["ManifestFileLocation"]
    try:
        found = json.loads(s3.read(place["Bucket"], place["Key"]))
        if "entries" in found:
            found = {"fileLocations": [{"URIs": [entry["url"] for entry in found["entries"]]}]}
        _check_form(found)
    except (ServiceError, ValueError, TypeError, KeyError, RecursionError) as error:
        message = f"The manifest s3://{place['Bucket']}/{place['Key']}: {error!r}"
        raise IngestionFailed("S3_MANIFEST_ERROR", message) from error
    manifest: dict[str, Any] = found
    return manifest


def _check_form(manifest: dict[str, Any]) -> None:
    """Raises TypeError."""
    for location in manifest["fileLocations"]:
        if not isinstance(location, dict) or not all(
            isinstance(a, list) for a in location.values()
        ):
            raise TypeError("fileLocations is no list of objects with lists of addresses")
    if not isinstance(manifest.get("globalUploadSettings") or {}, dict):
        raise TypeError("globalUploadSettings is no object")


def _settings(manifest: dict[str, Any], upload: dict[str, Any]) -> Settings:
    given = manifest.get("globalUploadSettings") or {}
    kind = str(upload.get("Format") or given.get("format") or "CSV").upper()
    header = upload.get(
        "ContainsHeader", str(given.get("containsHeader", "true")).lower() == "true"
    )
    settings = {
        "format": kind,
        "delimiter": upload.get("Delimiter") or given.get("delimiter")
        or ("\t" if kind == "TSV" else ","),
        "quote": QUALIFIERS.get(upload.get("TextQualifier", ""), given.get("textqualifier") or '"'),
        "header": header,
        "skip": int(upload.get("StartFromRow", 1)) - 1,
    }  # fmt: skip
    for name in ("delimiter", "quote"):
        if not isinstance(settings[name], str) or len(settings[name]) != 1:
            raise IngestionFailed("S3_MANIFEST_ERROR", f"The {name} {settings[name]!r} is no sign")
    return settings


def _paths(s3: S3Store, manifest: dict[str, Any]) -> Iterator[Path]:
    found = False
    for bucket, key, prefix in _places(manifest):
        try:
            keys = [i.key for i in s3.list(bucket, key)] if prefix else [key]
            if not prefix and s3.stat(bucket, key) is None:
                raise FileNotFoundError(f"s3://{bucket}/{key} does not exist")
        except (ServiceError, OSError) as error:
            message = str(getattr(error, "message", error))
            raise IngestionFailed("S3_FILE_INACCESSIBLE", message) from error
        for each in keys:
            if not each.endswith("/"):
                found = True
                yield s3.path(bucket, each)
    if not found:
        raise IngestionFailed("S3_FILE_INACCESSIBLE", "The manifest names no file that there is")


def _places(manifest: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for location in manifest["fileLocations"]:
        for member, prefix in (("URIs", False), ("URIPrefixes", True)):
            for address in location.get(member, []):
                try:
                    yield (*_parsed(str(address)), prefix)
                except ServiceError as error:
                    raise IngestionFailed("S3_MANIFEST_ERROR", error.message) from error


def _parsed(address: str) -> tuple[str, str]:
    """Bucket and key of an S3 address: s3://, or https:// in either of its styles."""
    parts = urlsplit(address)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    if parts.scheme != "https" or not host.endswith(".amazonaws.com"):
        return parse_uri(address)
    if host.startswith("s3"):
        bucket, _, key = path.partition("/")
        return bucket, key
    return host.split(".s3", 1)[0], path


# The formats


def _read_delimited(
    connection: duckdb.DuckDBPyConnection, source: S3Files, settings: Settings,
    paths: list[Path], target: Path,
) -> Counted:  # fmt: skip
    names = _column_names(paths, settings, list(source.declared))
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    chosen = ", ".join(map(quote, source.declared))
    connection.execute(
        f"COPY (SELECT {chosen} FROM read_csv({path_list(paths)}, auto_detect = false, "  # noqa: S608
        f"columns = {{{columns}}}, delim = {literal(settings['delimiter'])}, "
        f"quote = {literal(settings['quote'])}, escape = {literal(settings['quote'])}, "
        f"header = {settings['header']}, skip = {settings['skip']}, "
        f"ignore_errors = true, store_rejects = true)) TO {path_literal(target)} (FORMAT parquet)"
    )
    counted = connection.execute(
        "SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors"
    ).fetchone()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    return Counted(int(counted[0]) if counted else 0)


def _column_names(paths: list[Path], settings: Settings, declared: list[str]) -> list[str]:
    """The file's columns in their order, by its header where there is one."""
    first = _first_row(paths, settings)
    if first is None:
        return declared
    if settings["header"]:
        if twice := sorted({name for name in first if first.count(name) > 1}):
            raise IngestionFailed("DUPLICATE_COLUMN_NAMES_FOUND", f"Columns given twice: {twice}")
        # A header of other words gives way to the declared names, column by column: Airflow's
        # system test of QuickSight reads a file without a header, and says nothing of one.
        foreign = len(first) == len(declared) and not set(first) & set(declared)
        names = declared if foreign else first
    else:
        names = declared[: len(first)] + [f"\1{n}" for n in range(len(declared), len(first))]
    if missing := [name for name in declared if name not in names]:
        message = f"The files have no column {', '.join(missing)}"
        raise IngestionFailed("SQL_SCHEMA_MISMATCH_ERROR", message)
    return names


def _first_row(paths: list[Path], settings: Settings) -> list[str] | None:
    for path in paths:
        opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
            for _ in range(settings["skip"]):
                file.readline(1 << 20)
            rows = csv.reader(
                iter(lambda: file.readline(1 << 20), ""),
                delimiter=settings["delimiter"], quotechar=settings["quote"],
            )  # fmt: skip
            if row := next(rows, None):
                return row
    return None


def _read_json(
    connection: duckdb.DuckDBPyConnection, source: S3Files, _settings: Settings,
    paths: list[Path], target: Path,
) -> Counted:  # fmt: skip
    chosen = ", ".join(
        f"json_extract_string(json, {literal(_pointer(name))}) AS {quote(name)}"
        for name in source.declared
    )
    connection.execute(
        f"COPY (SELECT {chosen} FROM read_json_objects({path_list(paths)})) "  # noqa: S608
        f"TO {path_literal(target)} (FORMAT parquet)"
    )
    return Counted(0)


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _read_log(
    connection: duckdb.DuckDBPyConnection, source: S3Files, settings: Settings,
    paths: list[Path], target: Path,
) -> Counted:  # fmt: skip
    if len(source.declared) > LOG_FIELDS:
        message = f"A line of the common log format has {LOG_FIELDS} fields at most"
        raise IngestionFailed("SQL_SCHEMA_MISMATCH_ERROR", message)
    fields = ", ".join(
        f"{_log_field(number, kind)} AS {quote(name)}"
        for number, (name, kind) in enumerate(source.declared.items(), start=1)
    )
    lines = (
        f"read_csv({path_list(paths)}, auto_detect = false, columns = {{'line': 'VARCHAR'}}, "
        f"delim = '\x01', quote = '', escape = '', header = false, skip = {settings['skip']})"
    )
    fits = f"regexp_matches(line, {literal(LOG_LINE)})"
    connection.execute(
        f"COPY (SELECT {fields} FROM {lines} WHERE {fits}) "  # noqa: S608
        f"TO {path_literal(target)} (FORMAT parquet)"
    )
    counted = connection.execute(f"SELECT count(*) FROM {lines} WHERE NOT {fits}").fetchone()  # noqa: S608
    return Counted(int(counted[0]) if counted else 0)


def _log_field(number: int, kind: str) -> str:
    text = f"nullif(nullif(regexp_extract(line, {literal(LOG_LINE)}, {number}), '-'), '')"
    if kind == "DATETIME":
        return f"CAST(timezone('UTC', try_strptime({text}, '{LOG_TIME}')) AS VARCHAR)"
    return text


READERS: dict[str, Callable[..., Counted]] = {
    "CSV": _read_delimited,
    "TSV": _read_delimited,
    "JSON": _read_json,
    "CLF": _read_log,
}

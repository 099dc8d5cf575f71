"""Where and how a write stores its rows: by the properties of its statement, or of its table.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.reading.projection import is_projected
from local_aws.services.athena.reading.tables import format_of
from local_aws.services.athena.serdes.base import line_counts, property_of
from local_aws.services.athena.serdes.lazy_simple import Options, options_of

# The compressions of each format, its default first. ORC calls its own ZLIB, Avro DEFLATE.
COMPRESSIONS = {
    "PARQUET": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "ORC": ("ZLIB", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "AVRO": ("DEFLATE", "SNAPPY", "ZSTD", "BZIP2", "NONE"),
    "TEXTFILE": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "BZIP2", "DEFLATE", "NONE"),
    "JSON": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "BZIP2", "DEFLATE", "NONE"),
}
_ALIASES = {"UNCOMPRESSED": "NONE", "ZSTANDARD": "ZSTD", "BZIP": "BZIP2"}
_GZIP = {"ORC": "ZLIB", "AVRO": "DEFLATE"}
_OF_CTAS = {
    "external_location", "is_external", "format", "partitioned_by", "bucketed_by", "bucket_count",
    "write_compression", "orc_compression", "parquet_compression", "compression_level",
    "field_delimiter", "table_type",
}  # fmt: skip
_OF_UNLOAD = {"format", "compression", "compression_level", "field_delimiter", "partitioned_by"}
Properties = dict[str, str | list[str]]


@dataclass(frozen=True)
class Target:
    """`keys` are the partition keys, `buckets` their number and the columns that choose one."""

    location: str
    format: str
    compression: str
    options: Options = field(default_factory=lambda: Options("\x01\x02\x03\x04\x05\x06\x07\x08"))
    keys: tuple[str, ...] = ()
    level: int | None = None
    bucketed_by: tuple[str, ...] = ()
    buckets: int = 0


def _invalid(why: str) -> QueryFailed:
    return QueryFailed("INVALID_TABLE_PROPERTY", why)


def of_ctas(properties: Properties, default: str) -> Target:
    """The target of CREATE TABLE AS; `default` is its location where it names none."""
    if str(properties.get("table_type", "HIVE")).upper() == "ICEBERG":
        raise not_supported("CREATE TABLE AS of an Iceberg table")
    _check_names(properties, _OF_CTAS)
    target = _of(properties, str(properties.get("external_location", default)))
    return replace(target, **_buckets(properties))


def of_unload(properties: Properties, location: str) -> Target:
    _check_names(properties, _OF_UNLOAD)
    if "format" not in properties:
        raise _invalid("The UNLOAD format property is required")
    return _of(properties, location)


def _check_names(properties: Properties, known: set[str]) -> None:
    for name in properties:
        if name not in known:
            raise _invalid(f"Catalog 'awsdatacatalog' table property '{name}' does not exist")


def _of(properties: Properties, location: str) -> Target:
    kind = str(properties.get("format", "PARQUET")).upper()
    if kind == "ION":
        raise not_supported("writing ION")
    if kind not in COMPRESSIONS:
        raise _invalid(
            f"Invalid value for catalog 'awsdatacatalog' table property 'format': {kind}. Supported"
            f" formats: {', '.join(COMPRESSIONS)}"
        )
    compression = _compression(properties, kind)
    level = properties.get("compression_level")
    if level is not None and compression != "ZSTD":
        raise _invalid("compression_level applies to ZSTD only")
    keys = _names(properties, "partitioned_by")
    made = Target(location, kind, compression, keys=keys, level=int(str(level)) if level else None)
    delimiter = properties.get("field_delimiter")
    if delimiter is None:
        return made
    if kind != "TEXTFILE":
        raise _invalid("field_delimiter applies to the format TEXTFILE only")
    if len(str(delimiter)) != 1 or not str(delimiter).isascii():
        raise _invalid(f"field_delimiter must be a single character: {delimiter}")
    separators = str(delimiter) + made.options.separators[1:]
    return replace(made, options=Options(separators))


def _compression(properties: Properties, kind: str) -> str:
    names = ["write_compression", "compression", f"{kind.lower()}_compression"]
    given = [str(properties[name]).upper() for name in names if name in properties]
    if len(given) > 1:
        raise _invalid(f"Only one of {', '.join(names)} may be given")
    for other in ("orc", "parquet"):
        if f"{other}_compression" in properties and kind != other.upper():
            raise _invalid(f"{other}_compression applies to the format {other.upper()} only")
    return checked_compression(given[0] if given else COMPRESSIONS[kind][0], kind)


def checked_compression(name: str, kind: str) -> str:
    known = _ALIASES.get(name, name)
    known = _GZIP.get(kind, known) if known == "GZIP" else known
    if known == "LZO":
        raise not_supported(f"writing {kind} with LZO compression")
    if known not in COMPRESSIONS[kind]:
        raise _invalid(
            f"Compression '{name}' is not supported for format '{kind}'. Supported compressions:"
            f" {', '.join(COMPRESSIONS[kind])}"
        )
    return known


def _names(properties: Properties, name: str) -> tuple[str, ...]:
    found = properties.get(name) or []
    if isinstance(found, str):
        raise _invalid(
            f"Invalid value for catalog 'awsdatacatalog' table property '{name}': Cannot convert"
            f" '{found}' to array(varchar)"
        )
    return tuple(item.lower() for item in found)


def _buckets(properties: Properties) -> dict[str, Any]:
    names = _names(properties, "bucketed_by")
    count = str(properties.get("bucket_count", "0"))
    if not count.isdigit():
        raise _invalid(f"bucket_count must be a whole number: {count}")
    if bool(names) != bool(int(count)):
        raise _invalid("bucketed_by and bucket_count must be specified together")
    return {"bucketed_by": names, "buckets": int(count)}


# --- a table's own


_FORMATS = {
    "parquet": "PARQUET", "orc": "ORC", "avro": "AVRO", "text": "TEXTFILE", "json": "JSON",
    "openx": "JSON",
}  # fmt: skip
_PROPERTIES = {
    "PARQUET": "parquet.compression", "ORC": "orc.compress", "AVRO": "avro.output.codec"
}  # fmt: skip
_INSERTED = {"PARQUET": "SNAPPY", "ORC": "ZLIB"}


def of_table(table: dict[str, Any], keys: tuple[str, ...]) -> Target:
    """How INSERT INTO stores rows of a table."""
    kind = _FORMATS.get(format_of(table))
    name = table["Name"]
    if kind is None:
        raise not_supported(f"INSERT INTO {name}: a table of format {format_of(table)}")
    if (table["StorageDescriptor"].get("NumberOfBuckets") or 0) > 0 and table[
        "StorageDescriptor"
    ].get("BucketColumns"):
        raise not_supported(f"INSERT INTO {name}: a bucketed table")
    if is_projected(table) and property_of(table, "storage.location.template"):
        raise not_supported(f"INSERT INTO {name}: a table with storage.location.template")
    if any(line_counts(table)):
        raise not_supported(f"INSERT INTO {name}: a table with skip.header.line.count")
    given = property_of(table, "write.compression") or property_of(
        table, _PROPERTIES.get(kind, "write.compression")
    )
    compression = checked_compression((given or _INSERTED.get(kind, "NONE")).upper(), kind)
    options = options_of(table) if kind == "TEXTFILE" else Options("\x01\x02\x03")
    return Target(table["StorageDescriptor"]["Location"], kind, compression, options, keys)


@dataclass(frozen=True)
class Made:
    """A file that was written, the values of its partition, and the end of its name."""

    path: Path
    values: tuple[str, ...]
    ending: str

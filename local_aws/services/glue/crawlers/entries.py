"""What a crawler writes into the catalog, name for name and parameter for parameter as AWS does."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from local_aws.services.glue.classifiers.schema import Schema
from local_aws.services.glue.crawlers.grouping import File, Found, Leaf
from local_aws.services.glue.documents import Document, now
from local_aws.services.glue.expressions import NULL_PARTITION

LONGEST_NAME = 128

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_HIVE = "org.apache.hadoop.hive"
_PARQUET = f"{_HIVE}.ql.io.parquet"

# The input format, output format and SerDe of the formats that are no text.
_BINARY = {
    "parquet": (
        f"{_PARQUET}.MapredParquetInputFormat",
        f"{_PARQUET}.MapredParquetOutputFormat",
        f"{_PARQUET}.serde.ParquetHiveSerDe",
    ),
    "orc": (
        f"{_HIVE}.ql.io.orc.OrcInputFormat",
        f"{_HIVE}.ql.io.orc.OrcOutputFormat",
        f"{_HIVE}.ql.io.orc.OrcSerde",
    ),
    "avro": (
        f"{_HIVE}.ql.io.avro.AvroContainerInputFormat",
        f"{_HIVE}.ql.io.avro.AvroContainerOutputFormat",
        f"{_HIVE}.serde2.avro.AvroSerDe",
    ),
}


@dataclass(frozen=True)
class Origin:
    """Where a table comes from: what all entries of one target share."""

    crawler: str
    bucket: str
    prefix: str = ""  # of the target, below the bucket
    exclusions: tuple[str, ...] = ()


def table_name(prefix: str, bucket: str, root: Sequence[str]) -> str:
    """The prefix and the root folder's name; the bucket's where the root is the bucket."""
    name = f"{prefix}{root[-1] if root else bucket}"
    return re.sub(r"[^a-z0-9_]", "_", name.lower())[:LONGEST_NAME]


def distinct_name(name: str, location: str) -> str:
    """The name for a table whose own is taken by one of another place."""
    digest = hashlib.md5(location.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: LONGEST_NAME - len(digest) - 1]}_{digest}"


def location(bucket: str, found: Found | Leaf) -> str:
    """The folder's address, with a slash at its end; a file's without."""
    if isinstance(found, Found):
        return _address(bucket, found.root, found.is_file)
    return _address(bucket, found.path, False)


def _address(bucket: str, path: Sequence[str], is_file: bool) -> str:
    return "/".join(("s3:/", bucket, *path)) + ("" if is_file else "/")


def table_input(origin: Origin, found: Found, name: str) -> Document:
    """The table for CreateTable."""
    parameters = _parameters(origin, found.schema, found.files)
    place = location(origin.bucket, found)
    return {
        "Name": name,
        "Owner": "owner",
        "LastAccessTime": now(),
        "Retention": 0,
        "StorageDescriptor": _storage(found.schema, place, parameters),
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in partition_keys(found)],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
    }


def partition_inputs(origin: Origin, found: Found) -> dict[tuple[str, ...], Document]:
    """The partitions by their values."""
    if not found.depth:
        return {}
    return {
        values: {
            "Values": list(values),
            "LastAccessTime": now(),
            "StorageDescriptor": _storage(
                leaf.schema,
                location(origin.bucket, leaf),
                parameters := _parameters(origin, leaf.schema, leaf.files),
            ),
            "Parameters": parameters,
        }
        for values, leaf in _by_values(found)
    }


def partition_keys(found: Found) -> list[str]:
    """``year`` where all folders of a level are ``year=...``, else ``partition_<level>``."""
    keys: list[str] = []
    for i in range(found.depth):
        key = _key(_level(found, i))
        keys.append(key if key and key not in keys else f"partition_{i}")
    return keys


def places(bucket: str, found: Found) -> list[str]:
    """The addresses of the folders that a table's files are in."""
    return [location(bucket, leaf) for leaf in found.leaves]


def _level(found: Found, index: int) -> set[str]:
    return {leaf.path[len(found.root) + index] for leaf in found.leaves}


def _key(folders: Iterable[str]) -> str | None:
    keys = {folder.partition("=")[0].lower() if "=" in folder else "" for folder in folders}
    key = keys.pop()
    return key if key and not keys else None


def _by_values(found: Found) -> Iterable[tuple[tuple[str, ...], Leaf]]:
    named = [_key(_level(found, i)) is not None for i in range(found.depth)]
    for leaf in found.leaves:
        folders = leaf.path[len(found.root) :]
        values = (_value(f, n) for f, n in zip(folders, named, strict=True))
        yield tuple(values), leaf


def _value(folder: str, named: bool) -> str:
    if not named:
        return folder
    # Hive writes what a folder's name cannot hold as %3A and the like.
    return unquote(folder.partition("=")[2]) or NULL_PARTITION


def _storage(schema: Schema, place: str, parameters: dict[str, str]) -> Document:
    return {
        "Columns": [{"Name": column.name, "Type": column.type} for column in schema.columns],
        "Location": place,
        **_formats(schema),
        "Compressed": schema.compression != "none",
        "NumberOfBuckets": -1,
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters,
        "StoredAsSubDirectories": False,
    }


def _formats(schema: Schema) -> Document:
    if schema.classification in _BINARY:
        read, written, serde = _BINARY[schema.classification]
        literal = {"avro.schema.literal": schema.avro} if schema.avro else {}
        parameters = {"serialization.format": "1", **literal}
        info = {"SerializationLibrary": serde, "Parameters": parameters}
        return {"InputFormat": read, "OutputFormat": written, "SerdeInfo": info}
    info = _text_serde(schema)
    text = {"InputFormat": _TEXT_INPUT, "OutputFormat": _TEXT_OUTPUT, "SerdeInfo": info}
    return text if info else {"SerdeInfo": {}}


def _text_serde(schema: Schema) -> Document:
    if schema.quote:
        return {
            "SerializationLibrary": f"{_HIVE}.serde2.OpenCSVSerde",
            "Parameters": {"quoteChar": schema.quote, "separatorChar": schema.delimiter},
        }
    if schema.classification == "csv":
        return {
            "SerializationLibrary": f"{_HIVE}.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": schema.delimiter},
        }
    if schema.classification == "json":
        return {
            "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
            "Parameters": {"paths": ",".join(sorted(schema.paths))},
        }
    return {}


def _parameters(origin: Origin, schema: Schema, files: Sequence[File]) -> dict[str, str]:
    parameters = {
        "CrawlerSchemaSerializerVersion": "1.0",
        "CrawlerSchemaDeserializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": origin.crawler,
        "classification": schema.classification,
        "compressionType": schema.compression,
        "typeOfData": "file",
        **_statistics(files),
    }
    if schema.classification == "csv":
        parameters |= {
            "delimiter": schema.delimiter,
            "columnsOrdered": "true",
            "areColumnsQuoted": str(schema.quoted).lower(),
        }
    if schema.header:
        parameters["skip.header.line.count"] = "1"
    if schema.json_path:
        parameters["jsonPath"] = schema.json_path
    if schema.avro:
        parameters["avro.schema.literal"] = schema.avro
    if origin.exclusions:
        below = "/".join(("s3:/", origin.bucket, *filter(None, origin.prefix.split("/"))))
        excluded = [f"{below}/{glob}" for glob in origin.exclusions]
        parameters["exclusions"] = json.dumps(excluded, separators=(",", ":"))
    return parameters


def _statistics(files: Sequence[File]) -> dict[str, str]:
    """Counted where the format knows its records, else from the size of a record."""
    size = sum(file.size for file in files)
    read = [file.found for file in files if file.found is not None]
    counted = sum(found.records or 0 for found in read)
    if read and all(found.records is not None for found in read):
        average = sum(found.size for found in read) // max(counted, 1)
    else:
        average = sum(found.record_size for found in read) // max(len(read), 1)
    exact = len(read) == len(files) and all(found.records is not None for found in read)
    return {
        "objectCount": str(len(files)),
        "sizeKey": str(size),
        "recordCount": str(counted if exact else max(size // max(average, 1), 1)),
        "averageRecordSize": str(average),
    }

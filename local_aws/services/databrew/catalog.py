"""Tables of Glue's Data Catalog as data sets and as outputs.

A table's files are read with the names and, where the file has none, the types that the catalog
tells; partitions' values become columns behind the others. They are written in its format and with
its columns; the table has to be there, and neither it nor its partitions are changed.
https://docs.aws.amazon.com/databrew/latest/dg/datasets.html
https://docs.aws.amazon.com/databrew/latest/dg/API_DataCatalogOutput.html
"""

from collections.abc import Iterator
from typing import Any

from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.databrew.errors import ValidationException
from local_aws.services.databrew.selection import hidden
from local_aws.services.s3.model import parse_uri

Document = dict[str, Any]
# The kinds of Hive's types that a text can be; what is no text says its own type.
KINDS = {
    "tinyint": "byte", "smallint": "short", "int": "int", "integer": "int", "bigint": "long",
    "float": "float", "double": "double", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp", "string": "string",
}  # fmt: skip
_LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_FORMATS = {
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "PARQUET",
    "org.openx.data.jsonserde.JsonSerDe": "JSON",
    "org.apache.hive.hcatalog.data.JsonSerDe": "JSON",
    _LAZY: "CSV",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "CSV",
}
_WRITTEN = _FORMATS | {"org.apache.hadoop.hive.ql.io.orc.OrcSerde": "ORC"}
_DELIMITERS = ("field.delim", "separatorChar", "delimiter")


def source_of(platform: Platform, given: Document) -> Document:
    """What a run's process is told to read. Raises ValidationException for what it could not."""
    table = table_of(platform, given)
    form = _FORMATS[table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]]
    keys = table.get("PartitionKeys") or []
    paths, values = [], []
    for location, of_partition in _places(platform, table, bool(keys)):
        for path in _files(platform, location):
            paths.append(path)
            values.append(of_partition)
    return {
        "uri": table["StorageDescriptor"]["Location"],
        "format": form,
        "paths": paths,
        "options": _options(table) if form == "CSV" else {},
        "columns": {
            key["Name"]: (_kind(key), [each[i] for each in values]) for i, key in enumerate(keys)
        },
        "schema": _schema(table) if form == "CSV" else {},
    }


def target_of(platform: Platform, given: Document) -> Document:
    """Where a run writes what of a DataCatalogOutput: as an element of Outputs, and its `file`.

    Raises ValidationException for a table that is not there or could not be written.
    """
    table = _table(platform, given, _WRITTEN)
    if table.get("PartitionKeys"):
        raise ValidationException(
            f"DataCatalogOutputs to a table with partition keys, {table['Name']}, is not supported"
        )
    form = _WRITTEN[table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]]
    csv = _options(table)["Csv"] if form == "CSV" else {"Delimiter": ",", "HeaderRow": True}
    bucket, key = parse_uri(table["StorageDescriptor"]["Location"])
    elsewhere = (given.get("S3Options") or {}).get("Location")
    return {
        "Location": elsewhere or {"Bucket": bucket, "Key": key},
        "Overwrite": given.get("Overwrite", False),
        "file": {
            "format": form,
            "delimiter": csv["Delimiter"],
            "header": csv["HeaderRow"],
            "partition_columns": [],
            "columns": _schema(table),
        },
    }


def table_of(platform: Platform, given: Document) -> Document:
    """The table, if its files can be read."""
    table = _table(platform, given, _FORMATS)
    if _FORMATS[table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]] == "CSV":
        _schema(table)
    return table


def _table(platform: Platform, given: Document, formats: dict[str, str]) -> Document:
    database, name = given["DatabaseName"], given["TableName"]
    if given.get("CatalogId") not in (None, platform.account_id):
        raise ValidationException("A table of another account's catalog is not supported")
    try:
        table = platform.glue.get_table(database, name)
    except ServiceError as error:
        raise ValidationException(error.message) from error
    storage = table.get("StorageDescriptor") or {}
    library = (storage.get("SerdeInfo") or {}).get("SerializationLibrary")
    if not str(storage.get("Location", "")).startswith("s3://"):
        raise ValidationException(f"The table {database}.{name} has no location in S3")
    if library not in formats:
        raise ValidationException(
            f"The table {database}.{name} has the serde {library}, which is not supported"
        )
    return table


def _schema(table: Document) -> dict[str, str]:
    return {column["Name"]: _kind(column) for column in table["StorageDescriptor"]["Columns"]}


def _kind(column: Document) -> str:
    kind = KINDS.get(column.get("Type", "string").lower())
    if kind is None:
        raise ValidationException(
            f"The column {column['Name']} of type {column['Type']} is not supported"
        )
    return kind


def _options(table: Document) -> Document:
    storage = table["StorageDescriptor"]
    of_serde = storage["SerdeInfo"].get("Parameters") or {}
    of_table = table.get("Parameters") or {}
    told = [of_serde[name] for name in _DELIMITERS if of_serde.get(name)]
    skipped = of_table.get("skip.header.line.count", "0")
    default = "\x01" if storage["SerdeInfo"]["SerializationLibrary"] == _LAZY else ","
    return {"Csv": {"Delimiter": told[0] if told else default, "HeaderRow": skipped != "0"}}


def _places(
    platform: Platform, table: Document, partitioned: bool
) -> Iterator[tuple[str, list[str]]]:
    """Folders, each with its partition's values."""
    if not partitioned:
        yield table["StorageDescriptor"]["Location"], []
        return
    for found in platform.glue.get_partitions(table["DatabaseName"], table["Name"]):
        yield found["StorageDescriptor"]["Location"], found["Values"]


def _files(platform: Platform, location: str) -> Iterator[str]:
    bucket, key = parse_uri(location)
    folder = f"{key.rstrip('/')}/" if key else ""
    for found in platform.s3.list(bucket, folder):
        if found.size and not hidden(found.key.removeprefix(folder)):
            yield str(platform.s3.path_of(bucket, found))

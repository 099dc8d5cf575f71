"""The catalog's form of a table: which SerDe and formats each STORED AS stands for."""

from __future__ import annotations

import time
from typing import Any

from local_aws.services.athena.errors import semantic

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
JSON_SERDE = "org.openx.data.jsonserde.JsonSerDe"

# STORED AS: input format, output format, SerDe
# https://docs.aws.amazon.com/athena/latest/ug/create-table.html
FORMATS = {
    "TEXTFILE": (_TEXT_INPUT, _TEXT_OUTPUT, _LAZY),
    "PARQUET": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "ORC": (
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
    "AVRO": (
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    "SEQUENCEFILE": (
        "org.apache.hadoop.mapred.SequenceFileInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
        _LAZY,
    ),
    "RCFILE": (
        "org.apache.hadoop.hive.ql.io.RCFileInputFormat",
        "org.apache.hadoop.hive.ql.io.RCFileOutputFormat",
        "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
    ),
    "ION": (
        "com.amazon.ionhiveserde.formats.IonInputFormat",
        "com.amazon.ionhiveserde.formats.IonOutputFormat",
        "com.amazon.ionhiveserde.IonHiveSerDe",
    ),
}
# The formats of CREATE TABLE AS: JSON is none of STORED AS.
CTAS_FORMATS = FORMATS | {"JSON": (_TEXT_INPUT, _TEXT_OUTPUT, JSON_SERDE)}


def storage(
    args: dict[str, Any], formats: dict[str, tuple[str, str, str]] = FORMATS
) -> dict[str, Any]:
    """The storage descriptor of CREATE EXTERNAL TABLE's clauses."""
    name = args.get("stored_as", "TEXTFILE")
    if name not in formats:
        raise semantic(f"Unrecognized file format in STORED AS clause: '{name}'")
    read, write, serde = formats[name]
    properties = dict(args.get("serde_properties", {}))
    library = args.get("serde", serde)
    if not properties and library in (_LAZY, FORMATS["PARQUET"][2], FORMATS["ORC"][2]):
        properties["serialization.format"] = "1"
    return {
        "Columns": args["columns"],
        "Location": args["location"],
        "InputFormat": args.get("input_format", read),
        "OutputFormat": args.get("output_format", write),
        "Compressed": False,
        "NumberOfBuckets": args.get("buckets", -1),
        "BucketColumns": args.get("bucket_columns", []),
        "SortColumns": [],
        "StoredAsSubDirectories": False,
        "SerdeInfo": {"SerializationLibrary": library, "Parameters": properties},
    }


def check_columns(columns: list[dict[str, Any]], keys: list[dict[str, Any]]) -> None:
    """Each name once, a partition key's among them."""
    seen: set[str] = set()
    for column in columns:
        if column["Name"] in seen:
            raise semantic(f"[Error 10036]: Duplicate column name: {column['Name']}")
        seen.add(column["Name"])
    for key in keys:
        if key["Name"] in seen:
            raise semantic(f"[Error 10035]: Column repeated in partitioning columns: {key['Name']}")
        seen.add(key["Name"])


def table_input(name: str, args: dict[str, Any]) -> dict[str, Any]:
    """The TableInput of CREATE EXTERNAL TABLE."""
    check_columns(args["columns"], args.get("partitions", []))
    for column in args.get("bucket_columns", []):
        if column not in [c["Name"] for c in args["columns"]]:
            raise semantic(f"[Error 10002]: Invalid column reference {column}")
    parameters = {
        "EXTERNAL": "TRUE",
        "transient_lastDdlTime": str(int(time.time())),
        **args.get("properties", {}),
    }
    body = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": storage(args),
        "PartitionKeys": args.get("partitions", []),
        "Parameters": parameters,
    }
    if args.get("comment"):
        body["Description"] = args["comment"]
        parameters["comment"] = args["comment"]
    return body

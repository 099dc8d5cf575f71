"""The catalog's form of a table: which SerDe and formats each STORED AS stands for."""

from __future__ import annotations

from typing import Any

from local_aws.services.athena.errors import semantic

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
JSON_SERDE = "org.openx.data.jsonserde.JsonSerDe"

# STORED AS: input format, output format, SerDe
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
    "JSON": (_TEXT_INPUT, _TEXT_OUTPUT, JSON_SERDE),
}


def storage(args: dict[str, Any]) -> dict[str, Any]:
    """The storage descriptor of CREATE EXTERNAL TABLE's clauses."""
    name = args.get("stored_as", "TEXTFILE")
    if name not in FORMATS:
        raise semantic(f"Unrecognized file format in STORED AS clause: '{name}'")
    read, write, serde = FORMATS[name]
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


def table_input(name: str, args: dict[str, Any]) -> dict[str, Any]:
    """The TableInput of CREATE EXTERNAL TABLE."""
    parameters = {"EXTERNAL": "TRUE", **args.get("properties", {})}
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

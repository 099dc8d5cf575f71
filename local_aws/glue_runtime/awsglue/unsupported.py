"""What the script library refuses, by AWS's own names, and how it refuses."""

from typing import Any, NoReturn

FORMATS = ("avro", "ion", "grokLog", "xml", "iceberg", "delta", "hudi", "excel")
CONNECTION_TYPES = (
    "bigquery", "custom.jdbc", "custom.spark", "custom.athena", "dynamodb", "documentdb", "kafka",
    "kinesis", "marketplace.jdbc", "marketplace.spark", "marketplace.athena", "mongodb", "mysql",
    "opensearch", "oracle", "postgresql", "redshift", "snowflake", "sqlserver", "teradata",
)  # fmt: skip
TRANSFORMS = (
    "EvaluateDataQuality", "FillMissingValues", "FindIncrementalMatches", "FindMatches",
)  # fmt: skip
CONTEXT = (
    "create_sample_dynamic_frame_from_catalog", "create_sample_dynamic_frame_from_options",
    "extract_jdbc_conf", "forEachBatch", "transition_s3_path", "transition_table",
    "write_dynamic_frame_from_jdbc_conf", "write_from_jdbc_conf",
)  # fmt: skip
FRAME = ("pivot_to_columns", "simplify_ddb_json")

UNSUPPORTED = (
    *(f"format={name}" for name in FORMATS),
    *(f"connection_type={name}" for name in CONNECTION_TYPES),
    *TRANSFORMS,
    *(f"GlueContext.{name}" for name in CONTEXT),
    *(f"DynamicFrame.{name}" for name in FRAME),
)


def refuse(what: str) -> NoReturn:
    """Raise the error that names it."""
    raise NotImplementedError(f"{what} is not supported by local_aws")


def refuse_unknown(what: str, given: dict[str, Any], known: Any) -> None:
    """Refuse the options of a call that nothing here reads."""
    unknown = [name for name in given if name not in known]
    if unknown:
        refuse(f"{what}: {', '.join(unknown)}")

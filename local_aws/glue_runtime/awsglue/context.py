"""GlueContext: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html"""

from typing import Any

from .catalog import read_table
from .dynamicframe import DynamicFrame

FORMATS = ("csv", "json", "parquet")
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-csv-home.html
CSV_OPTIONS = {
    "separator": "sep",
    "withHeader": "header",
    "writeHeader": "header",
    "quoteChar": "quote",
    "escaper": "escape",
    "multiLine": "multiLine",
    "multiline": "multiLine",
}


class GlueContext:
    """The entry to Spark and to Glue's readers and writers."""

    def __init__(self, sparkContext: Any, **_: Any) -> None:  # noqa: N803
        from pyspark.sql import SparkSession

        self._sc = sparkContext
        self.spark_session = SparkSession.builder.getOrCreate()
        self.create_dynamic_frame = _Readers(self)
        self.write_dynamic_frame = _Writers(self)

    def get_logger(self) -> Any:
        """Log4j's logger, whose lines go to /aws-glue/jobs/error."""
        return self._sc._jvm.org.apache.log4j.Logger.getLogger("GlueLogger")

    def create_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: dict[str, Any] | None = None,
        format: str | None = None,
        format_options: dict[str, Any] | None = None,
        transformation_ctx: str = "",
        **_: Any,
    ) -> DynamicFrame:
        """Read CSV, JSON or Parquet from S3."""
        options = connection_options or {}
        kind = _format("create_dynamic_frame.from_options", connection_type, format)
        reader = self.spark_session.read.format(kind).options(**_options(kind, format_options))
        if options.get("recurse"):
            reader = reader.option("recursiveFileLookup", "true")
        return DynamicFrame(reader.load(options["paths"]), self, transformation_ctx)

    def create_dynamic_frame_from_catalog(
        self,
        database: str,
        table_name: str,
        redshift_tmp_dir: str = "",  # noqa: ARG002
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: dict[str, Any] | None = None,
        **_: Any,
    ) -> DynamicFrame:
        """Read a table of the Data Catalog; the predicate chooses among its partitions."""
        if additional_options:
            raise NotImplementedError(f"from_catalog(additional_options={additional_options})")
        df = read_table(self.spark_session, database, table_name, push_down_predicate)
        return DynamicFrame(df, self, transformation_ctx)

    def write_dynamic_frame_from_options(
        self,
        frame: DynamicFrame,
        connection_type: str,
        connection_options: dict[str, Any] | None = None,
        format: str | None = None,
        format_options: dict[str, Any] | None = None,
        transformation_ctx: str = "",  # noqa: ARG002
        **_: Any,
    ) -> DynamicFrame:
        """Add files to S3: Glue never overwrites."""
        options = connection_options or {}
        kind = _format("write_dynamic_frame.from_options", connection_type, format)
        writer = frame.toDF().write.format(kind).mode("append")
        writer = writer.options(**_options(kind, format_options))
        if options.get("partitionKeys"):
            writer = writer.partitionBy(*options["partitionKeys"])
        if options.get("compression"):
            writer = writer.option("compression", options["compression"])
        writer.save(options["path"])
        return frame

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotImplementedError(f"GlueContext.{name} is not supported by local_aws")


class _Readers:
    def __init__(self, context: GlueContext) -> None:
        self.from_options = context.create_dynamic_frame_from_options
        self.from_catalog = context.create_dynamic_frame_from_catalog

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"create_dynamic_frame.{name} is not supported by local_aws")


class _Writers:
    def __init__(self, context: GlueContext) -> None:
        self.from_options = context.write_dynamic_frame_from_options

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"write_dynamic_frame.{name} is not supported by local_aws")


def _format(operation: str, connection_type: str, kind: str | None) -> str:
    if connection_type != "s3":
        raise NotImplementedError(f"{operation}(connection_type='{connection_type}')")
    if kind not in FORMATS:
        raise NotImplementedError(f"{operation}(format={kind!r})")
    return str(kind)


def _options(kind: str, given: dict[str, Any] | None) -> dict[str, Any]:
    """Glue's format options as Spark's."""
    options = dict(given or {})
    if kind == "csv":
        unknown = [name for name in options if name not in CSV_OPTIONS]
        known = {CSV_OPTIONS[name]: _text(options[name]) for name in options if name in CSV_OPTIONS}
    else:
        unknown = [name for name in options if name not in ("compression", "multiline")]
        known = {name: _text(value) for name, value in options.items()}
    if unknown:
        raise NotImplementedError(f"format_options of {kind}: {', '.join(unknown)}")
    return known


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

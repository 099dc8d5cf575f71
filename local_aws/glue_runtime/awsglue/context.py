"""GlueContext: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html"""

from typing import Any, ClassVar

from pyspark.sql import functions as F  # noqa: N812

from . import files, readers, storage, tables
from .bookmarks import Bookmarks
from .catalog import Catalog
from .choice import column, is_choice, members
from .dynamicframe import DynamicFrame, DynamicFrameCollection
from .records import infer, to_frame
from .sinks import DataSink
from .unsupported import refuse

Options = dict[str, Any]
METRICS = "spark.local_aws.metrics"
"""The setting that names the file for the figures of a run with --enable-metrics."""

GRANULARITIES = ("year", "month", "day", "hour", "minute")


class GlueContext:
    """The entry to Spark and to Glue's readers and writers."""

    # Of the run, and so of its process: a script may make several contexts.
    bookmarks: ClassVar[Bookmarks | None] = None
    metered: ClassVar[Any] = None

    def __init__(self, sparkContext: Any, **_: Any) -> None:
        from pyspark.sql import SparkSession

        self._sc = getattr(sparkContext, "sparkContext", sparkContext)
        self.spark_session = SparkSession.builder.getOrCreate()
        self._begin_metrics()
        self.catalog = Catalog()
        self.create_dynamic_frame = _Verbs(self, "create_dynamic_frame")
        self.create_data_frame = _Verbs(self, "create_data_frame")
        self.write_dynamic_frame = _Verbs(self, "write_dynamic_frame")
        self.write_data_frame = _Verbs(self, "write_data_frame")

    def _begin_metrics(self) -> None:
        """A run with --enable-metrics has them from its first GlueContext on, as on AWS."""
        context: Any = self.spark_session.sparkContext
        file = self.spark_session.conf.get(METRICS, "")
        if file and GlueContext.metered is not context:
            context._jvm.local_aws.RunMetrics.begin(context._jsc.sc(), file)
            GlueContext.metered = context

    @property
    def sparkSession(self) -> Any:
        return self.spark_session

    @property
    def sparkContext(self) -> Any:
        return self._sc

    def sql(self, query: str) -> Any:
        """Spark's SQL."""
        return self.spark_session.sql(query)

    @property
    def read(self) -> Any:
        return self.spark_session.read

    def createDataFrame(self, *args: Any, **kwargs: Any) -> Any:
        return self.spark_session.createDataFrame(*args, **kwargs)

    def get_logger(self) -> Any:
        """Log4j's logger, whose lines go to /aws-glue/jobs/error."""
        return self._sc._jvm.org.apache.log4j.Logger.getLogger("GlueLogger")

    # Reading

    def create_dynamic_frame_from_options(
        self, connection_type: str, connection_options: Options | None = None,
        format: str | None = None, format_options: Options | None = None,
        transformation_ctx: str = "", push_down_predicate: str = "", **_: Any,
    ) -> DynamicFrame:  # fmt: skip
        """Read files of S3."""
        if connection_type not in ("s3", "file"):
            refuse(f"connection_type={connection_type}")
        if push_down_predicate:
            refuse("create_dynamic_frame.from_options: push_down_predicate")
        options = dict(connection_options or {})
        files.check_options("connection_options of s3", options)
        paths = options.get("paths") or options.get("path") or []
        paths = [paths] if isinstance(paths, str) else list(paths)
        if not paths:
            raise ValueError("connection_options of s3: there are no paths")
        bookmark = self._bookmark(transformation_ctx, options)
        chosen = files.select(self.spark_session, paths, options, bookmark)
        df = readers.read(self.spark_session, format, chosen, dict(format_options or {}))
        return DynamicFrame(df, self, transformation_ctx)

    def create_dynamic_frame_from_catalog(
        self, database: str, table_name: str, redshift_tmp_dir: str = "",
        transformation_ctx: str = "", push_down_predicate: str = "",
        additional_options: Options | None = None, catalog_id: str | None = None,
        **_: Any,
    ) -> DynamicFrame:  # fmt: skip
        """Read a table of the Data Catalog; the predicates choose among its partitions."""
        options = dict(additional_options or {})
        df = tables.read_table(
            self.spark_session,
            self.catalog,
            self.catalog.table(database, table_name),
            push_down_predicate,
            options,
            self._bookmark(transformation_ctx, options),
        )
        return DynamicFrame(df, self, transformation_ctx)

    def create_dynamic_frame_from_rdd(
        self, data: Any, name: str, schema: Any = None, sample_ratio: float | None = None,
        transformation_ctx: str = "", **_: Any,
    ) -> DynamicFrame:  # fmt: skip
        """An RDD of dicts, or of what Spark itself makes a DataFrame of."""
        if schema is None and sample_ratio is None and isinstance(data.first(), dict):
            df = to_frame(self.spark_session, data, infer(data))
        else:
            df = self.spark_session.createDataFrame(data, schema, sample_ratio)
        return DynamicFrame(df, self, transformation_ctx or name)

    def create_data_frame_from_options(self, *args: Any, **kwargs: Any) -> Any:
        """As `create_dynamic_frame_from_options`, as Spark's DataFrame."""
        return self.create_dynamic_frame_from_options(*args, **kwargs).toDF()

    def create_data_frame_from_catalog(
        self, database: str, table_name: str, transformation_ctx: str = "",
        additional_options: Options | None = None, **others: Any,
    ) -> Any:  # fmt: skip
        """A table as Spark's DataFrame: its columns are of the catalog's types."""
        frame = self.create_dynamic_frame_from_catalog(
            database, table_name, "", transformation_ctx, "", additional_options, **others
        )
        types = self.catalog.types(database, table_name)
        return frame._df.select(*(_typed(f, types) for f in frame._df.schema.fields))

    def getSource(
        self, connection_type: str, transformation_ctx: str = "", **options: Any
    ) -> "DataSource":
        """A source whose format is set later."""
        return DataSource(self, connection_type, transformation_ctx, options)

    def add_ingestion_time_columns(self, dataFrame: Any, timeGranularity: str = "") -> Any:
        """Columns ingest_year ... of now."""
        if timeGranularity not in ("day", "hour", "minute"):
            raise ValueError(f"timeGranularity: day, hour or minute, not {timeGranularity!r}")
        now, df = F.current_timestamp(), dataFrame
        for part in GRANULARITIES[: GRANULARITIES.index(timeGranularity) + 1]:
            made = {"day": F.dayofmonth}.get(part) or getattr(F, part)
            df = df.withColumn(f"ingest_{part}", made(now))
        return df

    # Writing

    def getSink(
        self, connection_type: str, format: str | None = None,
        transformation_ctx: str = "", **options: Any,
    ) -> DataSink:  # fmt: skip
        """A sink whose format and table are set later."""
        return DataSink(self, connection_type, format, options)

    def write_dynamic_frame_from_options(
        self, frame: Any, connection_type: str, connection_options: Options | None = None,
        format: str | None = None, format_options: Options | None = None,
        transformation_ctx: str = "", **_: Any,
    ) -> Any:  # fmt: skip
        """Add files to S3; a collection's frames each."""
        sink = self.getSink(
            connection_type, format, transformation_ctx, **(connection_options or {})
        )
        if format is not None:
            sink.setFormat(format, **(format_options or {}))
        return sink.write(frame)

    def write_from_options(
        self, frame_or_dfc: Any, connection_type: str, connection_options: Options | None = None,
        format: str | None = None, format_options: Options | None = None,
        transformation_ctx: str = "", **_: Any,
    ) -> Any:  # fmt: skip
        """As `write_dynamic_frame_from_options`."""
        return self.write_dynamic_frame_from_options(
            frame_or_dfc, connection_type, connection_options, format, format_options,
            transformation_ctx,
        )  # fmt: skip

    def write_dynamic_frame_from_catalog(
        self, frame: Any, database: str, table_name: str, redshift_tmp_dir: str = "",
        transformation_ctx: str = "", additional_options: Options | None = None,
        catalog_id: str | None = None, **_: Any,
    ) -> Any:  # fmt: skip
        """Add files at a table's location, in the table's format."""
        table = self.catalog.table(database, table_name)
        options = {
            "path": table.location,
            "partitionKeys": [name for name, _ in table.keys],
            **(additional_options or {}),
        }
        of_format = table.format_options()
        if of_format.pop("skipFirst", None) is not None:
            of_format["writeHeader"] = table.format_options()["skipFirst"]
        sink = self.getSink("s3", None, transformation_ctx, **options)
        sink.setFormat(table.format, **of_format)
        sink.setCatalogInfo(database, table_name)
        return sink.write(frame)

    def write_data_frame_from_options(self, frame: Any, *args: Any, **kwargs: Any) -> Any:
        """As `write_dynamic_frame_from_options`, of Spark's DataFrame."""
        self.write_dynamic_frame_from_options(DynamicFrame(frame, self), *args, **kwargs)
        return frame

    def write_data_frame_from_catalog(self, frame: Any, *args: Any, **kwargs: Any) -> Any:
        """As `write_dynamic_frame_from_catalog`, of Spark's DataFrame."""
        self.write_dynamic_frame_from_catalog(DynamicFrame(frame, self), *args, **kwargs)
        return frame

    # Files

    def purge_s3_path(
        self,
        s3_path: str,
        options: Options | None = None,
        transformation_ctx: str = "",
    ) -> None:
        """Delete files that are older than the retention period, of a week unless given."""
        storage.purge_path(self._sc, s3_path, dict(options or {}))

    def purge_table(
        self, database: str, table_name: str, options: Options | None = None,
        transformation_ctx: str = "", catalog_id: str | None = None,
    ) -> None:  # fmt: skip
        """The same for a table's files, and the partitions that have none left."""
        storage.purge_table(self, database, table_name, dict(options or {}))

    def _bookmark(self, name: str, options: Options) -> Any:
        return self.bookmarks.source(name, options) if self.bookmarks else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return refuse(f"GlueContext.{name}")


class _Verbs:
    """``create_dynamic_frame.from_options`` beside ``create_dynamic_frame_from_options``."""

    def __init__(self, context: GlueContext, verb: str) -> None:
        self._context = context
        self._verb = verb

    def __getattr__(self, name: str) -> Any:
        full = f"{self._verb}_{name}"
        if name.startswith("_") or not hasattr(type(self._context), full):
            return refuse(f"{self._verb}.{name}")
        return getattr(self._context, full)


class DataSource:
    """What `getSource` gives.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html#aws-glue-api-crawler-pyspark-extensions-types-awsglue-data-source
    """

    def __init__(
        self, context: GlueContext, connection_type: str, transformation_ctx: str, options: Options
    ) -> None:
        self._context = context
        self._connection_type = connection_type
        self._transformation_ctx = transformation_ctx
        self._options = options
        self._format: str | None = None
        self._format_options: Options = {}

    def setFormat(self, format: str, **options: Any) -> None:
        """The format, and its options."""
        self._format = format
        self._format_options = options

    def getFrame(self, **_: Any) -> DynamicFrame:
        """The records."""
        return self._context.create_dynamic_frame_from_options(
            self._connection_type, self._options, self._format, self._format_options,
            self._transformation_ctx,
        )  # fmt: skip


def _typed(field: Any, types: dict[str, str]) -> Any:
    """A choice as the value of the catalog's type; NULL where it is none."""
    col = column(field.name)
    if not is_choice(field.dataType):
        return col
    found = [name for kind, name, _ in members(field.dataType) if kind != "string"]
    known = field.name.lower() in {name.lower() for name in types}
    return col.getField(found[0]).alias(field.name) if known and len(found) == 1 else col


__all__ = ["DataSink", "DataSource", "DynamicFrame", "DynamicFrameCollection", "GlueContext"]

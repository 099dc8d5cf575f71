"""Sinks that keep the Data Catalog in step with what they write.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
With `enableUpdateCatalog` the table is made where there is none. An existing one gets the frame's
schema (UPDATE_IN_DATABASE) or keeps its own (LOG; then partitions are added only where the table
has all of the frame's columns). The folders that were written are registered as partitions.
"""

import time
from typing import Any
from urllib.parse import unquote

from . import files, writers
from .catalog import Catalog, Table
from .unsupported import refuse

UPDATE, LOG = "UPDATE_IN_DATABASE", "LOG"
BATCH = 100
FORMATS: dict[str, tuple[str, str, str]] = {
    "csv": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
    "orc": (
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
    "parquet": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
}


class DataSink:
    """What `getSink` gives.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html#aws-glue-api-crawler-pyspark-extensions-types-awsglue-data-sink
    """

    def __init__(
        self, glue_ctx: Any, connection_type: str, format: str | None, options: dict[str, Any]
    ) -> None:
        self._glue_ctx = glue_ctx
        self._connection_type = connection_type
        self._format = format
        self._format_options: dict[str, Any] = {}
        self._options = options
        self._target: tuple[str, str] | None = None

    def setFormat(self, format: str, **options: Any) -> None:
        """The format, and its options."""
        self._format = format
        self._format_options = options

    def setCatalogInfo(
        self,
        catalogDatabase: str,
        catalogTableName: str,
        catalogId: str = "",
    ) -> None:
        """The table to keep in step."""
        self._target = (catalogDatabase, catalogTableName)

    def setAccumulableSize(self, size: int) -> None:
        """It bounds what error records take on AWS; they take no driver memory here."""

    def writeFrame(self, dynamic_frame: Any, info: str = "") -> Any:
        """Write the records."""
        begun = time.time()
        df = dynamic_frame._settle()
        write_s3(self._connection_type, df, self._format, self._options, self._format_options)
        if str(self._options.get("enableUpdateCatalog", False)).lower() == "true":
            if self._target is None:
                raise ValueError("enableUpdateCatalog: setCatalogInfo was not called")
            options = {**self._options, "format": self._format, **self._format_options}
            update(self._glue_ctx, df, self._target, options, begun)
        return dynamic_frame

    def write(self, dynamic_frame_or_dfc: Any, info: str = "") -> Any:
        """Write a frame, or each of a collection."""
        if hasattr(type(dynamic_frame_or_dfc), "values"):
            for frame in dynamic_frame_or_dfc.values():
                self.writeFrame(frame, info)
            return dynamic_frame_or_dfc
        return self.writeFrame(dynamic_frame_or_dfc, info)


def write_s3(
    connection_type: str, df: Any, kind: str | None, options: dict[str, Any],
    format_options: dict[str, Any],
) -> None:  # fmt: skip
    """Write to S3, the one connection there is."""
    if connection_type not in ("s3", "file"):
        refuse(f"connection_type={connection_type}")
    writers.write(df, kind, options, format_options)


def update(
    glue_ctx: Any, df: Any, target: tuple[str, str], options: dict[str, Any], begun: float
) -> None:
    """Make or change the table, then register what was written since `begun`."""
    if not df.columns:
        return
    catalog: Catalog = glue_ctx.catalog
    behavior = str(options.get("updateBehavior") or UPDATE)
    if behavior not in (UPDATE, LOG):
        raise ValueError(f"updateBehavior: {UPDATE} or {LOG}, not {behavior!r}")
    keys = list(options.get("partitionKeys") or [])
    columns = _columns(df)
    database, name = target
    try:
        table = catalog.table(database, name)
    except catalog.client.exceptions.EntityNotFoundException:
        made = _new_table(name, columns, keys, options)
        catalog.client.create_table(DatabaseName=database, TableInput=made)
        table = catalog.table(database, name)
    else:
        _require_keys(table, keys)
        if not _update_columns(glue_ctx, table, columns, keys, behavior):
            return
        table = catalog.table(database, name)
    if keys:
        _register(glue_ctx, table, str(options["path"]).rstrip("/"), begun)


def _columns(df: Any) -> dict[str, str]:
    from .choice import plain

    return {f.name.lower(): plain(f.dataType).simpleString() for f in df.schema.fields}


def _new_table(
    name: str, columns: dict[str, str], keys: list[str], options: dict[str, Any]
) -> dict[str, Any]:
    kind = writers.ALIASES.get(options["format"], options["format"])
    reader, writer, serde = FORMATS[kind]
    parameters = {"classification": kind}
    of_serde = {"serialization.format": "1"}
    if kind == "csv":
        separator = str(options.get("separator", ","))
        of_serde = {"field.delim": separator, "serialization.format": separator}
        parameters |= {"delimiter": separator}
        if str(options.get("writeHeader", True)).lower() == "true":
            parameters["skip.header.line.count"] = "1"
    lower = [key.lower() for key in keys]
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": [{"Name": key, "Type": columns[key]} for key in lower],
        "StorageDescriptor": {
            "Columns": [{"Name": n, "Type": t} for n, t in columns.items() if n not in lower],
            "Location": str(options["path"]).rstrip("/") + "/",
            "InputFormat": reader,
            "OutputFormat": writer,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": of_serde},
            "Parameters": parameters,
        },
    }


def _require_keys(table: Table, keys: list[str]) -> None:
    found = [name for name, _ in table.keys]
    if found != [key.lower() for key in keys]:
        raise ValueError(
            f"partitionKeys {keys} are not those of {table.database}.{table.name}: {found}"
        )


def _update_columns(
    glue_ctx: Any, table: Table, columns: dict[str, str], keys: list[str], behavior: str
) -> bool:
    """Whether partitions may be registered."""
    lower = [key.lower() for key in keys]
    written = {name: kind for name, kind in columns.items() if name not in lower}
    known = dict(table.columns)
    if all(known.get(name) == kind for name, kind in written.items()):
        return True
    if behavior == LOG:
        glue_ctx.get_logger().warn(
            f"{table.database}.{table.name} lacks columns of the frame: updateBehavior is LOG"
        )
        return False
    merged = {**known, **written}
    storage = table.storage | {"Columns": [{"Name": n, "Type": t} for n, t in merged.items()]}
    members = (
        "Name", "Description", "Owner", "Retention", "PartitionKeys", "TableType", "Parameters",
        "ViewOriginalText", "ViewExpandedText",
    )  # fmt: skip
    document = {member: table.document[member] for member in members if member in table.document}
    glue_ctx.catalog.client.update_table(
        DatabaseName=table.database, TableInput=document | {"StorageDescriptor": storage}
    )
    return True


def _register(glue_ctx: Any, table: Table, path: str, begun: float) -> None:
    """The folders with a file that is not older than the write, unless they are known."""
    since = int(begun) * 1000
    written: dict[tuple[str, ...], str] = {}
    for file in files.list_files(glue_ctx.spark_session.sparkContext, path):
        folder = file.path.rpartition("/")[0]
        values = _values(folder.removeprefix(path).strip("/"), [name for name, _ in table.keys])
        if values and file.modified >= since:
            written[values] = folder
    client = glue_ctx.catalog.client
    known = {tuple(p["Values"]) for p in glue_ctx.catalog.partitions(table)}
    missing = [values for values in sorted(written) if values not in known]
    inputs = [
        {"Values": list(v), "StorageDescriptor": table.storage | {"Location": f"{written[v]}/"}}
        for v in missing
    ]
    for start in range(0, len(inputs), BATCH):
        answer = client.batch_create_partition(
            DatabaseName=table.database,
            TableName=table.name,
            PartitionInputList=inputs[start : start + BATCH],
        )
        _raise_failed(answer.get("Errors", []))


def _values(folder: str, names: list[str]) -> tuple[str, ...] | None:
    pairs = [part.partition("=") for part in folder.split("/")]
    if [unquote(name).lower() for name, _, _ in pairs] != names:
        return None
    return tuple(unquote(value) for _, _, value in pairs)


def _raise_failed(errors: list[dict[str, Any]]) -> None:
    for error in errors:
        detail = error.get("ErrorDetail", {})
        if detail.get("ErrorCode") != "AlreadyExistsException":
            raise RuntimeError(f"partition {error.get('PartitionValues')}: {detail}")

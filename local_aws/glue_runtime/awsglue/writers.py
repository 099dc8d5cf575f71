"""Writers to S3. Glue adds files; it never overwrites.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

import json
from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from .choice import cast, column, has_choice, is_choice, to_structs
from .records import decoder
from .unsupported import refuse, refuse_unknown

CONNECTION_OPTIONS = (
    "path", "partitionKeys", "compression", "groupFiles", "groupSize", "enableUpdateCatalog",
    "updateBehavior", "useGlueParquetWriter", "catalogPartitionPredicate",
)  # fmt: skip
FORMATS = {
    "csv": ("separator", "quoteChar", "escaper", "writeHeader", "multiLine", "multiline",
            "withHeader", "optimizePerformance", "compression"),
    "json": ("multiline", "multiLine", "jsonPath", "compression"),
    "orc": ("compression",),
    "parquet": ("compression", "blockSize", "pageSize", "useGlueParquetWriter"),
}  # fmt: skip
ALIASES = {"glueparquet": "parquet"}


def write(
    df: Any, kind: str | None, options: dict[str, Any], format_options: dict[str, Any]
) -> None:
    """Write the frame under ``options["path"]``. Records without any field make no file."""
    name = ALIASES.get(str(kind), kind)
    if name not in FORMATS:
        refuse(f"format={kind!r} of a sink")
    refuse_unknown("connection_options of a sink", options, CONNECTION_OPTIONS)
    refuse_unknown(f"format_options of {name}", format_options, FORMATS[name])
    if "path" not in options:
        raise ValueError("connection_options of a sink: there is no path")
    if not df.columns:
        return
    keys = list(options.get("partitionKeys") or [])
    missing = [key for key in keys if key not in df.columns]
    if missing:
        raise ValueError(f"partitionKeys: no field {', '.join(missing)}")
    writer = (
        _prepared(df, name, keys).write.mode("append").options(**_settings(name, format_options))
    )
    compression = options.get("compression") or format_options.get("compression")
    if compression:
        writer = writer.option("compression", compression)
    if keys:
        writer = writer.partitionBy(*keys)
    writer.format("text" if _as_text(df, name) else name).save(options["path"])


def _prepared(df: Any, kind: str, keys: list[str]) -> Any:
    """The frame as the format holds it: any value in JSON and CSV, else a choice as a struct."""
    if kind == "csv":
        return df.select(*(_flat(field) for field in df.schema.fields))
    return _json_text(df, keys) if _as_text(df, kind) else to_structs(df)


def _as_text(df: Any, kind: str) -> bool:
    return kind == "json" and has_choice(df.schema)


def _flat(field: Any) -> Any:
    col = column(field.name)
    parted = (T.StructType, T.ArrayType, T.MapType)
    if is_choice(field.dataType) or isinstance(field.dataType, T.NullType):
        return cast(col, field.dataType, T.StringType()).alias(field.name)
    if isinstance(field.dataType, parted):
        raise ValueError(f"format='csv': field '{field.name}' is nested; CSV has no nested values")
    return col


def _json_text(df: Any, keys: list[str]) -> Any:
    """Each record as a line: the value of a choice is written as it is."""
    decode = decoder(df.schema) or (lambda row: row)

    def line(row: Any) -> str:
        record = {k: v for k, v in decode(row).items() if k not in keys}
        return json.dumps(_without_nulls(record), default=str, ensure_ascii=False)

    value = F.udf(line)(F.struct(*(column(name) for name in df.columns)))
    return df.select(value.alias("value"), *(column(key) for key in keys))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _settings(kind: str, options: dict[str, Any]) -> dict[str, str]:
    if kind != "csv":
        sizes = {"blockSize": "parquet.block.size", "pageSize": "parquet.page.size"}
        return {sizes[name]: str(options[name]) for name in sizes if name in options}
    quote = str(options.get("quoteChar", '"'))
    found = {
        "header": str(options.get("writeHeader", True)).lower(),
        "sep": str(options.get("separator", ",")),
        "emptyValue": "",
    }
    if quote == "-1":
        return {**found, "quote": "\u0000", "escapeQuotes": "false"}
    escaper = str(options.get("escaper") or "none")
    return {**found, "quote": quote, "escape": quote if escaper == "none" else escaper}

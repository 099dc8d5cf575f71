"""Unbox: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Unbox.html

The text of a field, read as JSON or CSV, in the field's place.
"""

import csv
import json
from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from . import paths
from .choice import cast, has_choice
from .records import Seen, encoder
from .unsupported import refuse, refuse_unknown

CSV_OPTIONS = ("separator", "escaper", "quoteChar", "withHeader", "skipFirst", "withSchema")


def unbox(df: Any, path: str, format: str, options: dict[str, Any]) -> Any:
    """The frame with the field's text read."""
    parts = paths.parse(path)
    if paths.find(df.schema, parts) is None:
        raise ValueError(f"Unbox: no field '{path}'")
    kind = paths.type_at(df.schema, parts)
    text = cast(paths.value(parts), kind, T.StringType())
    if format == "json":
        refuse_unknown(f"Unbox of '{path}' as json", options, ("withSchema",))
        parse = _json_value
    elif format == "csv":
        refuse_unknown(f"Unbox of '{path}' as csv", options, CSV_OPTIONS)
        parse = _csv_parser(options)
    else:
        refuse(f"Unbox of '{path}' as {format}")
    wanted = _schema(options, df, text, parse)
    if (
        format == "json"
        and not has_choice(wanted)
        and isinstance(wanted, (T.StructType, T.ArrayType))
    ):
        read = F.from_json(text, wanted)
    else:
        encode = encoder(wanted) or (lambda value: value)
        read = F.udf(lambda value: encode(parse(value)), wanted)(text)
    return paths.edit(df, parts, lambda name, _col, _kind: [(name, read)])


def _schema(options: dict[str, Any], df: Any, text: Any, parse: Any) -> Any:
    if options.get("withSchema"):
        return T.StructType.fromJson(json.loads(options["withSchema"]))
    values = df.select(text.alias("text")).rdd.map(lambda row: parse(row[0]))
    seen = Seen()
    for one in values.mapPartitions(_observe).collect():
        seen.merge(one)
    return seen.spark_type()


def _observe(values: Any) -> Any:
    seen = Seen()
    for value in values:
        seen.add(value)
    yield seen.without_shapes()


def _json_value(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def _csv_parser(options: dict[str, Any]) -> Any:
    quote = str(options.get("quoteChar", '"'))
    dialect: dict[str, Any] = {"delimiter": options.get("separator", ",")}
    if quote == "-1":
        dialect["quoting"] = csv.QUOTE_NONE
    else:
        dialect["quotechar"] = quote
    if options.get("escaper", "none") != "none":
        dialect["escapechar"] = options["escaper"]
    has_header, skipped = bool(options.get("withHeader")), bool(options.get("skipFirst"))

    def parse(text: str | None) -> Any:
        if text is None:
            return None
        rows = list(csv.reader(text.splitlines(), **dialect))
        header = rows.pop(0) if has_header and rows else None
        rows = rows[1:] if skipped else rows
        first = rows[0] if rows else []
        names = header or [f"col{number}" for number in range(len(first))]
        return dict(zip(names, first, strict=False))

    return parse

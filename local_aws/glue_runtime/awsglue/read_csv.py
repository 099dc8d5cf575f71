"""CSV: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-csv-home.html

Fields are strings, and an empty one is the empty string. With the columns of a catalog's table, a
value that is of its column's type has that type, and one that is not stays a string: a choice.
"""

from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from .choice import MARK, column, spark_type, type_name
from .files import Selection
from .unsupported import refuse, refuse_unknown

OPTIONS = (
    "separator", "escaper", "quoteChar", "multiLine", "multiline", "withHeader", "skipFirst",
    "optimizePerformance", "strictCheckForQuoting", "writeHeader", "encoding",
)  # fmt: skip


def read(spark: Any, chosen: Selection, options: dict[str, Any]) -> Any:
    """The fields as strings."""
    refuse_unknown("format_options of csv", options, OPTIONS)
    if _is_true(options, "strictCheckForQuoting"):
        refuse("format_options of csv: strictCheckForQuoting")
    header, skipped = _is_true(options, "withHeader"), _is_true(options, "skipFirst")
    if header and skipped:
        refuse("format_options of csv: withHeader with skipFirst")
    # Files whose header is another than the first's are refused, not read by position.
    settings = {"header": header or skipped, "enforceSchema": not header}
    reader = spark.read.format("csv").options(**spark_options(options), **chosen.options())
    df = reader.options(**settings).load(chosen.paths)
    if not header:
        df = df.toDF(*(f"col{number}" for number in range(len(df.columns))))
    return df.select(*(_text(field) for field in df.schema.fields))


def read_table(
    spark: Any, chosen: Selection, options: dict[str, Any], columns: list[tuple[str, str]]
) -> Any:
    """The columns of a table, by their positions, and its partition keys as strings."""
    schema = T.StructType([T.StructField(name, T.StringType()) for name, _ in columns])
    for name in chosen.keys:
        schema.add(name, T.StringType())
    reader = (
        spark.read.format("csv").schema(schema).option("header", _is_true(options, "skipFirst"))
    )
    df = reader.options(**spark_options(options), **chosen.options()).load(chosen.paths)
    typed = [typed_value(column(name), kind).alias(name) for name, kind in columns]
    return df.select(*typed, *(column(name) for name in chosen.keys))


def spark_options(options: dict[str, Any]) -> dict[str, str]:
    """Glue's format options as Spark's. Glue escapes a quote by another, unless told otherwise."""
    quote = str(options.get("quoteChar", '"'))
    found = {"sep": str(options.get("separator", ",")), "quote": "" if quote == "-1" else quote}
    escaper = str(options.get("escaper") or "none")
    found["escape"] = quote if escaper == "none" and quote != "-1" else escaper
    if quote == "-1" and escaper == "none":
        del found["escape"]
    if _is_true(options, "multiLine") or _is_true(options, "multiline"):
        found["multiLine"] = "true"
    if options.get("encoding"):
        found["encoding"] = str(options["encoding"])
    return found


def typed_value(text: Any, kind: str) -> Any:
    """The text as a choice between the column's type and string; a string column's as it is."""
    wanted = kind.lower().strip()
    if wanted == "string" or wanted.startswith(("varchar", "char", "struct", "array", "map")):
        return F.coalesce(text, F.lit(""))
    value = _parsed(text, wanted)
    name = type_name(spark_type(wanted, "a table's column"))
    members = {name: value, "string": F.when(value.isNull(), text)}
    parts = [members[n].alias(MARK + n) for n in sorted(members)]
    return F.when(text.isNotNull() & (text != ""), F.struct(*parts))


def _parsed(text: Any, wanted: str) -> Any:
    """NULL where the whole text is not a value of the type: '12.5' is no integer."""
    trimmed = F.trim(text)
    if wanted in ("bigint", "long", "int", "integer", "smallint", "short", "tinyint", "byte"):
        return F.when(trimmed.rlike(r"^[+-]?\d+$"), trimmed.cast(wanted))
    if wanted in ("float", "double"):  # Java's '12D' is a number, which no CSV means by it
        return F.when(~trimmed.rlike("[dDfF]$"), trimmed.cast(wanted))
    return trimmed.cast(wanted)


def _text(field: Any) -> Any:
    col = column(field.name)
    is_text = isinstance(field.dataType, T.StringType)
    return F.coalesce(col, F.lit("")).alias(field.name) if is_text else col


def _is_true(options: dict[str, Any], name: str) -> bool:
    return str(options.get(name, False)).lower() == "true"

"""JSON: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-json-home.html

Spark calls a field whose values differ in type a string. So the types are taken by a pass of our
own; where they are one a field, Spark reads the records with that schema, and where they are
several, Python does and keeps each value as it is.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pyspark import RDD
from pyspark.serializers import UTF8Deserializer
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from .choice import column, has_choice, is_choice
from .files import Selection
from .records import Seen, encoder
from .unsupported import refuse, refuse_unknown

OPTIONS = ("jsonPath", "multiline", "multiLine", "optimizePerformance", "withSchema")


def read(spark: Any, chosen: Selection, options: dict[str, Any]) -> Any:
    """Records, a choice where a field's values differ in type."""
    refuse_unknown("format_options of json", options, OPTIONS)
    if options.get("withSchema"):
        refuse("format_options of json: withSchema")
    steps = _steps(str(options.get("jsonPath") or "$"))
    whole = any(str(options.get(name)).lower() == "true" for name in ("multiline", "multiLine"))
    text = _text(spark, chosen, whole)
    keys = text.schema.fields[1:]
    schema, plain = _infer(text, steps)
    if not schema.fields:
        return spark.createDataFrame([], schema)
    if whole or steps or not plain or has_choice(schema):
        return _parsed(text, schema, steps)
    reader = spark.read.format("json").options(mode="DROPMALFORMED", **chosen.options())
    return reader.schema(T.StructType([*schema.fields, *keys])).load(chosen.paths)


def _text(spark: Any, chosen: Selection, whole: bool) -> Any:
    reader = spark.read.format("text").options(wholetext=str(whole).lower(), **chosen.options())
    if chosen.keys:
        names = ("value", *chosen.keys)
        reader = reader.schema(T.StructType([T.StructField(n, T.StringType()) for n in names]))
    return reader.load(chosen.paths)


def _infer(text: Any, steps: list[str]) -> tuple[Any, bool]:
    """(the schema of the records, whether each text is one document that is one record)."""
    found = _strings(text).mapPartitions(lambda texts: _observe(texts, steps)).collect()
    seen = Seen()
    for one, _ in found:
        seen.merge(one)
    kind = seen.spark_type()
    schema = kind if isinstance(kind, T.StructType) and not is_choice(kind) else T.StructType([])
    return schema, all(plain for _, plain in found)


def _strings(text: Any) -> Any:
    """The texts as an RDD of strings; `DataFrame.rdd` would pickle a row for each."""
    context = text.sparkSession.sparkContext
    strings = context._jvm.org.apache.spark.sql.Encoders.STRING()
    typed = getattr(text.select("value")._jdf, "as")(strings)
    return RDD(typed.toJavaRDD(), context, UTF8Deserializer())


def _observe(texts: Iterable[str], steps: list[str]) -> Iterator[tuple[Seen, bool]]:
    seen, plain = Seen(), True
    for text in texts:
        try:
            record = json.loads(text)
        except ValueError:
            record = None
        if type(record) is dict and not steps:
            seen.add(record)
            continue
        records = list(_records(text, steps))
        plain = plain and not records
        for record in records:
            seen.add(record)
    yield seen.without_shapes(), plain


def _parsed(text: Any, schema: Any, steps: list[str]) -> Any:
    """The records as Python reads them."""
    encode = encoder(schema) or (lambda value: value)
    parse = F.udf(lambda t: [encode(r) for r in _records(t, steps)], T.ArrayType(schema))
    rows = text.select(F.explode(parse("value")).alias("\ue000record"), *text.columns[1:])
    record = column("\ue000record")
    fields = [record.getField(name).alias(name) for name in schema.fieldNames()]
    return rows.select(*fields, *(column(name) for name in text.columns[1:]))


def _records(text: str, steps: list[str]) -> Iterator[dict[str, Any]]:
    for value in _values(text):
        for found in _reach(value, steps):
            if isinstance(found, dict):
                yield found


def _values(text: str) -> Iterator[Any]:
    """One document after the other, an array's elements each on their own."""
    decode = json.JSONDecoder().raw_decode
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n\ufeff":
            at += 1
            continue
        try:
            value, at = decode(text, at)
        except ValueError:
            return
        yield from value if isinstance(value, list) else (value,)


def _steps(path: str) -> list[str]:
    """``$.a.b[*]`` as its names; anything more of JsonPath is refused."""
    if not path.startswith("$"):
        raise ValueError(f"jsonPath {path!r} does not begin with $")
    steps = path[1:].replace("[*]", "").split(".")[1:]
    if any(not step or set(step) & set("[]()?@*'\"") for step in steps):
        refuse(f"jsonPath {path}")
    return steps


def _reach(value: Any, steps: list[str]) -> Iterator[Any]:
    for step in steps[:1]:
        value = value.get(step) if isinstance(value, dict) else None
    if len(steps) > 1 and isinstance(value, dict):
        yield from _reach(value, steps[1:])
    elif isinstance(value, list):
        for item in value:
            yield from _reach(item, steps[1:]) if len(steps) > 1 else (item,)
    elif len(steps) <= 1:
        yield value

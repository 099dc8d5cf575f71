"""Filter and Map: a script's own Python function over every record.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-filter.html
A record for which the function raises leaves the frame and becomes an error record.
"""

import traceback
from collections.abc import Callable
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from .choice import column
from .records import decoder, infer, to_frame

Function = Callable[[Any], Any]
KEPT, DROPPED, FAILED = 1, 0, -1


def filter_records(df: Any, function: Function) -> tuple[Any, Any]:
    """(the records for which it is true, as they were; an RDD of error records)."""
    if not df.columns:
        return df, None
    decode = decoder(df.schema) or (lambda row: row)

    def judge(row: Any) -> int:
        try:
            return KEPT if function(decode(row)) else DROPPED
        except Exception:
            return FAILED

    verdict = F.udf(judge, T.IntegerType())(F.struct(*(column(name) for name in df.columns)))
    errors = df.filter(verdict == FAILED).rdd.map(decode).map(lambda r: _error(function, r))
    return df.filter(verdict == KEPT), errors


def map_records(df: Any, function: Function) -> tuple[Any, Any]:
    """(the records that it returns, with the schema that they have; an RDD of error records)."""
    decode = decoder(df.schema) or (lambda row: row)

    def outcome(row: Any) -> tuple[bool, Any]:
        record = decode(row)
        try:
            return True, _as_record(function(record))
        except Exception:
            return False, _error(None, decode(row))

    # Kept, so that the function runs once: for the schema and for the records.
    outcomes = df.rdd.map(outcome).persist(StorageLevel.MEMORY_AND_DISK)
    records = outcomes.filter(lambda o: o[0]).map(lambda o: o[1])
    mapped = to_frame(df.sparkSession, records, infer(records))
    return mapped, outcomes.filter(lambda o: not o[0]).map(lambda o: o[1])


def _as_record(value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError(f"Map: the function returned {type(value).__name__}, not a record")
    return value


def _error(function: Function | None, record: Any) -> dict[str, Any]:
    """An error record; with a function, that of calling it."""
    if function is not None:
        try:
            function(record)
        except Exception:
            return _error(None, record)
        return {"error": {"msg": "", "stackTrace": "", "dynamicRecord": record}}
    lines = traceback.format_exc().strip().splitlines()
    return {"error": {"msg": lines[-1], "stackTrace": "\n".join(lines), "dynamicRecord": record}}

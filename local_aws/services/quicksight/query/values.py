"""The values of a query's rows, as a page can show them."""

import datetime as dt
import decimal
import math
from typing import Any

Value = str | int | float | bool | dt.datetime | None


def simple(value: Any) -> Value:
    """DuckDB's value as one of a few kinds; what is no number (NaN, infinity) is no value."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    if value is None or isinstance(value, str | int | float | bool | dt.datetime):
        return value
    return str(value)

"""What DuckDB's functions are in Athena's SQL, Trino's.

https://trino.io/docs/current/functions.html
"""

from local_aws.services.databrew.printing import rules
from local_aws.services.databrew.printing.carry import Target

SAME = frozenset(
    {
        *("Abs", "AnyValue", "Array", "Avg", "Ceil", "Chr", "ConcatWs", "Count"),
        *("CurrentDate", "DPipe", "Day", "Degrees", "Exp", "FirstValue", "Floor", "Hour"),
        *("IgnoreNulls", "Lag", "LastValue", "Lead", "Ln", "Lower", "Max", "Min", "Minute"),
        *("Mod", "Month", "Pi", "Pow", "Quarter", "Radians", "Replace", "Reverse", "Round"),
        *("RowNumber", "Second", "Sign", "SplitPart", "Sqrt", "StartsWith", "StddevSamp"),
        *("StrPosition", "Sum", "Translate", "Trim", "TryCast", "Upper", "Variance"),
        *("Week", "Year"),
    }
)
# A subquery over the row's own values: Trino unnests what the row holds.
_OF_ROW = "(SELECT {} FROM UNNEST(:this) AS t(x))"
AGGREGATES = {
    "avg": _OF_ROW.format("avg(x)"),
    "count": _OF_ROW.format("count(x)"),
    "stddev_samp": _OF_ROW.format("stddev_samp(x)"),
    "sum": _OF_ROW.format("sum(x)"),
    "var_samp": _OF_ROW.format("var_samp(x)"),
}
TEMPLATES = {
    "ArrayDistinct": "array_distinct(filter(:this, x -> x IS NOT NULL))",
    "Contains": "(strpos(:this, :expression) > 0)",
    "DayOfWeek": "(day_of_week(:this) % 7)",
    "EndsWith": "starts_with(reverse(:this), reverse(:expression))",
    "Left": "substr(:this, 1, :expression)",
    "Monthname": "date_format(:this, '%M')",
    "Repeat": "array_join(repeat(:this, :times), '')",
    "RegexpLike": "regexp_like(:this, :expression)",
    "Right": "substr(:this, greatest(length(:this) - :expression + 1, 1))",
    "TimeToUnix": "to_unixtime(:this)",
    "Trunc": "truncate(:this)",
    "Unicode": "codepoint(CAST(substr(:this, 1, 1) AS varchar(1)))",
    "IntDiv": "(CAST(:this AS bigint) / CAST(:expression AS bigint))",
    "isfinite": "is_finite(:e0)",
    "list_position": "nullif(array_position(:e0, :e1), 0)",
    "millisecond": "(second(:e0) * 1000 + millisecond(:e0))",
}
# https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
DATES = {
    "%Y": "%Y",
    "%y": "%y",
    "%m": "%m",
    "%d": "%d",
    "%H": "%H",
    "%I": "%I",
    "%M": "%i",
    "%S": "%s",
    "%p": "%p",
    "%B": "%M",
    "%b": "%b",
    "%%": "%%",
}
ATHENA = Target(
    "athena-sql",
    "trino",
    SAME,
    TEMPLATES,
    {
        "ArrayToString": rules.proper_words(
            "array_join(transform(split(:this, ' '), "
            "w -> upper(substr(w, 1, 1)) || lower(substr(w, 2))), ' ')"
        ),
        "Cast": rules.converted("VARCHAR", "TEXT", "BOOLEAN", "DATE", "INTEGER", "INT", "BIGINT"),
        "DataType": rules.data_type({}),
        "Div": rules.double_division,
        "Format": rules.numbers_filled("format(:format)", "%0{}d".format),
        "Greatest": rules.of_values("array_max(filter(:items, x -> x IS NOT NULL))"),
        "Interval": rules.interval,
        "Least": rules.of_values("array_min(filter(:items, x -> x IS NOT NULL))"),
        "Length": rules.length("cardinality(:this)"),
        "RegexpExtract": rules.regular_expression(
            "coalesce(regexp_extract(:this, :expression, :group), "
            "CASE WHEN :this IS NOT NULL THEN '' END)"
        ),
        "RegexpReplace": rules.regular_expression(
            "regexp_replace(:this, :expression, :replacement)"
        ),
        "Split": rules.split("split(:this, :pattern)", str),
        "Substring": rules.substring,
        "TimeToStr": rules.strftime(DATES),
        "TimestampTrunc": rules.truncated,
        "Try": rules.without_subquery,
        "Window": rules.window(None),
        "date_sub": rules.date_difference(
            "date_diff('{unit}', :first, :second)",
            *("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"),
        ),
        "list_aggregate": rules.aggregates(AGGREGATES),
        "timezone": rules.timezone(
            text="coalesce(TRY(CAST(from_iso8601_timestamp(:this) AT TIME ZONE 'UTC' "
            "AS timestamp)), CAST(TRY_CAST(:this AS timestamp with time zone) "
            "AT TIME ZONE 'UTC' AS timestamp))",
            now="CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp)",
            into="CAST(with_timezone(:this, 'UTC') AT TIME ZONE :zone AS timestamp)",
            out_of="CAST(with_timezone(:this, :zone) AT TIME ZONE 'UTC' AS timestamp)",
        ),
    },
)

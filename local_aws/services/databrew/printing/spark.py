"""What DuckDB's functions are in Spark 3.5's SQL, in a session whose time zone is UTC.

https://spark.apache.org/docs/3.5.6/api/sql/
"""

from sqlglot import exp

from local_aws.services.databrew.printing import rules
from local_aws.services.databrew.printing.carry import Target

SAME = frozenset(
    {
        *("Abs", "AnyValue", "Array", "Avg", "Ceil", "ConcatWs", "Count"),
        *("CurrentDate", "DPipe", "Day", "Degrees", "Div", "Exp", "FirstValue", "Floor"),
        *("Greatest", "Hour", "IgnoreNulls", "Interval", "Lag", "LastValue", "Lead", "Least"),
        *("Left", "Ln", "Lower", "Max", "Median", "Min", "Minute", "Mod", "Month"),
        *("Pi", "Pow", "Qualify", "Quarter", "Radians", "Repeat", "Replace", "Reverse"),
        *("Right", "Round", "RowNumber", "Sign", "SplitPart", "Sqrt", "StddevSamp"),
        *("StrPosition", "Substring", "Sum", "Translate", "Trim", "TryCast", "Upper"),
        *("Variance", "Year"),
    }
)
_THERE = "filter(:this, x -> x IS NOT NULL)"
_SUM = f"aggregate({_THERE}, 0D, (s, x) -> s + x)"
_MEAN = f"{_SUM} / size({_THERE})"
_SQUARES = f"aggregate({_THERE}, 0D, (s, x) -> s + pow(x - ({_MEAN}), 2))"
_SORTED = f"sort_array({_THERE})"
AGGREGATES = {
    "avg": f"{_SUM} / nullif(size({_THERE}), 0)",
    "count": f"CAST(size({_THERE}) AS BIGINT)",
    "median": (
        f"(element_at({_SORTED}, CAST(ceil(size({_THERE}) / 2D) AS INT)) + "
        f"element_at({_SORTED}, CAST(floor(size({_THERE}) / 2D) + 1 AS INT))) / 2D"
    ),
    "stddev_samp": f"CASE WHEN size({_THERE}) > 1 THEN sqrt({_SQUARES} / (size({_THERE}) - 1)) END",
    "sum": f"CASE WHEN size({_THERE}) > 0 THEN {_SUM} END",
    "var_samp": f"CASE WHEN size({_THERE}) > 1 THEN {_SQUARES} / (size({_THERE}) - 1) END",
}
TEMPLATES = {
    "ArrayDistinct": f"array_distinct({_THERE})",
    "Contains": "contains(:this, :expression)",
    "DayOfWeek": "(dayofweek(:this) - 1)",
    "EndsWith": "endswith(:this, :expression)",
    "Monthname": "date_format(:this, 'MMMM')",
    "PercentileCont": "percentile(:this, :expression)",
    "RegexpLike": "(:this RLIKE :expression)",
    "Second": "second(:this)",
    "StartsWith": "startswith(:this, :expression)",
    "TimeToUnix": "(unix_micros(:this) / 1000000D)",
    "Trunc": "CASE WHEN :this < 0 THEN ceil(:this) ELSE floor(:this) END",
    "Unicode": "ascii(:this)",
    "Week": "weekofyear(:this)",
    "IntDiv": "(CAST(:this AS BIGINT) DIV CAST(:expression AS BIGINT))",
    "isfinite": "(NOT isnan(:e0) AND abs(:e0) < double('infinity'))",
    "list_position": "nullif(array_position(:e0, :e1), 0)",
    "millisecond": "CAST(date_part('SECOND', :e0) * 1000 AS BIGINT)",
}
# https://spark.apache.org/docs/3.5.6/sql-ref-datetime-pattern.html
DATES = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "MM",
    "%d": "dd",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "a",
    "%B": "MMMM",
    "%b": "MMM",
}
SPARK = Target(
    "pyspark",
    "spark",
    SAME,
    TEMPLATES,
    {
        "ArrayToString": rules.proper_words("initcap(:this)"),
        "Cast": rules.converted(
            "VARCHAR", "TEXT", "BOOLEAN", "DATE", "TIMESTAMP", "INTEGER", "INT", "BIGINT"
        ),
        # sqlglot's own would be TIMESTAMP_NTZ, which neither Hive nor Athena reads.
        "DataType": rules.data_type({exp.DType.TIMESTAMPNTZ: exp.DType.TIMESTAMP}),
        "Format": rules.numbers_filled("format_string(:format)", "%0{}d".format),
        "Interval": rules.interval,
        "Length": rules.length("size(:this)"),
        "RegexpExtract": rules.regular_expression("regexp_extract(:this, :expression, :group)"),
        "RegexpReplace": rules.regular_expression(
            "regexp_replace(:this, :expression, :replacement)"
        ),
        "Split": rules.split("split(:this, :pattern)", lambda text: f"\\Q{text}\\E"),
        "TimeToStr": rules.strftime(DATES, quoted=True),
        "TimestampTrunc": rules.truncated,
        "Try": rules.tried,
        "Window": rules.window("monotonically_increasing_id()"),
        "date_sub": rules.date_difference(
            "timestampdiff({unit}, :first, :second)",
            *("microsecond", "millisecond", "second", "minute", "hour", "day", "week"),
        ),
        "list_aggregate": rules.aggregates(AGGREGATES),
        "timezone": rules.timezone(
            text="TRY_CAST(:this AS TIMESTAMP)",
            now="current_timestamp()",
            into="from_utc_timestamp(:this, :zone)",
            out_of="to_utc_timestamp(:this, :zone)",
        ),
    },
)

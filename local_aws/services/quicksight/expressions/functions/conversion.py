"""Type conversion: https://docs.aws.amazon.com/quicksight/latest/user/data-type-conversion-functions.html

A text that does not hold such a value gives no value.
"""

from local_aws.services.quicksight.expressions.calendar import pattern
from local_aws.services.quicksight.expressions.compiled import Compiled, combined, literal
from local_aws.services.quicksight.expressions.kinds import NUMBER, STRING, Kind, Kinds
from local_aws.services.quicksight.expressions.signature import (
    Invocation,
    Text,
    function,
    scalar,
)

CHAPTER = "type conversion"
SHOWN: Kinds = NUMBER | STRING | {Kind.DATETIME}
ISO = "%Y-%m-%dT%H:%M:%S.%gZ"


@scalar("parseInt", CHAPTER, STRING, gives=Kind.INTEGER)
def parse_int(text: str) -> str:
    """The whole number that a text is."""
    return _if_like(text, r"\s*[+-]?\d+\s*", "BIGINT")


@scalar("parseDecimal", CHAPTER, STRING, gives=Kind.DECIMAL)
def parse_decimal(text: str) -> str:
    """The number that a text is."""
    return _if_like(text, r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", "DOUBLE")


def _if_like(text: str, form: str, sql_type: str) -> str:
    # DuckDB alone would round '1.5' to a whole number, and read 'inf' and 'nan'.
    cast = f"TRY_CAST({text} AS {sql_type})"
    return f"(CASE WHEN regexp_full_match({text}, {literal(form)}) THEN {cast} END)"


@function("parseDate", CHAPTER)
def parse_date(call: Invocation) -> Compiled:
    """parseDate(text, ['format'])."""
    call.counted(1, 2)
    text = call.value(0, STRING)
    form = date_pattern(call, 1, "yyyy-MM-dd")
    sql = f"try_strptime({text.sql}, {literal(form)})"
    if "%z" in form:
        sql = f"CAST({sql} AT TIME ZONE 'UTC' AS TIMESTAMP)"
    return combined(sql, Kind.DATETIME, [text])


def date_pattern(call: Invocation, number: int, default: str) -> str:
    """The date pattern that an argument is, in DuckDB's words. Raises ExpressionError."""
    said = str(call.written(number)) if number < len(call.arguments) else default
    form = pattern(said)
    if form is None:
        raise call.wrong(f"the date format '{said}' is not supported by local_aws")
    return form


@scalar("parseJson", CHAPTER, STRING, Text(str), gives=Kind.STRING)
def parse_json(text: str, path: str) -> str:
    """What a JSON document holds at a path."""
    found = f"json_extract_string({text}, {literal(path)})"
    return f"(CASE WHEN json_valid({text}) THEN {found} END)"


@function("toString", CHAPTER)
def to_string(call: Invocation) -> Compiled:
    """toString(number, date or text)."""
    call.counted(1, 1)
    value = call.value(0, SHOWN)
    sql = f"CAST({value.sql} AS VARCHAR)"
    if value.kind == Kind.DATETIME:
        sql = f"strftime({value.sql}, {literal(ISO)})"
    return combined(sql, Kind.STRING, [value])

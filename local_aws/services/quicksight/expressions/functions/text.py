"""String functions: https://docs.aws.amazon.com/quicksight/latest/user/string-functions.html

Positions count from 1. Any argument that is empty makes the result empty.
"""

from local_aws.services.quicksight.expressions.compiled import Compiled, aligned, combined, literal
from local_aws.services.quicksight.expressions.kinds import INTEGER, STRING, Kind
from local_aws.services.quicksight.expressions.signature import (
    Invocation,
    Text,
    Words,
    function,
    scalar,
)

CHAPTER = "string"
MODE = Words(("CASE_SENSITIVE", "CASE_INSENSITIVE"))


@function("concat", CHAPTER)
def concat(call: Invocation) -> Compiled:
    """concat(text, text, ...)."""
    if not call.arguments:
        raise call.wrong("it takes at least one argument")
    parts = [call.value(n, STRING) for n in range(len(call.arguments))]
    parts = aligned(parts, call.name, call.at)
    return combined(f"({' || '.join(part.sql for part in parts)})", Kind.STRING, parts)


def _folded(function_name: str, text: str, part: str, mode: str) -> str:
    if mode == "CASE_INSENSITIVE":
        return f"{function_name}(lower({text}), lower({part}))"
    return f"{function_name}({text}, {part})"


@scalar("contains", CHAPTER, STRING, STRING, MODE, gives=Kind.CONDITION, optional=1)
def contains(text: str, part: str, mode: str = "CASE_SENSITIVE") -> str:
    """Whether a text holds another."""
    return _folded("contains", text, part, mode)


@scalar("startsWith", CHAPTER, STRING, STRING, MODE, gives=Kind.CONDITION, optional=1)
def starts_with(text: str, part: str, mode: str = "CASE_SENSITIVE") -> str:
    """Whether a text begins with another."""
    return _folded("starts_with", text, part, mode)


@scalar("endsWith", CHAPTER, STRING, STRING, MODE, gives=Kind.CONDITION, optional=1)
def ends_with(text: str, part: str, mode: str = "CASE_SENSITIVE") -> str:
    """Whether a text ends with another."""
    return _folded("ends_with", text, part, mode)


@scalar("left", CHAPTER, STRING, INTEGER, gives=Kind.STRING)
def left(text: str, count: str) -> str:
    """The first characters."""
    return f"left({text}, greatest({count}, 0))"


@scalar("right", CHAPTER, STRING, INTEGER, gives=Kind.STRING)
def right(text: str, count: str) -> str:
    """The last characters."""
    return f"right({text}, greatest({count}, 0))"


@scalar("substring", CHAPTER, STRING, INTEGER, INTEGER, gives=Kind.STRING)
def substring(text: str, start: str, length: str) -> str:
    """So many characters from a position on."""
    return f"substring({text}, {start}, greatest({length}, 0))"


@scalar("locate", CHAPTER, STRING, STRING, INTEGER, gives=Kind.INTEGER, optional=1)
def locate(text: str, part: str, start: str = "1") -> str:
    """Where a text holds another for the first time; 0 where it does not."""
    found = f"strpos(substring({text}, {start}), {part})"
    return f"(CASE WHEN {found} = 0 THEN 0 ELSE {found} + {start} - 1 END)"


@scalar("split", CHAPTER, STRING, Text(str), INTEGER, gives=Kind.STRING)
def split(text: str, delimiter: str, position: str) -> str:
    """The part at a position between delimiters; no value where there are fewer parts."""
    return f"string_split({text}, {literal(delimiter)})[{position}]"


@scalar("replace", CHAPTER, STRING, STRING, STRING, gives=Kind.STRING)
def replace(text: str, part: str, other: str) -> str:
    """With every occurrence of a part replaced."""
    return f"replace({text}, {part}, {other})"


@scalar("ltrim", CHAPTER, STRING, gives=Kind.STRING)
def ltrim(text: str) -> str:
    """Without blanks before it."""
    return f"ltrim({text})"


@scalar("rtrim", CHAPTER, STRING, gives=Kind.STRING)
def rtrim(text: str) -> str:
    """Without blanks after it."""
    return f"rtrim({text})"


@scalar("trim", CHAPTER, STRING, gives=Kind.STRING)
def trim(text: str) -> str:
    """Without blanks around it."""
    return f"trim({text})"


@scalar("strlen", CHAPTER, STRING, gives=Kind.INTEGER)
def strlen(text: str) -> str:
    """The number of characters, blanks too."""
    return f"length({text})"


@scalar("toLower", CHAPTER, STRING, gives=Kind.STRING)
def to_lower(text: str) -> str:
    """In small letters."""
    return f"lower({text})"


@scalar("toUpper", CHAPTER, STRING, gives=Kind.STRING)
def to_upper(text: str) -> str:
    """In capital letters."""
    return f"upper({text})"

"""The conversions that take most of a recipe's time, as macros of the run's DuckDB.

Each has two definitions that give the same for every value: the plain one, which says what is
meant and is what a recipe is printed as; and the quick one, which the engine runs: values as they
usually are go past the regular expressions, the time zones and the formatting.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

INTEGERS = {"byte": "TINYINT", "short": "SMALLINT", "int": "INTEGER", "long": "BIGINT"}
WHOLE = r"^\s*([+-]?\d+)(?:\.\d*)?\s*$"
SPACES = ("' '", "chr(9)", "chr(10)", "chr(12)", "chr(13)")  # what \s is
# The plain cast to TIMESTAMP drops an offset from UTC; none of these has one.
IN_UTC = "ends_with(x, 'Z') OR strlen(x) <= 10 OR x LIKE '____-__-__ __:__:__'"
HAS_OFFSET = "regexp_matches(x, ':[^+-]*[+-]')"
MOMENT = "timezone('UTC', TRY_CAST(x AS TIMESTAMPTZ))"
IN_EACH_MONTH = (
    "y BETWEEN 0 AND 9999 AND mo BETWEEN 1 AND 12 AND d BETWEEN 1 AND 28 "
    "AND h BETWEEN 0 AND 23 AND mi BETWEEN 0 AND 59 AND s BETWEEN 0 AND 59"
)


@dataclass(frozen=True)
class Macro:
    """A function of SQL. `plain` and `quick` are SQL over its parameters."""

    parameters: tuple[str, ...]
    plain: str
    quick: str

    @classmethod
    def guarded(cls, parameters: str, plain: str, usual: str, usually: str) -> "Macro":
        """`usually` where the condition `usual` holds, else the plain one."""
        return cls(
            tuple(parameters.split()), plain, f"CASE WHEN {usual} THEN {usually} ELSE {plain} END"
        )


def _whole(sql_type: str) -> Macro:
    """A text's whole number; what is behind its point is cut off."""
    number = f"TRY_CAST(x AS {sql_type})"
    plain = f"TRY_CAST(regexp_extract(x, '{WHOLE}', 1) AS {sql_type})"
    return Macro.guarded("x", plain, f"CAST({number} AS VARCHAR) = x", number)


MACROS = {
    **{f"whole_{sql_type.lower()}": _whole(sql_type) for sql_type in INTEGERS.values()},
    # A text's point in time, in UTC. The quick one is more than quick: DuckDB's cast to TIMESTAMPTZ
    # reads a text without a zone in the zone that a row before it has named.
    "moment": Macro(
        ("x",),
        MOMENT,
        f"CASE WHEN {IN_UTC} THEN TRY_CAST(x AS TIMESTAMP) WHEN {HAS_OFFSET} THEN {MOMENT} "
        f"ELSE coalesce(TRY_CAST(x AS TIMESTAMP), {MOMENT}) END",
    ),
    # A text's day; what is behind it is cut off.
    "day_of": Macro.guarded(
        "x",
        "TRY_CAST(left(trim(x), 10) AS DATE)",
        "x LIKE '____-__-__'",
        "TRY_CAST(x AS DATE)",
    ),
    "stripped": Macro.guarded(
        "x",
        r"regexp_replace(x, '^\s+|\s+$', '', 'g')",
        "x > '!' AND " + " AND ".join(f"NOT ends_with(x, {space})" for space in SPACES),
        "x",
    ),
    # The point in time of whole numbers; NULL where there is no such day or time.
    "moment_of": Macro.guarded(
        "y mo d h mi s",
        "TRY_CAST(format('{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}', y, mo, d, h, mi, s) "
        "AS TIMESTAMP)",
        IN_EACH_MONTH,
        "make_timestamp(y, mo, d, h, mi, s)",
    ),
}
PREFIX = "brew_"
_word = re.compile(r"'[^']*'|\w+")  # a text is left as it is


def call(name: str, *arguments: str) -> str:
    """A macro's call. Its arguments are columns and literals: it may compute them twice."""
    return f"{PREFIX}{name}({', '.join(arguments)})"


def plainly(name: str, *arguments: str) -> str:
    """What the macro means, spelled out."""
    given = dict(zip(MACROS[name].parameters, arguments, strict=True))
    return _word.sub(lambda word: given.get(word[0], word[0]), MACROS[name].plain)


def define(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make the macros known to the connection, once."""
    for name, macro in MACROS.items():
        signature = f"{PREFIX}{name}({', '.join(macro.parameters)})"
        connection.execute(f"CREATE TEMP MACRO IF NOT EXISTS {signature} AS ({macro.quick})")

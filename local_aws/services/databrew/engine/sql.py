"""DuckDB SQL as text: names and values of a recipe never reach it unquoted.

Types follow Spark's casts where DuckDB's differ: text such as ``1_000`` or ``0x1f`` is no number,
12.7 becomes 12 and not 13, and an offset in a timestamp's text counts.
"""

import re

from local_aws.services.databrew.engine import macros
from local_aws.services.databrew.engine.macros import INTEGERS

SQL_TYPES = {
    **INTEGERS,
    "integer": "INTEGER",
    "float": "FLOAT",
    "double": "DOUBLE",
    "number": "DOUBLE",
    "decimal": "DECIMAL(38,18)",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
INTEGER_TYPES = {*INTEGERS.values(), "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
TRUE_WORDS = "('true', 'yes', 't', 'y', '1')"
FALSE_WORDS = "('false', 'no', 'f', 'n', '0')"
_column = re.compile(r'"(?:[^"]|"")*"')


def identifier(name: str) -> str:
    """A column's name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A piece of text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def select(columns: dict[str, str], source: str, tail: str = "") -> str:
    """``SELECT expression AS name ... FROM source`` with what follows."""
    listed = ", ".join(
        expression if expression == identifier(name) else f"{expression} AS {identifier(name)}"
        for name, expression in columns.items()
    )
    return " ".join(["SELECT", listed, "FROM", source, tail]).rstrip()


def select_all(source: str, tail: str = "") -> str:
    """Every column as it is."""
    return " ".join(["SELECT * FROM", source, tail]).rstrip()


def is_integer(sql_type: str) -> bool:
    """Whether a DuckDB type holds whole numbers."""
    return sql_type in INTEGER_TYPES


def is_number(sql_type: str) -> bool:
    """Whether a DuckDB type holds numbers."""
    return is_integer(sql_type) or sql_type in ("FLOAT", "DOUBLE") or sql_type.startswith("DECIMAL")


def is_time(sql_type: str) -> bool:
    """Whether a DuckDB type holds days or points in time."""
    return sql_type in ("DATE", "TIMESTAMP")


def text(expression: str, sql_type: str) -> str:
    """The value as text."""
    return expression if sql_type == "VARCHAR" else f"CAST({expression} AS VARCHAR)"


def number(expression: str, sql_type: str) -> str:
    """The value as a number, NULL where it is none."""
    return expression if is_number(sql_type) else convert(expression, sql_type, "double")


def measurable(expression: str) -> str:
    """A DOUBLE whose square is one too, else NULL: what a variance can be taken of."""
    return f"CASE WHEN abs({expression}) < 1e150 THEN {expression} END"


def timestamp(expression: str, sql_type: str) -> str:
    """The value as a point in time, NULL where it is none."""
    return convert(expression, sql_type, "timestamp")


def missing(expression: str, sql_type: str) -> str:
    """DataBrew counts an empty text as missing."""
    if sql_type == "VARCHAR":
        return f"({expression} IS NULL OR {expression} = '')"
    return f"({expression} IS NULL)"


def convert(expression: str, source: str, target: str) -> str:
    """The value as DataBrew's type ``target``: NULL where it cannot be."""
    wanted = SQL_TYPES[target]
    if source == wanted:
        return expression
    if wanted == "VARCHAR":
        return text(expression, source)
    if source == "VARCHAR":
        return _from_text(expression, wanted)
    if is_integer(wanted) and source in ("FLOAT", "DOUBLE"):
        return f"TRY_CAST(trunc({expression}) AS {wanted})"
    if is_time(source) and is_number(wanted):
        return f"TRY_CAST(epoch({expression}) AS {wanted})"
    return f"TRY_CAST({expression} AS {wanted})"


def _from_text(expression: str, wanted: str) -> str:
    if is_integer(wanted):
        return _macro(f"whole_{wanted.lower()}", expression)
    if is_number(wanted):
        return (
            f"CASE WHEN contains({expression}, '_') THEN NULL "
            f"ELSE TRY_CAST({expression} AS {wanted}) END"
        )
    if wanted == "BOOLEAN":
        word = f"lower(trim({expression}))"
        true, false = (f"WHEN {word} IN {words}" for words in (TRUE_WORDS, FALSE_WORDS))
        return f"CASE {true} THEN true {false} THEN false END"
    return _macro("moment" if wanted == "TIMESTAMP" else "day_of", expression)


def _macro(name: str, expression: str) -> str:
    """Quick for a column. What has to be computed is not computed twice."""
    if _column.fullmatch(expression):
        return macros.call(name, expression)
    return macros.plainly(name, expression)

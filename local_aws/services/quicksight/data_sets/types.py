"""QuickSight's column types in DuckDB's SQL.

https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
"""

from typing import Any

from local_aws.services.quicksight.errors import InvalidParameter, LimitExceeded, Unsupported
from local_aws.services.quicksight.expressions import quote

SQL_TYPES = {
    "STRING": "VARCHAR",
    "INTEGER": "BIGINT",
    "DECIMAL": "DOUBLE",
    "DATETIME": "TIMESTAMP",
    # QuickSight keeps a boolean as the integers 0 and 1.
    "BIT": "BIGINT",
    "BOOLEAN": "BIGINT",
}
OUTPUT_TYPES = {"BIT": "INTEGER", "BOOLEAN": "INTEGER"}
MAX_COLUMNS = 2000
MAX_TEXT = 2047
"""Characters of a text in SPICE; what is longer is cut off."""


def cast(column: str, kind: str) -> str:
    """A quoted column as a type, NULL where its value does not fit."""
    if kind in OUTPUT_TYPES:
        column = f"TRY_CAST({column} AS BOOLEAN)"
    return f"TRY_CAST({column} AS {SQL_TYPES[kind]})"


def misfits(declared: dict[str, str]) -> str | None:
    """True for a row with a value that does not fit its type; None where every value fits."""
    tests = [
        f"({quote(name)} IS NOT NULL AND {cast(quote(name), kind)} IS NULL)"
        for name, kind in declared.items()
        if kind != "STRING"
    ]
    return " OR ".join(tests) or None


def column_type(sql_type: str) -> str:
    """QuickSight's column type for one of DuckDB's."""
    if sql_type in ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"):
        return "INTEGER"
    if sql_type in ("DOUBLE", "FLOAT") or sql_type.startswith("DECIMAL"):
        return "DECIMAL"
    return "DATETIME" if sql_type == "DATE" or sql_type.startswith("TIMESTAMP") else "STRING"


def declared(columns: list[dict[str, Any]]) -> dict[str, str]:
    """Type by name of InputColumns. Raises Unsupported, InvalidParameter, LimitExceeded."""
    found: dict[str, str] = {}
    for column in columns:
        name, kind = column["Name"], column["Type"]
        if kind not in SQL_TYPES:
            raise Unsupported(f"The column type {kind} of {name}")
        if column.get("SubType") == "FIXED":
            raise Unsupported(f"The decimal sub-type FIXED of {name}", "Use FLOAT.")
        if name in found:
            raise InvalidParameter(f"The column {name} is declared twice")
        found[name] = kind
    if not found:
        raise InvalidParameter("A table needs at least one column")
    if len(found) > MAX_COLUMNS:
        raise LimitExceeded("DATA_SET", f"A table of {len(found)} columns: {MAX_COLUMNS} at most")
    return found

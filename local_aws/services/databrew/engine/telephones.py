"""Telephone numbers by libphonenumber's data, as a function of the run's DuckDB."""

from functools import lru_cache

import duckdb
import phonenumbers
from babel.core import get_global

NAME = "databrew_telephone"


def e164(connection: duckdb.DuckDBPyConnection, number: str, region: str) -> str:
    """The number in E.164, or as it is where it is none. ``region``: SQL, empty for no region."""
    query = f"SELECT 1 FROM duckdb_functions() WHERE function_name = '{NAME}'"  # noqa: S608
    if connection.execute(query).fetchone() is None:
        connection.create_function(NAME, _e164, ["VARCHAR", "VARCHAR"], "VARCHAR")
    return f"{NAME}({number}, {region})"


def is_region(code: str) -> bool:
    """Whether it is the code of a region that has telephone numbers, of two or three letters."""
    return _alpha2(code) in phonenumbers.SUPPORTED_REGIONS


@lru_cache(4096)
def _e164(number: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(number, _alpha2(region) or None)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _alpha2(code: str) -> str:
    """ISO 3166's two letters, by CLDR's table for three."""
    if len(code) != 3:
        return code
    return str(get_global("territory_aliases").get(code, [code])[0])

"""JSON files as Spark reads them: types from every value, and a text is a text.

DuckDB alone looks at the first 20,480 values and the first 32 files, rounds a later 1.5 to the
whole numbers that it saw, and makes dates of texts.
https://spark.apache.org/docs/latest/sql-data-sources-json.html
"""

import re

import duckdb

from local_aws.services.databrew.engine.errors import AnalysisException
from local_aws.services.databrew.engine.sql import literal, select_all

# Objects are structs, however many names they have and however seldom each of them comes.
_ALL = (
    "sample_size=-1, maximum_sample_files=9223372036854775807, map_inference_threshold=-1, "
    "field_appearance_threshold=0, records='true'"
)
# What DuckDB sees in texts, and in values of several types. A name has a space behind it.
_SEEN = re.compile(
    r'"(?:[^"]|"")*"|\b(?:DATE|TIME|TIMESTAMP(?: WITH TIME ZONE)?|UUID|JSON)(?=$|[,)\[])'
)


def relation(connection: duckdb.DuckDBPyConnection, paths: str, layout: str, plain: str) -> str:
    """The files' rows in SQL. ``layout``: ``newline_delimited``, or ``auto`` for any other.

    Raises AnalysisException for files without an object in them.
    """
    start = f"read_json({paths}, {plain}, format='{layout}'"
    try:
        found = connection.execute(f"DESCRIBE {select_all(f'{start}, {_ALL})')}").fetchall()
    except duckdb.BinderException as error:
        raise AnalysisException(
            "Unable to infer schema for JSON. It must be specified manually.;"
        ) from error
    columns = ", ".join(f"{literal(name)}: {literal(_told(kind))}" for name, kind, *_ in found)
    return f"{start}, columns={{{columns}}})"


def _told(kind: str) -> str:
    """The type with texts in it as text."""
    return _SEEN.sub(lambda part: part[0] if part[0][0] == '"' else "VARCHAR", kind)

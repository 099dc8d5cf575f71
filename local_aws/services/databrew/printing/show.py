"""`show`: a recipe over a file, as code."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.source import Source, load
from local_aws.services.databrew.engine.sql import identifier
from local_aws.services.databrew.printing.athena import ATHENA
from local_aws.services.databrew.printing.duck import DUCKDB
from local_aws.services.databrew.printing.pyspark_text import pyspark_text
from local_aws.services.databrew.printing.sql_text import sql_text
from local_aws.services.databrew.printing.stages import stages

FORMS = ("pyspark", "athena-sql", "duckdb")
FORMATS = {".csv": "CSV", ".json": "JSON", ".jsonl": "JSON", ".parquet": "PARQUET"}
ENOUGH = 20_000  # rows that tell the types


def show(name: str, steps: Sequence[dict[str, Any]], file: Path, form: str) -> str:
    """The recipe as code of that form. The file tells the columns and, as a job would, their types.

    Raises NotPrinted for what the form has not, RunFailed for a step that is wrong.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone='UTC'")
        return show_over(columns_of(connection, file), name, steps, form)


def show_over(columns: Frame, name: str, steps: Sequence[dict[str, Any]], form: str) -> str:
    """The same over the columns of the table `input`."""
    found = stages(columns, steps)
    title = f"{name}: a DataBrew recipe of {len(steps)} steps."
    if form == "pyspark":
        return pyspark_text(title, columns, found)
    return sql_text(title, name, columns, found, ATHENA if form == "athena-sql" else DUCKDB)


def columns_of(connection: duckdb.DuckDBPyConnection, file: Path) -> Frame:
    """A table `input` without rows, of the file's columns in the types that a job infers."""
    kind = FORMATS.get(file.suffix.lower(), "CSV")
    source = Source(str(file), kind, (str(file),))
    load(connection, source, lambda _: None, ENOUGH)
    found = typed(connection, "raw", told=source.tells_types).columns
    shape = ", ".join(f"{identifier(name)} {kind}" for name, kind in found.items())
    connection.execute(f"CREATE TABLE input ({shape})")
    return Frame.of(connection, "input")

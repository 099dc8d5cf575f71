"""``./lake sql``: one statement through Athena, its rows as a table."""

import logging
from typing import Any

from botocore.exceptions import ClientError
from rich.table import Table

from tarn.settings import Settings


class QueryRefused(Exception):
    """Athena refused or failed the statement, or is not there. The message is Athena's."""


def run(sql: str, title: str = "") -> Table:
    """The statement's rows. Raises QueryRefused."""
    import pyathena
    from pyathena.error import Error

    logging.getLogger("pyathena").setLevel(logging.CRITICAL)  # it logs what it raises

    settings = Settings.from_environment()
    connection = pyathena.connect(
        work_group=settings.workgroup, schema_name=settings.database, poll_interval=0.1
    )
    try:
        cursor = connection.cursor().execute(sql)
        columns = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
    except (Error, ClientError) as error:
        raise QueryRefused(str(error)) from error
    return _table(columns, rows, title)


def _table(columns: list[str], rows: list[tuple[Any, ...]], title: str) -> Table:
    shown = Table(title=title or None, title_justify="left")
    for index, column in enumerate(columns):
        numbers = rows and all(isinstance(row[index], int | float) for row in rows)
        shown.add_column(column, justify="right" if numbers else "left")
    for row in rows:
        shown.add_row(*map(_text, row))
    return shown


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return "" if value is None else str(value)

"""What makes a version fail: data sets and columns that are not there."""

from typing import Any

import duckdb

from local_aws.services.quicksight.definition.document import Definition
from local_aws.services.quicksight.definition.visual import Visual
from local_aws.services.quicksight.duck import connect
from local_aws.services.quicksight.errors import ResourceNotFound, VisualRefused
from local_aws.services.quicksight.expression import quote
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.preparation import SQL_TYPES, plan


def problems(definition: Definition, store: Store) -> list[dict[str, Any]]:
    """What makes a version fail, in the shape of DashboardError."""
    schemas: dict[str, dict[str, str]] = {}
    found = []
    for identifier, arn in definition.data_sets.items():
        try:
            row = store.get(DATA_SET, store.id_of(DATA_SET, arn))
            schemas[identifier] = plan(row["document"]).columns
        except ResourceNotFound:
            found.append(_problem("DATA_SET_NOT_FOUND", f"The data set {arn} does not exist"))
    for sheet, kind, options in definition.visual_items():
        try:
            visual = definition.read(sheet, kind, options)
        except VisualRefused:
            continue
        schema = schemas.get(visual.data_set or "")
        message = bind(visual, schema) if schema is not None else None
        if message:
            where = f"sheet/{sheet}/visual/{visual.id}"
            missing = "not found" in message
            found.append(_problem("COLUMN_REPLACEMENT_MISSING" if missing
                                  else "COLUMN_TYPE_MISMATCH", message, where))  # fmt: skip
    return found


def _problem(kind: str, message: str, path: str | None = None) -> dict[str, Any]:
    entities = {"ViolatedEntities": [{"Path": path}]} if path else {}
    return {"Type": kind, "Message": message} | entities


def bind(visual: Visual, schema: dict[str, str]) -> str | None:
    """Let DuckDB type every field of a visual over no rows; what is wrong, or None."""
    with connect() as connection:
        empty = (f"NULL::{SQL_TYPES[kind]} AS {quote(name)}" for name, kind in schema.items())
        connection.execute(f"CREATE TEMP VIEW data AS SELECT {', '.join(empty)}")
        for field in visual.fields:
            try:
                connection.execute(f"DESCRIBE SELECT {field.sql} FROM data")  # noqa: S608
            except duckdb.Error as error:
                first = str(error).splitlines()[0]
                return f"The field {field.column} of the visual {visual.id}: {first}"
    return None

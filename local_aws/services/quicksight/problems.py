"""What makes a version fail: data sets and columns that are not there."""

from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.definition import Definition
from local_aws.services.quicksight.errors import ResourceNotFound, VisualRefused
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.preparation import plan
from local_aws.services.quicksight.query.binding import bind


def problems(
    definition: Definition, store: Store, strategy: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """What makes a version fail, in the shape of DashboardError.

    A LENIENT ValidationStrategy lets columns be missing: their visuals say so.
    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ValidationStrategy.html
    """
    schemas: dict[str, dict[str, str]] = {}
    found = []
    for identifier, arn in definition.data_sets.items():
        try:
            row = store.get(DATA_SET, store.id_of(DATA_SET, arn))
            schemas[identifier] = plan(row["document"]).columns
        except ResourceNotFound:
            found.append(_problem("DATA_SET_NOT_FOUND", f"The data set {arn} does not exist"))
    if strategy and strategy["Mode"] == "LENIENT":
        return found
    for sheet, kind, options in definition.visual_items():
        try:
            visual = definition.read(sheet, kind, options)
        except VisualRefused:
            continue
        schema = schemas.get(visual.data_set or "")
        message = bind(visual, schema, definition.columns) if schema is not None else None
        if message:
            where = f"sheet/{sheet}/visual/{visual.id}"
            missing = "not found" in message
            found.append(_problem("COLUMN_REPLACEMENT_MISSING" if missing
                                  else "COLUMN_TYPE_MISMATCH", message, where))  # fmt: skip
    return found


def _problem(kind: str, message: str, path: str | None = None) -> dict[str, Any]:
    entities = {"ViolatedEntities": [{"Path": path}]} if path else {}
    return {"Type": kind, "Message": message} | entities

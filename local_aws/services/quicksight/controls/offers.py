"""The values that a control offers: written down, or of a data set's column.

A cascading control offers what goes with the choices in its source controls
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CascadingControlConfiguration.html).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from local_aws.services.quicksight.choices import ALL, NULL, Choices
from local_aws.services.quicksight.controls.sheet import Control, cascade_sources, sheet_controls
from local_aws.services.quicksight.definition import Definition
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.filters import Filter
from local_aws.services.quicksight.filters.context import aggregate, text_literal
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.query.given import open_declared

MOST = 1000
Offer = dict[str, Any]


def offered(store: Store, definition: Definition, control_id: str, search: str = "") -> Offer:
    """``values``, and whether there are ``more``. Raises KeyError, QueryRefused."""
    control, sheet = _control(definition, control_id)
    selectable = control.options.get("SelectableValues", {})
    if selectable.get("Values"):
        found = [value for value in selectable["Values"] if search.lower() in value.lower()]
        return {"values": _sorted(control, found)[:MOST], "more": len(found) > MOST}
    column = selectable.get("LinkToDataSetColumn")
    if column is None:
        if not isinstance(control.source, Filter):
            return {"values": [], "more": False}
        column = control.source.options["Column"]
    tests = _cascaded(definition, control, sheet)
    return _column_values(store, definition, control, column, search, tests)


def _control(definition: Definition, control_id: str) -> tuple[Control, list[Control]]:
    for sheet in definition.sheets:
        controls = sheet_controls(definition, sheet)
        for control in controls:
            if control.id == control_id:
                return control, controls
    raise KeyError(control_id)


def _sorted(control: Control, values: Sequence[str]) -> list[str]:
    direction = _direction(control)
    if direction == "USER_DEFINED_ORDER":
        return list(values)
    return sorted(values, reverse=direction == "DESC")


def _direction(control: Control) -> str:
    for sort in control.options.get("ControlSortConfigurations", []):
        if "SelectableValuesSort" in sort:
            return str(sort["SelectableValuesSort"]["Direction"])
    written = control.options.get("SelectableValues", {}).get("Values")
    return "USER_DEFINED_ORDER" if written else "ASC"


def _cascaded(definition: Definition, control: Control, sheet: list[Control]) -> list[str]:
    by_id = {each.id: each for each in sheet}
    found = []
    for source in cascade_sources(control.options):
        above = by_id.get(source.get("SourceSheetControlId", ""))
        values = _chosen(definition.choices, above) if above else None
        if values is not None and "ColumnToMatch" in source:
            column = source["ColumnToMatch"]
            sql = definition.columns.compile(column["DataSetIdentifier"], column["ColumnName"]).sql
            listed = ", ".join(text_literal(value) for value in values if value != NULL) or "NULL"
            found.append(f"CAST({sql} AS VARCHAR) IN ({listed})")
    return found


def _chosen(choices: Choices, control: Control) -> Sequence[str] | None:
    kind, _, name = control.key.partition(".")
    values = (choices.filters if kind == "f" else choices.parameters).get(name)
    return None if values is None or ALL in values else values


def _column_values(
    store: Store,
    definition: Definition,
    control: Control,
    column: Mapping[str, Any],
    search: str,
    tests: list[str],
) -> Offer:
    identifier = column["DataSetIdentifier"]
    sql = definition.columns.compile(identifier, column["ColumnName"]).sql
    value = f"CAST({sql} AS VARCHAR)"
    if search:
        tests = [*tests, f"contains(lower({value}), lower({text_literal(search)}))"]
    condition = " AND ".join([f"{sql} IS NOT NULL", *tests])
    order = _order(definition, control, identifier, sql)
    with open_declared(store, definition, identifier) as connection:
        try:
            found = connection.execute(
                f"SELECT {value} FROM data WHERE {condition} "  # noqa: S608
                f"GROUP BY {sql} ORDER BY {order} LIMIT {MOST + 1}"
            ).fetchall()
        except duckdb.Error as error:
            raise QueryRefused(str(error).splitlines()[0]) from error
    values = [row[0] for row in found]
    return {"values": values[:MOST], "more": len(values) > MOST}


def _order(definition: Definition, control: Control, data_set: str, sql: str) -> str:
    for sort in control.options.get("ControlSortConfigurations", []):
        by = sort.get("ControlColumnSort")
        if by:
            compiled = definition.columns.compile(data_set, by["Column"]["ColumnName"])
            function = by.get("AggregationFunction") or {"NumericalAggregationFunction": None}
            kind, name = next(iter(function.items()))
            key = compiled.sql if compiled.aggregate else aggregate(compiled.sql, kind, name)
            return f"{key} {by['SortDirection']} NULLS LAST, {sql}"
    return f"{sql} {'DESC' if _direction(control) == 'DESC' else 'ASC'}"

"""The values that a control offers: written down, or of a data set's column.

A cascading control offers what goes with the choices in its source controls
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CascadingControlConfiguration.html).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from local_aws.services.quicksight.choices import ALL, NULL, Choices
from local_aws.services.quicksight.controls.sheet import Control, cascade_sources, sheet_controls
from local_aws.services.quicksight.definition import Definition
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.expressions import Compiled, ExpressionError, Level
from local_aws.services.quicksight.fields import grouping
from local_aws.services.quicksight.filters import Filter, condition
from local_aws.services.quicksight.filters.context import aggregate, text_literal
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.query.given import open_declared
from local_aws.services.quicksight.query.stages import Selection, dimension_column, statement

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
    return _column_values(store, definition, control, column, search, sheet)


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


def _cascaded(definition: Definition, control: Control, sheet: list[Control]) -> Iterator[Compiled]:
    by_id = {each.id: each for each in sheet}
    for source in cascade_sources(control.options):
        above = by_id.get(source.get("SourceSheetControlId", ""))
        values = _chosen(definition.choices, above) if above else None
        if values is not None and "ColumnToMatch" in source:
            column = _row_value(definition, source["ColumnToMatch"])
            listed = ", ".join(text_literal(value) for value in values if value != NULL) or "NULL"
            yield condition(f"CAST({column.sql} AS VARCHAR) IN ({listed})", [column])


def _chosen(choices: Choices, control: Control) -> Sequence[str] | None:
    kind, _, name = control.key.partition(".")
    values = (choices.filters if kind == "f" else choices.parameters).get(name)
    return None if values is None or ALL in values else values


def _row_value(definition: Definition, column: Mapping[str, Any]) -> Compiled:
    """A column, or a calculated field that does not aggregate. Raises ExpressionError."""
    name = column["ColumnName"]
    return grouping(definition.columns.compile(column["DataSetIdentifier"], name), name, None)


def _column_values(
    store: Store,
    definition: Definition,
    control: Control,
    column: Mapping[str, Any],
    search: str,
    sheet: list[Control],
) -> Offer:
    try:
        value = _row_value(definition, column)
        tests = [condition(f"{value.sql} IS NOT NULL", [value])]
        tests += _cascaded(definition, control, sheet)
        text = f"CAST({value.sql} AS VARCHAR)"
        if search:
            found = f"contains(lower({text}), lower({text_literal(search)}))"
            tests.append(condition(found, [value]))
        order = _order(definition, control, column["DataSetIdentifier"])
    except ExpressionError as error:
        raise QueryRefused(str(error)) from error
    shown = Compiled(f"any_value({text})", level=Level.AGGREGATE, slots=value.slots)
    sql = statement(Selection([value], [shown], tests, order, limit=MOST + 1))
    with open_declared(store, definition, column["DataSetIdentifier"]) as connection:
        try:
            values = [row[1] for row in connection.execute(sql).fetchall()]
        except duckdb.Error as error:
            raise QueryRefused(str(error).splitlines()[0]) from error
    return {"values": values[:MOST], "more": len(values) > MOST}


def _order(definition: Definition, control: Control, data_set: str) -> list[tuple[Compiled, str]]:
    value = Compiled(dimension_column(0), level=Level.GROUPED)
    for sort in control.options.get("ControlSortConfigurations", []):
        by = sort.get("ControlColumnSort")
        if by:
            key = definition.columns.compile(data_set, by["Column"]["ColumnName"])
            function = by.get("AggregationFunction") or {"NumericalAggregationFunction": None}
            if not key.aggregate:
                kind, name = next(iter(function.items()))
                key = replace(key, sql=aggregate(key.sql, kind, name), level=Level.AGGREGATE)
            return [(key, by["SortDirection"]), (value, "ASC")]
    return [(value, "DESC" if _direction(control) == "DESC" else "ASC")]

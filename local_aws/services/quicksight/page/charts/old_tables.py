"""KPIs, tables and pivot tables as what the page writes into its document, all of it text."""

from typing import Any

from local_aws.services.quicksight.definition import Visual
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.formats import number_format, number_text, show
from local_aws.services.quicksight.query import Query, Value

MAX_ROWS = 1000
MAX_PIVOT_COLUMNS = 200
Payload = dict[str, Any]
Key = tuple[Value, ...]


def kpi(query: Query) -> Payload:
    """A figure; with a trend group its last period against the one before; or a target."""
    wells = query.visual.wells
    value = wells["Values"][0]
    options = query.visual.config.get("KPIOptions", {})
    if wells["TrendGroups"]:
        return _trend(query, value, wells["TrendGroups"][0], options)
    targets = wells["TargetValues"]
    found = query.select([], [value, *targets])[0]
    payload: Payload = {"value": show(found[0], value), "label": value.label}
    if targets and _number(found[0]) and _number(found[1]):
        against = f"target {show(found[1], targets[0])}"
        payload |= _comparison(found[0], found[1], value, options, against)
    return payload


def _trend(query: Query, value: Field, trend: Field, options: dict[str, Any]) -> Payload:
    found = query.select([trend], [value])
    points = [(when, figure) for when, figure in found if when is not None]
    if not points:
        return {"value": show(None, value), "label": value.label}
    when, last = points[-1]
    payload: Payload = {"value": show(last, value), "label": show(when, trend)}
    if len(points) > 1 and _number(last) and _number(points[-2][1]):
        before = f"vs {show(points[-2][0], trend)}"
        payload |= _comparison(last, points[-2][1], value, options, before)
    if options.get("Sparkline", {}).get("Visibility", "VISIBLE") == "VISIBLE":
        payload["spark"] = [
            {"label": show(at, trend), "text": show(figure, value), "value": figure}
            for at, figure in points
        ]
    return payload


def _number(value: Value) -> bool:
    return isinstance(value, int | float)


def _comparison(
    now: Any, before: Any, field: Field, options: dict[str, Any], against: str
) -> Payload:
    chosen = options.get("Comparison", {})
    method = chosen.get("ComparisonMethod", "PERCENT_DIFFERENCE")
    if method == "DIFFERENCE":
        change, form = now - before, number_format(chosen.get("ComparisonFormat") or field.format)
    elif before:
        change = now / before - (1 if method == "PERCENT_DIFFERENCE" else 0)
        form = {"kind": "Percentage", "DecimalPlacesConfiguration": {"DecimalPlaces": 1}}
    else:
        return {"against": against}
    sign = "+" if change > 0 and method != "PERCENT" else ""
    direction = (change > 0) - (change < 0)
    return {"change": sign + number_text(change, form), "direction": direction, "against": against}


def table(query: Query) -> Payload:
    """Rows by group, or the data set's own rows."""
    fields, rows = table_rows(query, MAX_ROWS + 1)
    shown = rows[:MAX_ROWS]
    return {
        "columns": [{"label": f.label, "numeric": _aligned_right(f, shown, n)}
                    for n, f in enumerate(fields)],
        "rows": [[show(v, f) for v, f in zip(row, fields, strict=True)] for row in shown],
        "more": len(rows) > MAX_ROWS,
    }  # fmt: skip


def table_rows(query: Query, limit: int) -> tuple[list[Field], list[Key]]:
    """A table's fields and rows, sorted."""
    visual = query.visual
    hidden = {o["FieldId"] for o in visual.config.get("FieldOptions", {})
              .get("SelectedFieldOptions", []) if o.get("Visibility") == "HIDDEN"}  # fmt: skip
    fields = [f for f in visual.fields if f.id not in hidden]
    sort = visual.config.get("SortConfiguration", {}).get("RowSort", [])
    if not visual.aggregated:
        return fields, query.detail(fields, sort, limit)
    groups = [f for f in fields if not f.measure]
    return fields, query.select(groups, [f for f in fields if f.measure], sort, limit)


def _aligned_right(field: Field, rows: list[Key], column: int) -> bool:
    if field.measure or field.numeric:
        return True
    return any(isinstance(r[column], int | float) for r in rows[:20])


def pivot_table(query: Query) -> Payload:
    """Rows against columns, with grand totals that are computed from the rows themselves."""
    visual = query.visual
    rows, columns, values = (visual.wells[w] for w in ("Rows", "Columns", "Values"))
    totals = visual.config.get("TotalOptions", {})
    bottom = _total(totals.get("RowTotalOptions", {})) if rows else None
    right = _total(totals.get("ColumnTotalOptions", {})) if columns else None
    cells = _pivot_cells(query, rows, columns, values)
    row_keys = _keys(query, visual, rows)
    column_keys: list[Key] = _keys(query, visual, columns)[:MAX_PIVOT_COLUMNS]
    lines = [(key, _line(cells, key, column_keys, right, values)) for key in row_keys[:MAX_ROWS]]
    return {
        "rowLabels": [f.label for f in rows],
        "columnHeads": [[show(v, f) for v, f in zip(k, columns, strict=True)] for k in column_keys],
        "valueLabels": [f.label for f in values],
        "rightTotal": right,
        "rows": [{"head": [show(v, f) for v, f in zip(k, rows, strict=True)], "cells": line}
                 for k, line in lines],
        "total": {"head": bottom, "cells": _line(cells, None, column_keys, right, values)}
                 if bottom else None,
        "more": len(row_keys) > MAX_ROWS,
    }  # fmt: skip


def _total(options: dict[str, Any]) -> str | None:
    visible = options.get("TotalsVisibility") == "VISIBLE"
    return str(options.get("CustomLabel") or "Total") if visible else None


def _line(
    cells: dict[tuple[Key | None, Key | None], Key],
    row: Key | None,
    columns: list[Key],
    right: str | None,
    values: list[Field],
) -> list[str]:
    keys: list[Key | None] = [*columns, *([None] if right else [])]
    nothing: Key = (None,) * len(values)
    return [
        "" if v is None else show(v, f)
        for key in keys
        for v, f in zip(cells.get((row, key), nothing), values, strict=True)
    ]


def _pivot_cells(
    query: Query, rows: list[Field], columns: list[Field], values: list[Field]
) -> dict[tuple[Key | None, Key | None], Key]:
    """Every cell by its row and column; None stands for the total over all."""
    cells = {}
    for over_rows in {bool(rows), False}:
        for over_columns in {bool(columns), False}:
            left = rows if over_rows else []
            top = columns if over_columns else []
            for found in query.select([*left, *top], values):
                row, rest = found[: len(left)], found[len(left) :]
                column, figures = rest[: len(top)], rest[len(top) :]
                key = (row if over_rows else None, column if over_columns else None)
                cells[key] = figures
                if not columns:
                    cells[(key[0], ())] = figures
                if not rows:
                    cells[((), key[1])] = figures
    return cells


def _keys(query: Query, visual: Visual, fields: list[Field]) -> list[Key]:
    """The heads of rows or columns, each level in its own order."""
    if not fields:
        return [()]
    sorts = visual.config.get("SortConfiguration", {}).get("FieldSortOptions", [])
    by_field = {option["FieldId"]: option["SortBy"] for option in sorts}
    ranks = []
    for field in fields:
        by = by_field.get(field.id) or {"Field": {"FieldId": field.id, "Direction": "ASC"}}
        sort = [{"ColumnSort": by["Column"]} if "Column" in by else {"FieldSort": by["Field"]}]
        ranks.append({value: place for place, value in enumerate(query.axis(field, sort).values)})

    def place(key: Key) -> list[int]:
        return [rank.get(v, len(rank)) for rank, v in zip(ranks, key, strict=True)]

    return sorted(query.select(fields, []), key=place)


TABLES = {"KPIVisual": kpi, "TableVisual": table, "PivotTableVisual": pivot_table}

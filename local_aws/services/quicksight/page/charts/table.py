"""Tables: rows by group, or the data set's own rows.

https://docs.aws.amazon.com/quicksight/latest/user/tabular.html
"""

import re
from typing import Any

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.cells import Cell, bar, linked, ruled
from local_aws.services.quicksight.page.charts.conditional import Rule, rules_of
from local_aws.services.quicksight.page.charts.options import (
    Options,
    colour,
    inner,
    shown,
    sort_of,
)
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query, Value

MAX_ROWS = 1000
Row = tuple[Value, ...]
ALIGNMENTS = {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}
PIXELS = re.compile(r"\d{1,4}px")
POSITIVE, NEGATIVE = "#0F766E", "#C2563F"


def table(query: Query) -> dict[str, Any]:
    """A TableVisual as the page writes it, the first 1,000 rows."""
    rules = rules_of(query)
    fields, found = table_rows(query, MAX_ROWS + 1, [rule.measure for rule in rules])
    rows = found[:MAX_ROWS]
    options, total = _field_options(query), _total(query, fields)
    numeric = [_aligned_right(f, rows, n) for n, f in enumerate(fields)]
    config = query.visual.config.get("TableOptions", {})
    payload = {
        "columns": [_column(f, options.get(f.id, {}), right, config)
                    for f, right in zip(fields, numeric, strict=True)],
        "rows": _cells(query, fields, rows, rules, options),
        "more": len(found) > MAX_ROWS,
        "headless": not shown(config.get("HeaderStyle", {})),
        "stripes": _stripes(config.get("RowAlternateColorOptions", {})),
        **total,
    }  # fmt: skip
    return {"table": payload}


def plain_table(query: Query) -> dict[str, Any]:
    """Any visual's groups and figures as a table without looks."""
    fields, found = table_rows(query, MAX_ROWS + 1)
    rows = found[:MAX_ROWS]
    columns = [{"id": f.id, "label": f.label, "numeric": _aligned_right(f, rows, n)}
               for n, f in enumerate(fields)]  # fmt: skip
    lines = [[show(v, f) for v, f in zip(row, fields, strict=True)] for row in rows]
    return {"table": {"columns": columns, "rows": lines, "more": len(found) > MAX_ROWS}}


def table_rows(
    query: Query, limit: int, more: list[Field] | None = None
) -> tuple[list[Field], list[Row]]:
    """A table's fields in their order and its rows, sorted; ``more`` stand behind the fields."""
    visual = query.visual
    options = visual.config.get("FieldOptions", {})
    hidden = {o["FieldId"] for o in options.get("SelectedFieldOptions", [])
              if o.get("Visibility") == "HIDDEN"}  # fmt: skip
    order = options.get("Order", [])
    fields = [f for f in visual.fields if f.id not in hidden]
    sort, more = sort_of(visual, "RowSort"), more or []
    if not visual.aggregated:
        chosen = _in_order(fields, order)
        return chosen, query.detail([*chosen, *more], sort, limit)
    groups = [f for f in fields if not f.measure]
    measures = [f for f in fields if f.measure]
    rows = query.select(groups, [*measures, *more], sort, limit)
    shown_fields = _in_order([*groups, *measures], order)
    places = [[*groups, *measures].index(f) for f in shown_fields]
    behind = range(len(fields), len(fields) + len(more))
    return shown_fields, [tuple(row[n] for n in (*places, *behind)) for row in rows]


def _in_order(fields: list[Field], order: list[str]) -> list[Field]:
    places = {identifier: n for n, identifier in enumerate(order)}
    return sorted(fields, key=lambda f: places.get(f.id, len(places)))


def _field_options(query: Query) -> dict[str, Options]:
    found = inner(query.visual.config, "FieldOptions", "SelectedFieldOptions") or []
    return {option["FieldId"]: option for option in found}


def _column(field: Field, option: Options, numeric: bool, config: Options) -> dict[str, Any]:
    width = str(option.get("Width") or "")
    style = config.get("CellStyle", {})
    return {
        "id": field.id,
        "label": field.label,
        "numeric": numeric,
        "width": width if PIXELS.fullmatch(width) else None,
        "align": ALIGNMENTS.get(style.get("HorizontalTextAlignment", "")),
        "wrap": style.get("TextWrap") == "WRAP",
    }


def _aligned_right(field: Field, rows: list[Row], column: int) -> bool:
    if field.measure or field.numeric:
        return True
    return any(isinstance(r[column], int | float) for r in rows[:20])


def _cells(
    query: Query, fields: list[Field], rows: list[Row], rules: list[Rule],
    options: dict[str, Options],
) -> list[list[Cell]]:  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else []
    behind = columns[len(fields) :]
    bars = _bars(query)
    found = []
    for row in rows:
        line: list[Cell] = []
        for n, field in enumerate(fields):
            cell = ruled(show(row[n], field), field.id, rules, row[len(fields) :], behind)
            cell = linked(cell, row[n], options.get(field.id, {}))
            line.append(_barred(cell, row[n], columns[n], bars.get(field.id)))
        found.append(line)
    return found


def _bars(query: Query) -> dict[str, Options]:
    found = {}
    for item in query.visual.config.get("TableInlineVisualizations", []):
        if "DataBars" not in item:
            raise VisualRefused(f"{next(iter(item))} of a table's column")
        found[item["DataBars"]["FieldId"]] = item["DataBars"]
    return found


def _barred(cell: Cell, value: Value, column: Row, options: Options | None) -> Cell:
    if options is None:
        return cell
    drawn = bar(value, column, colour(options.get("PositiveColor")) or POSITIVE,
                colour(options.get("NegativeColor")) or NEGATIVE)  # fmt: skip
    return {**({"text": cell} if isinstance(cell, str) else cell), "bar": drawn} if drawn else cell


def _total(query: Query, fields: list[Field]) -> dict[str, Any]:
    """The row of totals, worked out from the data set's rows and not from the table's."""
    options = query.visual.config.get("TotalOptions", {})
    if options.get("TotalsVisibility") != "VISIBLE" or not query.visual.aggregated:
        return {}
    measures = [f for f in fields if f.measure]
    chosen = {item["FieldId"]: inner(item, "TotalAggregationFunction")
              .get("SimpleTotalAggregationFunction", "DEFAULT")
              for item in options.get("TotalAggregationOptions", [])}  # fmt: skip
    for field in measures:
        if chosen.get(field.id, "DEFAULT") not in ("DEFAULT", "NONE"):
            raise VisualRefused(f"A total by {chosen[field.id]} of {field.label}")
    values = dict(zip([f.id for f in measures], query.select([], measures)[0], strict=True))
    line = ["" if not f.measure or chosen.get(f.id) == "NONE" else show(values[f.id], f)
            for f in fields]  # fmt: skip
    if line and not fields[0].measure:
        line[0] = str(options.get("CustomLabel") or "Total")
    return {"total": line, "totalFirst": options.get("Placement") == "START"}


def _stripes(options: Options) -> str | None:
    if options.get("Status") != "ENABLED":
        return None
    given = options.get("RowAlternateColors", [])
    return colour(given[0]) if given else "var(--line)"

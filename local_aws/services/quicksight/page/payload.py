"""What the page asks for, as JSON: a dashboard's outline, a visual's figures, a filter's values."""

import csv
import datetime as dt
import io
from typing import Any

from local_aws.services.quicksight.definition import Definition, Visual, plain
from local_aws.services.quicksight.errors import QueryRefused, ResourceNotFound
from local_aws.services.quicksight.expression import quote
from local_aws.services.quicksight.model import DASHBOARD, DATA_SET, UNFINISHED, Store
from local_aws.services.quicksight.page.charts import CHARTS
from local_aws.services.quicksight.page.tables import TABLES, table_rows
from local_aws.services.quicksight.query import Choices, Query, Value
from local_aws.services.quicksight.spice import open_data_set

Payload = dict[str, Any]
MAX_CSV_ROWS = 100_000
MAX_FILTER_VALUES = 1000


class Board:
    """A dashboard's published version."""

    def __init__(self, store: Store, dashboard: str) -> None:
        self.store = store
        self.row = store.get(DASHBOARD, dashboard)
        self.version = store.versions.get(DASHBOARD, dashboard, self.row["published"])
        self.definition = Definition(self.version["document"]["Definition"])

    def outline(self) -> Payload:
        """Sheets, controls, where each visual goes, and how fresh the data is."""
        return {
            "id": self.row["id"],
            "name": self.row["document"]["Name"],
            "version": self.version["number"],
            "errors": [error["Message"] for error in self.version["errors"]],
            "sheets": [self._sheet(sheet) for sheet in self.definition.sheets],
            "data": self.freshness(),
        }

    def freshness(self) -> list[Payload]:
        """Each data set: rows, since when, and what its last refresh came to."""
        return [self._data_set(arn) for arn in self.definition.data_sets.values()]

    def _data_set(self, arn: str) -> Payload:
        try:
            data_set = self.store.id_of(DATA_SET, arn)
            row = self.store.get(DATA_SET, data_set)
        except ResourceNotFound as error:
            return {"name": arn, "state": "failed", "message": error.message}
        extract = self.store.extract(data_set)
        last = next(iter(self.store.ingestions(data_set)), None)
        found: Payload = {"name": row["document"]["Name"], "id": data_set, "state": "ok"}
        if extract:
            found |= {"rows": extract["rows"], "refreshed": extract["refreshed"]}
        if row["document"]["ImportMode"] != "SPICE":
            return found | {"direct": True}
        if last and last["status"] == "FAILED":
            message = f"{last['error_type']}: {last['error_message']}"
            return found | {"state": "failed", "message": message}
        if last and last["status"] in UNFINISHED:
            return found | {"state": "refreshing"}
        return found if extract else found | {"state": "never"}

    def _sheet(self, sheet: dict[str, Any]) -> Payload:
        places = _places(sheet)
        visuals = [next(iter(item.items())) for item in sheet.get("Visuals", [])]
        outlined = [self._outline_visual(sheet["SheetId"], kind, o) for kind, o in visuals]
        texts = [
            {"id": box["SheetTextBoxId"], "kind": "text", "text": plain(box.get("Content", ""))}
            for box in sheet.get("TextBoxes", [])
        ]
        items = [item | {"place": places.get(item["id"])} for item in (*outlined, *texts)]
        return {
            "id": sheet["SheetId"],
            "name": sheet.get("Name") or sheet.get("Title") or "Sheet",
            "description": sheet.get("Description", ""),
            "items": sorted(items, key=_reading_order),
            "controls": self._controls(sheet),
        }

    def _outline_visual(self, sheet: str, kind: str, options: dict[str, Any]) -> Payload:
        visual = self.definition.visual(sheet, options["VisualId"])
        assert visual is not None  # it comes from the definition's own list
        return {
            "id": visual.id,
            "kind": kind.removesuffix("Visual"),
            "title": visual.title,
            "subtitle": visual.subtitle,
            "alt": visual.alt,
        }

    def _controls(self, sheet: dict[str, Any]) -> list[Payload]:
        filters = {item.id: item for item in self.definition.filters if item.selectable}
        controls = [next(iter(c.values())) for c in sheet.get("FilterControls", [])]
        return [
            {
                "filter": control["SourceFilterId"],
                "title": control.get("Title") or filters[control["SourceFilterId"]].column,
                "single": control.get("Type") == "SINGLE_SELECT",
            }
            for control in controls
            if control["SourceFilterId"] in filters
        ]

    def filter_values(self, filter_id: str) -> list[str]:
        """What a filter's control offers. Raises KeyError, QueryRefused."""
        item = next((f for f in self.definition.filters if f.id == filter_id), None)
        if item is None or not item.selectable:
            raise KeyError(filter_id)
        sql = self.definition.columns.compile(item.data_set, item.column).sql
        data_set = self.store.id_of(DATA_SET, self.definition.data_sets[item.data_set])
        with open_data_set(self.store, data_set) as connection:
            found = connection.execute(
                f"SELECT DISTINCT CAST({sql} AS VARCHAR) AS {quote('value')} FROM data"  # noqa: S608
                f" WHERE {sql} IS NOT NULL ORDER BY 1 LIMIT {MAX_FILTER_VALUES}"
            ).fetchall()
        return [row[0] for row in found]

    def visual(self, sheet: str, visual_id: str) -> Visual:
        """A visual by its address. Raises KeyError."""
        found = self.definition.visual(sheet, visual_id)
        if found is None:
            raise KeyError(visual_id)
        return found

    def figures(self, sheet: str, visual_id: str, chosen: Choices) -> Payload:
        """A visual's figures, or plainly why there are none."""
        visual = self.visual(sheet, visual_id)
        try:
            with Query(self.store, self.definition, visual, chosen) as query:
                rows = query.count()
                if rows == 0:
                    message = "No rows match the filters." if chosen else "The data set is empty."
                    return {"state": "empty", "message": message}
                return {"state": "ok", "rows": rows} | _draw(query)
        except QueryRefused as error:
            return {"state": error.state, "message": str(error)}

    def csv(self, sheet: str, visual_id: str, chosen: Choices) -> str:
        """A visual's figures as CSV, in full figures. Raises KeyError, QueryRefused."""
        visual = self.visual(sheet, visual_id)
        with Query(self.store, self.definition, visual, chosen) as query:
            fields, rows = table_rows(query, MAX_CSV_ROWS)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([field.label for field in fields])
        writer.writerows([[_cell(value) for value in row] for row in rows])
        return out.getvalue()


def _draw(query: Query) -> Payload:
    kind = query.visual.kind
    needed = {"KPIVisual": ("Values",), "HeatMapVisual": ("Rows", "Columns", "Values")}
    if any(not query.visual.wells[well] for well in needed.get(kind, ())):
        return {"state": "empty", "message": "This visual has empty field wells."}
    if kind in TABLES:
        return {"table": TABLES[kind](query)}
    return {"figure": CHARTS[kind](query)}


def _places(sheet: dict[str, Any]) -> dict[str, list[int]]:
    """Column, columns, row and rows of each element in QuickSight's grid of 36 columns."""
    found, below = {}, 0
    for layout in sheet.get("Layouts", []):
        for element in layout["Configuration"].get("GridLayout", {}).get("Elements", []):
            row = element.get("RowIndex", below)
            below = row + element["RowSpan"]
            found[element["ElementId"]] = [
                element.get("ColumnIndex", 0), element["ColumnSpan"], row, element["RowSpan"]
            ]  # fmt: skip
    return found


def _reading_order(item: Payload) -> tuple[int, int]:
    place = item["place"]
    return (place[2], place[0]) if place else (10**6, 0)


def _cell(value: Value) -> object:
    return value.isoformat() if isinstance(value, dt.datetime) else value

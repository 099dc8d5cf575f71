"""What the page asks for, as JSON: a dashboard's outline, a visual's figures, a filter's values."""

import csv
import datetime as dt
import io
from typing import Any

from local_aws.services.quicksight import themes
from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.controls import offered, outline, sheet_controls
from local_aws.services.quicksight.definition import Definition, actions, drills, label_text, saying
from local_aws.services.quicksight.errors import NoFields, QueryRefused, ResourceNotFound
from local_aws.services.quicksight.model import DASHBOARD, DATA_SET, UNFINISHED, Store
from local_aws.services.quicksight.page.charts import CHARTS
from local_aws.services.quicksight.page.charts.table import plain_table, table_rows
from local_aws.services.quicksight.page.layouts import layout_of
from local_aws.services.quicksight.page.rich_text import nodes
from local_aws.services.quicksight.page.themes import page_theme
from local_aws.services.quicksight.parameters import overridden
from local_aws.services.quicksight.parameters.dynamic import reader_rows
from local_aws.services.quicksight.query import Query, Value
from local_aws.services.quicksight.readers import reader_now
from local_aws.services.quicksight.security import is_secured

Payload = dict[str, Any]
MAX_CSV_ROWS = 100_000


class Board:
    """A dashboard's published version."""

    def __init__(self, store: Store, dashboard: str, choices: Choices | None = None) -> None:
        self.store, self.choices = store, Choices() if choices is None else choices
        self.row = store.get(DASHBOARD, dashboard)
        self.version = store.versions.get(DASHBOARD, dashboard, self.row["published"])
        document = self.version["document"]
        whole = Definition(overridden(document["Definition"], document.get("Parameters")))
        self.definition = whole.chosen(self.choices, reader_rows(store, whole.data_sets))

    @property
    def exports(self) -> bool:
        """Whether the dashboard's publisher lets readers download CSV."""
        options = self.version["document"].get("DashboardPublishOptions", {})
        status = options.get("ExportToCSVOption", {}).get("AvailabilityStatus", "ENABLED")
        return str(status) == "ENABLED"

    def outline(self) -> Payload:
        """Sheets, controls, where each visual goes, and how fresh the data is."""
        return {
            "id": self.row["id"],
            "name": self.row["document"]["Name"],
            "version": self.version["number"],
            "errors": [error["Message"] for error in self.version["errors"]],
            "refused": [
                {"sheet": sheet, "visual": visual, "message": message}
                for sheet, visual, message in self.definition.refusals()
            ],
            "sheets": [self._sheet(sheet) for sheet in self.definition.sheets],
            "theme": self._theme(),
            "data": self.freshness(),
        }

    def _theme(self) -> Payload:
        arn = self.version["document"].get("ThemeArn")
        return page_theme(themes.configuration(self.store, arn))

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
        owner = reader_now().owns(self.store, arn)
        found: Payload = {"name": row["document"]["Name"], "id": data_set, "state": "ok"}
        if extract:
            found |= {"refreshed": extract["refreshed"]}
            if owner or not is_secured(row["document"]):  # how many rows are hidden is hidden, too
                found |= {"rows": extract["rows"]}
        if row["document"]["ImportMode"] != "SPICE":
            return found | {"direct": True}
        if last and last["status"] == "FAILED":
            why = f"{last['error_type']}: {last['error_message']}"
            message = why if owner else "The last refresh failed."
            return found | {"state": "failed", "message": message}
        if last and last["status"] in UNFINISHED:
            return found | {"state": "refreshing"}
        return found if extract else found | {"state": "never"}

    def _sheet(self, sheet: dict[str, Any]) -> Payload:
        layout, say = layout_of(sheet), saying(self.definition.values, rich=True)
        visuals = [next(iter(item.items())) for item in sheet.get("Visuals", [])]
        outlined = [self._outline_visual(kind, o) for kind, o in visuals]
        texts = [
            {
                "id": box["SheetTextBoxId"],
                "kind": "text",
                "nodes": nodes(say(box.get("Content", ""))),
            }
            for box in sheet.get("TextBoxes", [])
        ]
        texts += [_image(image) for image in sheet.get("Images", [])]
        items = [item | {"place": layout.places.get(item["id"])} for item in (*outlined, *texts)]
        # A free-form sheet leaves out what its layout does not name: it is hidden there.
        if layout.kind == "free":
            items = [item for item in items if item["place"]]
        return {
            "id": sheet["SheetId"],
            "name": sheet.get("Name") or sheet.get("Title") or "Sheet",
            "description": sheet.get("Description", ""),
            "layout": {"kind": layout.kind, "width": layout.width, "height": layout.height},
            "notes": layout.notes,
            "items": sorted(items, key=_reading_order),
            "controls": [
                outline(self.definition, control)
                for control in sheet_controls(self.definition, sheet)
            ],
        }

    def _outline_visual(self, kind: str, options: dict[str, Any]) -> Payload:
        values = self.definition.values
        return {
            "id": options["VisualId"],
            "kind": kind.removesuffix("Visual"),
            "title": label_text(options.get("Title", {}), values),
            "subtitle": label_text(options.get("Subtitle", {}), values),
            "alt": options.get("VisualContentAltText", ""),
            "actions": actions(options),
            "drills": drills(options),
        }

    def offered(self, control: str, search: str = "") -> Payload:
        """What a control offers. Raises KeyError, QueryRefused."""
        return offered(self.store, self.definition, control, search)

    def figures(self, sheet: str, visual_id: str) -> Payload:
        """A visual's figures, or plainly why there are none."""
        try:
            with self._query(sheet, visual_id) as query:
                rows = query.count()
                if rows == 0:
                    return {"state": "empty", "message": self._nothing()}
                drawn = {"state": "ok", "rows": rows} | _draw(query)
                return drawn if self.exports else drawn | {"csv": False}
        except QueryRefused as error:
            return {"state": error.state, "message": str(error)}

    def _nothing(self) -> str:
        filtered = self.choices or self.definition.filter_groups
        return "No rows match the filters." if filtered else "The data set is empty."

    def data(self, sheet: str, visual_id: str) -> Payload:
        """A visual's figures as a plain table, for readers who do not see a chart."""
        try:
            with self._query(sheet, visual_id) as query:
                return {"state": "ok"} | plain_table(query)
        except QueryRefused as error:
            return {"state": error.state, "message": str(error)}

    def _query(self, sheet: str, visual_id: str) -> Query:
        """A visual's query. Raises KeyError, QueryRefused."""
        visual = self.definition.visual(sheet, visual_id)
        if visual is None:
            raise KeyError(visual_id)
        return Query(self.store, self.definition, visual)

    def csv(self, sheet: str, visual_id: str) -> str:
        """A visual's figures as CSV, in full figures. Raises KeyError, QueryRefused."""
        if not self.exports:
            raise QueryRefused("Downloads are switched off for this dashboard.")
        with self._query(sheet, visual_id) as query:
            fields, rows = table_rows(query, MAX_CSV_ROWS)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([field.label for field in fields])
        writer.writerows([[_cell(value) for value in row] for row in rows])
        return out.getvalue()


def _draw(query: Query) -> Payload:
    """A visual's drawing. Raises QueryRefused."""
    visual = query.visual
    chart = CHARTS[visual.kind]
    if any(not visual.wells.get(well) for well in chart.needs) or not visual.fields:
        raise NoFields
    drawn = chart.draw(query)
    if drawn.get("figure", {}).get("data") == []:
        raise NoFields
    return drawn


def _image(image: dict[str, Any]) -> Payload:
    return {
        "id": image["SheetImageId"],
        "kind": "image",
        "title": image.get("ImageContentAltText", ""),
        "message": "Images are not supported by local_aws",
    }


def _reading_order(item: Payload) -> tuple[float, float]:
    place = item["place"]
    if not place:
        return (10**6, 0)
    across, down = (place["grid"][0], place["grid"][2]) if "grid" in place else place["free"][:2]
    return (down, across)


def _cell(value: Value) -> object:
    return value.isoformat() if isinstance(value, dt.datetime) else value

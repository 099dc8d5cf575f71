"""Where each element of a sheet stands.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LayoutConfiguration.html
A grid has 36 columns; a free-form sheet is a canvas in pixels, which the page scales to its width;
the sections of a paginated report follow each other, without the pages' ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from local_aws.services.quicksight.page.charts.options import colour, inner

PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")
SMALLEST_CANVAS = 320.0
COLUMNS = 36
Place = dict[str, Any]


class Box(NamedTuple):
    """Cells of a grid, in the order in which the page has them."""

    column: int
    wide: int
    row: int
    tall: int

    def meets(self, other: "Box") -> bool:
        """Whether both have a cell."""
        return (
            self.column < other.column + other.wide
            and other.column < self.column + self.wide
            and self.row < other.row + other.tall
            and other.row < self.row + self.tall
        )


@dataclass
class Layout:
    """The kind of a sheet's layout, its canvas, and each element's place by id."""

    kind: str = "grid"
    width: float = 0
    height: float = 0
    places: dict[str, Place] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def layout_of(sheet: dict[str, Any]) -> Layout:
    """A sheet's layout; visuals that it does not name follow in a grid of two columns."""
    for item in sheet.get("Layouts", []):
        for kind, options in item["Configuration"].items():
            return READERS[kind](options)
    return Layout()


def _grid(options: dict[str, Any]) -> Layout:
    found, taken = Layout(), [Box(0, 0, 0, 0)]
    for element in options.get("Elements", []):
        box = _box(element, taken)
        taken.append(box)
        found.places[element["ElementId"]] = {"grid": list(box)} | _style(element)
    return found


def _box(element: dict[str, Any], taken: list[Box]) -> Box:
    """An element's place; what it has no index for flows on from the element before, as words do.

    A definition may leave out either index; both are optional in AWS's model.
    """
    column, row = element.get("ColumnIndex"), element.get("RowIndex")
    wide, tall, before = element["ColumnSpan"], element["RowSpan"], taken[-1]
    if column is not None and row is not None:
        return Box(column, wide, row, tall)
    columns = range(max(1, COLUMNS - wide + 1)) if column is None else (column,)
    rows = count(before.row) if row is None else (row,)
    spots = (Box(c, wide, r, tall) for r in rows for c in columns
             if row is not None or (r, c) >= (before.row, before.column))  # fmt: skip
    free = (box for box in spots if not any(box.meets(other) for other in taken))
    return next(free, Box(columns[0], wide, row or 0, tall))


def _free(options: dict[str, Any]) -> Layout:
    width = inner(options, "CanvasSizeOptions", "ScreenCanvasSizeOptions")
    return _canvas([(options.get("Elements", []), 0.0)],
                   _pixels(width.get("OptimizedViewPortWidth")))  # fmt: skip


def _sections(options: dict[str, Any]) -> Layout:
    parts: list[tuple[list[dict[str, Any]], float]] = []
    top = 0.0
    for section in _in_order(options):
        given = section.get("Layout") or inner(section, "Content", "Layout")
        elements = inner(given, "FreeFormLayout").get("Elements", [])
        parts.append((elements, top))
        height = _pixels(inner(section, "Style").get("Height"))
        top += height or max((_pixels(e["YAxisLocation"]) + _pixels(e["Height"])
                              for e in elements), default=0.0)  # fmt: skip
    found = _canvas(parts, 0.0)
    repeated = [s["SectionId"] for s in _in_order(options) if s.get("RepeatConfiguration")]
    found.notes += [f"The section {name} is shown once: it is not repeated here."
                    for name in repeated]  # fmt: skip
    return found


def _in_order(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("HeaderSections", "BodySections", "FooterSections"):
        yield from options.get(name, [])


def _canvas(parts: list[tuple[list[dict[str, Any]], float]], width: float) -> Layout:
    found = Layout("free", max(width, SMALLEST_CANVAS))
    for elements, top in parts:
        for element in elements:
            if element.get("RenderingRules"):
                found.notes.append(f"The rendering rules of {element['ElementId']} are left out.")
            if element.get("Visibility") == "HIDDEN":
                continue
            x, y = _pixels(element["XAxisLocation"]), top + _pixels(element["YAxisLocation"])
            wide, tall = _pixels(element["Width"]), _pixels(element["Height"])
            found.places[element["ElementId"]] = {"free": [x, y, wide, tall]} | _style(element)
            found.width = max(found.width, x + wide)
            found.height = max(found.height, y + tall)
    return found


def _pixels(text: str | None) -> float:
    """A length as a number; what is no length of pixels is 0."""
    match = PIXELS.fullmatch(text or "")
    return float(match[1]) if match else 0.0


def _style(element: dict[str, Any]) -> Place:
    """The element's own background and border as the page's CSS variables."""
    found = {}
    background, border = element.get("BackgroundStyle", {}), element.get("BorderStyle", {})
    if background.get("Visibility") == "HIDDEN":
        found["--card-fill"] = "transparent"
    elif ink := colour(str(background.get("Color", ""))[:7]):
        found["--card-fill"] = ink
    if border.get("Visibility") == "HIDDEN":
        found["--card-line"] = "transparent"
    elif ink := colour(str(border.get("Color", ""))[:7]):
        found["--card-line"] = ink
    return {"style": found} if found else {}


READERS = {"GridLayout": _grid, "FreeFormLayout": _free, "SectionBasedLayout": _sections}

"""Conditional formatting: colours and icons that follow the figures.

https://docs.aws.amazon.com/quicksight/latest/user/conditional-formatting-for-visuals.html

Each expression becomes a measure of the visual's own query, so it sees the same rows and groups.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.expressions import ExpressionError
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.options import Options, colour
from local_aws.services.quicksight.query import Query, Value

ICONS = {
    "CARET_UP": "▴", "CARET_DOWN": "▾", "PLUS": "+", "MINUS": "−", "ARROW_UP": "↑",
    "ARROW_DOWN": "↓", "ARROW_LEFT": "←", "ARROW_UP_LEFT": "↖", "ARROW_DOWN_LEFT": "↙",
    "ARROW_RIGHT": "→", "ARROW_UP_RIGHT": "↗", "ARROW_DOWN_RIGHT": "↘", "FACE_UP": "☺",
    "FACE_DOWN": "☹", "FACE_FLAT": "😐", "ONE_BAR": "▁", "TWO_BAR": "▃", "THREE_BAR": "▅",
    "CIRCLE": "●", "TRIANGLE": "▲", "SQUARE": "■", "FLAG": "⚑", "THUMBS_UP": "👍",
    "THUMBS_DOWN": "👎", "CHECKMARK": "✓", "X": "✗",
}  # fmt: skip
RED, AMBER, GREEN, GRAY = "#C0362C", "#C77700", "#1E8449", "#687078"
# From the lowest third (or half, or quarter) of the column's range to the highest.
ICON_SETS: dict[str, list[tuple[str, str]]] = {
    "PLUS_MINUS": [("MINUS", RED), ("PLUS", GREEN)],
    "CHECK_X": [("X", RED), ("CHECKMARK", GREEN)],
    "THREE_COLOR_ARROW": [("ARROW_DOWN", RED), ("ARROW_RIGHT", AMBER), ("ARROW_UP", GREEN)],
    "THREE_GRAY_ARROW": [("ARROW_DOWN", GRAY), ("ARROW_RIGHT", GRAY), ("ARROW_UP", GRAY)],
    "CARET_UP_MINUS_DOWN": [("CARET_DOWN", RED), ("MINUS", AMBER), ("CARET_UP", GREEN)],
    "THREE_SHAPE": [("TRIANGLE", RED), ("SQUARE", AMBER), ("CIRCLE", GREEN)],
    "THREE_CIRCLE": [("CIRCLE", RED), ("CIRCLE", AMBER), ("CIRCLE", GREEN)],
    "FLAGS": [("FLAG", RED), ("FLAG", AMBER), ("FLAG", GREEN)],
    "BARS": [("ONE_BAR", RED), ("TWO_BAR", AMBER), ("THREE_BAR", GREEN)],
    "FOUR_COLOR_ARROW": [("ARROW_DOWN", RED), ("ARROW_DOWN_RIGHT", AMBER),
                         ("ARROW_UP_RIGHT", AMBER), ("ARROW_UP", GREEN)],
    "FOUR_GRAY_ARROW": [("ARROW_DOWN", GRAY), ("ARROW_DOWN_RIGHT", GRAY),
                        ("ARROW_UP_RIGHT", GRAY), ("ARROW_UP", GRAY)],
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One expression and what it does to the cells of a field (None: of the row)."""

    target: str | None
    part: str
    options: Options
    measure: Field

    def apply(self, value: Value, column: Sequence[Value]) -> Any:
        """A colour, an icon, or None; ``column`` has the expression's other values."""
        if "Solid" in self.options:
            return colour(self.options["Solid"].get("Color")) if value is True else None
        if "Gradient" in self.options:
            return _gradient(self.options["Gradient"]["Color"].get("Stops", []), value, column)
        if "CustomCondition" in self.options:
            return _custom_icon(self.options["CustomCondition"]) if value is True else None
        return _icon_of_set(self.options["IconSet"], value, column)


def options_of(query: Query) -> list[Options]:
    """A visual's ConditionalFormattingOptions."""
    for _sheet, _kind, options in query.definition.visual_items():
        if options["VisualId"] == query.visual.id:
            given = options.get("ConditionalFormatting", {})
            found: list[Options] = given.get("ConditionalFormattingOptions", [])
            return found
    return []


def rules_of(query: Query) -> list[Rule]:
    """Every rule of a visual, in its order. Raises VisualRefused."""
    found: list[Rule] = []
    for option in options_of(query):
        part, given = next(iter(option.items()))
        target = given.get("FieldId")
        looks = given.get("TextFormat") or given.get("Format") or given
        for name, rule in looks.items():
            if name in ("BackgroundColor", "TextColor", "Icon", "ForegroundColor"):
                measure = _measure(query, rule, len(found))
                found.append(Rule(target, f"{part}.{name}", rule, measure))
    return found


def _measure(query: Query, rule: Options, number: int) -> Field:
    """The rule's expression as one more calculated field of the query. Raises VisualRefused."""
    text, name = next(iter(rule.values()))["Expression"], f"conditional formatting {number}"
    data_set, columns = query.data_set, query.columns
    calculated = {**columns.calculated, (data_set, name): text}
    query.columns = Columns(calculated, columns.parameters, columns.schemas)
    measure = Field(f"conditional.{number}", data_set, name, "", True, "")
    try:
        compiled = query.columns.compile(data_set, name)
    except ExpressionError as error:
        raise VisualRefused(f"The conditional formatting {text}: {error}") from error
    if compiled.aggregate or not query.visual.aggregated:
        return measure
    if compiled.slots:
        raise VisualRefused(f"The conditional formatting {text} by a level-aware calculation")
    # Of a dimension: the same in every row of a group.
    return replace(measure, column="", sql=f"any_value({compiled.sql})")


def _gradient(stops: list[Options], value: Value, column: Sequence[Value]) -> str | None:
    numbers = [float(v) for v in column if isinstance(v, int | float)]
    inks = [colour(stop.get("Color")) for stop in stops]
    if not isinstance(value, int | float) or None in inks or len(inks) < 2:
        return None
    low, high = min(numbers), max(numbers)
    places = [
        float(stop["DataValue"]) if stop.get("DataValue") is not None
        else low + (high - low) * float(stop.get("GradientOffset", 0)) / 100
        for stop in stops
    ]  # fmt: skip
    return between(list(zip(places, inks, strict=True)), float(value))  # type: ignore[arg-type]


def between(stops: list[tuple[float, str]], value: float) -> str:
    """The colour at a value between stops.

    >>> between([(0, "#000000"), (10, "#FFFFFF")], 5)
    '#808080'
    """
    if value <= stops[0][0]:
        return stops[0][1]
    for (low, under), (high, over) in itertools.pairwise(stops):
        if value <= high:
            share = (value - low) / (high - low) if high > low else 1
            mixed = (round(a + (b - a) * share) for a, b in zip(_rgb(under), _rgb(over),
                                                                strict=True))  # fmt: skip
            return "#" + "".join(f"{part:02X}" for part in mixed)
    return stops[-1][1]


def _rgb(ink: str) -> list[int]:
    return [int(ink[at : at + 2], 16) for at in (1, 3, 5)]


def _custom_icon(condition: Options) -> Options | None:
    given = condition.get("IconOptions", {})
    name = given.get("Icon")
    text = ICONS.get(name or "") or str(given.get("UnicodeIcon") or "")[:8]
    if not text:
        return None
    only = condition.get("DisplayConfiguration", {}).get("IconDisplayOption") == "ICON_ONLY"
    return {"text": text, "name": readable(name) if name else text,
            "colour": colour(condition.get("Color")), "only": only}  # fmt: skip


def _icon_of_set(rule: Options, value: Value, column: Sequence[Value]) -> Options | None:
    icons = ICON_SETS[rule.get("IconSetType", "THREE_COLOR_ARROW")]
    numbers = [float(v) for v in column if isinstance(v, int | float)]
    if not isinstance(value, int | float):
        return None
    low, high = min(numbers), max(numbers)
    share = (value - low) / (high - low) if high > low else 1.0
    name, ink = icons[min(len(icons) - 1, int(share * len(icons)))]
    return {"text": ICONS[name], "name": readable(name), "colour": ink}


def readable(name: str) -> str:
    """``ARROW_UP`` as ``arrow up``."""
    return name.replace("_", " ").lower()

"""Cells of tables and pivot tables: a text, or a text with colours, an icon, a bar, a link."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from local_aws.services.quicksight.page.charts.conditional import Rule
from local_aws.services.quicksight.page.charts.options import Options, inner
from local_aws.services.quicksight.query import Value

Cell = str | dict[str, Any]
PARTS = {"BackgroundColor": "fill", "TextColor": "ink", "Icon": "icon"}
TARGETS = {"NEW_TAB": "_blank", "NEW_WINDOW": "_blank", "SAME_TAB": "_self"}


def ruled(
    text: str, field: str, rules: Sequence[Rule], values: Sequence[Value],
    columns: Sequence[Sequence[Value]],
) -> Cell:  # fmt: skip
    """A cell after the rules for its field and for its row: the first that holds counts."""
    found: dict[str, Any] = {}
    for rule, value, column in zip(rules, values, columns, strict=True):
        part = PARTS.get(rule.part.split(".")[1])
        if part is None or rule.target not in (None, field) or part in found:
            continue
        look = rule.apply(value, column)
        if look is not None:
            found[part] = look
    if not found:
        return text
    return {"text": text, **found} | ({"hide": True} if found.get("icon", {}).get("only") else {})


def linked(cell: Cell, value: Value, options: Options) -> Cell:
    """A cell as a link or an image, where its column is styled so and the address is https."""
    styling = options.get("URLStyling")
    if not styling or not isinstance(value, str) or not secure(value):
        return cell
    made = {"text": cell} if isinstance(cell, str) else dict(cell)
    if "ImageConfiguration" in styling:
        # No picture is fetched: the page's policy lets nothing in from elsewhere.
        return made | {"link": value, "shown": "Image"}
    link = inner(styling, "LinkConfiguration")
    shown = inner(link, "Content", "CustomTextContent").get("Value")
    if inner(link, "Content").get("CustomIconContent"):
        shown = "🔗"
    return made | {"link": value, "target": TARGETS.get(link.get("Target", ""), "_blank")} | (
        {"shown": str(shown)} if shown else {}
    )  # fmt: skip


def secure(address: str) -> bool:
    """Whether an address is https with a host.

    >>> secure("https://aws.amazon.com/x"), secure("javascript:alert(1)"), secure("https:///x")
    (True, False, False)
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def bar(value: Value, column: Sequence[Value], positive: str, negative: str) -> list[Any] | None:
    """From where to where of its cell a data bar goes, in percent, and its colour.

    >>> bar(5, [-5, 10], "#1", "#2"), bar(-5, [-5, 10], "#1", "#2")
    ([33.3, 66.7, '#1'], [0.0, 33.3, '#2'])
    """
    numbers = [float(v) for v in column if isinstance(v, int | float)]
    if not isinstance(value, int | float) or not numbers:
        return None
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    span = (high - low) or 1.0
    zero, end = abs(low) / span, (value - low) / span
    ink = positive if value >= 0 else negative
    return [round(100 * min(zero, end), 1) + 0.0, round(100 * max(zero, end), 1), ink]

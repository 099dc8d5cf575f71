"""What a reader sees on pointing at a mark.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TooltipOptions.html
"""

from collections.abc import Iterable, Sequence

from local_aws.services.quicksight.definition import Visual
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.options import inner, safe
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Value

Pair = tuple[Field, Value]
HOVER = {"hovertemplate": "%{customdata}<extra></extra>"}


class Tooltip:
    """A visual's tooltip: basic, or detailed with the fields that are asked for."""

    def __init__(self, visual: Visual) -> None:
        options = visual.config.get("Tooltip") or visual.config.get("TooltipOptions") or {}
        self.hidden = options.get("TooltipVisibility") == "HIDDEN"
        detailed = options.get("SelectedTooltipType") == "DETAILED"
        chosen = inner(options, "FieldBasedTooltip") if detailed else {}
        self.titled = chosen.get("TooltipTitleType", "PRIMARY_VALUE") == "PRIMARY_VALUE"
        items = [item["FieldTooltipItem"] for item in chosen.get("TooltipFields", [])
                 if "FieldTooltipItem" in item]  # fmt: skip
        self.items = {item["FieldId"]: item for item in items}
        self.extras: Sequence[Field] = visual.tooltips if detailed else []

    def text(self, dimensions: Sequence[Pair], figures: Iterable[Pair]) -> str:
        """The first dimension as the title, then a line a field."""
        dimensions = list(dimensions)
        lines = []
        if self.titled and dimensions:
            field, value = dimensions.pop(0)
            lines.append(f"<b>{safe(show(value, field))}</b>")
        lines += [self._line(*pair) for pair in (*dimensions, *figures) if self._wanted(pair[0])]
        return "<br>".join(lines)

    def look(self) -> dict[str, str]:
        """What every trace has of it."""
        return {"hoverinfo": "skip"} if self.hidden else dict(HOVER)

    def _wanted(self, field: Field) -> bool:
        if not self.items or field in self.extras:
            return True
        item = self.items.get(field.id)
        return item is not None and item.get("Visibility", "VISIBLE") == "VISIBLE"

    def _line(self, field: Field, value: Value) -> str:
        label = self.items.get(field.id, {}).get("Label") or field.label
        return f"{safe(label)}  <b>{safe(show(value, field))}</b>"

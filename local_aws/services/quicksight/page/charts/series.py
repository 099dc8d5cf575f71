"""The values of measures by category, colour and panel: what bars, lines and radars are made of."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.quicksight.choices import NULL
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.colours import Colours
from local_aws.services.quicksight.page.charts.options import limit_of, safe, sort_of
from local_aws.services.quicksight.page.charts.tooltips import Tooltip
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import OTHER, Axis, Query, Value

FEW = 24
MAX_COLOURS = 25


@dataclass(frozen=True)
class Series:
    """One measure's values along the category, of one colour where there are colours."""

    name: str
    field: Field
    values: list[Value]
    hovers: list[str]
    meta: dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """The series of one small multiple, or of the whole chart."""

    title: str
    series: list[Series] = field(default_factory=list)


def category_of(query: Query, well: str = "Category", default: int | None = None) -> Axis:
    """The category axis: its sort, its limit; one value where there is no category."""
    fields = query.visual.wells[well]
    if not fields:
        return query.everything()
    limit = limit_of(
        query.visual, "CategoryItemsLimit", "CategoryItemsLimitConfiguration", default=default
    )
    return query.axis(fields[0], sort_of(query.visual, "CategorySort"), limit)


def colour_axis(query: Query, well: str = "Colors") -> Axis | None:
    """The values of the colour well, the first 25 of them."""
    fields = query.visual.wells.get(well, [])
    if not fields:
        return None
    limit = limit_of(
        query.visual, "ColorItemsLimit", "ColorItemsLimitConfiguration", default=MAX_COLOURS
    )
    return query.axis(fields[0], sort_of(query.visual, "ColorSort"), limit)


def series_of(
    query: Query,
    measures: Sequence[Field],
    category: Axis,
    colour: Axis | None = None,
    panel: Axis | None = None,
    first: int = 0,
) -> list[Panel]:
    """Every panel's series; ``first`` is the place of the first in the palette."""
    if not measures:
        return [Panel("")]
    tooltip, colours = Tooltip(query.visual), Colours(query)
    axes = [axis for axis in (panel, category, colour) if axis is not None]
    rows = query.select(axes, [*measures, *tooltip.extras])
    found = {row[: len(axes)]: row[len(axes) :] for row in rows}
    reader = _Reader(measures, category, colour, tooltip, colours, found, first)
    if panel is None:
        return [Panel("", reader.all(()))]
    return [Panel(text, reader.all((value,)))
            for value, text in zip(panel.values, texts(panel), strict=True)]  # fmt: skip


@dataclass(frozen=True)
class _Reader:
    measures: Sequence[Field]
    category: Axis
    colour: Axis | None
    tooltip: Tooltip
    colours: Colours
    found: dict[tuple[Value, ...], tuple[Value, ...]]
    first: int

    def all(self, panel: tuple[Value, ...]) -> list[Series]:
        """The series of one panel, measures outside, colours inside."""
        if self.colour is None:
            return [self._series(panel, n, measure, None) for n, measure in
                    enumerate(self.measures)]  # fmt: skip
        shades = list(enumerate(self.colour.values))
        return [
            self._series(panel, n, measure, shade)
            for n, measure in enumerate(self.measures)
            for shade in shades
        ]

    def _series(
        self, panel: tuple[Value, ...], n: int, measure: Field, shade: tuple[int, Value] | None
    ) -> Series:
        tail = () if shade is None else (shade[1],)
        nothing: tuple[Value, ...] = (None,) * (len(self.measures) + len(self.tooltip.extras))
        rows = [self.found.get((*panel, value, *tail), nothing) for value in self.category.values]
        hovers = [self._hover(value, measure, row[n], shade, row)
                  for value, row in zip(self.category.values, rows, strict=True)]  # fmt: skip
        name, meta = self._look(n, measure, shade)
        return Series(name, measure, [row[n] for row in rows], hovers, meta)

    def _look(
        self, n: int, measure: Field, shade: tuple[int, Value] | None
    ) -> tuple[str, dict[str, Any]]:
        if shade is None or self.colour is None:
            given = self.colours.of_measure(measure, len(self.measures) == 1)
            return measure.label, {"series": self.first + n, "colour": given, "field": measure.id}
        place, value = shade
        other = self.colour.other and value == OTHER
        text = OTHER if other else show(value, self.colour.field)
        name = f"{text} · {measure.label}" if len(self.measures) > 1 else text
        given = self.colours.of_value(self.colour.field, value)
        series = self.first + n * len(self.colour.values) + place
        meta = {"series": series, "colour": given, "field": measure.id,
                "other": other and not given}  # fmt: skip
        return name, meta | {"fixed": {self.colour.field.id: None if other else mark_value(value)}}

    def _hover(
        self,
        value: Value,
        measure: Field,
        figure: Value,
        shade: tuple[int, Value] | None,
        row: tuple[Value, ...],
    ) -> str:
        dimensions = [(self.category.field, value)] if self.category.field.id else []
        if shade is not None and self.colour is not None:
            dimensions.append((self.colour.field, shade[1]))
        extras = zip(self.tooltip.extras, row[len(self.measures) :], strict=True)
        return self.tooltip.text(dimensions, [(measure, figure), *extras])


def plain(value: Value) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, dt.datetime) else value


def texts(axis: Axis) -> list[str]:
    """An axis's values as a reader sees them."""
    return [OTHER if axis.other and v == OTHER else safe(show(v, axis.field)) for v in axis.values]


def on_time_axis(axis: Axis) -> bool:
    """Whether there are so many dates that they stand on a continuous axis."""
    return axis.field.date and len(axis.values) > FEW


def positions(axis: Axis) -> list[Any]:
    """Where an axis's values stand."""
    if on_time_axis(axis):
        return [v.isoformat() if isinstance(v, dt.datetime) else None for v in axis.values]
    return texts(axis)


def marks(axis: Axis) -> dict[str, Any]:
    """The values behind the marks, for what a click on one does."""
    if not axis.field.id:
        return {}
    values = [None if axis.other and v == OTHER else mark_value(v) for v in axis.values]
    return {"marks": [axis.field.id, values]}


def mark_value(value: Value) -> str:
    """A value as a click on its mark names it (`local_aws.services.quicksight.choices`)."""
    return NULL if value is None else str(plain(value))

"""A definition, read part by part, by one reader.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from local_aws.errors import ServiceError
from local_aws.services.quicksight import filters, periods
from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.columns import Around, Columns
from local_aws.services.quicksight.definition import inline
from local_aws.services.quicksight.definition.actions import reaching
from local_aws.services.quicksight.definition.formats import (
    Formats,
    read_formats,
    with_formats,
)
from local_aws.services.quicksight.definition.hierarchies import Between, Kept, Step, drilled
from local_aws.services.quicksight.definition.refusals import (
    refuse_dates,
    refuse_undrawn,
)
from local_aws.services.quicksight.definition.visual import Visual, read_visual
from local_aws.services.quicksight.definition.visuals import VISUALS
from local_aws.services.quicksight.errors import QueryRefused, VisualRefused
from local_aws.services.quicksight.expressions import Compiled, ExpressionError
from local_aws.services.quicksight.filters import marks
from local_aws.services.quicksight.parameters import (
    Lookup,
    Parameter,
    Value,
    Values,
    read_parameters,
)

Item = tuple[str, str, dict[str, Any]]


def no_rows(_dynamic: Mapping[str, Any], _reader: str) -> Sequence[Any]:
    """The rows of dynamic defaults before there is a reader."""
    return ()


class Definition:
    """A definition that `check` let through, with the reader's choices."""

    def __init__(
        self,
        document: dict[str, Any],
        choices: Choices | None = None,
        lookup: Lookup = no_rows,
    ) -> None:
        self.document, self.lookup = document, lookup
        self.choices = Choices() if choices is None else choices

    def chosen(self, choices: Choices, lookup: Lookup) -> "Definition":
        """The same definition with a reader's choices."""
        return Definition(self.document, choices, lookup)

    @cached_property
    def data_sets(self) -> dict[str, str]:
        """ARN by identifier."""
        declared = self.document["DataSetIdentifierDeclarations"]
        return {item["Identifier"]: item["DataSetArn"] for item in declared}

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The declared parameters by name. Raises InvalidParameter."""
        return read_parameters(self.document.get("ParameterDeclarations", []))

    @cached_property
    def values(self) -> Values:
        """The parameters' values for this reader."""
        return Values(self.parameters, self.choices, self.lookup, self.week_start)

    @property
    def options(self) -> Mapping[str, Any]:
        """The Options of the definition."""
        found: Mapping[str, Any] = self.document.get("Options", {})
        return found

    @property
    def week_start(self) -> int:
        """The first day of weeks, Monday being 0."""
        return periods.DAYS.index(self.options.get("WeekStart", "SUNDAY"))

    @cached_property
    def columns(self) -> Columns:
        """The calculated fields."""
        fields = self.document.get("CalculatedFields", [])
        calculated = {(f.get("DataSetIdentifier", ""), f["Name"]): f["Expression"] for f in fields}
        for data_set, text in inline.expressions(self._configs()):
            calculated[(data_set, inline.column_name(text))] = text
        return Columns(calculated, self.values)

    def _configs(self) -> Iterator[dict[str, Any]]:
        for _sheet, kind, options in self.visual_items():
            yield options.get(VISUALS[kind].config, {}) if kind in VISUALS else {}

    @cached_property
    def formats(self) -> Formats:
        """How the values of columns are shown where a field does not say."""
        return read_formats(self.document.get("ColumnConfigurations", []))

    @cached_property
    def filter_groups(self) -> list[filters.FilterGroup]:
        """The filter groups that are switched on."""
        return filters.read_groups(self.document.get("FilterGroups", []))

    @property
    def sheets(self) -> list[dict[str, Any]]:
        """The sheets as they are."""
        found: list[dict[str, Any]] = self.document.get("Sheets", [])
        return found

    def sheet(self, sheet_id: str) -> dict[str, Any] | None:
        """A sheet by id."""
        return next((s for s in self.sheets if s["SheetId"] == sheet_id), None)

    def visual_items(self) -> Iterator[Item]:
        """Every visual as (sheet id, kind, options)."""
        for sheet in self.sheets:
            for item in sheet.get("Visuals", []):
                kind, options = next(iter(item.items()))
                yield sheet["SheetId"], kind, options

    def visual(self, sheet_id: str, visual_id: str) -> Visual | None:
        """One visual, read. Raises VisualRefused."""
        for sheet, kind, options in self.visual_items():
            if (sheet, options["VisualId"]) == (sheet_id, visual_id):
                return self.read(sheet, kind, options)
        return None

    def read(self, sheet: str, kind: str, options: dict[str, Any]) -> Visual:
        """A visual that can be drawn. Raises VisualRefused, with what is not done here."""
        with _refusing():
            if kind in VISUALS:
                refuse_undrawn(kind, options, options.get(VISUALS[kind].config, {}))
            drills = self.choices.drills.get(options["VisualId"], ())
            options, kept = drilled(options, drills)
            visual = with_formats(read_visual(self.columns, sheet, kind, options), self.formats)
            visual = replace(visual, kept=[self._kept(visual, each) for each in kept])
            refuse_dates(visual, self.options)
            self.conditions(visual, lambda _column: False)
            return visual

    def mapped(self, data_set: str) -> dict[str, list[Value]]:
        """The values for a data set's own parameters; of one that stands for all, its default."""
        found = {}
        for parameter in self.parameters.values():
            for identifier, name in parameter.mapped:
                values = self.values[parameter.name] if identifier == data_set else None
                if values is not None:
                    found[name] = list(values)
        return found

    def conditions(
        self, visual: Visual, has: Callable[[str], bool], around: Around = None
    ) -> list[Compiled]:
        """What filters leave of a visual's rows, or (``around``) of what a query of it shows.

        ``has`` says whether the visual's data set has a column of another one. Raises
        VisualRefused, WrongChoice.
        """
        reading = filters.Reading(self.choices, self.values, self.week_start)
        with _refusing():
            target = filters.Target(
                visual.sheet,
                visual.id,
                visual.data_set or "",
                self.columns,
                [field.grouping(self.columns) for field in visual.fields if not field.measure],
                visual.aggregated,
                has,
                around,
            )
            also = [*visual.kept, *self._clicked(visual, has)]
            return filters.where(self.filter_groups, target, reading, also)

    def _kept(self, visual: Visual, each: Kept) -> Compiled:
        """A step of a drill-down as a condition."""
        column = self.columns.compile(visual.data_set or "", each.column["ColumnName"])
        if isinstance(each, Step):
            found = marks.same(column.sql, each.value, each.grain, self.week_start)
        elif isinstance(each, Between):
            found = marks.between(column.sql, each.begin, each.end, each.grain)
        else:
            found = marks.one_of(column.sql, each.values)
        return filters.condition(found, [column])

    def _clicked(self, visual: Visual, has: Callable[[str], bool]) -> Iterator[Compiled]:
        """The conditions of marks that were clicked in the other visuals of the sheet."""
        for sheet, kind, options in self.visual_items():
            clicked = self.choices.marks.get(options["VisualId"])
            if not clicked or sheet != visual.sheet:
                continue
            for operation in reaching(options, options["VisualId"], visual.id):
                source = read_visual(self.columns, sheet, kind, options)
                yield from self._marked(source, operation, clicked, visual, has)

    def _marked(
        self,
        source: Visual,
        operation: Mapping[str, Any],
        clicked: Sequence[tuple[str, str]],
        visual: Visual,
        has: Callable[[str], bool],
    ) -> Iterator[Compiled]:
        for field_id, value in clicked:
            field = source.field(field_id)
            if field is None or field.measure:
                continue
            chosen = operation["fields"] is None or field_id in operation["fields"]
            known = field.data_set == visual.data_set or has(field.column)
            if known and (chosen or field.column in operation["columns"]):
                column = self.columns.compile(visual.data_set or "", field.column)
                sql = marks.same(column.sql, value, field.granularity, self.week_start)
                yield filters.condition(sql, [column])

    def refusals(self) -> list[tuple[str, str, str]]:
        """Each visual that no reader is shown, as (sheet id, visual id, why)."""
        found, unread = [], Definition(self.document)
        for sheet, kind, options in self.visual_items():
            try:
                unread.read(sheet, kind, options)
            except QueryRefused as refused:
                found.append((sheet, options["VisualId"], str(refused)))
        return found


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except ServiceError as error:
        raise VisualRefused(error.message) from error
    except ExpressionError as error:
        raise VisualRefused(str(error)) from error

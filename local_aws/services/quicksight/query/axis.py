"""The values of one dimension that a visual shows, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local_aws.services.quicksight.expressions import Compiled, literal
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query.values import Value

OTHER = "Other"


@dataclass(frozen=True)
class Axis:
    """A dimension's values; where some are cut, the rest is one value or is left out.

    ``figures`` are those of ``measures`` by value, where they came with the values.
    """

    field: Field
    values: list[Value]
    cut: bool = False
    other: bool = False
    measures: Sequence[Field] = ()
    figures: Mapping[Value, Sequence[Value]] | None = None

    def rows(self, measures: Sequence[Field]) -> list[tuple[Value, ...]] | None:
        """The values with measures, in the axis's order; None where one did not come with them."""
        known = self.figures
        if known is None or not measures or any(m not in self.measures for m in measures):
            return None
        places = [self.measures.index(measure) for measure in measures]
        found = ((value, known[value]) for value in self.values if value in known)
        return [(value, *(figures[place] for place in places)) for value, figures in found]

    @property
    def kept(self) -> list[Value]:
        """The values without the one that stands for the rest."""
        return [value for value in self.values if value != OTHER] if self.other else self.values

    def among(self, sql: str) -> str:
        """Whether a value of the dimension is one of those kept."""
        listed = ", ".join(literal(value) for value in self.kept if value is not None)
        found = f"{sql} IN ({listed})" if listed else "FALSE"
        return f"({found} OR {sql} IS NULL)" if None in self.kept else found

    def grouped(self, dimension: Compiled) -> Compiled:
        """The dimension with what is cut gathered in one value."""
        if not self.other:
            return dimension
        sql = dimension.sql
        case = f"CASE WHEN {self.among(sql)} THEN {sql} ELSE {literal(OTHER)} END"
        return Compiled(case, dimension.kind, dimension.level, dimension.slots)

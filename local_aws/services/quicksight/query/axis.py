"""The values of one dimension that a visual shows, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass

from local_aws.services.quicksight.expressions import Compiled, literal
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query.values import Value

OTHER = "Other"


@dataclass(frozen=True)
class Axis:
    """A dimension's values; where some are cut, the rest is one value or is left out.

    ``figures`` are measures that came with the values, in their order.
    """

    field: Field
    values: list[Value]
    cut: bool = False
    other: bool = False
    figures: Sequence[tuple[Field, Sequence[Value]]] = ()

    def rows(self, measures: Sequence[Field]) -> list[tuple[Value, ...]] | None:
        """The values with measures, in the axis's order; None where one did not come with them."""
        found = [next((f for known, f in self.figures if known == m), None) for m in measures]
        columns = [column for column in found if column is not None]
        if self.cut or len(columns) < len(measures):
            return None
        return list(zip(self.values, *columns, strict=True))

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

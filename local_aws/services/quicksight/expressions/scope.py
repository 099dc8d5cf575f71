"""What an expression is compiled against: its fields, its parameters, the visual around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local_aws.services.quicksight.expressions.compiled import Compiled, constant, quote

Resolver = Callable[[str], Compiled]
ParameterValue = str | int | float | None


@dataclass(frozen=True)
class Dimension:
    """One field that the visual groups by: its field's name, its SQL over rows, its column.

    ``column`` is None at the level of a total, where all its values are together.
    """

    field: str
    sql: str
    column: str | None
    granularity: str | None = None


@dataclass(frozen=True)
class Scope:
    """``dimensions`` is None while the visual is not known: then any dimension is taken."""

    resolve: Resolver
    parameters: Mapping[str, Compiled] = field(default_factory=dict)
    dimensions: tuple[Dimension, ...] | None = None

    def columns(self) -> list[str]:
        """The columns of the dimensions, as SQL."""
        return [quote(d.column) for d in self.dimensions or () if d.column is not None]


def parameter(*values: ParameterValue) -> Compiled:
    """A parameter's value, or values, for `Scope.parameters`."""
    found = tuple(constant(value) for value in values)
    return found[0] if len(found) == 1 else Compiled("NULL", values=found, level=constant(0).level)

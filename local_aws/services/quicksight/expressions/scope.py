"""What an expression is compiled against: its fields, its parameters, the visual around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.quicksight.expressions.compiled import Compiled, quote

Resolver = Callable[[str], Compiled]
# A parameter's values by its name: none where it is null, None where it stands for all values.
Parameters = Mapping[str, tuple[Any, ...] | None]


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
    parameters: Parameters = field(default_factory=dict)
    dimensions: tuple[Dimension, ...] | None = None

    def columns(self) -> list[str]:
        """The columns of the dimensions, as SQL."""
        return [quote(d.column) for d in self.dimensions or () if d.column is not None]

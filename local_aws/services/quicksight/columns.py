"""The fields that a definition's expressions may name: columns, calculated fields, parameters.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/working-with-calculated-fields.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local_aws.services.quicksight.expressions import (
    Compiled,
    Dimension,
    ExpressionError,
    Kind,
    Parameters,
    Scope,
    compile_tree,
    names,
    parse,
    quote,
)

Calculated = Mapping[tuple[str, str], str]
Schema = Mapping[str, str]
Around = tuple[Dimension, ...] | None


@dataclass(frozen=True)
class Columns:
    """The calculated fields of a definition beside the data sets' columns.

    ``calculated`` has the texts by data set and name; ``schemas`` the columns' types of those data
    sets that are known (of another any column is taken); ``parameters`` their values.
    """

    calculated: Calculated
    parameters: Parameters = field(default_factory=dict)
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    _compilers: dict[tuple[str, Around], "_Fields"] = field(
        default_factory=dict, repr=False, compare=False
    )

    def typed(self, data_set: str, schema: Schema) -> "Columns":
        """The same, with a data set's columns known."""
        return Columns(self.calculated, self.parameters, {**self.schemas, data_set: schema})

    def compile(self, data_set: str, name: str, around: Around = None) -> Compiled:
        """A column or calculated field by name, in a visual of such dimensions.

        Raises ExpressionError.
        """
        key = (data_set, around)
        if key not in self._compilers:
            self._compilers[key] = _Fields(self, data_set, around)
        return self._compilers[key].field(name)

    def check(self) -> None:
        """Compile every calculated field. Raises ExpressionError at the first that is wrong."""
        for data_set, name in self.calculated:
            self.compile(data_set, name)


class _Fields:
    """The fields of one data set, compiled: those that others stand on first."""

    def __init__(self, columns: Columns, data_set: str, around: Around) -> None:
        self.texts = {n: text for (d, n), text in columns.calculated.items() if d == data_set}
        self.schema = columns.schemas.get(data_set)
        self.scope = Scope(self.known, columns.parameters, around)
        self.compiled: dict[str, Compiled] = {}

    def field(self, name: str) -> Compiled:
        for each in self.needed(name):
            try:
                self.compiled[each] = compile_tree(parse(self.texts[each]), self.scope)
            except ExpressionError as error:
                raise self.wrong(each, error) from None
        return self.known(name)

    def wrong(self, name: str, error: ExpressionError) -> ExpressionError:
        return ExpressionError(f"The calculated field {name}: {error.message}", error.position)

    def known(self, name: str) -> Compiled:
        if name in self.compiled:
            return self.compiled[name]
        if self.schema is None:
            return Compiled(quote(name))
        if name not in self.schema:
            raise ExpressionError(f"The field {name} is not found in the data set")
        return Compiled(quote(name), Kind(self.schema[name]))

    def needed(self, name: str) -> Iterator[str]:
        """The calculated fields to compile for a name, in order; no recursion: chains are long."""
        path: dict[str, Iterator[str]] = {}
        waiting = [name] if self.open(name) else []
        while waiting:
            here = waiting[-1]
            if here not in path:
                path[here] = iter(self.uses(here))
            inner = next((n for n in path[here] if self.open(n)), None)
            if inner is None:
                path.pop(here)
                yield waiting.pop()
            elif inner in path:
                loop = [*waiting[waiting.index(inner) :], inner]
                raise ExpressionError(
                    f"The calculated field {inner} uses itself: {' → '.join(loop)}"
                )
            else:
                waiting.append(inner)

    def open(self, name: str) -> bool:
        return name in self.texts and name not in self.compiled

    def uses(self, name: str) -> set[str]:
        try:
            return names(parse(self.texts[name])) & self.texts.keys()
        except ExpressionError as error:
            raise self.wrong(name, error) from None

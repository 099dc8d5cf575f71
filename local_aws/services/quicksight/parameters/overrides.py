"""Values that an asset is made with, instead of its parameters' defaults.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Parameters.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.parameters.declarations import read_parameters

Document = dict[str, Any]
DECLARATIONS = "ParameterDeclarations"


def check_overrides(definition: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Whether the values fit what is declared. Raises InvalidParameter."""
    declared = read_parameters(definition.get(DECLARATIONS, []))
    seen: set[str] = set()
    for kind, name, values in _given(given):
        parameter = declared.get(name)
        if parameter is None or parameter.type != kind:
            raise InvalidParameter(f"The {kind} parameter {name} is not declared")
        if name in seen:
            raise InvalidParameter(f"The parameter {name} is given twice")
        if len(values) > 1 and not parameter.multiple:
            raise InvalidParameter(f"The parameter {name} takes one value, not {len(values)}")
        seen.add(name)


def overridden(definition: Document, given: Mapping[str, Any] | None) -> Document:
    """The definition with the values as defaults; an empty list is no default."""
    values = {name: found for _, name, found in _given(given or {})}
    if not values:
        return definition
    declared = [
        {kind: _with(options, values) for kind, options in item.items()}
        for item in definition.get(DECLARATIONS, [])
    ]
    return definition | {DECLARATIONS: declared}


def _with(options: Document, values: Mapping[str, list[Any]]) -> Document:
    if options["Name"] not in values:
        return options
    return options | {"DefaultValues": {"StaticValues": values[options["Name"]]}}


def _given(given: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    for member, items in given.items():
        for item in items or ():
            yield member.removesuffix("Parameters"), item["Name"], item["Values"]

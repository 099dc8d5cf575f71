"""Parameter declarations, read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.quicksight.errors import InvalidParameter


@dataclass(frozen=True)
class Parameter:
    """One parameter: its type (String, Integer, Decimal or DateTime), its defaults."""

    name: str
    type: str
    multiple: bool = False
    static: tuple[Any, ...] = ()
    dynamic: Mapping[str, Any] | None = None
    rolling: str | None = None
    unset: Mapping[str, Any] = field(default_factory=dict)
    grain: str | None = None
    # The dataset parameters that it gives its values to: a data set's identifier, the name there.
    mapped: tuple[tuple[str, str], ...] = ()


def read_parameters(declarations: Iterable[dict[str, Any]]) -> dict[str, Parameter]:
    """The parameters by name. Raises InvalidParameter."""
    found: dict[str, Parameter] = {}
    for item in declarations:
        if len(item) != 1:
            raise InvalidParameter("A parameter declaration needs exactly one type")
        parameter = _parameter(*next(iter(item.items())))
        if parameter.name in found:
            raise InvalidParameter(f"The parameter {parameter.name} is declared twice")
        found[parameter.name] = parameter
    return found


def _parameter(kind: str, options: dict[str, Any]) -> Parameter:
    defaults = options.get("DefaultValues", {})
    return Parameter(
        options["Name"],
        kind.removesuffix("ParameterDeclaration"),
        options.get("ParameterValueType") == "MULTI_VALUED",
        tuple(defaults.get("StaticValues", ())),
        defaults.get("DynamicValue"),
        defaults.get("RollingDate", {}).get("Expression"),
        options.get("ValueWhenUnset", {}),
        options.get("TimeGranularity"),
        tuple(
            (m["DataSetIdentifier"], m["DataSetParameterName"])
            for m in options.get("MappedDataSetParameters", ())
        ),
    )

"""The values that parameters have for one reader at one time."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.choices import ALL, MOST, NULL, Choices
from local_aws.services.quicksight.errors import WrongChoice
from local_aws.services.quicksight.moments import read_moment
from local_aws.services.quicksight.parameters.declarations import Parameter
from local_aws.services.quicksight.rolling import rolling_date

Value = str | int | float | dt.datetime
# The rows of a dynamic default: (DynamicValue, the reader) to the values of its column.
Lookup = Callable[[Mapping[str, Any], str], Sequence[Any]]
LARGEST = 2**63


class Values(Mapping[str, tuple[Value, ...] | None]):
    """Each parameter's values, worked out when it is asked for: one that is wrong stops nothing
    but what uses it. There are none where it is null; None where it stands for all values.

    Raises WrongChoice, Unsupported; KeyError for what is not declared.
    """

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        choices: Choices,
        lookup: Lookup,
        week_start: int = periods.SUNDAY,
    ) -> None:
        self.parameters, self.choices, self.lookup = parameters, choices, lookup
        self.week_start = week_start

    def __getitem__(self, name: str) -> tuple[Value, ...] | None:
        return _values(self.parameters[name], self.choices, self.lookup, self.week_start)

    def __contains__(self, name: object) -> bool:
        return name in self.parameters

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)


def _values(
    parameter: Parameter, choices: Choices, lookup: Lookup, week_start: int
) -> tuple[Value, ...] | None:
    given = choices.parameters.get(parameter.name)
    if given is None:
        found = _defaults(parameter, choices, lookup, week_start)
        if not found:
            return _unset(parameter)
        return found
    if ALL in given:
        return None
    if len(given) > (MOST if parameter.multiple else 1):
        raise WrongChoice(f"The parameter {parameter.name} takes "
                          f"{'at most 50,000 values' if parameter.multiple else 'one value'}, "
                          f"not {len(given):,}.")  # fmt: skip
    return tuple(_typed(parameter, text) for text in given if text != NULL)


def _defaults(
    parameter: Parameter, choices: Choices, lookup: Lookup, week_start: int
) -> tuple[Value, ...]:
    if parameter.dynamic is not None and choices.reader is not None:
        found = [value for value in lookup(parameter.dynamic, choices.reader) if value is not None]
        if found:
            kept = found if parameter.multiple else found[:1]
            return tuple(_typed(parameter, value) for value in kept)
    if parameter.rolling is not None:
        return (_precise(parameter, rolling_date(parameter.rolling, choices.now, week_start)),)
    return tuple(_typed(parameter, value) for value in parameter.static)


def _unset(parameter: Parameter) -> tuple[Value, ...] | None:
    """What stands for a parameter without a value: all values unless the declaration says."""
    if "CustomValue" in parameter.unset:
        return (_typed(parameter, parameter.unset["CustomValue"]),)
    return () if parameter.unset.get("ValueWhenUnsetOption") == "NULL" else None


def _typed(parameter: Parameter, value: Any) -> Value:
    """A value as the parameter's type. Raises WrongChoice."""
    try:
        return READERS[parameter.type](parameter, value)
    except (ValueError, TypeError, OverflowError):
        shown = str(value)[:100]
        raise WrongChoice(
            f"{shown!r} is no {parameter.type} value for the parameter {parameter.name}."
        ) from None


def _string(_parameter: Parameter, value: Any) -> str:
    text = str(value)
    if NULL in text:
        raise ValueError(text)
    return text


def _integer(_parameter: Parameter, value: Any) -> int:
    if isinstance(value, float) and value != int(value):
        raise ValueError(value)
    number = int(value) if not isinstance(value, str) else int(value.strip()[:40])
    if abs(number) >= LARGEST:
        raise ValueError(number)
    return number


def _decimal(_parameter: Parameter, value: Any) -> float:
    number = float(value)
    if number - number != 0:  # neither infinite nor "nan"
        raise ValueError(value)
    return number


def _date_time(parameter: Parameter, value: Any) -> dt.datetime:
    return _precise(parameter, read_moment(value))


def _precise(parameter: Parameter, moment: dt.datetime) -> dt.datetime:
    """A date as precise as the parameter is."""
    return periods.start(moment, parameter.grain) if parameter.grain else moment


READERS: Mapping[str, Callable[[Parameter, Any], Value]] = {
    "String": _string,
    "Integer": _integer,
    "Decimal": _decimal,
    "DateTime": _date_time,
}

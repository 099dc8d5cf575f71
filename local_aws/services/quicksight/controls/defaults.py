"""What a control shows before the reader chose: None where it stands for all values."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.services.quicksight.definition import Definition
from local_aws.services.quicksight.errors import QueryRefused, Unsupported
from local_aws.services.quicksight.filters import Filter
from local_aws.services.quicksight.moments import read_moment
from local_aws.services.quicksight.parameters import Parameter
from local_aws.services.quicksight.rolling import rolling_date

Options = Mapping[str, Any]


def parameter_default(definition: Definition, parameter: Parameter) -> list[str] | None:
    """A parameter's own values; None where it stands for all, or where they cannot be had."""
    return _values(definition, parameter.name)


def filter_default(definition: Definition, item: Filter) -> list[str] | None:
    """A filter's own values, as its control would put them into the address."""
    if item.options.get("SelectAllOptions") == "FILTER_ALL_VALUES" or item.kind not in DEFAULTS:
        return None
    return DEFAULTS[item.kind](definition, item.options)


def _values(definition: Definition, name: str) -> list[str] | None:
    try:
        values = definition.values.get(name)
    except (QueryRefused, Unsupported):
        return None  # the visuals that use it say why
    return None if values is None else [text(value) for value in values]


def text(value: Any) -> str:
    """A value as an address has it."""
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def _category(definition: Definition, options: Options) -> list[str] | None:
    given = next(iter(options["Configuration"].values()))
    if given.get("SelectAllOptions"):
        return None
    if given.get("ParameterName"):
        return _values(definition, given["ParameterName"])
    values = given.get("CategoryValues") or [given[k] for k in ("CategoryValue",) if k in given]
    return list(values) or None


def _equality(definition: Definition, options: Options) -> list[str] | None:
    if options.get("ParameterName"):
        return _values(definition, options["ParameterName"])
    return [_number(options["Value"])] if "Value" in options else None


def _range(definition: Definition, options: Options) -> list[str] | None:
    sides = (options.get("RangeMinimum", {}), options.get("RangeMaximum", {}))
    return [_bound(definition, side, _number) for side in sides]


def _time(definition: Definition, options: Options) -> list[str] | None:
    if options.get("ParameterName"):
        return _values(definition, options["ParameterName"])
    given = {"StaticValue": options["Value"]} if "Value" in options else options
    return [_bound(definition, given, _moment)]


def _times(definition: Definition, options: Options) -> list[str] | None:
    sides = (options.get("RangeMinimumValue", {}), options.get("RangeMaximumValue", {}))
    return [_bound(definition, side, _moment) for side in sides]


def _relative(definition: Definition, options: Options) -> list[str] | None:
    count = [str(options.get("RelativeDateValue", 1))]
    if options.get("ParameterName"):
        count = _values(definition, options["ParameterName"]) or count
    return [f"{options['RelativeDateType']}:{count[0]}:{options['TimeGranularity']}"]


def _limit(definition: Definition, options: Options) -> list[str] | None:
    if options.get("ParameterName"):
        return _values(definition, options["ParameterName"])
    return [str(options.get("Limit", 10))]


def _bound(definition: Definition, given: Options, show: Callable[[Any], str]) -> str:
    """One end of a range; nothing where it is open."""
    if "Parameter" in given:
        return next(iter(_values(definition, given["Parameter"]) or [""]))
    if "RollingDate" in given:
        return _rolling(definition, given["RollingDate"]["Expression"])
    return show(given["StaticValue"]) if "StaticValue" in given else ""


def _rolling(definition: Definition, expression: str) -> str:
    try:
        return rolling_date(expression, definition.choices.now, definition.week_start).isoformat()
    except Unsupported:
        return ""  # the visuals that use it say why


def _moment(value: Any) -> str:
    return read_moment(value).isoformat()


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


DEFAULTS: Mapping[str, Callable[[Definition, Options], list[str] | None]] = {
    "CategoryFilter": _category,
    "NumericEqualityFilter": _equality,
    "NumericRangeFilter": _range,
    "RelativeDatesFilter": _relative,
    "TimeEqualityFilter": _time,
    "TimeRangeFilter": _times,
    "TopBottomFilter": _limit,
}

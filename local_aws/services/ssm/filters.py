"""Which parameters DescribeParameters and GetParametersByPath are asked for.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local_aws.services.ssm.errors import (
    InvalidFilterKey,
    InvalidFilterOption,
    InvalidFilterValue,
)
from local_aws.services.ssm.model import Row

Filter = Mapping[str, Any]
Fits = Callable[[Row, str], bool]
ROOT = "/"

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "Name": ("Equals", "BeginsWith", "Contains"),
    "Path": ("OneLevel", "Recursive"),
    "KeyId": ("Equals", "BeginsWith"),
}
"""The options of a key, its default first; of every other key Equals alone."""
EQUALS = ("Equals",)
FIELDS: Mapping[str, Callable[[Row], str]] = {
    "Name": lambda row: str(row["name"]),
    "Type": lambda row: str(row["type"]),
    "KeyId": lambda row: row["key_id"] or "",
    "Tier": lambda _row: "Standard",
    "DataType": lambda _row: "text",
}
COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "BeginsWith": str.startswith,
    "Contains": str.__contains__,
}
TAG = "tag:"


def below(name: str, path: str, recursive: bool) -> bool:
    """Whether a parameter is in a hierarchy: right below it, or anywhere."""
    under = path.rstrip("/") + "/"
    rest = name.removeprefix("/") if under == ROOT else name.removeprefix(under)
    inside = under == ROOT or rest != name
    return inside and (recursive or "/" not in rest)


def chosen(
    rows: Sequence[Row], filters: Sequence[Filter], tags: Callable[[str], Mapping[str, str]]
) -> list[Row]:
    """The rows that fit every filter. Raises InvalidFilterKey, -Option or -Value."""
    tests = [_test(of, tags) for of in filters]
    return [row for row in rows if all(test(row) for test in tests)]


def _test(of: Filter, tags: Callable[[str], Mapping[str, str]]) -> Callable[[Row], bool]:
    key, values = of["Key"], of.get("Values", [])
    option = _option(of)
    if key.startswith(TAG):
        tag = key.removeprefix(TAG)
        return lambda row: _tagged(tags(row["name"]), tag, values)
    if not values:
        raise InvalidFilterValue(f"The filter {key} needs a value")
    if key == "Path":
        if not all(value.startswith("/") for value in values):
            raise InvalidFilterValue("A path begins with a slash")
        return lambda row: any(below(row["name"], path, option == "Recursive") for path in values)
    if key not in FIELDS:
        raise InvalidFilterKey(f"The filter {key} is not valid here")
    field, compare = FIELDS[key], COMPARE[option]
    return lambda row: any(compare(field(row), value) for value in values)


def _option(of: Filter) -> str:
    options = OPTIONS.get(of["Key"], EQUALS)
    option: str = of.get("Option", options[0])
    if option not in options:
        raise InvalidFilterOption(
            f"The following filter option is not valid: {option}. Valid options include: "
            f"[{', '.join(options)}]."
        )
    return option


def _tagged(tags: Mapping[str, str], key: str, values: Sequence[str]) -> bool:
    return key in tags and (not values or tags[key] in values)

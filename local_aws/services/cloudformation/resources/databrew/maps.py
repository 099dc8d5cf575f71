"""Maps of DataBrew's API which a template writes as lists of entries."""

from typing import Any

Entries = list[dict[str, Any]]
VALUE = ("ValueReference", "Value")
PARAMETER = ("PathParameterName", "DatasetParameter")


def to_map(entries: Any, names: tuple[str, str] = VALUE) -> Any:
    """``[{"ValueReference": ":a", "Value": "1"}]`` as ``{":a": "1"}``."""
    key, value = names
    return {entry[key]: entry[value] for entry in entries} if isinstance(entries, list) else entries


def to_entries(mapped: dict[str, Any], names: tuple[str, str] = VALUE) -> Entries:
    """The other way."""
    key, value = names
    return [{key: name, value: given} for name, given in mapped.items()]


def mapped(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A document whose member of that name, if it has it, is a map."""
    return document | ({name: to_map(document[name])} if name in document else {})


def listed(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A document whose member of that name, if it has it, is a list of entries."""
    return document | ({name: to_entries(document[name])} if name in document else {})

"""What a click on a mark does: filter, go to a sheet, open an address, set parameters.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_VisualCustomAction.html
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Options = Mapping[str, Any]
Operation = dict[str, Any]
TRIGGERS = {"DATA_POINT_CLICK": "click", "DATA_POINT_MENU": "menu"}


def actions(options: Options) -> list[dict[str, Any]]:
    """A visual's actions that are switched on, as the page carries them out."""
    return [
        {
            "id": action["CustomActionId"],
            "name": action["Name"],
            "trigger": TRIGGERS[action["Trigger"]],
            "operations": [_operation(operation) for operation in action["ActionOperations"]],
        }
        for action in options.get("Actions", [])
        if action.get("Status", "ENABLED") == "ENABLED"
    ]


def _operation(operation: Options) -> Operation:
    kind, given = next(iter(operation.items()))
    return OPERATIONS[kind](given)


def _filter(given: Options) -> Operation:
    targets = given["TargetVisualsConfiguration"].get("SameSheetTargetVisualConfiguration", {})
    fields = given["SelectedFieldsConfiguration"]
    everything = fields.get("SelectedFieldOptions") == "ALL_FIELDS"
    all_visuals = targets.get("TargetVisualOptions") == "ALL_VISUALS"
    return {
        "kind": "filter",
        "fields": None if everything else fields.get("SelectedFields", []),
        "columns": [column["ColumnName"] for column in fields.get("SelectedColumns", [])],
        "targets": None if all_visuals else targets.get("TargetVisuals", []),
    }


def _navigate(given: Options) -> Operation:
    local = given.get("LocalNavigationConfiguration", {})
    return {"kind": "navigate", "sheet": local.get("TargetSheetId")}


def _open(given: Options) -> Operation:
    """An address with ``<<field>>`` and ``<<$parameter>>`` in it; only https leads out."""
    template = given["URLTemplate"]
    if urlsplit(template.strip()).scheme.lower() != "https":
        return {"kind": "refused", "message": "Only addresses that begin with https: are opened."}
    return {"kind": "open", "template": template.strip(), "target": given["URLTarget"]}


def _set_parameters(given: Options) -> Operation:
    values = [_value(item) for item in given["ParameterValueConfigurations"]]
    return {"kind": "parameters", "values": values}


def _value(item: Options) -> Operation:
    value = item["Value"]
    found: Operation = {"parameter": item["DestinationParameterName"]}
    if value.get("SelectAllValueOptions") == "ALL_VALUES":
        return found | {"all": True}
    if "SourceParameterName" in value:
        return found | {"source": value["SourceParameterName"]}
    if "SourceField" in value:
        return found | {"field": value["SourceField"]}
    if "SourceColumn" in value:
        return found | {"column": value["SourceColumn"]["ColumnName"]}
    custom = value.get("CustomValuesConfiguration", {}).get("CustomValues", {})
    return found | {"values": [v for members in custom.values() for v in members]}


OPERATIONS = {
    "FilterOperation": _filter,
    "NavigationOperation": _navigate,
    "URLOperation": _open,
    "SetParametersOperation": _set_parameters,
}


def reaching(options: Options, source: str, target: str) -> Iterator[Operation]:
    """The filter operations of the visual ``source`` that a click on it applies to ``target``."""
    if source == target:
        return
    for action in actions(options):
        for operation in action["operations"]:
            everywhere = "targets" in operation and operation["targets"] is None
            if everywhere or target in operation.get("targets", ()):
                yield operation

"""Data sets."""

from collections.abc import Callable
from typing import Any

from local_aws.services.cloudformation.resources.databrew.maps import (
    PARAMETER,
    listed,
    mapped,
    to_entries,
    to_map,
)
from local_aws.services.cloudformation.resources.databrew.named import Document, Named, present
from local_aws.services.cloudformation.resources.handler import Properties

DATASET = ("Format", "FormatOptions", "Input")
Convert = Callable[[dict[str, Any], str], dict[str, Any]]


class Datasets(Named):
    """AWS::DataBrew::Dataset. ``Source`` follows from ``Input``, and is not sent, as on AWS."""

    takes = frozenset({"Name", *DATASET, "PathOptions", "Source", "Tags"})
    refuses = frozenset({"Input.DatabaseInputDefinition", "FormatOptions.Excel"})
    noun = "dataset"

    def request(self, properties: Properties) -> Document:
        options = properties.get("PathOptions")
        given = present(properties, *DATASET)
        return given | ({"PathOptions": _path_options(options)} if options else {})

    def template(self, shown: Document) -> Document:
        options = shown.get("PathOptions")
        told = present(shown, *DATASET, "Source")
        return told | ({"PathOptions": _template_options(options)} if options else {})


def _path_options(options: Document) -> Document:
    changed = _dated(options, mapped)
    if "Parameters" in options:
        parameters = to_map(options["Parameters"], PARAMETER)
        changed["Parameters"] = {k: _filtered(v, mapped) for k, v in parameters.items()}
    return changed


def _template_options(options: Document) -> Document:
    changed = _dated(options, listed)
    if "Parameters" in options:
        parameters = {k: _filtered(v, listed) for k, v in options["Parameters"].items()}
        changed["Parameters"] = to_entries(parameters, PARAMETER)
    return changed


def _dated(options: Document, convert: Convert) -> Document:
    name = "LastModifiedDateCondition"
    return options | ({name: convert(options[name], "ValuesMap")} if name in options else {})


def _filtered(parameter: Document, convert: Convert) -> Document:
    chosen = parameter.get("Filter")
    return parameter | ({"Filter": convert(chosen, "ValuesMap")} if chosen else {})

"""A template of infra/ as it is sent: as JSON, with its parameters.

CloudFormation takes what exists already into a stack (`ImportExistingResources`) where the
template names it by a plain text; a name that a function computes is not looked for. So what is
sent has the parts of names filled in: `!Sub ${Lake}-${Env}-raw` becomes `tarn-dev-raw`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tarn.aws import Aws
from tarn.deploy.environment import Stack
from tarn.errors import Terminal
from tarn.settings import variable

INLINE = 51_200  # bytes that a request takes without a bucket
# Parameters that the settings answer, by their fields: those that names are made of, and others.
NAMING = {
    "Lake": "lake",
    "Env": "env",
    "Database": "database",
    "ShadowDatabase": "shadow_database",
    "OpsDatabase": "ops_database",
}
OF_SETTINGS = NAMING | {
    "AthenaCutoffBytes": "athena_cutoff_bytes",
    "Principal": "quicksight_principal",
}
ACCOUNT = "${account}"
PART = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Template:
    """What is sent for one stack. parameters: those given, by name."""

    document: Mapping[str, Any]
    parameters: Mapping[str, str]

    @cached_property
    def body(self) -> str:
        return json.dumps(self.document, separators=(",", ":"), default=str)

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.document["Resources"]
        return found


def template_of(stack: Stack, aws: Aws, given: Mapping[str, str]) -> Template:
    """The stack's template, with its parameters from the settings, its file and `given`.

    `given` is what a deploy knows itself, and is passed where the template declares it. In a value
    of the file `${account}` is the account's number, which no file holds.
    """
    settings = aws.settings
    document = read_template(stack.template)
    declared = document.get("Parameters") or {}
    if unknown := sorted(stack.parameters.keys() - declared.keys()):
        raise Terminal(
            f"infra/environments/{settings.env}.yaml gives {stack.template.name} the parameter "
            f"{unknown[0]}, which it does not declare. It has {', '.join(declared) or 'none'}."
        )
    if own := sorted(stack.parameters.keys() & NAMING.keys()):
        raise Terminal(
            f"infra/environments/{settings.env}.yaml gives {stack.template.name} the parameter "
            f"{own[0]}. It stands in one place for all that has the name: "
            f"{variable(NAMING[own[0]])} in the environment."
        )
    said = {name: str(getattr(settings, field)) for name, field in OF_SETTINGS.items()}
    given_in_file = {
        name: value.replace(ACCOUNT, aws.account_id) if ACCOUNT in value else value
        for name, value in stack.parameters.items()
    }
    values = said | dict(given) | given_in_file
    values = {name: value for name, value in values.items() if name in declared}
    names = {name: value for name, value in values.items() if name in NAMING}
    document["Resources"] = _named(document["Resources"], names)
    template = Template(document, values)
    if (size := len(template.body.encode())) > INLINE:
        raise Terminal(f"{stack.template} comes to {size} bytes; a request takes {INLINE}.")
    return template


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """The value with names filled in where nothing else is needed to know them."""
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["Ref"] and value["Ref"] in names:
        return names[value["Ref"]]
    if list(value) == ["Fn::Sub"] and isinstance(text := value["Fn::Sub"], str):
        if set(PART.findall(text)) <= names.keys() and text.count("${") == len(PART.findall(text)):
            return PART.sub(lambda part: names[part[1]], text)
        return value
    return {key: _named(item, names) for key, item in value.items()}


def read_template(path: Path) -> dict[str, Any]:
    """A template of infra/, its short tags as the functions that they are short for.

    Raises Terminal for one that is no YAML, or has no resources. The rest CloudFormation says.
    """
    try:
        document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Terminal(f"infra/{path.name} is no YAML: {error}") from None
    resources = document.get("Resources") if isinstance(document, dict) else None
    if not isinstance(resources, dict) or not all(isinstance(r, dict) for r in resources.values()):
        raise Terminal(f"infra/{path.name} is no template: it has no mapping of Resources.")
    if not isinstance(document.get("Parameters") or {}, dict):
        raise Terminal(f"infra/{path.name} is no template: its Parameters are no mapping.")
    return document


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _function(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = node.value
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _function)

"""Parameters: what a template declares, and the values that a stack is given for them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Parameter, Template


@dataclass(frozen=True)
class ParameterValue:
    """What a stack has for a parameter: the text given, and what ``Ref`` makes of it.

    `resolved` is a text, or a list of texts for a list's type.
    """

    name: str
    text: str
    resolved: str | list[str]
    no_echo: bool = False


def values(
    template: Template, given: Mapping[str, str], previous: Mapping[str, str]
) -> dict[str, ParameterValue]:
    """Each declared parameter's value: the one given, else the previous one, else the default.

    `previous` holds what the stack has for those that are asked for with UsePreviousValue.
    Raises TemplateInvalid.
    """
    known = {**previous, **given}
    if extra := [name for name in known if name not in template.parameters]:
        raise TemplateInvalid(f"Parameters: [{', '.join(extra)}] do not exist in the template")
    texts = {name: known.get(name, of.default) for name, of in template.parameters.items()}
    if missing := [name for name, text in texts.items() if text is None]:
        raise TemplateInvalid(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: _value(template.parameters[name], text or "") for name, text in texts.items()}


def _value(parameter: Parameter, text: str) -> ParameterValue:
    listed = parameter.type_name.startswith("List<") or parameter.type_name == "CommaDelimitedList"
    resolved = [item.strip() for item in text.split(",")] if listed else text
    return ParameterValue(parameter.name, text, resolved, parameter.no_echo)


def declared(name: str, of: Any) -> Parameter:
    """One member of the section Parameters."""
    if not isinstance(of, dict) or not isinstance(of.get("Type"), str):
        raise TemplateInvalid(
            "Template format error: Every Parameters object must contain a Type member."
        )
    default = of.get("Default")
    return Parameter(
        name=name,
        type_name=of["Type"],
        default=None if default is None else str(default),
        description=of.get("Description", ""),
        no_echo=str(of.get("NoEcho", "")).lower() == "true",
    )

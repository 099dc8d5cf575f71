"""The values that a stack has for its template's parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

import regex

from local_aws.services.cloudformation.template.declarations import (
    OF_RESOURCES,
    SSM_NAME,
    of_value,
)
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Parameter, Template
from local_aws.services.cloudformation.template.scalars import number_of

MAX_BYTES = 4096
PATTERN_SECONDS = 2
"""A pattern that takes longer (it backtracks without end) is refused."""


@dataclass(frozen=True)
class ParameterValue:
    """What a stack has for a parameter: the text given, and what ``Ref`` makes of it.

    `resolved` is a text, or a list of texts for a list's type. `stored` is the value of the
    Parameter Store's parameter that `text` names, where the type asks for it.
    """

    name: str
    text: str
    resolved: str | list[str]
    no_echo: bool = False
    stored: str | None = None


def values(
    template: Template,
    given: Mapping[str, str],
    previous: Mapping[str, str],
    stored: Mapping[str, str] | None = None,
) -> dict[str, ParameterValue]:
    """Each declared parameter's value: the one given, else the previous one, else the default.

    `previous` holds what the stack has for those that are asked for with UsePreviousValue,
    `stored` what Parameter Store has by the names of `in_store`. Raises TemplateInvalid.
    """
    texts = _texts(template, given, previous)
    return {
        name: value_of(template.parameters[name], text, stored or {})
        for name, text in texts.items()
    }


def in_store(
    template: Template, given: Mapping[str, str], previous: Mapping[str, str]
) -> list[str]:
    """The names of the Parameter Store's parameters that must be there. Raises as `values`."""
    texts = _texts(template, given, previous)
    named = [text for name, text in texts.items() if _is_stored(template.parameters[name])]
    return list(dict.fromkeys(named))


def _texts(
    template: Template, given: Mapping[str, str], previous: Mapping[str, str]
) -> dict[str, str]:
    known = {**previous, **given}
    if extra := [name for name in known if name not in template.parameters]:
        raise TemplateInvalid(f"Parameters: [{', '.join(extra)}] do not exist in the template")
    texts = {name: known.get(name, of.default) for name, of in template.parameters.items()}
    if missing := [name for name, text in texts.items() if text is None]:
        raise TemplateInvalid(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: text or "" for name, text in texts.items()}


def value_of(parameter: Parameter, text: str, stored: Mapping[str, str]) -> ParameterValue:
    """One parameter's value from the text given for it. Raises TemplateInvalid.

    Of what is kept in Parameter Store the name is held against the template's limits, as on AWS.
    """
    _refuse_type(parameter, text)
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise TemplateInvalid(
            f"Parameter '{parameter.name}' must contain at most {MAX_BYTES} characters"
        )
    of_store = _is_stored(parameter)
    for item in _items(text) if is_list(parameter) and not of_store else [text]:
        if problem := _problem(parameter, item):
            raise TemplateInvalid(_sentence(parameter, problem))
    kept = stored[text] if of_store and parameter.type_name != SSM_NAME else None
    worth = text if kept is None else kept
    resolved = _items(worth) if is_list(parameter) else worth
    return ParameterValue(parameter.name, text, resolved, parameter.no_echo, kept)


def _is_stored(parameter: Parameter) -> bool:
    return parameter.type_name == SSM_NAME or of_value(parameter.type_name) is not None


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def is_list(parameter: Parameter) -> bool:
    """Whether ``Ref`` gives a list."""
    type_name = of_value(parameter.type_name) or parameter.type_name
    return type_name == "CommaDelimitedList" or type_name.startswith("List<")


def item_type(parameter: Parameter) -> str:
    """The type of a value, or of each of a list's."""
    type_name = of_value(parameter.type_name) or parameter.type_name
    return type_name.removeprefix("List<").removesuffix(">")


def _refuse_type(parameter: Parameter, text: str) -> None:
    if item_type(parameter) in OF_RESOURCES:
        raise TemplateInvalid(
            f"Parameter validation failed: parameter value {text} for parameter name "
            f"{parameter.name} does not exist: local_aws has no {item_type(parameter)}"
        )


def _problem(of: Parameter, text: str) -> str | None:
    """What a value must be and is not, as AWS goes on after the parameter's name."""
    if of.allowed_values and text not in of.allowed_values:
        return "must be one of AllowedValues"
    if item_type(of) == "Number":
        return _number_problem(of, text)
    if of.min_length is not None and len(text) < of.min_length:
        return f"must contain at least {of.min_length} characters"
    if of.max_length is not None and len(text) > of.max_length:
        return f"must contain at most {of.max_length} characters"
    if of.allowed_pattern is not None and not _matches(of, text):
        return f"must match pattern {of.allowed_pattern}"
    return None


def _number_problem(of: Parameter, text: str) -> str | None:
    number = number_of(text)
    if number is None:
        return "must be a number"
    if of.min_value is not None and number < of.min_value:
        return f"must be a number not less than {of.min_value:g}"
    if of.max_value is not None and number > of.max_value:
        return f"must be a number not greater than {of.max_value:g}"
    return None


def _matches(of: Parameter, text: str) -> bool:
    try:
        found = regex.fullmatch(of.allowed_pattern, text, timeout=PATTERN_SECONDS)
    except (regex.error, TimeoutError):
        raise TemplateInvalid(
            f"Parameter '{of.name}' AllowedPattern must be a valid regular expression."
        ) from None
    return found is not None


def _sentence(of: Parameter, problem: str) -> str:
    if of.constraint_description:
        return f"Parameter {of.name} failed to satisfy constraint: {of.constraint_description}"
    return f"Parameter '{of.name}' {problem}"

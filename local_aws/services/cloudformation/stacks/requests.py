"""What a request to make or change a stack means: checked, and written down as an operation."""

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.context import Request
from local_aws.services.cloudformation.errors import (
    InsufficientCapabilities,
    ValidationError,
    unsupported,
)
from local_aws.services.cloudformation.stacks.records import Revision, Stack
from local_aws.services.cloudformation.template import document, parameters, schemas
from local_aws.services.cloudformation.template.capabilities import capabilities
from local_aws.services.cloudformation.template.model import Template

UNSUPPORTED = (
    "DeploymentConfig",
    "DeploymentMode",
    "DisableValidation",
    "IncludeNestedStacks",
    "ResourceTypes",
    "RollbackConfiguration.MonitoringTimeInMinutes",
    "RollbackConfiguration.RollbackTriggers",
    "StackPolicyBody",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "StackPolicyURL",
)
"""Members that would change what is done, and are refused where they say anything."""


def refuse_unsupported(operation: str, request: Request) -> None:
    """Raises ValidationError, naming the member."""
    for path in UNSUPPORTED:
        part: Any = request
        for name in path.split("."):
            part = part.get(name) if isinstance(part, Mapping) else None
        if part:
            raise unsupported(f"{operation} with {path}")


def revision(request: Request, body: str, stack: Stack | None = None) -> Revision:
    """What the stack is to be made from. Raises ValidationError, InsufficientCapabilities.

    For an update, what the request leaves out stays as the stack has it.
    """
    template = document.parse(body)
    asked = request.get("Capabilities", [])
    check(template, asked)
    had = stack.revision if stack else Revision("")
    values = parameters.values(
        template,
        _given(request.get("Parameters", [])),
        _previous(request.get("Parameters", []), had.parameters),
    )
    return Revision(
        body=body,
        parameters={name: value.text for name, value in values.items()},
        tags=tags(request["Tags"]) if "Tags" in request else had.tags,
        capabilities=list(asked),
        notified=request.get("NotificationARNs", had.notified),
    )


def check(template: Template, asked: Iterable[str]) -> None:
    """Its types, and what the caller has to know that it does; before and after transforms."""
    _refuse_unknown_types(template)
    _check_capabilities(template, asked)


def _refuse_unknown_types(template: Template) -> None:
    """A type that CloudFormation does not know; custom resources it knows, and we do not do."""
    types = sorted({of.type_name for of in template.resources.values()})
    unknown = [name for name in types if not (schemas.is_known(name) or is_custom(name))]
    if unknown:
        raise ValidationError(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )


def is_custom(type_name: str) -> bool:
    return type_name.startswith("Custom::")


def _check_capabilities(template: Template, asked: Iterable[str]) -> None:
    needed = capabilities(template)
    enough = {"CAPABILITY_NAMED_IAM"} if "CAPABILITY_IAM" in needed else set()
    missing = [name for name in needed if not {name, *enough} & set(asked)]
    if missing:
        raise InsufficientCapabilities(f"Requires capabilities : [{', '.join(missing)}]")


def _given(parameters_sent: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in parameters_sent:
        key = one.get("ParameterKey")
        if not key:
            raise ValidationError("ParameterKey must be specified for each parameter")
        if one.get("UsePreviousValue"):
            if "ParameterValue" in one:
                raise ValidationError(
                    f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as "
                    "true and non empty value for a parameter"
                )
            continue
        if key in found:
            raise ValidationError(f"Parameter {key} is there twice")
        found[key] = one.get("ParameterValue", "")
    return found


def _previous(
    parameters_sent: Iterable[Mapping[str, Any]], had: Mapping[str, str]
) -> dict[str, str]:
    wanted = [one["ParameterKey"] for one in parameters_sent if one.get("UsePreviousValue")]
    missing = [name for name in wanted if name not in had]
    if missing:
        raise ValidationError(
            f"Invalid input for parameter key {missing[0]}. Cannot specify usePreviousValue as "
            "true for a parameter key not in the previous template"
        )
    return {name: had[name] for name in wanted}


def tags(sent: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """By key. Raises ValidationError for a key that is there twice or is AWS's own."""
    found: dict[str, str] = {}
    for one in sent:
        key = one["Key"]
        if key in found:
            raise ValidationError(f"Duplicate tag keys found: {key}")
        if key.lower().startswith("aws:"):
            raise ValidationError("aws: prefixed tag key names are not allowed for external use.")
        found[key] = one["Value"]
    return found

"""What a request to make or change a stack means: checked, and written down as an operation."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_aws.context import Request
from local_aws.services.cloudformation.errors import (
    InsufficientCapabilities,
    ValidationError,
    unsupported,
)
from local_aws.services.cloudformation.stacks import store
from local_aws.services.cloudformation.stacks.records import Revision, Stack
from local_aws.services.cloudformation.template import document, parameters
from local_aws.services.cloudformation.template.capabilities import capabilities
from local_aws.services.cloudformation.template.model import Template

UNSUPPORTED = (
    "DeploymentConfig.Mode",
    "DeploymentMode",
    "DisableValidation",
    "ResourceTypes",
    "RollbackConfiguration.MonitoringTimeInMinutes",
    "RollbackConfiguration.RollbackTriggers",
    "StackPolicyBody",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "StackPolicyURL",
)
"""Members that would change what is done, and are refused where they say anything."""
USUAL = {"DeploymentConfig.Mode": "STANDARD"}
"""What such a member may say: what is done anyway."""


def refuse_unsupported(operation: str, request: Request) -> None:
    """Raises ValidationError, naming the member."""
    for path in UNSUPPORTED:
        part: Any = request
        for name in path.split("."):
            part = part.get(name) if isinstance(part, Mapping) else None
        if part and part != USUAL.get(path):
            raise unsupported(f"{operation} with {path}")


def disables_rollback(request: Request) -> bool:
    """Whether what was done is to stay where the operation fails."""
    config = request.get("DeploymentConfig", {})
    return bool(request.get("DisableRollback", config.get("DisableRollback", False)))


def revision(
    request: Request, body: str, client: Callable[[str], Any], stack: Stack | None = None
) -> Revision:
    """What the stack is to be made from. Raises ValidationError, InsufficientCapabilities.

    For an update, what the request leaves out stays as the stack has it; what is kept in Parameter
    Store is asked for anew, with the caller's `client`.
    """
    template = document.parse(body)
    asked = request.get("Capabilities", [])
    check_capabilities(template, asked)
    had = stack.revision if stack else Revision("")
    sent = request.get("Parameters", [])
    given, previous = _given(sent), _previous(sent, had.parameters)
    stored = store.values(client, parameters.in_store(template, given, previous))
    values = parameters.values(template, given, previous, stored)
    return Revision(
        body=body,
        parameters={name: value.text for name, value in values.items()},
        tags=tags(request["Tags"]) if "Tags" in request else had.tags,
        capabilities=list(asked),
        notified=request.get("NotificationARNs", had.notified),
        stored=stored,
    )


def check_capabilities(template: Template, asked: Iterable[str]) -> None:
    """What the caller has to know that a template does; before and after its transforms."""
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

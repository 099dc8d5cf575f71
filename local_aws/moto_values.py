"""Values in requests to moto's services that AWS refuses, and moto keeps or fails over.

Its models say nothing of them: an attribute is any text, a policy any document.
"""

import json
from typing import Any

from local_aws.errors import ServiceError

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
QUEUE_RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
QUEUE_DOCUMENTS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
POLICIES = {
    ("kms", "CreateKey"): "Policy",
    ("kms", "PutKeyPolicy"): "Policy",
    ("secretsmanager", "PutResourcePolicy"): "ResourcePolicy",
}
CHARACTERS = ("ExcludeLowercase", "ExcludeNumbers", "ExcludePunctuation", "ExcludeUppercase")


class InvalidAttributeValue(ServiceError):
    """A queue's attribute that cannot be so."""

    code = "InvalidAttributeValue"

    def __init__(self, name: str) -> None:
        super().__init__(f"Invalid value for the parameter {name}.")


class MalformedPolicyDocument(ServiceError):
    """A policy that is no JSON object."""

    code = "MalformedPolicyDocumentException"


class InvalidParameter(ServiceError):
    """What Secrets Manager says of a password that nothing could be drawn for."""

    code = "InvalidParameterException"


class NotAuthorized(ServiceError):
    """An alias that is for AWS's own keys."""

    code = "NotAuthorizedException"


def check(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Raise what AWS answers."""
    if service == "sqs":
        _check_queue(parameters.get("Attributes") or {})
    policy = parameters.get(POLICIES.get((service, operation), ""))
    if policy is not None and not _is_object(policy):
        raise MalformedPolicyDocument("This resource policy contains invalid Json")
    if operation == "CreateAlias" and parameters["AliasName"].startswith("alias/aws/"):
        raise NotAuthorized("Aliases that begin with alias/aws/ are AWS's own.")
    if operation == "GetRandomPassword" and all(parameters.get(name) for name in CHARACTERS):
        raise InvalidParameter("No characters are left to draw a password from.")


def _check_queue(attributes: dict[str, str]) -> None:
    for name, (least, most) in QUEUE_RANGES.items():
        text = attributes.get(name, str(least))
        if not (text.isascii() and text.isdigit() and least <= int(text[:10]) <= most):
            raise InvalidAttributeValue(name)
    for name in QUEUE_DOCUMENTS:
        if attributes.get(name) and not _is_object(attributes[name]):
            raise InvalidAttributeValue(name)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False

"""What a template's functions are told of one stack: its resources, others' exports, secrets."""

import json
from collections.abc import Callable
from typing import Any

from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.stacks import store as parameter_store
from local_aws.services.cloudformation.stacks.exports import Exports
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.template.errors import TemplateInvalid, Unknown


class Known:
    """The template package's Lookup over a stack as it is.

    `unknown` are resources whose ids and attributes nobody can tell yet. What is imported is kept
    in `used`, and with `holds` at once with the stack: it cannot go while the stack is made.
    """

    def __init__(
        self, store: Store, exports: Exports, stack_id: str, client: Callable[[str], Any]
    ) -> None:
        self.store, self.exports = store, exports
        self.stack_id, self.client = stack_id, client
        self.unknown: set[str] = set()
        self.used: set[str] = set()
        self.holds = False

    def ref(self, logical_id: str) -> Any:
        return self._resource(logical_id).physical_id

    def attribute(self, logical_id: str, name: str) -> Any:
        found = self._resource(logical_id)
        if name not in found.attributes:
            raise TemplateInvalid(
                f"Template error: resource {logical_id} does not support attribute type {name} "
                "in Fn::GetAtt"
            )
        return found.attributes[name]

    def imported(self, name: str) -> str:
        value = self.exports.value(name)
        if value is None:
            raise TemplateInvalid(f"No export named {name} found.")
        self.used.add(name)
        if self.holds:
            self.exports.use(self.stack_id, name)
        return value

    def dynamic(self, reference: str) -> str:
        service, _, rest = reference.partition(":")
        if service == "ssm":
            return parameter_store.referenced(self.client, rest)
        if service != "secretsmanager":
            raise ValidationError(
                f"The dynamic reference {{{{resolve:{reference}}}}} is not supported by local_aws"
            )
        return secret(self.client("secretsmanager"), rest)

    def _resource(self, logical_id: str) -> Any:
        found = self.store.resource(self.stack_id, logical_id)
        if found is None or not found.physical_id or logical_id in self.unknown:
            raise Unknown(logical_id)
        return found


class Masked(Known):
    """The same for what is shown: a secret stays the reference to it."""

    def dynamic(self, reference: str) -> str:
        return f"{{{{resolve:{reference}}}}}"


def secret(client: Any, reference: str) -> str:
    """``secret-id:SecretString:json-key:version-stage:version-id``, the id may be an ARN.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """
    parts = reference.split(":")
    taken = 7 if reference.startswith("arn:") else 1
    secret_id = ":".join(parts[:taken])
    kind, key, stage, version = (parts[taken:] + [""] * 4)[:4]
    if kind not in ("", "SecretString"):
        raise ValidationError(f"A dynamic reference to {kind} is not supported by local_aws")
    asked = {"SecretId": secret_id}
    if stage:
        asked["VersionStage"] = stage
    if version:
        asked["VersionId"] = version
    text: str = client.get_secret_value(**asked)["SecretString"]
    return _member(text, key) if key else text


def _member(text: str, key: str) -> str:
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise TemplateInvalid(
            f"Could not find a value associated with JSONKey {key} in SecretString"
        ) from None

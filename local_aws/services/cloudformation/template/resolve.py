"""What a template comes to, with parameters, what was made so far, and what others export."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from local_aws.services.cloudformation.template.errors import TemplateInvalid, Unknown
from local_aws.services.cloudformation.template.functions import FUNCTIONS, NO_VALUE
from local_aws.services.cloudformation.template.model import Resource, Template
from local_aws.services.cloudformation.template.parameters import ParameterValue

KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What change sets show of a value of a resource that is not made yet."""


@dataclass(frozen=True)
class Pseudo:
    """The pseudo parameters. `partition` and `url_suffix` are those of the ordinary regions."""

    account_id: str
    region: str
    stack_id: str
    stack_name: str
    notification_arns: tuple[str, ...] = ()
    partition: str = "aws"
    url_suffix: str = "amazonaws.com"

    def values(self) -> dict[str, Any]:
        """By the names that ``Ref`` knows."""
        return {
            "AWS::AccountId": self.account_id,
            "AWS::NotificationARNs": list(self.notification_arns),
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": self.url_suffix,
        }


class Lookup(Protocol):
    """What only the stack knows. `ref` and `attribute` raise Unknown of what is not made yet."""

    def ref(self, logical_id: str) -> Any:
        """A resource's physical id."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """One of a resource's attributes."""

    def imported(self, name: str) -> str:
        """What another stack exports by a name. Raises TemplateInvalid where none does."""

    def dynamic(self, reference: str) -> str:
        """What ``secretsmanager:...`` stands for, the text between ``{{resolve:`` and ``}}``."""


class Resolver:
    """One template with one stack's values."""

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, ParameterValue],
        pseudo: Pseudo,
        lookup: Lookup,
    ) -> None:
        self.template = template
        self.lookup = lookup
        self.names = pseudo.values() | {name: of.resolved for name, of in parameters.items()}
        self.decided: dict[str, bool] = {}
        self.forgiving = False

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self.decided:
            self.decided[name] = bool(self.value(self.template.conditions[name]))
        return self.decided[name]

    def active_resources(self) -> dict[str, Resource]:
        """Those whose condition holds, or that have none."""
        return {
            name: of
            for name, of in self.template.resources.items()
            if of.condition is None or self.condition(of.condition)
        }

    def properties(self, logical_id: str, *, known_after_apply: bool = False) -> dict[str, Any]:
        """A resource's properties. Raises Unknown, or shows KNOWN_AFTER_APPLY in its place."""
        self.forgiving = known_after_apply
        found = self.value(self.template.resources[logical_id].properties)
        return found if isinstance(found, dict) else {}

    def output(self, name: str, *, known_after_apply: bool = False) -> str:
        """An output's value, as the text that DescribeStacks shows."""
        self.forgiving = known_after_apply
        return str(self.value(self.template.outputs[name].value))

    def export(self, name: str) -> str | None:
        """The name by which an output is exported; None where it is not."""
        export = self.template.outputs[name].export
        return None if export is None else str(self.value(export))

    def ref(self, name: str) -> Any:
        """What ``Ref`` gives."""
        if name in self.names:
            return self.names[name]
        return self._known(lambda: self.lookup.ref(name))

    def attribute(self, logical_id: str, name: str) -> Any:
        """What ``Fn::GetAtt`` gives."""
        return self._known(lambda: self.lookup.attribute(logical_id, name))

    def _known(self, find: Any) -> Any:
        try:
            return find()
        except Unknown:
            if self.forgiving:
                return KNOWN_AFTER_APPLY
            raise

    def value(self, part: Any) -> Any:
        """A part of the template with its functions carried out and AWS::NoValue left out."""
        if isinstance(part, list):
            return [found for item in part if (found := self.value(item)) is not NO_VALUE]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and (function := FUNCTIONS.get(next(iter(part)))):
            return function(next(iter(part.values())), self)
        found = {name: self.value(value) for name, value in part.items()}
        return {name: value for name, value in found.items() if value is not NO_VALUE}


__all__ = ["KNOWN_AFTER_APPLY", "Lookup", "Pseudo", "Resolver", "TemplateInvalid", "Unknown"]

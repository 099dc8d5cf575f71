"""What a template comes to, with parameters, what was made so far, and what others export."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Protocol

from local_aws.services.cloudformation.template.checks import parts_of, unresolved
from local_aws.services.cloudformation.template.document import processed
from local_aws.services.cloudformation.template.errors import TemplateInvalid, Unknown
from local_aws.services.cloudformation.template.functions import NO_VALUE, evaluated
from local_aws.services.cloudformation.template.logic import check_rules, holds
from local_aws.services.cloudformation.template.members import EXPORT, malformed_export
from local_aws.services.cloudformation.template.model import KNOWN_AFTER_APPLY, Resource, Template
from local_aws.services.cloudformation.template.parameters import ParameterValue
from local_aws.services.cloudformation.template.references import references
from local_aws.services.cloudformation.template.scalars import text_of

DYNAMIC = re.compile(r"\{\{resolve:(?P<service>[a-z-]+):(?P<rest>[^{}]*)\}\}")
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html"""

REFERENCED = ("secretsmanager", "ssm")


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
    """One template with one stack's values; `template` is the one after its transforms.

    Raises TemplateInvalid where a rule's assertion does not hold, or where something that is made
    refers to what its condition leaves out.
    """

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, ParameterValue],
        pseudo: Pseudo,
        lookup: Lookup,
    ) -> None:
        template = processed(template, parameters, pseudo.values())
        self.template = template
        self.lookup = lookup
        self.region = pseudo.region
        self.names = pseudo.values() | {name: of.resolved for name, of in parameters.items()}
        self.decided: dict[str, bool] = {}
        self.forgiving = False
        check_rules(template.rules, self)
        for name in template.conditions:
            self.condition(name)
        self.active = {
            name: self._chosen_of(of)
            for name, of in template.resources.items()
            if self._is_active(of.condition)
        }
        self._refuse_left_out()

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self.decided:
            self.decided[name] = holds(self.template.conditions[name], self)
        return self.decided[name]

    def active_resources(self) -> dict[str, Resource]:
        """Those whose condition holds, or that have none, without the branches not taken."""
        return dict(self.active)

    def showing(self, names: Mapping[str, Any], lookup: Lookup) -> "Resolver":
        """The same stack with other values: secrets as they may be shown.

        What the true values decided, conditions and rules, stays decided.
        """
        shown = copy(self)
        shown.names = {**self.names, **names}
        shown.lookup = lookup
        return shown

    def active_outputs(self) -> list[str]:
        """The names of the outputs whose condition holds, or that have none."""
        return [name for name, of in self.template.outputs.items() if self._is_active(of.condition)]

    def properties(self, logical_id: str, *, known_after_apply: bool = False) -> dict[str, Any]:
        """A resource's properties, with dynamic references resolved. Raises Unknown.

        With `known_after_apply`, for a change set, KNOWN_AFTER_APPLY stands for what is unknown,
        and dynamic references stay as they are written.
        """
        found = self._resolved(self.active[logical_id].properties, known_after_apply)
        if found is NO_VALUE:
            return {}
        if not isinstance(found, dict):
            raise TemplateInvalid(
                f"Template format error: [/Resources/{logical_id}/Properties] must be an object"
            )
        return found if known_after_apply else dict(self._dynamic(found))

    def output(self, name: str, *, known_after_apply: bool = False) -> str:
        """An output's value, as the text that DescribeStacks shows. Raises Unknown."""
        found = self._resolved(self.template.outputs[name].value, known_after_apply)
        if isinstance(found, dict | list) or found is NO_VALUE:
            raise TemplateInvalid(
                f"Template format error: Output {name} is malformed. The Value field of every "
                "Outputs member must evaluate to a String."
            )
        return text_of(found)

    def export(self, name: str) -> str | None:
        """The name by which an output is exported; None where it is not."""
        export = self.template.outputs[name].export
        if export is None:
            return None
        found = self.value(export)
        if not isinstance(found, str) or not EXPORT.fullmatch(found):
            raise malformed_export(name)
        return found

    def ref(self, name: str) -> Any:
        """What ``Ref`` gives."""
        if name in self.names:
            return self.names[name]
        return self._known(lambda: self.lookup.ref(name))

    def attribute(self, logical_id: str, name: str) -> Any:
        """What ``Fn::GetAtt`` gives."""
        return self._known(lambda: self.lookup.attribute(logical_id, name))

    def value(self, part: Any) -> Any:
        """A part of the template with its functions carried out and AWS::NoValue left out."""
        return evaluated(part, self)

    def _resolved(self, part: Any, known_after_apply: bool) -> Any:
        self.forgiving = known_after_apply
        try:
            return self.value(part)
        finally:
            self.forgiving = False

    def _known(self, find: Callable[[], Any]) -> Any:
        try:
            return find()
        except Unknown:
            if self.forgiving:
                return KNOWN_AFTER_APPLY
            raise

    def _is_active(self, condition: str | None) -> bool:
        return condition is None or self.condition(condition)

    def _chosen_of(self, of: Resource) -> Resource:
        return replace(
            of,
            properties=self._chosen(of.properties),
            metadata=self._chosen(of.metadata),
            attributes=self._chosen(of.attributes),
        )

    def _chosen(self, part: Any) -> Any:
        """The same without the branches of Fn::If that are not taken."""
        if isinstance(part, list):
            return [self._chosen(item) for item in part]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and "Fn::If" in part:
            name, then, otherwise = part["Fn::If"]
            return self._chosen(then if self.condition(name) else otherwise)
        return {name: self._chosen(value) for name, value in part.items()}

    def _refuse_left_out(self) -> None:
        resources = [parts_of(of) for of in self.active.values()]
        outputs = [self._chosen(self.template.outputs[it].value) for it in self.active_outputs()]
        for section, part in (("Resources", resources), ("Outputs", outputs)):
            if left_out := self._left_out(part):
                raise unresolved(left_out, section)

    def _left_out(self, part: Any) -> Iterable[str]:
        names = dict.fromkeys(it.name for it in references(part))
        return [name for name in names if name in self.template.resources.keys() - self.active]

    def _dynamic(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._dynamic(item) for item in part]
        if isinstance(part, dict):
            return {name: self._dynamic(value) for name, value in part.items()}
        return DYNAMIC.sub(self._dynamic_value, part) if isinstance(part, str) else part

    def _dynamic_value(self, found: re.Match[str]) -> str:
        if found["service"] not in REFERENCED:
            raise TemplateInvalid(
                f"Dynamic references to {found['service']} are not supported by local_aws"
            )
        return self.lookup.dynamic(f"{found['service']}:{found['rest']}")


__all__ = ["KNOWN_AFTER_APPLY", "Lookup", "Pseudo", "Resolver", "TemplateInvalid", "Unknown"]

"""Which resources that are there already a change set takes into its stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
"""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.caller import ACCESS_KEY
from local_aws.context import Request
from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.resources.handler import Made, Work
from local_aws.services.cloudformation.stacks.blueprint import Blueprint
from local_aws.services.cloudformation.stacks.making import identified_by_template
from local_aws.services.cloudformation.stacks.records import Stack
from local_aws.services.cloudformation.template import schemas

if TYPE_CHECKING:
    from local_aws.services.cloudformation.stacks.calls.common import Calls


class Imports:
    """Finds them, with the rights of the caller."""

    def __init__(self, calls: "Calls", stack: Stack, plan: Blueprint) -> None:
        self.calls, self.stack, self.plan = calls, stack, plan
        self.there = calls.store.resources(stack.id)

    def of(self, kind: str, request: Request) -> dict[str, dict[str, str]]:
        """By logical id what identifies it. Raises ValidationError."""
        named = request.get("ResourcesToImport", [])
        if kind == "IMPORT":
            return {one["LogicalResourceId"]: self._named(one) for one in named}
        if named:
            raise ValidationError("ResourcesToImport is for change sets of type IMPORT")
        return self._existing() if request.get("ImportExistingResources") else {}

    def _named(self, one: dict[str, Any]) -> dict[str, str]:
        logical_id, type_name = one["LogicalResourceId"], one["ResourceType"]
        wanted = self.plan.resources.get(logical_id)
        if wanted is None or wanted.type_name != type_name:
            raise ValidationError(
                f"Resource [{logical_id}] of type {type_name} is not in the template"
            )
        if logical_id in self.there:
            raise ValidationError(f"Resource [{logical_id}] already exists in the stack")
        self._check_policy(logical_id)
        identifier: dict[str, str] = dict(one["ResourceIdentifier"])
        found = self._find(logical_id, self.plan.shown(logical_id) | identifier)
        if found is None:
            told = ", ".join(identifier.values())
            raise ValidationError(f"Resource {told} of type {type_name} to import was not found")
        self._refuse_owned(type_name, found.physical_id)
        return identifier

    def _existing(self) -> dict[str, dict[str, str]]:
        """Those whose names the template gives, and that nobody's stack has."""
        found: dict[str, dict[str, str]] = {}
        for logical_id, wanted in self.plan.resources.items():
            if logical_id in self.there:
                continue
            # By a name that is plain text: what functions compute is not looked for.
            named = {n: v for n, v in wanted.properties.items() if isinstance(v, str)}
            if not identified_by_template(wanted.type_name, named):
                continue
            properties = self.plan.shown(logical_id)  # its name may be all that is known
            made = self._find(logical_id, properties)
            if made is not None:
                self._check_policy(logical_id)
                self._refuse_owned(wanted.type_name, made.physical_id)
                found[logical_id] = {}
        return found

    def _find(self, logical_id: str, properties: dict[str, Any]) -> Made | None:
        type_name = self.plan.resources[logical_id].type_name
        handler = self.calls.engine.handler_of(type_name)
        if handler is None:
            return None
        try:
            return handler.identify(self._work(logical_id, properties))
        except ClientError:
            return None  # who may not look takes nothing in; making it will say why

    def _work(self, logical_id: str, properties: dict[str, Any]) -> Work:
        platform = self.calls.platform
        type_name = self.plan.resources[logical_id].type_name
        return Work(
            client=self.calls.engine.holders.clients(ACCESS_KEY.get()),
            stack_id=self.stack.id,
            stack_name=self.stack.name,
            logical_id=logical_id,
            properties=schemas.coerced(type_name, properties),
            name="",
            token="",
            account_id=platform.account_id,
            region=platform.region,
        )

    def _check_policy(self, logical_id: str) -> None:
        wanted = self.plan.template.tree["Resources"][logical_id]
        if "DeletionPolicy" not in wanted:
            raise ValidationError(
                f"Resources [{logical_id}] is missing DeletionPolicy attribute in the template"
            )

    def _refuse_owned(self, type_name: str, physical_id: str) -> None:
        owner = self.calls.store.owner(type_name, physical_id)
        if owner is not None:
            raise ValidationError(
                f"Resource {physical_id} is already managed by the stack [{owner.stack}]"
            )

"""The way forward: every resource of the new template is made, changed, replaced or left alone.

What is asked of a service is written down first (`Resource.pending`), with the name and the token
that go with it: after a kill the same is asked again. Nothing is deleted here.
"""

import time
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.stacks import names
from local_aws.services.cloudformation.stacks.blueprint import Blueprint
from local_aws.services.cloudformation.stacks.decision import Decision, decide
from local_aws.services.cloudformation.stacks.failures import reason
from local_aws.services.cloudformation.stacks.records import Resource
from local_aws.services.cloudformation.stacks.run import Run
from local_aws.services.cloudformation.template import schemas

VERBS = {"CREATE": "creation", "UPDATE": "update", "IMPORT": "import"}


class Making:
    """One operation's way forward."""

    def __init__(self, run: Run, plan: Blueprint) -> None:
        self.run, self.plan = run, plan
        self.store, self.stack_id = run.store, run.stack_id
        self.imports: dict[str, dict[str, str]] = run.operation.options.get("import", {})
        target = run.operation.target
        self.tags = target.tags if target else {}

    def make(self, logical_id: str) -> None:
        """Bring one resource to what the template says. What fails is raised, its event written."""
        self.run.check()
        found = self.store.resource(self.stack_id, logical_id)
        if found is None or not found.pending or found.pending["operation"] != self._operation:
            found = self._begin(logical_id, found)
        if found is not None:
            self._carry_out(found)

    @property
    def _operation(self) -> str:
        return self.run.operation.id

    def _begin(self, logical_id: str, found: Resource | None) -> Resource | None:
        """Write down what will be done; None where there is nothing to do."""
        wanted = self.plan.resources[logical_id]
        blank = Resource(self.stack_id, logical_id, wanted.type_name)
        now = found if found is not None and found.physical_id else None
        try:
            properties = self.plan.properties(logical_id)
            decision = decide(now, wanted.type_name, properties, self.tags, self.run.handler)
            refused = schemas.problems(wanted.type_name, properties)
            if refused and decision is not Decision.KEEP:
                raise ResourceFailed("; ".join(refused))
        except Exception as error:
            self._fail(found or blank, "UPDATE" if now else "CREATE", error)
            raise
        kept = self._kept(logical_id, properties)
        if now is not None and decision is Decision.KEEP:
            self._keep(now, kept)
            return None
        verb = "IMPORT" if logical_id in self.imports else "UPDATE" if now else "CREATE"
        pending = kept | {
            "operation": self._operation,
            "verb": verb,
            "replaces": decision is Decision.REPLACE,
            "name": names.physical_name(self.run.stack.name, logical_id, wanted.type_name),
            "token": names.unique(),
            "shown": self.plan.shown(logical_id),
        }
        begun = replace(now or blank, type=wanted.type_name, pending=pending)
        with self.store.transaction():
            self.store.keep_former(self.stack_id, logical_id, now)
            self._tell(begun, f"{verb}_IN_PROGRESS", _why(decision))
        return self.store.any_resource(self.stack_id, logical_id)

    def _kept(self, logical_id: str, properties: dict[str, Any]) -> dict[str, Any]:
        """The fields that a resource has once it is made so."""
        wanted = self.plan.resources[logical_id]
        return {
            "properties": properties,
            "tags": self.tags,
            "needs": sorted(self.plan.needs[logical_id]),
            "deletion_policy": wanted.deletion_policy,
            "replace_policy": wanted.update_replace_policy,
            "metadata": dict(wanted.metadata),
        }

    def _keep(self, now: Resource, kept: dict[str, Any]) -> None:
        """Nothing to ask of a service; what the template says beside properties may be new."""
        changed = replace(now, **kept)
        if changed != now:
            with self.store.transaction():
                self.store.keep_former(self.stack_id, now.logical_id, now)
                self.store.put_resource(changed)

    def _carry_out(self, begun: Resource) -> None:
        verb = begun.pending["verb"]
        try:
            made = self.run.ask(lambda: self._made(begun))
        except Exception as error:
            self._fail(self._with_remains(begun), verb, error)
            raise
        self._end(begun, made)

    def _made(self, begun: Resource) -> Made:
        pending, handler = begun.pending, self.run.handler(begun.type)
        new = pending["verb"] != "UPDATE" or pending["replaces"]
        work = self.run.work(
            replace(begun, physical_id="") if new else begun,
            pending["properties"] | self.imports.get(begun.logical_id, {}),
            {} if new else begun.properties,
            pending["name"],
            pending["token"],
            pending["tags"],
            self.run.stopped,
        )
        if pending["verb"] == "IMPORT":
            made = handler.identify(work)
            if made is None:
                raise ResourceFailed(f"Resource of type '{begun.type}' to import was not found.")
            return made
        if not new:
            return handler.update(work)
        if "existed" in pending:
            return handler.create(replace(work, retried=not pending["existed"]))
        self._look(begun, handler, work)
        return handler.create(work)

    def _look(self, begun: Resource, handler: Handler, work: Work) -> None:
        """Before the first try, whether it is there: then it is another's, and stays so."""
        try:
            there = handler.identify(work)
        except ClientError:
            there = Made("")  # who may not look, or asks for nonsense, hears of it when it is made
        pending = begun.pending
        pending["existed"] = there is not None
        self.store.put_resource(begun)
        if (
            there
            and there.physical_id
            and identified_by_template(begun.type, pending["properties"])
        ):
            raise ResourceFailed(
                f"Resource of type '{begun.type}' with identifier '{there.physical_id}' "
                "already exists."
            )

    def _with_remains(self, begun: Resource) -> Resource:
        """With the id of what a failed creation left behind, which was not there before."""
        pending = begun.pending
        if pending.get("existed", True):
            return begun
        try:
            work = self.run.work(begun, pending["properties"], {}, pending["name"])
            left = self.run.ask(lambda: self.run.handler(begun.type).identify(work))
        except Exception:
            return begun  # the failure itself is told; a service that cannot be asked has said so
        if left is None:
            return begun
        remains = replace(begun, physical_id=left.physical_id, properties=pending["properties"])
        if pending["replaces"]:
            self.store.discard(remains)
            return begun
        return remains

    def _end(self, begun: Resource, made: Made) -> None:
        pending = begun.pending
        fields = {name: pending[name] for name in KEPT}
        done = replace(
            begun,
            **fields,
            physical_id=made.physical_id,
            attributes=dict(made.attributes),
            imported=begun.imported or pending["verb"] == "IMPORT",
        )
        with self.store.transaction():
            if begun.physical_id and begun.physical_id != made.physical_id:
                former = self.store.formers(self.stack_id).get(begun.logical_id)
                if former is None or former.physical_id != begun.physical_id:
                    self.store.discard(begun)  # of an update before, which was not finished
            self._tell(done, f"{pending['verb']}_COMPLETE")

    def _fail(self, resource: Resource, verb: str, error: Exception) -> None:
        self.run.failing.set()
        token = resource.pending.get("token", "")
        with self.store.transaction():
            former = self.store.resource(self.stack_id, resource.logical_id)
            if not resource.pending:
                self.store.keep_former(self.stack_id, resource.logical_id, former)
            self._tell(resource, f"{verb}_FAILED", reason(error, VERBS[verb], token))

    def _tell(self, resource: Resource, status: str, why: str = "") -> None:
        ended = not status.endswith("_IN_PROGRESS")
        failed = status.endswith("_FAILED")
        self.run.history.resource(
            replace(
                resource,
                status=status,
                reason=why,
                updated=time.time(),
                pending={} if ended and not failed else resource.pending,
            ),
            shown=resource.pending.get("shown", {}),
        )


KEPT = ("properties", "tags", "needs", "deletion_policy", "replace_policy", "metadata")


def _why(decision: Decision) -> str:
    if decision is Decision.REPLACE:
        return (
            "Requested update requires the creation of a new physical resource; hence creating one."
        )
    return ""


def identified_by_template(type_name: str, properties: dict[str, Any]) -> bool:
    """Whether the template itself says which resource it is, so that another one may be it."""
    schema = schemas.schema_of(type_name)
    named = schema.paths("primaryIdentifier") if schema else frozenset()
    return bool(named) and all(name in properties for name in named)

"""The stacks of an environment: buckets, keys, roles, databases and what else infra/ describes.

A stack that an interrupted deploy left is brought to rest first: one that is at work is waited
for, one whose making failed is deleted (its buckets stay and are taken over), an update whose
rollback was cut off goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.deploy.environment import Environment, Stack, read_environment
from tarn.deploy.stacks import takeover, watch
from tarn.deploy.stacks.change_sets import ChangeSet, NotYet, change_set, sentences
from tarn.deploy.stacks.template import Template, template_of
from tarn.deploy.stacks.watch import StackFailed
from tarn.errors import aws_errors

# All that can be done with a stack in one of these states is to delete it.
SPOILT = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"})
HALFWAY = "UPDATE_ROLLBACK_FAILED"


@dataclass(frozen=True)
class StackChange(Change):
    """What takes CloudFormation a while: `make` gives a line for each resource as it is done."""

    def apply(self) -> Iterator[str]:
        try:
            with aws_errors(self.what):
                yield from self.make()
        except StackFailed as error:
            raise StackFailed(f"{self.what}: {error}") from None
        yield self.done


def stacks(aws: Aws) -> Iterator[Change]:
    """What differs of each stack, in the environment's order, as CloudFormation says."""
    environment = read_environment(aws.settings)
    for stack in environment.stacks:
        yield from _stack(stack, environment, aws)


def _stack(stack: Stack, environment: Environment, aws: Aws) -> Iterator[Change]:
    with aws_errors(f"stack {stack.name}"):
        template = template_of(stack, aws, _given(stack, aws))
    while (rest := _to_rest(stack.name, aws)) is not None:
        yield rest
        if (left := _to_rest(stack.name, aws)) is not None and left.detail == rest.detail:
            return  # nobody made the change: it was only asked for
    yield from _update(stack.name, template, environment.tags, aws)
    if environment.protected:
        yield from _protection(stack.name, aws)


# Glue and DataBrew write their logs under names that are the whole account's.
SHARED_LOGS = "/aws-glue/jobs/output"


def _given(stack: Stack, aws: Aws) -> dict[str, str]:
    """Parameters that only AWS can answer: whether another lake of the account has Glue's logs."""
    owner = watch.owner(SHARED_LOGS, aws) if stack.template.stem == "lake" else ""
    return {"GlueLogs": "own" if owner in ("", stack.name) else "shared"}


def _to_rest(name: str, aws: Aws) -> Change | None:
    """What has to happen before the stack can be changed at all; its detail is the state."""
    with aws_errors(f"stack {name}"):
        found = watch.describe(name, aws)
    if found is None:
        return None
    client, what, status = aws.client("cloudformation"), f"stack {name}", str(found["StackStatus"])
    if watch.is_busy(status):
        return StackChange(what, "wait", partial(_follow, found, None, aws), (status,))
    if status in SPOILT:
        return StackChange(
            what, "delete", partial(_follow, found, client.delete_stack, aws), (status,)
        )
    if status == HALFWAY:
        go_on = client.continue_update_rollback
        return StackChange(what, "wait", partial(_follow, found, go_on, aws), (status,))
    return None


def _follow(found: Mapping[str, Any], begin: Callable[..., Any] | None, aws: Aws) -> Iterator[str]:
    """Begin something with the stack and watch until it is over. Raises StackFailed where it is
    then no further; what it has come to is for the next look."""
    events = watch.Watch(found["StackId"], aws)
    if begin is not None:
        begin(StackName=found["StackId"])
    yield from events.lines()
    if (watch.describe(found["StackId"], aws) or {}).get("StackStatus") == found["StackStatus"]:
        raise StackFailed(events.why())


def _update(name: str, template: Template, tags: Mapping[str, str], aws: Aws) -> Iterator[Change]:
    what = f"stack {name}"
    with aws_errors(what):
        is_new = watch.is_new(name, aws)
        there = takeover.found(template, aws) if is_new else {}
    verb = "create" if is_new else "update"
    try:
        with aws_errors(what), change_set(name, template, tags, aws) as found:
            if not found.is_empty:
                make = partial(_execute, found, Wanted(name, template, tags, there), aws)
                detail = tuple(sentences(found.changes, there)) or ("only tags or outputs",)
                yield StackChange(what, verb, make, detail)
    except NotYet as error:
        yield Change(what, verb, partial(_refuse, error), ("once the stacks before it are there",))


@dataclass(frozen=True)
class Wanted:
    """A stack as it is declared. there: what of a new one is there already."""

    name: str
    template: Template
    tags: Mapping[str, str]
    there: Mapping[str, takeover.Found]


def _execute(found: ChangeSet, wanted: Wanted, aws: Aws) -> Iterator[str]:
    """Carry a change set out; after an import of what is there, the one that it is then."""
    if not wanted.there:
        yield from found.execute(aws)
        return
    found.drop(aws)
    bare = Template(takeover.document(wanted.template, wanted.there), {})
    to_import = [
        {"LogicalResourceId": n, "ResourceType": one.kind, "ResourceIdentifier": one.identifier}
        for n, one in wanted.there.items()
    ]
    with change_set(wanted.name, bare, wanted.tags, aws, to_import) as importing:
        yield from importing.execute(aws)
    with change_set(wanted.name, wanted.template, wanted.tags, aws) as made:
        if not made.is_empty:
            yield from made.execute(aws)


def _refuse(error: Exception) -> None:
    raise error


def _protection(name: str, aws: Aws) -> Iterator[Change]:
    with aws_errors(f"stack {name}"):
        found = watch.describe(name, aws)
    if found is not None and not found.get("EnableTerminationProtection"):
        client = aws.client("cloudformation")
        protect = partial(
            client.update_termination_protection, StackName=name, EnableTerminationProtection=True
        )
        yield Change(f"termination protection of stack {name}", "write", protect)

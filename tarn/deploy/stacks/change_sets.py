"""Change sets: what an update of a stack would do, as CloudFormation itself works it out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, forget
from tarn.deploy.stacks import watch
from tarn.deploy.stacks.template import Template
from tarn.errors import Terminal, code_of

PREFIX = "tarn-"
EMPTY = ("didn't contain changes", "No updates are to be performed")
NO_EXPORT = "No export named"
DENIED = ("AccessDenied", "AccessDeniedException")
PENDING = frozenset({"CREATE_PENDING", "CREATE_IN_PROGRESS"})


class NotYet(Terminal):
    """The change set needs what another stack exports, which is not there."""


@dataclass
class ChangeSet:
    """What CloudFormation would do with a stack. changes: its ResourceChanges.

    is_empty: nothing differs; with no changes and not empty, only tags or outputs do.
    """

    arn: str
    stack_id: str
    changes: tuple[Mapping[str, Any], ...]
    is_empty: bool
    used: bool = False  # executed, or deleted

    def execute(self, aws: Aws) -> Iterator[str]:
        """Do it; a line for each resource as it comes. Raises Terminal with the first failure."""
        events = watch.Watch(self.stack_id, aws)
        self.used = True
        aws.client("cloudformation").execute_change_set(
            ChangeSetName=self.arn, ClientRequestToken=uuid.uuid4().hex
        )
        yield from events.until_settled()

    def drop(self, aws: Aws) -> None:
        """Delete it, and the stack that was only made to hold it."""
        self.used = True
        _delete(self.arn, self.stack_id, aws)


@contextmanager
def change_set(
    name: str,
    template: Template,
    tags: Mapping[str, str],
    aws: Aws,
    to_import: Sequence[Mapping[str, Any]] = (),
) -> Iterator[ChangeSet]:
    """The change set of a stack; deleted after, unless it was executed meanwhile.

    So is a stack that was only made to hold it. to_import: as ResourcesToImport has them, for one
    that does no more than that. Raises NotYet.
    """
    kind = "CREATE" if watch.is_new(name, aws) else "UPDATE"
    asked = {"ChangeSetType": kind, "ImportExistingResources": True}
    if to_import:
        asked = {"ChangeSetType": "IMPORT", "ResourcesToImport": list(to_import)}
    made = _create(name, template, tags, asked, aws)
    found = None
    try:
        found = _described(made["Id"], made["StackId"], aws)
        yield found
    finally:
        if found is None or not found.used:
            _delete(made["Id"], made["StackId"], aws)


def _create(
    name: str, template: Template, tags: Mapping[str, str], asked: Mapping[str, Any], aws: Aws
) -> dict[str, Any]:
    parameters = template.parameters.items()
    try:
        answer = aws.client("cloudformation").create_change_set(
            StackName=name,
            ChangeSetName=f"{PREFIX}{uuid.uuid4().hex[:12]}",
            TemplateBody=template.body,
            Parameters=[{"ParameterKey": n, "ParameterValue": v} for n, v in parameters],
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            **asked,
        )
    except ClientError as error:
        if NO_EXPORT in str(error):
            raise NotYet(str(error)) from None
        raise
    return dict(answer)


def _described(arn: str, stack_id: str, aws: Aws) -> ChangeSet:
    """The change set once CloudFormation has worked it out."""
    client = aws.client("cloudformation")
    for pause in watch.pauses(aws):
        answer = client.describe_change_set(ChangeSetName=arn)
        if answer["Status"] not in PENDING:
            break
        pause()
    reason = answer.get("StatusReason", "")
    if answer["Status"] != "FAILED":
        changes = list(answer["Changes"])
        while token := answer.get("NextToken"):
            answer = client.describe_change_set(ChangeSetName=arn, NextToken=token)
            changes += answer["Changes"]
        resources = tuple(change["ResourceChange"] for change in changes)
        return ChangeSet(arn, stack_id, resources, is_empty=False)
    if any(said in reason for said in EMPTY):
        return ChangeSet(arn, stack_id, (), is_empty=True)
    raise (NotYet if NO_EXPORT in reason else Terminal)(reason)


def _delete(arn: str, stack_id: str, aws: Aws) -> None:
    client = aws.client("cloudformation")
    forget(client.delete_change_set, ChangeSetName=arn)
    stack = watch.describe(stack_id, aws)
    if stack is None or stack["StackStatus"] != watch.REVIEWED:
        return
    if not client.list_change_sets(StackName=stack_id)["Summaries"]:  # none is another's
        try:
            client.delete_stack(StackName=stack_id)
        except ClientError as error:
            if code_of(error) in DENIED:
                return  # who may only plan leaves it: it holds nothing, and a deploy takes it
            raise
        for pause in watch.pauses(aws):
            if watch.describe(stack_id, aws) is None:
                return
            pause()


def sentences(changes: Sequence[Mapping[str, Any]], there: Container[str] = ()) -> list[str]:
    """A sentence for each resource: what goes or is replaced stands first, and in capitals.

    there: the logical ids of what is taken over, which a change set alone may not know.
    """
    taken = [
        dict(c) | {"Action": "Import"} if c["LogicalResourceId"] in there else c for c in changes
    ]
    return [_sentence(c) for c in sorted(taken, key=lambda c: not _verb(c).isupper())]


LOUD = {"True": "REPLACE", "Conditional": "PERHAPS REPLACE"}
VERBS = {"Add": "add", "Import": "take over", "Dynamic": "perhaps change"}


def _verb(change: Mapping[str, Any]) -> str:
    if change["Action"] == "Remove":
        return "let go of" if change.get("PolicyAction") == "Retain" else "DELETE"
    if change["Action"] == "Modify":
        return LOUD.get(change.get("Replacement", "False"), "change")
    return VERBS.get(change["Action"], str(change["Action"]))


def _sentence(change: Mapping[str, Any]) -> str:
    name = change.get("PhysicalResourceId") or change["LogicalResourceId"]
    targets = [detail["Target"] for detail in change.get("Details", [])]
    where = dict.fromkeys(t.get("Name") or t["Attribute"] for t in targets)
    told = f" ({', '.join(where)})" if where else ""
    return f"{_verb(change)} {change['ResourceType']} {name}{told}"

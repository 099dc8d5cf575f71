"""CloudFormation's API.

What AWS does: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/. An operation
that no group here has (stack sets, registries, hooks, stack policies, signals) is refused by the
wire, by name. How stacks are made: docs/adr/0030-stacks.md.
"""

from local_aws.context import Platform, Request
from local_aws.services.cloudformation.stacks.calls.change_sets import ChangeSetCalls
from local_aws.services.cloudformation.stacks.calls.drift import DriftCalls
from local_aws.services.cloudformation.stacks.calls.listing import ListingCalls
from local_aws.services.cloudformation.stacks.calls.templates import TemplateCalls
from local_aws.services.cloudformation.stacks.change_sets import KIND
from local_aws.services.cloudformation.stacks.engine import Engine
from local_aws.services.cloudformation.stacks.model import Store


class CloudFormationApi(ChangeSetCalls, ListingCalls, TemplateCalls, DriftCalls):
    """Every operation, by its name in snake case."""

    def __init__(self, platform: Platform) -> None:
        store = Store(platform)
        super().__init__(platform, store, Engine(platform, store))

    def complete(self, parameters: Request) -> Request:
        """With the ARN of the stack, which is what policies name."""
        name, change_set = parameters.get("StackName"), parameters.get("ChangeSetName", "")
        if not name and str(change_set).startswith("arn:"):
            found = self.store.document(KIND, change_set)
            return parameters | ({"StackName": found["stack"]} if found else {})
        if not name:
            return parameters
        stack = self.store.find(name)
        return parameters | {"StackName": stack.id if stack else unmade(name)}

    def start(self) -> None:
        """What a kill interrupted goes on."""
        self.end_detections()
        self.engine.recover()

    def stop(self) -> None:
        """Let what is being made end; the rest goes on at the next start."""
        self.engine.close()


def unmade(name: str) -> str:
    """What policies call a stack that is not there yet."""
    return name if name.startswith("arn:") else f"stack/{name}/*"

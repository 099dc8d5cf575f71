"""CloudFormation's API.

What AWS does: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/. An operation
that no group here has (stack sets, registries, hooks, stack policies, signals) is refused by the
wire, by name. How stacks are made: docs/adr/0030-stacks.md.
"""

from local_aws.context import Platform
from local_aws.services.cloudformation.stacks.calls.change_sets import ChangeSetCalls
from local_aws.services.cloudformation.stacks.calls.listing import ListingCalls
from local_aws.services.cloudformation.stacks.calls.templates import TemplateCalls
from local_aws.services.cloudformation.stacks.engine import Engine
from local_aws.services.cloudformation.stacks.model import Store


class CloudFormationApi(ChangeSetCalls, ListingCalls, TemplateCalls):
    """Every operation, by its name in snake case."""

    def __init__(self, platform: Platform) -> None:
        store = Store(platform)
        super().__init__(platform, store, Engine(platform, store))

    def start(self) -> None:
        """What a kill interrupted goes on."""
        self.engine.recover()

    def stop(self) -> None:
        """Let what is being made end; the rest goes on at the next start."""
        self.engine.close()

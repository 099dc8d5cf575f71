"""The types that CloudFormation makes itself."""

from typing import ClassVar

from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    Work,
)
from local_aws.services.cloudformation.stacks.records import STACK_TYPE


class Placeholder(Handler):
    """AWS::CloudFormation::WaitConditionHandle without a WaitCondition: it stands for nothing.

    AWS makes an address for signals, which a condition (refused by name) would wait for.
    """

    takes: ClassVar[frozenset[str]] = frozenset()

    def create(self, work: Work) -> Made:
        return Made(work.name)

    def update(self, work: Work) -> Made:
        return Made(work.physical_id)

    def delete(self, _work: Work) -> None:
        pass

    def read(self, work: Work) -> Properties | None:
        return work.properties

    def identify(self, _work: Work) -> Made | None:
        return None


class CdkMetadata(Placeholder):
    """AWS::CDK::Metadata: what CDK tells AWS of the versions in use. Nobody is told here."""

    takes: ClassVar[frozenset[str]] = frozenset({"Analytics"})


def own_types() -> dict[str, type[Handler]]:
    """By their names. A nested stack's takes the engine."""
    from local_aws.services.cloudformation.stacks.nested import NestedStack

    return {
        "AWS::CDK::Metadata": CdkMetadata,
        "AWS::CloudFormation::WaitConditionHandle": Placeholder,
        STACK_TYPE: NestedStack,
    }

"""The types that CloudFormation makes itself."""

from typing import TYPE_CHECKING, ClassVar

from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    Work,
)

if TYPE_CHECKING:
    from local_aws.services.cloudformation.stacks.engine import Engine


class Nothing(Handler):
    """A type that stands for nothing: AWS::CDK::Metadata, AWS::CloudFormation::WaitConditionHandle.

    Without a WaitCondition a handle is a placeholder, as AWS's own examples use it.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"Analytics"})

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


def own_types(engine: "Engine") -> dict[str, Handler]:
    """By their names."""
    from local_aws.services.cloudformation.stacks.nested import NestedStack

    return {
        "AWS::CDK::Metadata": Nothing(),
        "AWS::CloudFormation::WaitConditionHandle": Nothing(),
        "AWS::CloudFormation::Stack": NestedStack(engine),
    }

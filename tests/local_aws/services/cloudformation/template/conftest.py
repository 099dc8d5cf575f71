"""A stack that is not there: what templates ask of one is answered by what was asked."""

from collections.abc import Callable

import pytest

from local_aws.services.cloudformation.template import document, parameters
from local_aws.services.cloudformation.template.resolve import Pseudo, Resolver

PSEUDO = Pseudo(
    account_id="123456789012",
    region="us-east-1",
    stack_id="arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1",
    stack_name="demo",
    notification_arns=("arn:aws:sns:us-east-1:123456789012:a",),
)


class Answers:
    """Tells of every name what it is."""

    def ref(self, logical_id: str) -> str:
        return f"{logical_id}'s id"

    def attribute(self, logical_id: str, name: str) -> str:
        return f"{logical_id}'s {name}"

    def imported(self, name: str) -> str:
        return f"export of {name}"

    def dynamic(self, reference: str) -> str:
        return reference


@pytest.fixture
def resolved() -> Callable[..., Resolver]:
    """Makes the Resolver of a template's text with parameters."""

    def resolve(body: str, lookup: object | None = None, **given: str) -> Resolver:
        template = document.parse(body)
        values = parameters.values(template, given, {})
        return Resolver(template, values, PSEUDO, lookup or Answers())

    return resolve

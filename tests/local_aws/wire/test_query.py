"""The query protocol through boto3, which must be able to read every answer."""

import json
import uuid

import pytest

from tests.conftest import LocalServer


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("a\x00b\x1bc", "a\ufffdb\ufffdc"),
        ("a\r\nb\tc", "a\r\nb\tc"),
        ("<&>\U0001f600", "<&>\U0001f600"),
    ],
    ids=["what no XML can say", "ends of lines", "what XML escapes"],
)
def test_odd_characters_are_told(server: LocalServer, given: str, told: str) -> None:
    cf, name = server.client("cloudformation"), f"s{uuid.uuid4().hex[:8]}"
    topic = {"Type": "AWS::SNS::Topic"}
    body = {"Parameters": {"Word": {"Type": "String"}}, "Resources": {"Topic": topic}}
    cf.create_stack(
        StackName=name,
        TemplateBody=json.dumps(body),
        Parameters=[{"ParameterKey": "Word", "ParameterValue": given}],
    )
    (stack,) = cf.describe_stacks(StackName=name)["Stacks"]
    assert stack["Parameters"] == [{"ParameterKey": "Word", "ParameterValue": told}]
    with pytest.raises(cf.exceptions.ClientError, match="does not exist"):
        cf.describe_stacks(StackName=given)

"""What all types with names do: another's resource is not taken, a retry goes on with its own."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from local_aws.services.cloudformation.resources.named import shortened

New = Callable[..., Any]
STATEMENT = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TRUSTED = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
TRUST = {"Version": "2012-10-17", "Statement": [TRUSTED]}
NAMED = {
    "AWS::Events::EventBus": ("Name", {}),
    "AWS::Events::Rule": ("Name", {"EventPattern": {"source": ["x"]}}),
    "AWS::IAM::Group": ("GroupName", {}),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", {"Roles": []}),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", {"PolicyDocument": POLICY}),
    "AWS::IAM::Role": ("RoleName", {"AssumeRolePolicyDocument": TRUST}),
    "AWS::IAM::User": ("UserName", {}),
    "AWS::Logs::LogGroup": ("LogGroupName", {}),
    "AWS::S3::Bucket": ("BucketName", {}),
    "AWS::SNS::Topic": ("TopicName", {}),
    "AWS::SQS::Queue": ("QueueName", {}),
    "AWS::SecretsManager::Secret": ("Name", {}),
}


@pytest.mark.parametrize("type_name", NAMED)
def test_resource_of_another_is_not_taken(resource: New, type_name: str) -> None:
    by, more = NAMED[type_name]
    given = {by: f"name-{uuid.uuid4().hex}", **more}
    made = resource(type_name).create(given)
    with pytest.raises(ResourceFailed, match=f"{given[by]} already exists"):
        resource(type_name).create(given)
    assert resource(type_name).create(given, retried=True) == made


@pytest.mark.parametrize("type_name", NAMED)
def test_name_of_the_stack_is_found_again(resource: New, type_name: str) -> None:
    one = resource(type_name)
    made = one.create(NAMED[type_name][1])
    assert one.identify() == made
    assert one.create(NAMED[type_name][1]) == made
    assert "thing" in made.physical_id.lower()


@pytest.mark.parametrize(
    ("longest", "expected"),
    [(80, "stack-Thing-0123456789AB"), (20, "stack-T-0123456789AB"), (12, "0123456789AB")],
)
def test_name_within_a_limit(longest: int, expected: str) -> None:
    assert shortened("stack-Thing-0123456789AB", longest) == expected

"""AWS::SSM::Parameter."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]


def name() -> str:
    return f"/lake/{uuid.uuid4().hex}"


def test_a_parameter_is_made_whole_and_read_as_written(resource: New, aws: LocalServer) -> None:
    parameter = resource("AWS::SSM::Parameter")
    given = {
        "Name": name(),
        "Type": "String",
        "Value": "17",
        "Description": "how many",
        "AllowedPattern": r"^\d+$",
        "Tier": "Standard",
        "DataType": "text",
        "Tags": {"team": "lake"},
    }
    made = parameter.create(given)
    assert (made.physical_id, made.attributes) == (given["Name"], {"Type": "String", "Value": "17"})
    assert parameter.read() == given
    assert parameter.identify() == made
    parameter.update({"Name": given["Name"], "Type": "String", "Value": "many"})
    found = parameter.read()
    assert (found["Value"], "Description" in found, "Tags" in found) == ("many", False, False)
    assert aws.client("ssm").get_parameter(Name=given["Name"])["Parameter"]["Version"] == 2
    parameter.delete()
    parameter.delete()
    assert parameter.read() is None
    assert parameter.identify() is None


def test_a_list_whose_name_is_made_up(resource: New) -> None:
    parameter = resource("AWS::SSM::Parameter")
    made = parameter.create({"Type": "StringList", "Value": "a,b"})
    assert made.physical_id.startswith("CFN-Thing-")
    assert parameter.create(parameter.work.properties, retried=True) == made


def test_what_parameter_store_or_cloudformation_refuses(resource: New) -> None:
    with pytest.raises(ResourceFailed, match="SecureString cannot be created"):
        resource("AWS::SSM::Parameter").create({"Type": "SecureString", "Value": "x"})
    with pytest.raises(ClientError, match="fully qualified"):
        resource("AWS::SSM::Parameter").create({"Name": "a/b", "Type": "String", "Value": "x"})
    taken = {"Name": name(), "Type": "String", "Value": "x"}
    resource("AWS::SSM::Parameter").create(taken)
    with pytest.raises(ResourceFailed, match="already exists"):
        resource("AWS::SSM::Parameter").create(taken)

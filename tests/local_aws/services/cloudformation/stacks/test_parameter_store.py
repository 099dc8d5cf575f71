"""What templates ask Parameter Store for."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.conftest import Person, allow
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    database,
    delete,
    reasons,
    refused,
    update,
    whole,
    workgroup,
)

VALUE = "AWS::SSM::Parameter::Value<String>"


@pytest.fixture
def ssm(server: LocalServer) -> Any:
    return server.client("ssm")


def put(ssm: Any, name: str, value: str, **more: Any) -> None:
    ssm.put_parameter(**({"Name": name, "Value": value, "Type": "String"} | more), Overwrite=True)


def described(server: LocalServer, name: str) -> str:
    found = server.client("glue").get_database(Name=name)["Database"]["Description"]
    return str(found)


def of(name: str, type_name: str = VALUE, **more: Any) -> dict[str, Any]:
    return {"Parameters": {"P": {"Type": type_name, "Default": f"/{name}"} | more}}


def test_a_value_is_asked_for_at_each_update(
    server: LocalServer, cf: Any, ssm: Any, name: str
) -> None:
    put(ssm, f"/{name}", "one")
    body = whole({"D": database(name, {"Ref": "P"})}, **of(name))
    assert create(cf, name, body) == "CREATE_COMPLETE"
    (told,) = cf.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    wanted = {"ParameterKey": "P", "ParameterValue": f"/{name}", "ResolvedValue": "one"}
    assert (told, described(server, name)) == (wanted, "one")
    assert "No updates" in refused(cf.update_stack, StackName=name, TemplateBody=body)[1]
    put(ssm, f"/{name}", "two")
    kept = [{"ParameterKey": "P", "UsePreviousValue": True}]
    cf.create_change_set(
        StackName=name, ChangeSetName="c", UsePreviousTemplate=True, Parameters=kept
    )
    found = cf.describe_change_set(StackName=name, ChangeSetName="c")
    (change,) = [one["ResourceChange"] for one in found["Changes"]]
    assert [one["CausingEntity"] for one in change["Details"]] == ["P"]
    assert found["Parameters"][0]["ResolvedValue"] == "two"
    assert update(cf, name, body, Parameters=kept) == "UPDATE_COMPLETE"
    assert described(server, name) == "two"


def test_an_update_that_fails_goes_back_to_the_value_it_had(
    server: LocalServer, cf: Any, ssm: Any, name: str
) -> None:
    put(ssm, f"/{name}", "one")
    body = whole({"D": database(name, {"Ref": "P"})}, **of(name))
    assert create(cf, name, body) == "CREATE_COMPLETE"
    put(ssm, f"/{name}", "two")
    bad = whole(
        {"D": database(name, {"Ref": "P"}), "W": workgroup("a b", DependsOn="D")}, **of(name)
    )
    assert update(cf, name, bad) == "UPDATE_ROLLBACK_COMPLETE"
    (told,) = cf.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    assert (told["ResolvedValue"], described(server, name)) == ("one", "one")


def test_lists_names_and_secrets(server: LocalServer, cf: Any, ssm: Any, name: str) -> None:
    put(ssm, f"/{name}", "a,b", Type="StringList")
    put(ssm, f"/{name}/secret", "x", Type="SecureString")
    joined = {"Fn::Join": ["+", {"Ref": "P"}]}
    listed = of(name, "AWS::SSM::Parameter::Value<List<String>>", NoEcho=True)
    assert create(cf, name, whole({"D": database(name, joined)}, **listed)) == "CREATE_COMPLETE"
    (told,) = cf.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    assert (described(server, name), told["ResolvedValue"]) == ("a+b", "****")
    by_name = whole({"D": database(name, {"Ref": "P"})}, **of(name, "AWS::SSM::Parameter::Name"))
    assert update(cf, name, by_name) == "UPDATE_COMPLETE"
    (told,) = cf.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    assert (described(server, name), "ResolvedValue" in told) == (f"/{name}", False)
    secret = whole({"D": database(name)}, **of(f"{name}/secret"))
    assert refused(cf.update_stack, StackName=name, TemplateBody=secret)[1] == (
        f"Parameters [/{name}/secret] referenced by template have types not supported by "
        "CloudFormation."
    )


def test_what_is_not_there(cf: Any, name: str) -> None:
    body = whole({"D": database(name)}, **of(name))
    words = f"Unable to fetch parameters [/{name}] from parameter store for this account."
    assert refused(cf.create_stack, StackName=name, TemplateBody=body) == ("ValidationError", words)
    asked = {"StackName": name, "ChangeSetName": "c", "ChangeSetType": "CREATE"}
    assert refused(cf.create_change_set, TemplateBody=body, **asked)[1] == words


def test_dynamic_references(server: LocalServer, cf: Any, ssm: Any, name: str) -> None:
    put(ssm, f"/{name}", "one")
    put(ssm, f"/{name}", "two")
    both = {
        "Fn::Sub": f"{{{{resolve:ssm:/{name}}}}} after {{{{resolve:ssm:/${{AWS::StackName}}:1}}}}"
    }
    assert create(cf, name, whole({"D": database(name, both)})) == "CREATE_COMPLETE"
    assert described(server, name) == "two after one"
    put(ssm, f"/{name}", "three")
    same = whole({"D": database(name, both)})
    assert "No updates" in refused(cf.update_stack, StackName=name, TemplateBody=same)[1]
    gone = whole({"D": database(name, "{{resolve:ssm:/" + name + ":7}}")})
    assert update(cf, name, gone) == "UPDATE_ROLLBACK_COMPLETE"
    assert f"Parameters: [ssm:/{name}:7] cannot be found." in reasons(cf, name)["D"]


def test_a_parameter_of_the_stack(server: LocalServer, cf: Any, ssm: Any, name: str) -> None:
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": f"/{name}", "Type": "String", "Value": {"Ref": "AWS::StackName"}},
    }
    value = {"Fn::GetAtt": ["P", "Value"]}
    body = whole(
        {"P": parameter, "D": database(name, value)}, Outputs={"N": {"Value": {"Ref": "P"}}}
    )
    assert create(cf, name, body) == "CREATE_COMPLETE"
    assert ssm.get_parameter(Name=f"/{name}")["Parameter"]["Value"] == name
    assert described(server, name) == name
    assert (
        cf.describe_stacks(StackName=name)["Stacks"][0]["Outputs"][0]["OutputValue"] == f"/{name}"
    )
    assert delete(cf, name) == "DELETE_COMPLETE"
    assert ssm.get_parameters(Names=[f"/{name}"])["InvalidParameters"] == [f"/{name}"]


def test_it_is_asked_as_the_caller(
    server: LocalServer, ssm: Any, name: str, user: Callable[..., Person]
) -> None:
    put(ssm, f"/{name}", "one")
    mine = user(allow("cloudformation:*")).client("cloudformation")
    body = whole({"D": database(name)}, **of(name))
    said = refused(mine.create_stack, StackName=name, TemplateBody=body)[1]
    assert "not authorized to perform: ssm:GetParameters" in said


def test_a_wrong_property_fails_before_anything_is_made(
    server: LocalServer, cf: Any, name: str
) -> None:
    bad = {"Type": "AWS::Glue::Job", "Properties": {"Command": {"Name": 7}, "Name": name}}
    body = whole({"D": database(name), "J": bad | {"DependsOn": "D"}})
    assert create(cf, name, body) == "ROLLBACK_COMPLETE"
    said = reasons(cf, name)
    assert set(said) == {"J"}
    assert "required key [Role] not found" in said["J"]

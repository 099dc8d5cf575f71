"""Change sets: what is shown is what happens."""

import json
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    database,
    databases,
    delete,
    physical,
    reasons,
    refused,
    settle,
    status,
    story,
    template,
    whole,
    workgroup,
)

EMPTY = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


def plan(cf: Any, stack: str, body: str, kind: str = "UPDATE", **more: Any) -> dict[str, Any]:
    """A change set, described with its values."""
    made = cf.create_change_set(
        StackName=stack, ChangeSetName="plan", ChangeSetType=kind, TemplateBody=body, **more
    )
    found: dict[str, Any] = cf.describe_change_set(
        ChangeSetName=made["Id"], IncludePropertyValues=True
    )
    return found


def changes(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"]
        for one in found["Changes"]
    }


def execute(cf: Any, found: dict[str, Any]) -> str:
    cf.execute_change_set(ChangeSetName=found["ChangeSetId"])
    return settle(cf, found["StackId"])


def test_a_stack_is_made_by_a_change_set(server: LocalServer, cf: Any, name: str) -> None:
    found = plan(cf, name, template(Data=database(name)), "CREATE")
    cf.get_waiter("change_set_create_complete").wait(ChangeSetName="plan", StackName=name)
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert {k: v["Action"] for k, v in changes(found).items()} == {"Data": "Add"}
    assert status(cf, name) == "REVIEW_IN_PROGRESS"
    assert name not in databases(server)
    assert execute(cf, found) == "CREATE_COMPLETE"
    assert name in databases(server)
    after = cf.describe_change_set(ChangeSetName=found["ChangeSetId"])
    assert after["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cf.list_change_sets(StackName=name)["Summaries"] == []
    code, _ = refused(cf.execute_change_set, ChangeSetName=found["ChangeSetId"])
    assert code == "InvalidChangeSetStatus"


def test_what_changes_and_why(cf: Any, name: str) -> None:
    parameters = {"Word": {"Type": "String", "Default": "first"}}
    first = whole(
        {
            "Kept": workgroup(f"{name}-kept"),
            "Same": database(f"{name}_same", {"Ref": "Word"}),  # type: ignore[arg-type]
            "Renamed": database(f"{name}_b"),
            "After": workgroup({"Fn::Sub": f"{name}-${{Renamed}}"}),
            "Gone": database(f"{name}_gone"),
            "Left": database(f"{name}_left", DeletionPolicy="Retain"),
        },
        Parameters=parameters,
    )
    create(cf, name, first)
    second = whole(
        {
            "Kept": workgroup(f"{name}-kept"),
            "Same": database(f"{name}_same", {"Ref": "Word"}),  # type: ignore[arg-type]
            "Renamed": database(f"{name}_b2"),
            "After": workgroup({"Fn::Sub": f"{name}-${{Renamed}}"}),
            "New": database(f"{name}_new"),
        },
        Parameters=parameters,
    )
    found = plan(
        cf, name, second, Parameters=[{"ParameterKey": "Word", "ParameterValue": "second"}]
    )
    told = changes(found)
    assert {k: v["Action"] for k, v in told.items()} == {
        "Same": "Modify",
        "Renamed": "Modify",
        "After": "Modify",
        "New": "Add",
        "Gone": "Remove",
        "Left": "Remove",
    }
    assert (told["Gone"]["PolicyAction"], told["Left"]["PolicyAction"]) == ("Delete", "Retain")
    same = told["Same"]
    assert (same["Replacement"], same["Scope"]) == ("False", ["Properties"])
    detail = same["Details"][0]
    assert detail["Target"] == {
        "Attribute": "Properties",
        "Name": "DatabaseInput",
        "RequiresRecreation": "Never",
        "Path": "/Properties/DatabaseInput/Description",
        "BeforeValue": "first",
        "AfterValue": "second",
        "AttributeChangeType": "Modify",
    }
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ParameterReference", "Word")
    assert told["Renamed"]["Replacement"] == "True"
    assert told["Renamed"]["PolicyAction"] == "ReplaceAndDelete"
    after = told["After"]["Details"][0]
    assert (after["Evaluation"], after["ChangeSource"]) == ("Dynamic", "ResourceReference")
    assert told["After"]["Replacement"] == "Conditional"
    assert json.loads(same["AfterContext"])["Properties"]["DatabaseInput"]["Description"] == (
        "second"
    )
    plainly = cf.describe_change_set(ChangeSetName=found["ChangeSetId"])
    assert "AfterContext" not in changes(plainly)["Same"]
    assert execute(cf, found) == "UPDATE_COMPLETE"
    assert physical(cf, name)["After"] == f"{name}-{name}_b2"


def test_nothing_to_change_is_a_failed_change_set(cf: Any, name: str) -> None:
    body = template(Data=database(name))
    create(cf, name, body)
    found = plan(cf, name, body)
    assert (found["Status"], found["StatusReason"]) == ("FAILED", EMPTY)
    assert found["ExecutionStatus"] == "UNAVAILABLE"
    assert refused(cf.execute_change_set, ChangeSetName=found["ChangeSetId"])[0] == (
        "InvalidChangeSetStatus"
    )
    cf.delete_change_set(ChangeSetName=found["ChangeSetId"])
    cf.delete_change_set(ChangeSetName=found["ChangeSetId"])  # as CDK does before each deploy
    cf.delete_change_set(ChangeSetName="plan", StackName=name)
    assert refused(cf.delete_change_set, ChangeSetName="plan", StackName=f"{name}x")[0] == (
        "ValidationError"
    )
    assert refused(cf.describe_change_set, ChangeSetName="plan", StackName=name)[0] == (
        "ChangeSetNotFound"
    )


def test_as_cdk_asks_for_one(server: LocalServer, cf: Any, name: str) -> None:
    """With nested stacks, of which there are none, and a mode that is the usual one."""
    asked = {"IncludeNestedStacks": True, "DeploymentConfig": {"Mode": "STANDARD"}}
    found = plan(cf, name, template(Data=database(name)), "CREATE", **asked)
    assert found["IncludeNestedStacks"]
    assert execute(cf, found) == "CREATE_COMPLETE"
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://a.b/c"}}
    nested = {"StackName": name, "ChangeSetName": "c", "TemplateBody": template(Child=child)}
    assert "IncludeNestedStacks of a nested" in refused(cf.create_change_set, **nested, **asked)[1]
    fast = asked | {"DeploymentConfig": {"Mode": "EXPRESS"}}
    assert "DeploymentConfig.Mode" in refused(cf.create_change_set, **nested, **fast)[1]


def test_a_change_set_that_is_not_to_be_rolled_back(cf: Any, name: str) -> None:
    body = template(Data=database(name), Bad=workgroup("a b", DependsOn="Data"))
    stay = {"DeploymentConfig": {"DisableRollback": True}}
    assert execute(cf, plan(cf, name, body, "CREATE", **stay)) == "CREATE_FAILED"


def test_what_is_wrong_with_a_change_set(cf: Any, name: str) -> None:
    body = template(Data=database(name))

    def ask(**more: Any) -> tuple[str, str]:
        asked = {"StackName": name, "ChangeSetName": "plan", "TemplateBody": body}
        return refused(cf.create_change_set, **(asked | more))

    assert ask()[1] == f"Stack [{name}] does not exist"
    assert ask(ChangeSetType="IMPORT")[0] == "ValidationError"
    cf.create_change_set(
        StackName=name, ChangeSetName="plan", TemplateBody=body, ChangeSetType="CREATE"
    )
    assert ask(ChangeSetType="CREATE")[0] == "AlreadyExistsException"
    again = refused(cf.update_stack, StackName=name, TemplateBody=body)
    assert "REVIEW_IN_PROGRESS state and can not be updated" in again[1]
    assert delete(cf, name) == "DELETE_COMPLETE"
    create(cf, name, body)
    assert "already exists and cannot be created again" in ask(ChangeSetType="CREATE")[1]


@pytest.mark.parametrize("existing", [True, False])
def test_what_is_there_is_taken_in(server: LocalServer, cf: Any, name: str, existing: bool) -> None:
    glue = server.client("glue")
    glue.create_database(DatabaseInput={"Name": name, "Description": "first"})
    own = database(name, DeletionPolicy="Retain", UpdateReplacePolicy="Retain")
    own["Properties"]["DatabaseName"] = name
    if existing:
        body = template(Data=own, New=workgroup(name))
        found = plan(cf, name, body, "CREATE", ImportExistingResources=True)
        assert {k: v["Action"] for k, v in changes(found).items()} == {
            "Data": "Import",
            "New": "Add",
        }
        assert execute(cf, found) == "CREATE_COMPLETE"
    else:
        wanted = {
            "ResourceType": "AWS::Glue::Database",
            "LogicalResourceId": "Data",
            "ResourceIdentifier": {"DatabaseName": name},
        }
        found = plan(cf, name, template(Data=own), "IMPORT", ResourcesToImport=[wanted])
        assert execute(cf, found) == "IMPORT_COMPLETE"
    assert physical(cf, name)["Data"] == name
    assert "Data IMPORT_COMPLETE" in story(cf, name)
    other = f"{name}x"
    taken = plan(cf, other, template(Data=own), "CREATE", ImportExistingResources=True)
    assert taken["Status"] == "FAILED"
    assert "already managed by the stack" in taken["StatusReason"]
    delete(cf, name)
    assert name in databases(server)


def test_what_is_there_is_found_before_what_it_needs_is(
    server: LocalServer, cf: Any, name: str
) -> None:
    """A bucket's key is not made yet when the change set looks for the bucket."""
    server.client("s3").create_bucket(Bucket=name)
    rule = {
        "ServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
        }
    }
    bucket = {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "Properties": {
            "BucketName": name,
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
        },
    }
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}
    found = plan(cf, name, template(Key=key, Store=bucket), "CREATE", ImportExistingResources=True)
    assert {k: v["Action"] for k, v in changes(found).items()} == {"Key": "Add", "Store": "Import"}
    assert execute(cf, found) == "CREATE_COMPLETE", reasons(cf, name)
    assert physical(cf, name)["Store"] == name


def test_an_import_that_fails_lets_go(server: LocalServer, cf: Any, name: str) -> None:
    server.client("glue").create_database(DatabaseInput={"Name": name})
    own = database(name, DeletionPolicy="Delete")
    own["Properties"]["DatabaseName"] = name
    body = template(Data=own, Broken=workgroup("a b", DependsOn="Data"))
    found = plan(cf, name, body, "CREATE", ImportExistingResources=True)
    assert execute(cf, found) == "ROLLBACK_COMPLETE"
    assert "Broken" in reasons(cf, name)
    assert name in databases(server)

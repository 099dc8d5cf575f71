"""Stacks are made, told and deleted."""

import json
import re
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    database,
    databases,
    delete,
    outputs,
    physical,
    reasons,
    refused,
    settle,
    story,
    template,
    whole,
    workgroup,
    workgroups,
)


def test_a_stack_makes_its_resources_in_order_and_tells_each_step(
    server: LocalServer, cf: Any, name: str
) -> None:
    body = whole(
        {
            "Data": database(name),
            "Group": workgroup({"Fn::Sub": f"{name}-${{Data}}"}),
        },
        Description="two things",
        Outputs={"Where": {"Value": {"Ref": "Group"}, "Description": "a group"}},
    )
    made = cf.create_stack(StackName=name, TemplateBody=body, Tags=[{"Key": "a", "Value": "b"}])
    cf.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert re.fullmatch(
        rf"arn:aws:cloudformation:us-east-1:\d{{12}}:stack/{name}/[0-9a-f-]{{36}}", made["StackId"]
    )
    assert story(cf, name) == [
        f"{name} CREATE_IN_PROGRESS",
        "Data CREATE_IN_PROGRESS",
        "Data CREATE_COMPLETE",
        "Group CREATE_IN_PROGRESS",
        "Group CREATE_COMPLETE",
        f"{name} CREATE_COMPLETE",
    ]
    assert physical(cf, name) == {"Data": name, "Group": f"{name}-{name}"}
    assert outputs(cf, name) == {"Where": f"{name}-{name}"}
    told = cf.describe_stacks(StackName=made["StackId"])["Stacks"][0]
    assert (told["Description"], told["Tags"]) == ("two things", [{"Key": "a", "Value": "b"}])
    assert name in databases(server)
    assert delete(cf, name) == "DELETE_COMPLETE"
    assert name not in databases(server)
    assert story(cf, made["StackId"])[-5:] == [
        "Group DELETE_IN_PROGRESS",
        "Group DELETE_COMPLETE",
        "Data DELETE_IN_PROGRESS",
        "Data DELETE_COMPLETE",
        f"{name} DELETE_COMPLETE",
    ]
    assert refused(cf.describe_stacks, StackName=name)[1] == f"Stack with id {name} does not exist"
    summaries = cf.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert made["StackId"] in {one["StackId"] for one in summaries}


def test_a_name_that_the_template_leaves_out_is_made_up(cf: Any, name: str) -> None:
    body = template(Fresh={"Type": "AWS::SNS::Topic"})
    assert create(cf, name, body) == "CREATE_COMPLETE"
    assert re.search(rf":{name}-Fresh-[A-Z0-9]{{12}}$", physical(cf, name)["Fresh"])


def test_a_failure_rolls_back_what_was_made(server: LocalServer, cf: Any, name: str) -> None:
    body = template(Data=database(name), Group=workgroup("a b", DependsOn="Data"))
    assert create(cf, name, body) == "ROLLBACK_COMPLETE"
    assert name not in databases(server)
    why = reasons(cf, name)
    assert "HandlerErrorCode: InvalidRequest" in why["Group"]
    told = reasons(cf, name, "ROLLBACK_IN_PROGRESS")[name]
    assert told == (
        "The following resource(s) failed to create: [Group]. Rollback requested by user."
    )
    assert story(cf, name)[-3:] == [
        "Data DELETE_IN_PROGRESS",
        "Data DELETE_COMPLETE",
        f"{name} ROLLBACK_COMPLETE",
    ]
    code, message = refused(cf.update_stack, StackName=name, TemplateBody=body)
    assert (code, "ROLLBACK_COMPLETE state" in message) == ("ValidationError", True)
    delete(cf, name)


def test_what_was_there_before_is_neither_taken_nor_deleted(
    server: LocalServer, cf: Any, name: str
) -> None:
    server.client("glue").create_database(DatabaseInput={"Name": name})
    assert create(cf, name, template(Data=database(name))) == "ROLLBACK_COMPLETE"
    assert "lready exists" in reasons(cf, name)["Data"]
    assert name in databases(server)


@pytest.mark.parametrize(
    ("options", "status", "kept"),
    [
        ({"DisableRollback": True}, "CREATE_FAILED", True),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", True),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", False),
    ],
)
def test_the_caller_says_what_a_failure_means(
    server: LocalServer, cf: Any, name: str, options: Any, status: str, kept: bool
) -> None:
    body = template(Data=database(name), Group=workgroup("a b", DependsOn="Data"))
    made = cf.create_stack(StackName=name, TemplateBody=body, **options)["StackId"]
    assert settle(cf, made) == status
    assert (name in databases(server)) is kept


def test_what_failed_and_was_kept_is_mended_or_rolled_back(
    server: LocalServer, cf: Any, name: str
) -> None:
    broken = template(Data=database(name), Group=workgroup("a b", DependsOn="Data"))
    create(cf, name, broken, DisableRollback=True)
    cf.rollback_stack(StackName=name)
    assert settle(cf, name) == "ROLLBACK_COMPLETE"
    assert name not in databases(server)
    other = f"{name}x"
    create(cf, other, broken, DisableRollback=True)
    whole_again = template(Data=database(name), Group=workgroup(f"{name}-g"))
    cf.update_stack(StackName=other, TemplateBody=whole_again)
    assert settle(cf, other) == "UPDATE_COMPLETE"
    assert f"{name}-g" in workgroups(server)


def test_what_aws_knows_and_nothing_here_makes_fails_before_anything_is_made(
    server: LocalServer, cf: Any, name: str
) -> None:
    body = template(
        Data=database(name),
        Network={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    )
    assert create(cf, name, body) == "ROLLBACK_COMPLETE"
    assert reasons(cf, name)["Network"] == (
        "Resource type AWS::EC2::VPC is not supported by local_aws"
    )
    assert "Data CREATE_IN_PROGRESS" not in story(cf, name)


def test_a_property_that_is_not_done_fails_the_stack_by_its_name(cf: Any, name: str) -> None:
    odd = database(name)
    odd["Properties"]["DatabaseInput"] |= {"TargetDatabase": {"DatabaseName": "x"}}
    odd["Properties"]["Colour"] = "blue"
    assert create(cf, name, template(Data=odd)) == "ROLLBACK_COMPLETE"
    why = reasons(cf, name)["Data"]
    assert "Encountered unsupported property Colour" in why
    assert "DatabaseInput.TargetDatabase" in why


def test_what_a_request_gets_wrong_is_refused_at_once(cf: Any, name: str) -> None:
    def ask(body: str, **more: Any) -> tuple[str, str]:
        return refused(cf.create_stack, StackName=name, TemplateBody=body, **more)

    unknown = template(X={"Type": "AWS::Glue::Nonsense"})
    assert ask(unknown) == (
        "ValidationError",
        "Template format error: Unrecognized resource types: [AWS::Glue::Nonsense]",
    )
    role = template(
        R={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
    )
    assert ask(role)[0] == "InsufficientCapabilitiesException"
    circle = template(A=workgroup({"Ref": "B"}), B=workgroup({"Ref": "A"}))
    assert "Circular dependency between resources" in ask(circle)[1]
    good = template(A=workgroup(name))
    assert ask(good, Parameters=[{"ParameterKey": "No", "ParameterValue": "x"}])[0] == (
        "ValidationError"
    )
    code, message = ask(good, ResourceTypes=["AWS::*"])
    assert (code, "ResourceTypes" in message) == ("ValidationError", True)
    assert ask("{" * 3)[0] == "ValidationError"
    assert ask(" " * 51_201)[0] == "ValidationError"
    both = refused(cf.create_stack, StackName=name)
    assert both[1] == "Either Template URL or Template Body must be specified."
    assert refused(cf.create_stack, StackName="1a", TemplateBody=good)[0] == "ValidationError"
    assert refused(cf.describe_stacks, StackName=name)[0] == "ValidationError"


def test_a_name_is_taken_and_a_token_means_the_same_call(cf: Any, name: str) -> None:
    body = template(A=workgroup(name))
    first = cf.create_stack(StackName=name, TemplateBody=body, ClientRequestToken="t1")
    again = cf.create_stack(StackName=name, TemplateBody=body, ClientRequestToken="t1")
    assert first["StackId"] == again["StackId"]
    assert refused(cf.create_stack, StackName=name, TemplateBody=body) == (
        "AlreadyExistsException",
        f"Stack [{name}] already exists",
    )
    settle(cf, name)
    code, _ = refused(cf.update_stack, StackName=name, TemplateBody=body, ClientRequestToken="t1")
    assert code == "TokenAlreadyExistsException"


def test_a_protected_stack_is_not_deleted(cf: Any, name: str) -> None:
    create(cf, name, template(A=workgroup(name)), EnableTerminationProtection=True)
    assert "TerminationProtection is enabled" in refused(cf.delete_stack, StackName=name)[1]
    cf.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_deletion_policies(server: LocalServer, cf: Any, name: str) -> None:
    body = template(
        Kept=database(f"{name}_kept", DeletionPolicy="Retain"),
        Tried=database(f"{name}_tried", DeletionPolicy="RetainExceptOnCreate"),
        Gone=database(f"{name}_gone"),
    )
    create(cf, name, body)
    delete(cf, name)
    left = {one for one in databases(server) if one.startswith(name)}
    assert left == {f"{name}_kept", f"{name}_tried"}


def test_what_a_failed_creation_leaves_of_what_is_retained(
    server: LocalServer, cf: Any, name: str
) -> None:
    kept = database(name, DeletionPolicy="Retain")
    broken = workgroup("a b", DependsOn="Kept")
    assert create(cf, name, template(Kept=kept, Broken=broken)) == "ROLLBACK_COMPLETE"
    assert "Kept DELETE_SKIPPED" in story(cf, name)
    server.client("glue").delete_database(Name=name)
    body = template(Kept=kept, Broken=broken)
    assert create(cf, f"{name}x", body, RetainExceptOnCreate=True) == "ROLLBACK_COMPLETE"
    assert name not in databases(server)


def test_a_loop_makes_resources_that_are_checked_like_others(
    server: LocalServer, cf: Any, name: str
) -> None:
    def looped(kind: dict[str, Any]) -> str:
        return json.dumps(
            {
                "Transform": "AWS::LanguageExtensions",
                "Resources": {
                    "Fn::ForEach::Zones": ["Zone", ["raw", "clean"], {"${Zone}Data": kind}]
                },
            }
        )

    body = looped(database({"Fn::Sub": f"{name}_${{Zone}}"}))
    assert refused(cf.create_stack, StackName=name, TemplateBody=body)[0] == (
        "InsufficientCapabilitiesException"
    )
    expand = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    assert create(cf, name, body, **expand) == "CREATE_COMPLETE", reasons(cf, name)
    assert {f"{name}_raw", f"{name}_clean"} <= databases(server)
    processed = cf.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    assert set(processed["Resources"]) == {"rawData", "cleanData"}
    unknown = looped({"Type": "AWS::Glue::Nonsense"})
    message = refused(cf.create_stack, StackName=f"{name}x", TemplateBody=unknown, **expand)[1]
    assert "Unrecognized resource types: [AWS::Glue::Nonsense]" in message
    rights = looped({"Type": "AWS::IAM::Group"})
    assert refused(cf.create_stack, StackName=f"{name}x", TemplateBody=rights, **expand)[0] == (
        "InsufficientCapabilitiesException"
    )


def test_what_cdk_synthesises(cf: Any, name: str) -> None:
    """As CDK writes it, without the rule that reads a parameter of Systems Manager."""
    stack = {
        "Resources": {
            "LakeDatabase7D1F": {
                **database(name.lower()),
                "Metadata": {"aws:cdk:path": f"{name}/LakeDatabase"},
            },
            "CDKMetadata": {
                "Type": "AWS::CDK::Metadata",
                "Properties": {"Analytics": "v2:deflate64:H4sIAAAA"},
                "Metadata": {"aws:cdk:path": f"{name}/CDKMetadata/Default"},
                "Condition": "CDKMetadataAvailable",
            },
        },
        "Conditions": {
            "CDKMetadataAvailable": {
                "Fn::Or": [
                    {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
                    {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
                ]
            }
        },
    }
    assert create(cf, name, json.dumps(stack)) == "CREATE_COMPLETE"


def test_what_cannot_be_deleted_can_be_left(server: LocalServer, cf: Any, name: str) -> None:
    s3 = server.client("s3")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    create(cf, name, template(Store=bucket, Data=database(name)))
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    early = refused(cf.delete_stack, StackName=name, RetainResources=["Store"])
    assert "only when the stack is in the DELETE_FAILED state" in early[1]
    assert delete(cf, name) == "DELETE_FAILED"
    assert name not in databases(server)
    assert "not empty" in reasons(cf, name, "DELETE_FAILED")["Store"]
    assert delete(cf, name, RetainResources=["Store"]) == "DELETE_COMPLETE"
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"x"


def test_a_secret_is_not_shown(cf: Any, name: str) -> None:
    body = whole(
        {"Data": database(name, {"Ref": "Word"})},  # type: ignore[arg-type]
        Parameters={"Word": {"Type": "String", "NoEcho": True}},
    )
    given = [{"ParameterKey": "Word", "ParameterValue": "hush-hush"}]
    create(cf, name, body, Parameters=given)
    said = json.dumps(
        [
            cf.describe_stacks(StackName=name),
            cf.describe_stack_events(StackName=name),
            cf.describe_stack_resource(StackName=name, LogicalResourceId="Data"),
        ],
        default=str,
    )
    assert "hush-hush" not in said
    assert "****" in said


def test_a_handle_and_cdks_metadata_make_nothing(cf: Any, name: str) -> None:
    body = template(
        Handle={"Type": "AWS::CloudFormation::WaitConditionHandle"},
        CDKMetadata={"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:deflate64:x"}},
    )
    assert create(cf, name, body) == "CREATE_COMPLETE"
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_the_template_is_told_as_it_was_given(cf: Any, name: str) -> None:
    body = "# a comment\nResources:\n  A:\n    Type: AWS::Athena::WorkGroup\n"
    body += f"    Properties: {{Name: {name}}}\n"
    create(cf, name, body)
    assert cf.get_template(StackName=name)["TemplateBody"] == body
    summary = cf.get_template_summary(StackName=name)
    assert summary["ResourceTypes"] == ["AWS::Athena::WorkGroup"]
    assert cf.validate_template(TemplateBody=body)["Parameters"] == []


def test_operations_that_are_not_done_are_refused_by_name(cf: Any, name: str) -> None:
    code, message = refused(cf.list_stack_sets)
    assert (code, "ListStackSets" in message) == ("UnknownOperation", True)
    assert (
        "SignalResource"
        in refused(
            cf.signal_resource,
            StackName=name,
            LogicalResourceId="A",
            UniqueId="1",
            Status="SUCCESS",
        )[1]
    )

"""Updates: in place, by a replacement, and back again."""

import json
from typing import Any

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
    status,
    story,
    template,
    update,
    wait_for,
    whole,
    workgroup,
)


def description(server: LocalServer, name: str) -> str:
    return str(server.client("glue").get_database(Name=name)["Database"]["Description"])


def since(cf: Any, stack: str, line: str) -> list[str]:
    """The story from the last time that this line was told."""
    told = story(cf, stack)
    return told[len(told) - 1 - told[::-1].index(line) :]


def test_a_change_is_made_in_place(server: LocalServer, cf: Any, name: str) -> None:
    create(cf, name, template(Data=database(name), Group=workgroup(name)))
    assert update(cf, name, template(Data=database(name, "second"), Group=workgroup(name))) == (
        "UPDATE_COMPLETE"
    )
    assert description(server, name) == "second"
    assert since(cf, name, f"{name} UPDATE_IN_PROGRESS") == [
        f"{name} UPDATE_IN_PROGRESS",
        "Data UPDATE_IN_PROGRESS",
        "Data UPDATE_COMPLETE",
        f"{name} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        f"{name} UPDATE_COMPLETE",
    ]


def test_nothing_to_do_is_refused(cf: Any, name: str) -> None:
    body = whole({"Data": database(name)}, Parameters={"P": {"Type": "String", "Default": "a"}})
    create(cf, name, body)
    none = ("ValidationError", "No updates are to be performed.")
    assert refused(cf.update_stack, StackName=name, TemplateBody=body) == none
    assert refused(cf.update_stack, StackName=name, UsePreviousTemplate=True) == none
    assert refused(cf.update_stack, StackName=f"{name}x", UsePreviousTemplate=True)[1] == (
        f"Stack with id {name}x does not exist"
    )


def test_new_comes_before_old_goes(server: LocalServer, cf: Any, name: str) -> None:
    create(cf, name, template(Data=database(name)))
    assert update(cf, name, template(Data=database(f"{name}_2"))) == "UPDATE_COMPLETE"
    assert {one for one in databases(server) if one.startswith(name)} == {f"{name}_2"}
    assert since(cf, name, f"{name} UPDATE_IN_PROGRESS") == [
        f"{name} UPDATE_IN_PROGRESS",
        "Data UPDATE_IN_PROGRESS",
        "Data UPDATE_COMPLETE",
        f"{name} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "Data DELETE_IN_PROGRESS",
        "Data DELETE_COMPLETE",
        f"{name} UPDATE_COMPLETE",
    ]
    assert physical(cf, name) == {"Data": f"{name}_2"}
    kept = database(f"{name}_3", UpdateReplacePolicy="Retain")
    update(cf, name, template(Data=kept))
    assert f"{name}_2" in databases(server)
    assert "Data DELETE_SKIPPED" in story(cf, name)


def test_a_name_that_stays_cannot_be_replaced(cf: Any, name: str) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"{name}.fifo"}}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    create(cf, name, template(Store=bucket, Data=database(name)))
    locked = {"BucketName": name, "ObjectLockEnabled": True}
    assert update(cf, name, template(Store=bucket | {"Properties": locked}, Topic=topic)) == (
        "UPDATE_ROLLBACK_COMPLETE"
    )
    why = reasons(cf, name)["Store"]
    assert f"custom-named resource requires replacing. Rename {name} and" in why or (
        "ObjectLockEnabled" in why
    )


def test_what_the_template_leaves_out_is_deleted_last(
    server: LocalServer, cf: Any, name: str
) -> None:
    create(cf, name, template(Data=database(name), Group=workgroup(name)))
    assert update(cf, name, template(Group=workgroup(name))) == "UPDATE_COMPLETE"
    assert name not in databases(server)
    assert physical(cf, name) == {"Group": name}


def test_a_failing_update_brings_everything_back(server: LocalServer, cf: Any, name: str) -> None:
    first = template(
        Changed=database(f"{name}_a", "first"),
        Renamed=database(f"{name}_b"),
        Dropped=database(f"{name}_c"),
    )
    create(cf, name, first)
    worse = template(
        Changed=database(f"{name}_a", "second"),
        Renamed=database(f"{name}_b2"),
        Added=database(f"{name}_d"),
        Broken=workgroup("a b", DependsOn=["Changed", "Renamed", "Added"]),
    )
    assert update(cf, name, worse) == "UPDATE_ROLLBACK_COMPLETE"
    left = {one for one in databases(server) if one.startswith(name)}
    assert left == {f"{name}_{letter}" for letter in "abc"}
    assert description(server, f"{name}_a") == "first"
    assert physical(cf, name) == {
        "Changed": f"{name}_a",
        "Renamed": f"{name}_b",
        "Dropped": f"{name}_c",
    }
    told = story(cf, name)
    order = [
        f"{name} UPDATE_ROLLBACK_IN_PROGRESS",
        f"{name} UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        f"{name} UPDATE_ROLLBACK_COMPLETE",
    ]
    assert [line for line in told if line in order] == order
    assert told.index("Added DELETE_COMPLETE") > told.index(order[1])
    assert cf.get_template(StackName=name)["TemplateBody"] == json.loads(first)
    assert update(cf, name, template(Changed=database(f"{name}_a", "third"))) == "UPDATE_COMPLETE"


def test_a_failed_update_that_was_kept_goes_back_or_on(
    server: LocalServer, cf: Any, name: str
) -> None:
    create(cf, name, template(Data=database(name)))
    worse = template(Data=database(name, "second"), Broken=workgroup("a b", DependsOn="Data"))
    assert update(cf, name, worse, DisableRollback=True) == "UPDATE_FAILED"
    assert description(server, name) == "second"
    cf.rollback_stack(StackName=name)
    assert settle(cf, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert description(server, name) == "first"
    update(cf, name, worse, DisableRollback=True)
    better = template(Data=database(name, "third"), Broken=workgroup(f"{name}-ok"))
    assert update(cf, name, better) == "UPDATE_COMPLETE"
    assert description(server, name) == "third"


def test_a_rollback_that_fails_is_continued(server: LocalServer, cf: Any, name: str) -> None:
    create(cf, name, template(Data=database(name), Group=workgroup(f"{name}-g")))
    glue = server.client("glue")

    worse = template(
        Data=database(name, "second"),
        Group=workgroup(f"{name}-g"),
        Broken=workgroup("a b", DependsOn="Data"),
    )
    update(cf, name, worse, DisableRollback=True)
    glue.delete_database(Name=name)
    cf.rollback_stack(StackName=name)
    assert settle(cf, name) == "UPDATE_ROLLBACK_FAILED"
    assert "Data" in reasons(cf, name, "UPDATE_FAILED")
    message = refused(cf.update_stack, StackName=name, TemplateBody=worse)[1]
    assert "UPDATE_ROLLBACK_FAILED state and can not be updated" in message
    glue.create_database(DatabaseInput={"Name": name})
    cf.continue_update_rollback(StackName=name)
    assert settle(cf, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert description(server, name) == "first"
    assert refused(cf.continue_update_rollback, StackName=name)[0] == "ValidationError"


def test_parameters_stay_where_they_are_asked_to(server: LocalServer, cf: Any, name: str) -> None:
    body = whole(
        {"Data": database(name, {"Ref": "Word"})},  # type: ignore[arg-type]
        Parameters={"Word": {"Type": "String"}, "Other": {"Type": "String", "Default": "x"}},
        Outputs={"Other": {"Value": {"Ref": "Other"}}},
    )
    create(cf, name, body, Parameters=[{"ParameterKey": "Word", "ParameterValue": "one"}])
    kept = [
        {"ParameterKey": "Word", "UsePreviousValue": True},
        {"ParameterKey": "Other", "ParameterValue": "y"},
    ]
    cf.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=kept)
    assert settle(cf, name) == "UPDATE_COMPLETE"
    assert (description(server, name), outputs(cf, name)) == ("one", {"Other": "y"})
    missing = refused(cf.update_stack, StackName=name, UsePreviousTemplate=True)
    assert "Parameters: [Word] must have values" in missing[1]


def test_the_stacks_tags_reach_resources(server: LocalServer, cf: Any, name: str) -> None:
    body = template(Group=workgroup(name))
    create(cf, name, body, Tags=[{"Key": "team", "Value": "a"}])
    athena = server.client("athena")
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/{name}"

    def tags() -> dict[str, str]:
        found = athena.list_tags_for_resource(ResourceARN=arn)["Tags"]
        return {one["Key"]: one["Value"] for one in found if not one["Key"].startswith("aws:")}

    assert tags() == {"team": "a"}
    assert update(cf, name, body, Tags=[{"Key": "team", "Value": "b"}]) == "UPDATE_COMPLETE"
    assert tags() == {"team": "b"}
    assert update(cf, name, body, Tags=[]) == "UPDATE_COMPLETE"
    assert tags() == {}


def test_a_type_does_not_change(cf: Any, name: str) -> None:
    create(cf, name, template(Data=database(name)))
    assert update(cf, name, template(Data=workgroup(name))) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Update of resource type is not permitted" in reasons(cf, name)["Data"]
    assert physical(cf, name) == {"Data": name}


def test_exports_are_held_by_those_who_import_them(cf: Any, name: str) -> None:
    export = {"Name": {"Value": {"Ref": "Data"}, "Export": {"Name": f"{name}-db"}}}
    create(cf, name, whole({"Data": database(name)}, Outputs=export))
    user = f"{name}-user"
    group = workgroup({"Fn::Join": ["-", [{"Fn::ImportValue": f"{name}-db"}, "g"]]})
    assert create(cf, user, template(Group=group)) == "CREATE_COMPLETE"
    assert cf.list_imports(ExportName=f"{name}-db")["Imports"] == [user]
    exports = {one["Name"]: one["Value"] for one in cf.list_exports()["Exports"]}
    assert exports[f"{name}-db"] == name
    message = refused(cf.delete_stack, StackName=name)[1]
    assert message == f"Cannot delete export {name}-db as it is in use by {user}."
    assert update(cf, name, template(Data=database(name))) == "UPDATE_ROLLBACK_COMPLETE"
    worse = template(Group=group, Broken=workgroup("a b"))
    assert update(cf, user, worse) == "UPDATE_ROLLBACK_COMPLETE"
    assert cf.list_imports(ExportName=f"{name}-db")["Imports"] == [user]
    taken = create(cf, f"{name}-2", whole({"D": database(f"{name}_2")}, Outputs={
        "Name": {"Value": "x", "Export": {"Name": f"{name}-db"}}}))  # fmt: skip
    assert taken == "ROLLBACK_COMPLETE"
    assert create(cf, f"{name}-3", template(G=workgroup({"Fn::ImportValue": "no-such"}))) == (
        "ROLLBACK_COMPLETE"
    )
    assert "No export named no-such found" in str(reasons(cf, f"{name}-3", "ROLLBACK_IN_PROGRESS"))
    delete(cf, user)
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_one_thing_at_a_time(cf: Any, name: str) -> None:
    slow = template(**{f"D{i}": database(f"{name}_{i}", DependsOn=[f"D{i - 1}"] if i else [])
                       for i in range(20)})  # fmt: skip
    cf.create_stack(StackName=name, TemplateBody=slow)
    message = refused(cf.update_stack, StackName=name, TemplateBody=template(D=database(name)))[1]
    assert "CREATE_IN_PROGRESS state and can not be updated" in message
    cf.delete_stack(StackName=name)
    found = cf.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    wait_for(lambda: status(cf, found) == "DELETE_COMPLETE")


def test_an_update_is_cancelled(server: LocalServer, cf: Any, name: str) -> None:
    create(cf, name, template(D=database(name)))
    many = template(D=database(name, "second"), **{
        f"D{i}": database(f"{name}_{i}", DependsOn=[f"D{i - 1}"] if i else "D")
        for i in range(30)})  # fmt: skip
    cf.update_stack(StackName=name, TemplateBody=many)
    cf.cancel_update_stack(StackName=name)
    assert settle(cf, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert {one for one in databases(server) if one.startswith(name)} == {name}
    assert description(server, name) == "first"
    assert refused(cf.cancel_update_stack, StackName=name)[0] == "ValidationError"

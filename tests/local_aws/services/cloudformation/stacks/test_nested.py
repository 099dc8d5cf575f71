"""Stacks inside of stacks."""

import json
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
    status,
    template,
    update,
    whole,
    workgroup,
)


class Shelf:
    """A bucket of templates."""

    def __init__(self, server: LocalServer, bucket: str) -> None:
        self.s3, self.bucket = server.client("s3"), bucket
        self.s3.create_bucket(Bucket=bucket)

    def put(self, key: str, body: str) -> str:
        """The template's address, as AWS has it."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        return f"https://{self.bucket}.s3.amazonaws.com/{key}"


@pytest.fixture
def shelf(server: LocalServer, name: str) -> Shelf:
    return Shelf(server, f"{name}-templates")


def nested(url: str, **parameters: str) -> dict[str, Any]:
    own = {"TemplateURL": url, "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": own}


def child(*, second: bool = False, broken: bool = False) -> str:
    resources = {"Data": database({"Ref": "Name"})}
    if not second:
        resources["Old"] = database({"Fn::Sub": "${Name}_old"})
    if broken:
        resources["Broken"] = workgroup("a b", DependsOn="Data")
    return whole(
        resources,
        Parameters={"Name": {"Type": "String"}},
        Outputs={"Name": {"Value": {"Ref": "Data"}}},
    )


def test_a_nested_stack_is_a_resource_with_outputs(
    server: LocalServer, cf: Any, name: str, shelf: Shelf
) -> None:
    url = shelf.put("child.json", child())
    body = whole(
        {"Inner": nested(url, Name=f"{name}_in")},
        Outputs={"Inner": {"Value": {"Fn::GetAtt": ["Inner", "Outputs.Name"]}}},
    )
    assert create(cf, name, body) == "CREATE_COMPLETE"
    assert outputs(cf, name) == {"Inner": f"{name}_in"}
    inner = physical(cf, name)["Inner"]
    told = cf.describe_stacks(StackName=inner)["Stacks"][0]
    parent = cf.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    assert (told["ParentId"], told["RootId"]) == (parent, parent)
    assert told["StackName"].startswith(f"{name}-Inner-")
    assert delete(cf, name) == "DELETE_COMPLETE"
    assert status(cf, inner) == "DELETE_COMPLETE"
    assert not [one for one in databases(server) if one.startswith(name)]


def test_a_failure_inside_rolls_back_all(
    server: LocalServer, cf: Any, name: str, shelf: Shelf
) -> None:
    url = shelf.put("child.json", child(broken=True))
    body = template(First=database(name), Inner=nested(url, Name=f"{name}_in"))
    assert create(cf, name, body) == "ROLLBACK_COMPLETE"
    assert "Embedded stack" in reasons(cf, name, "CREATE_FAILED")["Inner"]
    assert not [one for one in databases(server) if one.startswith(name)]


def test_what_a_nested_update_takes_out_is_there_until_the_parent_is_through(
    server: LocalServer, cf: Any, name: str, shelf: Shelf
) -> None:
    url = shelf.put("child.json", child())
    create(cf, name, template(Inner=nested(url, Name=f"{name}_in")))
    later = shelf.put("later.json", child(second=True))
    worse = template(
        Inner=nested(later, Name=f"{name}_in"), Broken=workgroup("a b", DependsOn="Inner")
    )
    server.client("glue").create_table(
        DatabaseName=f"{name}_in_old", TableInput={"Name": "precious"}
    )
    assert update(cf, name, worse) == "UPDATE_ROLLBACK_COMPLETE"
    inner = physical(cf, name)["Inner"]
    assert settle(cf, inner) == "UPDATE_ROLLBACK_COMPLETE"
    tables = server.client("glue").get_tables(DatabaseName=f"{name}_in_old")["TableList"]
    assert [one["Name"] for one in tables] == ["precious"]
    better = template(Inner=nested(later, Name=f"{name}_in"))
    assert update(cf, name, better) == "UPDATE_COMPLETE"
    assert settle(cf, inner) == "UPDATE_COMPLETE"
    assert {one for one in databases(server) if one.startswith(name)} == {f"{name}_in"}


def test_a_template_in_a_bucket(server: LocalServer, cf: Any, name: str, shelf: Shelf) -> None:
    url = shelf.put("big.json", template(Data=database(name)) + " " * 60_000)
    cf.create_stack(StackName=name, TemplateURL=url)
    assert settle(cf, name) == "CREATE_COMPLETE"
    here = f"{server.endpoint}/{shelf.bucket}/big.json"
    assert cf.validate_template(TemplateURL=here)["Parameters"] == []
    assert cf.get_template_summary(TemplateURL=here)["ResourceTypes"] == ["AWS::Glue::Database"]
    other = f"{name}x"
    for bad in (
        "https://example.org/x.json",
        "file:///etc/passwd",
        "http://[",
        f"http://127.0.0.1:1/{shelf.bucket}/big.json",
        f"{server.endpoint}/",
    ):
        assert refused(cf.create_stack, StackName=other, TemplateURL=bad) == (
            "ValidationError",
            "TemplateURL must be a supported URL.",
        )
    missing = refused(cf.create_stack, StackName=other, TemplateURL=f"{url}.not")
    assert missing[1].startswith("S3 error: ")
    huge = shelf.put("huge.json", json.dumps({"x": "y" * 1_000_001}))
    assert "may not exceed" in refused(cf.create_stack, StackName=other, TemplateURL=huge)[1]
    binary = f"https://s3.amazonaws.com/{shelf.bucket}/binary"
    shelf.s3.put_object(Bucket=shelf.bucket, Key="binary", Body=b"\xff\xfe\x00")
    assert "UTF-8" in refused(cf.create_stack, StackName=other, TemplateURL=binary)[1]


def test_more_at_once_than_have_turns_wait_and_none_for_its_child(
    cf: Any, name: str, shelf: Shelf
) -> None:
    url = shelf.put("child", child(second=True))
    stacks = {f"{name}{n}": template(Inner=nested(url, Name=f"{name}_{n}")) for n in range(10)}
    for stack, body in stacks.items():
        cf.create_stack(StackName=stack, TemplateBody=body)
    assert {settle(cf, stack) for stack in stacks} == {"CREATE_COMPLETE"}


def test_a_template_that_nests_itself_ends(cf: Any, name: str, shelf: Shelf) -> None:
    url = f"https://{shelf.bucket}.s3.amazonaws.com/self"
    shelf.put("self", template(Inner=nested(url)))
    cf.create_stack(StackName=name, TemplateURL=url, DisableRollback=True)
    assert settle(cf, name) == "CREATE_FAILED"
    summaries = cf.get_paginator("list_stacks").paginate().search("StackSummaries")
    root = cf.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    inner = [one["StackId"] for one in summaries if one.get("RootId") == root]
    assert len(inner) == 10
    said = [reasons(cf, one, "CREATE_FAILED")["Inner"] for one in inner]
    assert sum("nested in more than 10 others" in one for one in said) == 1

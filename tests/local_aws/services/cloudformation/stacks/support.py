"""Templates of small resources, and a stack's story as short texts."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

SECONDS = 60


def database(name: Any, description: str = "first", **more: Any) -> dict[str, Any]:
    """A database of the catalog: made in a millisecond, replaced by another name."""
    given = {"Name": name, "Description": description}
    own = {"CatalogId": {"Ref": "AWS::AccountId"}, "DatabaseInput": given}
    return {"Type": "AWS::Glue::Database", "Properties": own} | more


def workgroup(name: Any, **more: Any) -> dict[str, Any]:
    """A workgroup of Athena. A name with a blank in it is refused by Athena itself."""
    return {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": name}} | more


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def whole(resources: dict[str, Any], **sections: Any) -> str:
    return json.dumps({"Resources": resources} | sections)


def status(cf: Any, stack: str) -> str:
    return str(cf.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])


def busy(word: str) -> bool:
    return word.endswith("_IN_PROGRESS") and word != "REVIEW_IN_PROGRESS"


def settle(cf: Any, stack: str) -> str:
    """The status once nothing goes on any more."""
    wait_for(lambda: not busy(status(cf, stack)))
    return status(cf, stack)


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.03)


def create(cf: Any, name: str, body: str, **options: Any) -> str:
    """Make a stack and wait; its status."""
    cf.create_stack(StackName=name, TemplateBody=body, **options)
    return settle(cf, name)


def update(cf: Any, name: str, body: str, **options: Any) -> str:
    cf.update_stack(StackName=name, TemplateBody=body, **options)
    return settle(cf, name)


def delete(cf: Any, name: str, **options: Any) -> str:
    """Delete a stack and wait; its status."""
    found = cf.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cf.delete_stack(StackName=name, **options)
    return settle(cf, found)


def story(cf: Any, stack: str) -> list[str]:
    """``LogicalId STATUS`` from the first event to the last."""
    pages = cf.get_paginator("describe_stack_events").paginate(StackName=stack)
    events = [event for page in pages for event in page["StackEvents"]]
    return [f"{one['LogicalResourceId']} {one['ResourceStatus']}" for one in reversed(events)]


def reasons(cf: Any, stack: str, word: str = "FAILED") -> dict[str, str]:
    """By logical id why something is so."""
    events = cf.describe_stack_events(StackName=stack)["StackEvents"]
    return {
        one["LogicalResourceId"]: one.get("ResourceStatusReason", "")
        for one in reversed(events)
        if word in one["ResourceStatus"]
    }


def physical(cf: Any, stack: str) -> dict[str, str]:
    """Physical ids by logical ids."""
    found = cf.describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in found}


def outputs(cf: Any, stack: str) -> dict[str, str]:
    found = cf.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return {one["OutputKey"]: one["OutputValue"] for one in found}


def databases(aws: Any) -> set[str]:
    pages = aws.client("glue").get_paginator("get_databases").paginate()
    return {one["Name"] for page in pages for one in page["DatabaseList"]}


def workgroups(aws: Any) -> set[str]:
    found = aws.client("athena").list_work_groups(MaxResults=50)["WorkGroups"]
    return {one["Name"] for one in found}


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    """The error's code and message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return str(error["Code"]), str(error["Message"])

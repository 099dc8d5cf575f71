"""Drift: what was changed past the stack."""

import json
from typing import Any

from local_aws.services.cloudformation.stacks.differences import differences, hidden
from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    database,
    refused,
    template,
    wait_for,
    whole,
    workgroup,
)


def detect(cf: Any, name: str) -> dict[str, Any]:
    """Look, wait; what DescribeStackDriftDetectionStatus says."""
    detection = cf.detect_stack_drift(StackName=name)["StackDriftDetectionId"]

    def told() -> dict[str, Any]:
        found: dict[str, Any] = cf.describe_stack_drift_detection_status(
            StackDriftDetectionId=detection
        )
        return found

    wait_for(lambda: told()["DetectionStatus"] != "DETECTION_IN_PROGRESS")
    return told()


def drifts(cf: Any, name: str) -> dict[str, dict[str, Any]]:
    found = cf.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    return {one["LogicalResourceId"]: one for one in found}


def test_what_was_changed_and_what_is_gone(server: LocalServer, cf: Any, name: str) -> None:
    glue = server.client("glue")
    create(
        cf,
        name,
        template(Data=database(name), Gone=database(f"{name}_gone"), Group=workgroup(f"{name}-g")),
        Tags=[{"Key": "team", "Value": "a"}],
    )
    first = detect(cf, name)
    assert (first["DetectionStatus"], first["StackDriftStatus"]) == (
        "DETECTION_COMPLETE",
        "IN_SYNC",
    )
    glue.update_database(Name=name, DatabaseInput={"Name": name, "Description": "by hand"})
    glue.delete_database(Name=f"{name}_gone")
    told = detect(cf, name)
    assert (told["StackDriftStatus"], told["DriftedStackResourceCount"]) == ("DRIFTED", 2)
    found = drifts(cf, name)
    assert {k: v["StackResourceDriftStatus"] for k, v in found.items()} == {
        "Data": "MODIFIED",
        "Gone": "DELETED",
        "Group": "IN_SYNC",
    }
    assert found["Data"]["PropertyDifferences"] == [
        {
            "PropertyPath": "/DatabaseInput/Description",
            "ExpectedValue": "first",
            "ActualValue": "by hand",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    one = cf.detect_stack_resource_drift(StackName=name, LogicalResourceId="Data")
    assert one["StackResourceDrift"]["StackResourceDriftStatus"] == "MODIFIED"
    stack = cf.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["DriftInformation"]["StackDriftStatus"] == "DRIFTED"
    assert refused(cf.detect_stack_resource_drift, StackName=name, LogicalResourceId="No")[0] == (
        "ValidationError"
    )
    only = cf.describe_stack_resource_drifts(
        StackName=name, StackResourceDriftStatusFilters=["DELETED"]
    )["StackResourceDrifts"]
    assert [one["LogicalResourceId"] for one in only] == ["Gone"]


def test_a_secret_that_drifted_is_not_told(server: LocalServer, cf: Any, name: str) -> None:
    body = whole(
        {"Data": database(name, {"Ref": "Word"})},  # type: ignore[arg-type]
        Parameters={"Word": {"Type": "String", "NoEcho": True}},
    )
    create(cf, name, body, Parameters=[{"ParameterKey": "Word", "ParameterValue": "hush-hush"}])
    server.client("glue").update_database(
        Name=name, DatabaseInput={"Name": name, "Description": "other-secret"}
    )
    assert detect(cf, name)["StackDriftStatus"] == "DRIFTED"
    said = json.dumps(drifts(cf, name), default=str)
    assert "hush-hush" not in said
    assert "other-secret" not in said


def test_what_a_parameter_gave_is_told(server: LocalServer, cf: Any, name: str) -> None:
    """A number of a parameter is a text until its property wants a number."""
    group = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": name, "RetentionInDays": {"Ref": "Days"}},
    }
    days = {"Days": {"Type": "Number", "Default": 7}}
    create(cf, name, whole({"Group": group}, Parameters=days))
    server.client("logs").put_retention_policy(logGroupName=name, retentionInDays=30)
    detect(cf, name)
    (found,) = drifts(cf, name)["Group"]["PropertyDifferences"]
    assert (found["ExpectedValue"], found["ActualValue"]) == ("7", "30")


def test_differences() -> None:
    def found(expected: Any, actual: Any) -> list[tuple[str, str]]:
        return [(one.path, one.kind) for one in differences(expected, actual)]

    assert found({"A": 1, "B": {"C": "x"}}, {"A": "1", "B": {"C": "x", "D": 1}}) == []
    assert found({"A": {"B": "x"}}, {"A": {}}) == [("/A/B", "REMOVE")]
    assert found({"A": ["x", "y"]}, {"A": ["y", "x"]}) == []
    assert found({"A": ["x", "y"]}, {"A": ["y", "z"]}) == [("/A/0", "REMOVE"), ("/A/1", "ADD")]
    assert found({"A": True}, {"A": "true"}) == []
    assert found({"A": True}, {"A": False}) == [("/A", "NOT_EQUAL")]


def test_what_is_hidden_stays_hidden_where_it_changed() -> None:
    expected, shown = {"A": {"P": "secret", "Q": 1}}, {"A": {"P": "****", "Q": 1}}
    assert hidden(expected, expected, shown) == shown
    assert hidden({"A": {"P": "other", "Q": 2}}, expected, shown) == {"A": {"P": "****", "Q": 2}}

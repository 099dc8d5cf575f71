"""Stacks of a template in little: changed, replaced, failed, interrupted; a plan leaves nothing."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.deploy import changes_of
from tarn.deploy.compare import Change
from tarn.deploy.stacks import watch
from tarn.deploy.stacks.change_sets import change_set
from tarn.deploy.stacks.template import Template
from tarn.errors import Terminal
from tests.tarn.conftest import changed, deploy_stages, name_lake

STAGE = "stacks:stacks"
TEMPLATE = """\
Parameters:
  Lake: {{Type: String}}
  Env: {{Type: String}}
Resources:
  First:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: {{BucketName: !Sub "${{Lake}}-${{Env}}-first"{more}}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: !Sub "${{Lake}}-${{Env}}-{queue}", VisibilityTimeout: {seconds}}}
{last}"""


class Small:
    """An environment of one stack, whose template a test changes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "infra" / "environments").mkdir(parents=True)
        self.environment("stacks:\n  - name: small\n")
        self.declare()

    def environment(self, text: str) -> None:
        (self.home / "infra" / "environments" / "dev.yaml").write_text(text)

    def declare(
        self,
        queue: str = "queue",
        seconds: object = 30,
        more: str = "",
        last: str = "",
        name: str = "small",
    ) -> None:
        text = TEMPLATE.format(queue=queue, seconds=seconds, more=more, last=last)
        (self.home / "infra" / f"{name}.yaml").write_text(text)

    @property
    def aws(self) -> Aws:
        return Aws()

    @property
    def name(self) -> str:
        return f"{self.aws.settings.prefix}-small"

    @property
    def cloudformation(self) -> Any:
        return self.aws.client("cloudformation")

    def plan(self) -> list[Change]:
        return list(changes_of(STAGE, self.aws))

    def deploy(self) -> list[str]:
        return deploy_stages(self.aws, STAGE)

    def status(self) -> str:
        found = watch.describe(self.name, self.aws)
        return "" if found is None else str(found["StackStatus"])


@pytest.fixture
def small(aws: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    name_lake(monkeypatch)
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    return Small(tmp_path)


def test_a_plan_makes_nothing(small: Small) -> None:
    (change,) = small.plan()
    assert (change.what, change.verb) == (f"stack {small.name}", "create")
    assert change.detail == ("add AWS::S3::Bucket First", "add AWS::SQS::Queue Queue")
    assert small.status() == ""


def test_made_changed_and_at_rest(small: Small) -> None:
    lines = small.deploy()
    assert changed(lines) == [f"stack {small.name}: created"]
    assert f"  AWS::S3::Bucket {small.aws.settings.prefix}-first create complete" in lines
    assert small.plan() == []
    small.declare(seconds=40)
    (change,) = small.plan()
    assert change.verb == "update"
    assert change.detail[0].startswith("change AWS::SQS::Queue ")
    assert change.detail[0].endswith("(VisibilityTimeout)")
    assert changed(small.deploy()) == [f"stack {small.name}: updated"]
    assert small.deploy() == []
    assert small.cloudformation.list_change_sets(StackName=small.name)["Summaries"] == []


def test_what_is_replaced_is_said_first_and_loud(small: Small) -> None:
    small.deploy()
    small.declare(queue="other", more=", Tags: [{Key: a, Value: b}]")
    (change,) = small.plan()
    replaced, kept = change.detail
    assert replaced.startswith("REPLACE AWS::SQS::Queue ")
    assert kept.startswith("change AWS::S3::Bucket ")
    small.deploy()
    queues = small.aws.client("sqs").list_queues(QueueNamePrefix=small.aws.settings.prefix)
    assert [url.rpartition("-")[2] for url in queues["QueueUrls"]] == ["other"]


def test_what_goes_is_said_loud(small: Small) -> None:
    last = '  Topic:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Sub "${Lake}-x"}\n'
    small.declare(last=last)
    small.deploy()
    small.declare()
    (change,) = small.plan()
    (sentence,) = change.detail
    assert sentence.startswith("DELETE AWS::SNS::Topic ")


def test_the_first_failure_is_the_error_and_all_is_as_it_was(small: Small) -> None:
    small.deploy()
    small.declare(seconds=50, more=", Tags: [{Key: a, Value: b}]", last=refused("Bad"))
    with pytest.raises(Terminal) as caught:
        small.deploy()
    said = str(caught.value)
    assert said.startswith(f"stack {small.name}: Bad (AWS::IAM::Role): ")
    assert said.endswith("The stack is UPDATE_ROLLBACK_COMPLETE.")
    small.declare()
    assert small.plan() == []
    small.declare(seconds=60)
    assert changed(small.deploy()) == [f"stack {small.name}: updated"]


def refused(name: str) -> str:
    """A role whose policy IAM refuses, when it is made and not before."""
    return (
        f"  {name}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:"
        "\n        Version: '2012-10-17'\n        Statement: [{Effect: Perhaps}]\n"
    )


def test_a_stack_whose_making_failed_is_made_anew(small: Small) -> None:
    """The bucket, which stays, is taken over with what is in it."""
    small.declare(last=refused("Bad"))
    with pytest.raises(Terminal, match=r"Bad \(AWS::IAM::Role\).* ROLLBACK_COMPLETE"):
        small.deploy()
    assert small.status() == "ROLLBACK_COMPLETE"
    bucket = f"{small.aws.settings.prefix}-first"
    kept = bucket in [b["Name"] for b in small.aws.s3.list_buckets()["Buckets"]]
    if not kept:
        small.aws.s3.create_bucket(Bucket=bucket)
    small.aws.s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    small.declare()
    (change,) = small.plan()
    assert (change.verb, change.detail) == ("delete", ("ROLLBACK_COMPLETE",))
    assert small.status() == "ROLLBACK_COMPLETE"  # a plan does nothing
    assert changed(small.deploy()) == [
        f"stack {small.name}: deleted",
        f"stack {small.name}: created",
    ]
    assert small.aws.s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert small.plan() == []


def test_a_change_set_that_a_killed_deploy_left(small: Small) -> None:
    """Its stack is in review: it is gone over, and a plan leaves it to whom it is."""
    small.cloudformation.create_change_set(
        StackName=small.name,
        ChangeSetName="another",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}',
    )
    assert small.status() == "REVIEW_IN_PROGRESS"
    small.plan()
    assert small.status() == "REVIEW_IN_PROGRESS"
    assert changed(small.deploy()) == [f"stack {small.name}: created"]
    assert small.plan() == []


def test_a_deploy_that_is_still_at_it_is_waited_for(small: Small) -> None:
    queues = {f"Q{n}": {"Type": "AWS::SQS::Queue"} for n in range(30)}
    with change_set(small.name, Template({"Resources": queues}, {}), {}, small.aws) as made:
        made.used = True
        small.cloudformation.execute_change_set(ChangeSetName=made.arn)
    (busy,) = small.plan()
    assert (busy.verb, busy.detail) == ("wait", ("CREATE_IN_PROGRESS",))
    lines = changed(small.deploy())
    assert lines == [f"stack {small.name}: settled", f"stack {small.name}: updated"]
    assert small.plan() == []


def test_a_stack_that_needs_another_is_planned_before_that_is_there(small: Small) -> None:
    """What another exports is not there yet: a plan says so, and a deploy makes both."""
    text = 'Outputs:\n  Out:\n    Value: x\n    Export: {Name: !Sub "${Lake}-Out"}\n'
    small.declare(last=text)
    second = (
        "Parameters: {Lake: {Type: String}}\nResources:\n  T:\n    Type: AWS::SNS::Topic\n"
        '    Properties:\n      DisplayName: !ImportValue {"Fn::Sub": "${Lake}-Out"}\n'
    )
    (small.home / "infra" / "second.yaml").write_text(second)
    small.environment("stacks:\n  - name: small\n  - name: second\n")
    _, other = small.plan()
    assert other.detail == ("once the stacks before it are there",)
    prefix = small.aws.settings.prefix
    made = [f"stack {prefix}-small: created", f"stack {prefix}-second: created"]
    assert changed(small.deploy()) == made
    assert small.plan() == []


def test_what_was_there_before_is_taken_over_and_then_made_as_declared(small: Small) -> None:
    bucket = f"{small.aws.settings.prefix}-first"
    small.aws.s3.create_bucket(Bucket=bucket)
    small.aws.s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    small.declare(more=", VersioningConfiguration: {Status: Enabled}")
    (change,) = small.plan()
    assert any(said.startswith("take over AWS::S3::Bucket ") for said in change.detail)
    assert changed(small.deploy()) == [f"stack {small.name}: created"]
    assert small.aws.s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert small.aws.s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert small.plan() == []


def test_protection_and_tags(small: Small) -> None:
    token = uuid.uuid4().hex
    small.environment(f"protected: true\ntags: {{team: {token}}}\nstacks:\n  - name: small\n")
    lines = changed(small.deploy())
    assert lines == [
        f"stack {small.name}: created",
        f"termination protection of stack {small.name}: written",
    ]
    assert small.plan() == []
    (found,) = small.cloudformation.describe_stacks(StackName=small.name)["Stacks"]
    assert found["Tags"] == [{"Key": "team", "Value": token}]
    assert found["EnableTerminationProtection"]
    small.environment(f"protected: true\ntags: {{team: x{token}}}\nstacks:\n  - name: small\n")
    assert changed(small.deploy()) == [f"stack {small.name}: updated"]


def test_a_template_that_is_no_template(small: Small) -> None:
    (small.home / "infra" / "small.yaml").write_text("Resources: {A: {Type: 'AWS::No::Thing'}}\n")
    with pytest.raises(Terminal, match="AWS::No::Thing"):
        small.deploy()
    assert small.status() in ("", "ROLLBACK_COMPLETE")


def test_waits_are_short_at_first_and_no_longer_than_the_setting(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    waits = watch.pauses(small.aws)
    for _ in range(8):
        next(waits)()
    assert slept[0] == pytest.approx(0.05)
    assert slept == sorted(slept)
    assert slept[-1] == small.aws.settings.poll_seconds

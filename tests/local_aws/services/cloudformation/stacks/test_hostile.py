"""Bad input ends in AWS's shape, at once, and leaves nothing behind."""

import json
import threading
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    database,
    refused,
    settle,
    story,
    template,
    whole,
    workgroup,
)

DEEP = '{"Resources": ' + '{"a": ' * 5_000 + "1" + "}" * 5_000 + "}"
BILLION = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nResources: *c\n"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "\x00",
        "Resources:",
        '{"Resources": {"A": 1}}',
        '{"Resources": {"A": {"Type": 7}}}',
        '{"Resources": {"A": {"Type": "AWS::Glue::Database", "Properties": []}}}',
        '{"Resources": {"A-b": {"Type": "AWS::Glue::Database"}}}',
        '{"Resources": {"A": {"Type": "AWS::Glue::Database", "Properties": {"Fn::GetAtt": 1}}}}',
        DEEP,
        BILLION,
        "Resources: !!python/object/apply:os.system [id]",
    ],
)
def test_no_template(cf: Any, name: str, body: str) -> None:
    if not body:
        return
    code, _ = refused(cf.create_stack, StackName=name, TemplateBody=body)
    assert code == "ValidationError"
    assert refused(cf.describe_stacks, StackName=name)[0] == "ValidationError"


@pytest.mark.parametrize(
    "token", ["x", "YWZ0ZXI6LTE=", "////", "YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk="]
)
def test_pages_that_nobody_gave(cf: Any, name: str, token: str) -> None:
    create(cf, name, template(A=workgroup(name)))
    assert refused(cf.describe_stack_events, StackName=name, NextToken=token) == (
        "ValidationError",
        "Invalid NextToken",
    )


def test_a_long_story_is_told_in_pages(cf: Any, name: str) -> None:
    body = template(**{f"H{i}": {"Type": "AWS::CloudFormation::WaitConditionHandle"}
                       for i in range(120)})  # fmt: skip
    assert create(cf, name, body) == "CREATE_COMPLETE"
    told = story(cf, name)
    assert (len(told), len(set(told))) == (242, 242)
    pages = cf.get_paginator("list_stack_resources").paginate(StackName=name)
    assert [len(page["StackResourceSummaries"]) for page in pages] == [100, 20]


def test_many_ask_for_the_same_name_and_one_gets_it(server: LocalServer, name: str) -> None:
    answers: list[str] = []
    body = template(Data=database(name))

    def ask() -> None:
        client = server.client("cloudformation")
        try:
            client.create_stack(StackName=name, TemplateBody=body)
            answers.append("made")
        except client.exceptions.AlreadyExistsException:
            answers.append("taken")

    server.client("cloudformation")
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["made"] + ["taken"] * 7
    assert settle(server.client("cloudformation"), name) == "CREATE_COMPLETE"


def test_names_that_mean_something_elsewhere(cf: Any, name: str) -> None:
    for bad in ("../../etc", "a b", "x" * 129, "-a", "a_b", "'; DROP TABLE stacks; --"):
        assert (
            refused(cf.create_stack, StackName=bad, TemplateBody=template(A=workgroup(name)))[0]
            == "ValidationError"
        )
    assert refused(cf.describe_stacks, StackName="arn:aws:cloudformation:x")[0] == (
        "ValidationError"
    )
    assert refused(cf.describe_change_set, ChangeSetName="arn:aws:cloudformation:x")[0] == (
        "ChangeSetNotFound"
    )


def test_a_value_that_only_shows_when_it_is_made(cf: Any, name: str) -> None:
    """An attribute that there is not, a secret that there is not: the resource says so."""
    body = whole(
        {"Data": database(name), "Group": workgroup({"Fn::Sub": "${Data.Nonsense}"})},
    )
    code = None
    try:
        assert create(cf, name, body) == "ROLLBACK_COMPLETE"
    except cf.exceptions.ClientError as error:  # refused at once is as good
        code = error.response["Error"]["Code"]
    assert code in (None, "ValidationError")
    secret = "{{resolve:secretsmanager:no-such-secret:SecretString:x}}"
    other = f"{name}x"
    assert create(cf, other, template(Data=database(other, secret))) == "ROLLBACK_COMPLETE"
    told = json.dumps(cf.describe_stack_events(StackName=other), default=str)
    assert "find the specified secret" in told

"""Nothing is made that its caller, or the stack's role, could not make."""

import json
from collections.abc import Callable
from typing import Any

from tests.conftest import LocalServer
from tests.local_aws.conftest import allow, deny, keys_of
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    database,
    databases,
    delete,
    reasons,
    refused,
    settle,
    template,
    update,
)

STACKS = allow("cloudformation:*")
TRUSTED = {"Service": "cloudformation.amazonaws.com"}


def test_a_caller_needs_the_right_to_make_stacks(
    cf: Any, name: str, user: Callable[..., Any]
) -> None:
    someone = user(allow("cloudformation:DescribeStacks")).client("cloudformation")
    body = template(Data=database(name))
    code, message = refused(someone.create_stack, StackName=name, TemplateBody=body)
    assert code == "AccessDenied"
    assert "cloudformation:CreateStack on resource: arn:aws:cloudformation:us-east-1:" in message
    assert f"stack/{name}/*" in message
    mine = allow("cloudformation:*", f"arn:aws:cloudformation:*:*:stack/{name}/*")
    owner = user(mine, allow("glue:*")).client("cloudformation")
    assert create(owner, name, body) == "CREATE_COMPLETE"
    create(cf, f"{name}x", template(Data=database(f"{name}x")))
    assert refused(owner.delete_stack, StackName=f"{name}x")[0] == "AccessDenied"


def test_without_a_role_the_callers_own_rights_count(
    server: LocalServer, name: str, user: Callable[..., Any]
) -> None:
    body = template(Data=database(name))
    poor = user(STACKS).client("cloudformation")
    assert create(poor, name, body) == "ROLLBACK_COMPLETE"
    assert "HandlerErrorCode: AccessDenied" in reasons(poor, name)["Data"]
    assert name not in databases(server)
    rich = user(STACKS, allow("glue:*")).client("cloudformation")
    assert create(rich, f"{name}r", body) == "CREATE_COMPLETE"
    # What the caller may not do, it may not undo either, as on AWS.
    second = template(Data=database(name, "second"))
    assert update(poor, f"{name}r", second) == "UPDATE_ROLLBACK_FAILED"
    assert "AccessDenied" in reasons(poor, f"{name}r", "UPDATE_FAILED")["Data"]
    found = server.client("glue").get_database(Name=name)["Database"]
    assert found["Description"] == "first"


def test_a_sessions_own_policy_holds_for_its_stacks(
    server: LocalServer, name: str, user: Callable[..., Any], role: Callable[..., str]
) -> None:
    account = {"AWS": "arn:aws:iam::123456789012:root"}
    arn = role(account, allow("*"))
    limited = server.client("sts").assume_role(
        RoleArn=arn,
        RoleSessionName="limited",
        Policy=json.dumps(
            {"Version": "2012-10-17", "Statement": [STACKS, deny("glue:CreateDatabase")]}
        ),
    )
    session = server.client("cloudformation", **keys_of(limited["Credentials"]))
    assert create(session, name, template(Data=database(name))) == "ROLLBACK_COMPLETE"
    assert name not in databases(server)


def test_a_stack_acts_in_its_role(
    server: LocalServer, cf: Any, name: str, user: Callable[..., Any], role: Callable[..., str]
) -> None:
    body = template(Data=database(name))
    arn = role(TRUSTED, allow("glue:*"))
    stranger = user(STACKS).client("cloudformation")
    code, message = refused(stranger.create_stack, StackName=name, TemplateBody=body, RoleARN=arn)
    assert (code, "iam:PassRole" in message) == ("AccessDenied", True)
    passer = user(STACKS, allow("iam:PassRole", arn)).client("cloudformation")
    assert create(passer, name, body, RoleARN=arn) == "CREATE_COMPLETE"
    assert cf.describe_stacks(StackName=name)["Stacks"][0]["RoleARN"] == arn
    # AWS: who may work on the stack has its role from then on.
    assert update(stranger, name, template(Data=database(name, "second"))) == "UPDATE_COMPLETE"
    assert delete(stranger, name) == "DELETE_COMPLETE"
    assert name not in databases(server)
    weak = role(TRUSTED, allow("athena:*"))
    assert create(cf, name, body, RoleARN=weak) == "ROLLBACK_COMPLETE"


def test_a_role_that_is_not_for_cloudformation_is_refused(
    cf: Any, name: str, role: Callable[..., str]
) -> None:
    body = template(Data=database(name))
    for arn in (
        role({"Service": "glue.amazonaws.com"}, allow("*")),
        role({"AWS": "arn:aws:iam::123456789012:root"}, allow("*")),
        "arn:aws:iam::123456789012:role/no-such-role",
    ):
        assert refused(cf.create_stack, StackName=name, TemplateBody=body, RoleARN=arn) == (
            "ValidationError",
            f"Role {arn} is invalid or cannot be assumed",
        )


def test_a_template_that_the_caller_may_not_read(
    server: LocalServer, name: str, user: Callable[..., Any]
) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="t.json", Body=template(Data=database(name)).encode())
    url = f"https://{name}.s3.amazonaws.com/t.json"
    poor = user(STACKS).client("cloudformation")
    code, message = refused(poor.create_stack, StackName=name, TemplateURL=url)
    assert code == "ValidationError"
    assert message.startswith("S3 error: ")
    reader = user(STACKS, allow("glue:*"), allow("s3:GetObject", f"arn:aws:s3:::{name}/*"))
    client = reader.client("cloudformation")
    client.create_stack(StackName=name, TemplateURL=url)
    assert settle(client, name) == "CREATE_COMPLETE"

"""People beside the account itself: IAM users and role sessions that sign their own requests."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import LocalServer


@dataclass
class Person:
    """Somebody with keys of their own."""

    server: LocalServer
    name: str
    arn: str
    keys: dict[str, str]

    def client(self, service: str, **options: Any) -> Any:
        return self.server.client(service, **(self.keys | options))

    def grant(self, *statements: dict[str, Any], name: str = "grant") -> None:
        """Replace the user's policy."""
        self.server.client("iam").put_user_policy(
            UserName=self.name, PolicyName=name, PolicyDocument=policy(*statements)
        )


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Any, resources: Any = "*", **fields: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources} | fields


def deny(actions: Any, resources: Any = "*", **fields: Any) -> dict[str, Any]:
    return allow(actions, resources) | {"Effect": "Deny"} | fields


def keys_of(credentials: dict[str, Any]) -> dict[str, str]:
    """boto3's options from what CreateAccessKey or STS answers."""
    found = {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
    }
    token = credentials.get("SessionToken")
    return found | ({"aws_session_token": token} if token else {})


def new_user(server: LocalServer, *statements: dict[str, Any]) -> Person:
    iam, name = server.client("iam"), f"user-{uuid.uuid4().hex[:10]}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    person = Person(server, name, arn, keys_of(keys))
    if statements:
        person.grant(*statements)
    return person


@pytest.fixture
def user(aws: LocalServer) -> Callable[..., Person]:
    """``user(*statements)``: a new IAM user with that policy."""
    return lambda *statements: new_user(aws, *statements)


@pytest.fixture
def role(aws: LocalServer) -> Callable[..., str]:
    """``role(principal, *statements)``: the ARN of a new role that the principal may assume."""

    def make(principal: Any, *statements: dict[str, Any], **fields: Any) -> str:
        iam, name = aws.client("iam"), f"role-{uuid.uuid4().hex[:10]}"
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"} | fields
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="grant", PolicyDocument=policy(*statements)
            )
        return str(made["Role"]["Arn"])

    return make

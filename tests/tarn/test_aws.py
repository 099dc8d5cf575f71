"""Clients: what they share, and what they must not."""

from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import AssumeRoleCredentialFetcher
from botocore.exceptions import ClientError
from botocore.loaders import JSONFileLoader

from tarn.aws import Aws, read_models
from tests.conftest import LocalServer
from tests.local_aws.conftest import allow, policy


def test_a_model_that_was_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of tasks are forked from one that has read them."""
    read_models(["glue", "sts"])
    opened: list[Any] = []
    load = JSONFileLoader.load_file

    def watched(self: JSONFileLoader, file_path: str) -> Any:
        opened.append(file_path)
        return load(self, file_path)

    monkeypatch.setattr(JSONFileLoader, "load_file", watched)
    monkeypatch.setenv("AWS_PROFILE_OF_THIS_TEST", "another environment, so another client")
    for service in ("glue", "sts"):
        assert Aws().client(service).meta.service_model.service_name == service
    assert opened == []


def test_another_environment_has_another_client(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Aws().client("sts")
    assert Aws().client("sts") is before
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert Aws().client("sts") is not before


@pytest.fixture
def in_role(aws: LocalServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The environment of somebody who acts in a role by a profile; the role's name."""
    name = f"tasks-{tmp_path.name}"
    config = tmp_path / "config"
    arn = f"arn:aws:iam::123456789012:role/{name}"
    config.write_text(f"[profile tasks]\nrole_arn = {arn}\nsource_profile = tarn\n")
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(key)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(aws.data / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "tasks")
    return name


def make(role: str, aws: LocalServer) -> None:
    iam = aws.client("iam")
    root = {"Principal": {"AWS": "123456789012"}, "Effect": "Allow", "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=policy(root))
    document = policy(allow("s3:ListAllMyBuckets"))
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=document)


def test_a_role_is_taken_once_by_all_clients_of_a_process(
    aws: LocalServer, in_role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(in_role, aws)
    asked: list[Any] = []
    ask = AssumeRoleCredentialFetcher._get_credentials

    def watched(self: AssumeRoleCredentialFetcher) -> Any:
        asked.append(self)
        return ask(self)

    monkeypatch.setattr(AssumeRoleCredentialFetcher, "_get_credentials", watched)
    Aws().s3.list_buckets()
    with pytest.raises(ClientError, match=f"assumed-role/{in_role}/.* is not authorized"):
        Aws().glue.get_databases()
    assert f"assumed-role/{in_role}/" in Aws().client("sts").get_caller_identity()["Arn"]
    keys = Aws().credentials()
    assert set(keys) == {"access_key", "secret_key", "session_token"}
    assert all(keys.values())
    assert len(asked) == 1


def test_a_role_may_be_made_after_the_client(aws: LocalServer, in_role: str) -> None:
    """Airflow starts before a lake is deployed."""
    with pytest.raises(ClientError, match="AssumeRole"):
        Aws().s3.list_buckets()
    make(in_role, aws)
    Aws().s3.list_buckets()

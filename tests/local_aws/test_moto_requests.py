"""What moto could not read is refused before it: a 400 that names the fault, never a 500."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.closed.client import Signer

TARGETS = {
    "sqs": ("AmazonSQS.CreateQueue", "AmazonSQS.SendMessage"),
    "kms": ("TrentService.Encrypt", "TrentService.CreateAlias"),
    "secretsmanager": ("secretsmanager.CreateSecret", "secretsmanager.GetSecretValue"),
    "events": ("AWSEvents.PutRule", "AWSEvents.PutEvents"),
}
BODIES = (b"", b"{", b"[]", b"null", b'"a"', b'{"a":' * 500, b"\xff\xfe", b'{"Entries": [1]}',
          b'{"QueueName": 1}', b'{"Name": {}}', b'{"KeyId": []}')  # fmt: skip
FORMS = (b"", b"Action=", b"Action=Nope", b"Action=CreateUser", b"Action=Publish&TopicArn=x",
         b"Action=AssumeRole", b"\xff\xfe", b"Action=ListUsers&MaxItems=x")  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("service", TARGETS)
def test_a_json_body_that_no_model_has(server: LocalServer, service: str, body: bytes) -> None:
    signer = Signer(server.port, service=service)
    for target in (*TARGETS[service], f"{TARGETS[service][0]}Nope", "Nope.Nope", ""):
        assert signer.json(target, body).status == 400


@pytest.mark.parametrize("body", FORMS)
@pytest.mark.parametrize("service", ["iam", "sts", "sns"])
def test_a_form_that_no_model_has(server: LocalServer, service: str, body: bytes) -> None:
    form = "application/x-www-form-urlencoded"
    answer = Signer(server.port, service=service).ask("POST", "/", body, content_type=form)
    assert answer.status == 400


def test_what_is_missing_is_named(aws: LocalServer) -> None:
    careless = aws.client("sns", config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match="parameter Name"):
        careless.create_topic()


@pytest.mark.parametrize("name", ["a b", "a/b", "../x", "x" * 65, "ü", "<b>"])
def test_a_name_that_iam_does_not_take(aws: LocalServer, name: str) -> None:
    with pytest.raises(ClientError, match="at 'roleName' failed to satisfy") as refused:
        aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    assert refused.value.response["Error"]["Code"] == "ValidationError"

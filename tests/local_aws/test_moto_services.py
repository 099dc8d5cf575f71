"""The services that moto keeps: reachable, and still there after a kill."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def test_account_is_the_servers(aws: LocalServer) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.restart
def test_state_survives_a_kill(tmp_path: Path) -> None:
    first = start_server(tmp_path / "data")
    first.client("iam").create_role(RoleName="lake", AssumeRolePolicyDocument=TRUST)
    topic = first.client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = first.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    first.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")
    key = first.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    key_id = key["KeyMetadata"]["KeyId"]
    sealed = first.client("kms").create_key()["KeyMetadata"]["KeyId"]
    blob = first.client("kms").encrypt(KeyId=sealed, Plaintext=b"secret")["CiphertextBlob"]
    first.client("secretsmanager").create_secret(Name="password", SecretString="x")
    first.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    first.process.kill()
    first.process.wait()

    second = start_server(tmp_path / "data")
    try:
        assert second.client("iam").get_role(RoleName="lake")["Role"]["RoleName"] == "lake"
        assert second.client("sns").list_topics()["Topics"] == [{"TopicArn": topic}]
        sqs = second.client("sqs")
        queue = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
        assert second.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id
        assert second.client("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
        secret = second.client("secretsmanager").get_secret_value(SecretId="password")
        assert secret["SecretString"] == "x"
        assert second.client("events").list_rules()["Rules"][0]["Name"] == "nightly"
    finally:
        second.stop()


def test_an_unknown_service_is_refused_by_name(aws: LocalServer) -> None:
    with pytest.raises(ClientError, match="'dynamodb' is not supported by local_aws"):
        aws.client("dynamodb").list_tables()


def test_a_long_poll_holds_nobody_up(aws: LocalServer) -> None:
    queue = aws.client("sqs").create_queue(QueueName="polled")["QueueUrl"]
    with ThreadPoolExecutor(8) as pool:
        polls = [
            pool.submit(aws.client("sqs").receive_message, QueueUrl=queue, WaitTimeSeconds=15)
            for _ in range(6)
        ]
        time.sleep(0.5)
        started = time.monotonic()
        aws.client("sts").get_caller_identity()
        for number in range(6):
            aws.client("sqs").send_message(QueueUrl=queue, MessageBody=str(number))
        bodies = {
            message["Body"] for poll in polls for message in poll.result().get("Messages", [])
        }
    assert bodies == {"0", "1", "2", "3", "4", "5"}
    assert time.monotonic() - started < 10

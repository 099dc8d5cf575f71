"""The services that moto keeps: reachable, and still there after a kill."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server

MOTO_SERVICES = ("iam", "sts", "sns", "sqs", "kms", "secretsmanager", "events")
ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
TRUSTED = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [TRUSTED]})


def test_account_is_the_servers(aws: LocalServer) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.restart
def test_state_survives_a_kill(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    iam, sts, sns, sqs, kms, secrets, events = map(server.client, MOTO_SERVICES)
    role = iam.create_role(RoleName="lake", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    policy = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="lake", PolicyArn=policy)
    session = sts.assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    named = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    queue_arn = named["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    sqs.send_message(QueueUrl=queue, MessageBody="in flight")
    taken = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=900)["Messages"][0]
    sqs.send_message(QueueUrl=queue, MessageBody="waits")
    pair = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    public = kms.get_public_key(KeyId=pair)["PublicKey"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/lake", TargetKeyId=key)
    blob = kms.encrypt(KeyId="alias/lake", Plaintext=b"secret")["CiphertextBlob"]
    secrets.create_secret(Name="password", SecretString="old")
    secrets.put_secret_value(SecretId="password", SecretString="new")
    events.put_rule(Name="lake", EventPattern=json.dumps({"source": ["tarn"]}))
    events.put_targets(Rule="lake", Targets=[{"Id": "1", "Arn": queue_arn}])
    server.process.kill()
    server.process.wait()

    server = start_server(tmp_path / "data", server.port)
    try:
        iam, sts, sns, sqs, kms, secrets, events = map(server.client, MOTO_SERVICES)
        attached = iam.list_attached_role_policies(RoleName="lake")["AttachedPolicies"]
        assert [one["PolicyArn"] for one in attached] == [policy]
        signed = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }
        caller = server.client("sts", **signed).get_caller_identity()["Arn"]
        assert caller == "arn:aws:sts::123456789012:assumed-role/lake/night"
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
        assert kms.get_public_key(KeyId=pair)["PublicKey"] == public
        assert secrets.get_secret_value(SecretId="password")["SecretString"] == "new"
        previous = secrets.get_secret_value(SecretId="password", VersionStage="AWSPREVIOUS")
        assert previous["SecretString"] == "old"
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        assert [message["Body"] for message in messages] == ["waits"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=taken["ReceiptHandle"])
        # What joined the services still does: topic and rule reach this very queue.
        sns.publish(TopicArn=topic, Message="told")
        events.put_events(Entries=[{"Source": "tarn", "DetailType": "d", "Detail": "{}"}])
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        bodies = [json.loads(message["Body"]) for message in messages]
        assert [body.get("Message") or body["source"] for body in bodies] == ["told", "tarn"]
    finally:
        server.stop()


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


def test_a_key_is_not_rotated_by_its_alias(aws: LocalServer) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{key}", TargetKeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1
    for operation in (kms.rotate_key_on_demand, kms.list_key_rotations):
        with pytest.raises(ClientError, match=r"NotFoundException.*Invalid keyId alias/"):
            operation(KeyId=f"alias/{key}")

"""Each service's types in one stack: made, changed, refused, rolled back, deleted."""

import json
import uuid
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    delete,
    outputs,
    reasons,
    update,
    whole,
)

CAPABLE = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
Resources = dict[str, dict[str, Any]]


@pytest.fixture
def cf(aws: LocalServer) -> Any:
    return aws.client("cloudformation")


@pytest.fixture
def name() -> str:
    return f"s{uuid.uuid4().hex[:8]}"


def one(type_name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{type_name}", "Properties": properties}


def arn(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def ref(logical_id: str) -> dict[str, str]:
    return {"Ref": logical_id}


def statement(action: str, **more: Any) -> dict[str, Any]:
    said = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [said]}


def trust(service: str) -> dict[str, Any]:
    said = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [said]}


def test_s3_and_kms(cf: Any, name: str, aws: LocalServer) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn("Key")}
    tls = statement("s3:*", Principal="*", Effect="Deny", Resource=arn("Bucket"))
    tls["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    resources = {
        "Key": one("KMS::Key", EnableKeyRotation=True, PendingWindowInDays=7),
        "Alias": one("KMS::Alias", AliasName=f"alias/{name}", TargetKeyId=ref("Key")),
        "Bucket": one(
            "S3::Bucket",
            BucketEncryption={
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": default}]
            },
            VersioningConfiguration={"Status": "Enabled"},
        ),
        "Policy": one("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=tls),
    }
    told = {"Outputs": {"Bucket": {"Value": ref("Bucket")}, "Key": {"Value": ref("Key")}}}
    assert create(cf, name, whole(resources, **told)) == "CREATE_COMPLETE"
    bucket, key = outputs(cf, name)["Bucket"], outputs(cf, name)["Key"]
    assert bucket.startswith(f"{name}-bucket-")
    s3 = aws.client("s3")
    written = s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert written["SSEKMSKeyId"].endswith(key)
    resources["Bucket"]["Properties"].pop("BucketEncryption")
    del resources["Policy"]
    assert update(cf, name, whole(resources, **told)) == "UPDATE_COMPLETE"
    assert s3.put_object(Bucket=bucket, Key="a", Body=b"x")["ServerSideEncryption"] == "AES256"
    for version in s3.list_object_versions(Bucket=bucket)["Versions"]:
        s3.delete_object(Bucket=bucket, Key="a", VersionId=version["VersionId"])
    assert delete(cf, name) == "DELETE_COMPLETE"
    found = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    assert found["KeyState"] == "PendingDeletion"


def test_bucket_with_objects_stays(cf: Any, name: str, aws: LocalServer) -> None:
    assert create(cf, name, whole({"Bucket": one("S3::Bucket", BucketName=name)}))
    aws.client("s3").put_object(Bucket=name, Key="a", Body=b"x")
    assert delete(cf, name) == "DELETE_FAILED"
    assert "not empty" in str(reasons(cf, name, "DELETE_FAILED"))
    aws.client("s3").delete_object(Bucket=name, Key="a")
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_iam(cf: Any, name: str, aws: LocalServer) -> None:
    aws_policy = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"
    resources = {
        "Role": one(
            "IAM::Role",
            RoleName=f"{name}-glue",
            AssumeRolePolicyDocument=trust("glue.amazonaws.com"),
            ManagedPolicyArns=[ref("Managed"), aws_policy],
        ),
        "Managed": one("IAM::ManagedPolicy", PolicyDocument=statement("s3:GetObject")),
        "Inline": one(
            "IAM::Policy",
            PolicyName="inline",
            PolicyDocument=statement("glue:*"),
            Roles=[ref("Role")],
        ),
        "User": one("IAM::User", Groups=[ref("Group")]),
        "Group": one("IAM::Group"),
        "Key": one("IAM::AccessKey", UserName=ref("User")),
    }
    secret = {"Fn::GetAtt": ["Key", "SecretAccessKey"]}
    told = {"Outputs": {"Secret": {"Value": secret}, "Role": {"Value": arn("Role")}}}
    assert create(cf, name, whole(resources, **told), **CAPABLE) == "CREATE_COMPLETE"
    assert len(outputs(cf, name)["Secret"]) == 40
    assert outputs(cf, name)["Role"] == f"arn:aws:iam::123456789012:role/{name}-glue"
    changed = statement("s3:*")
    resources["Managed"]["Properties"]["PolicyDocument"] = changed
    resources["Role"]["Properties"]["ManagedPolicyArns"] = [ref("Managed")]
    assert update(cf, name, whole(resources, **told), **CAPABLE) == "UPDATE_COMPLETE"
    attached = aws.client("iam").list_attached_role_policies(RoleName=f"{name}-glue")
    assert len(attached["AttachedPolicies"]) == 1
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_messages(cf: Any, name: str, aws: LocalServer) -> None:
    """A rule tells a topic, which tells a queue that has a dead letter queue."""
    redrive = {"deadLetterTargetArn": arn("Dead"), "maxReceiveCount": 3}
    events = statement("sns:Publish", Principal={"Service": "events.amazonaws.com"})
    topics = statement("sqs:SendMessage", Principal={"Service": "sns.amazonaws.com"})
    resources = {
        "Dead": one("SQS::Queue"),
        "Queue": one("SQS::Queue", RedrivePolicy=redrive, QueueName=f"{name}-queue"),
        "QueuePolicy": one("SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument=topics),
        "Topic": one("SNS::Topic", DisplayName="Alerts"),
        "TopicPolicy": one("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=events),
        "Subscription": one(
            "SNS::Subscription",
            TopicArn=ref("Topic"),
            Protocol="sqs",
            Endpoint=arn("Queue"),
            RawMessageDelivery=True,
        ),
        "Rule": one(
            "Events::Rule",
            EventPattern={"source": [name]},
            Targets=[{"Id": "topic", "Arn": ref("Topic")}],
        ),
    }
    told = {"Outputs": {"Queue": {"Value": ref("Queue")}}}
    assert create(cf, name, whole(resources, **told)) == "CREATE_COMPLETE"
    event = {"Source": name, "DetailType": "Test", "Detail": json.dumps({"a": 1})}
    aws.client("events").put_events(Entries=[event])
    queue = outputs(cf, name)["Queue"]
    message = aws.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]
    assert json.loads(message["Body"])["detail"] == {"a": 1}
    del resources["Rule"]
    resources["Queue"]["Properties"]["VisibilityTimeout"] = "60"
    assert update(cf, name, whole(resources, **told)) == "UPDATE_COMPLETE"
    found = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    assert found["Attributes"]["VisibilityTimeout"] == "60"
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_logs_and_secrets(cf: Any, name: str, aws: LocalServer) -> None:
    drawn = {"SecretStringTemplate": '{"user": "lake"}', "GenerateStringKey": "password"}
    resources = {
        "Group": one("Logs::LogGroup", LogGroupName=f"/{name}", RetentionInDays=ref("Days")),
        "Stream": one("Logs::LogStream", LogGroupName=ref("Group"), LogStreamName="one"),
        "Secret": one("SecretsManager::Secret", GenerateSecretString=drawn),
    }
    days = {"Type": "Number", "Default": 7}
    told = {"Parameters": {"Days": days}, "Outputs": {"Secret": {"Value": ref("Secret")}}}
    tags = {"Tags": [{"Key": "env", "Value": "dev"}]}
    assert create(cf, name, whole(resources, **told), **tags) == "CREATE_COMPLETE"
    logs, secret = aws.client("logs"), outputs(cf, name)["Secret"]
    group = logs.describe_log_groups(logGroupNamePrefix=f"/{name}")["logGroups"][0]
    assert group["retentionInDays"] == 7
    found = logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
    assert found["env"] == "dev"
    value = aws.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    assert json.loads(value)["user"] == "lake"
    days["Default"] = 14
    assert update(cf, name, whole(resources, **told)) == "UPDATE_COMPLETE"
    group = logs.describe_log_groups(logGroupNamePrefix=f"/{name}")["logGroups"][0]
    assert group["retentionInDays"] == 14
    same = aws.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    assert same == value
    assert delete(cf, name) == "DELETE_COMPLETE"


def test_what_was_there_is_neither_taken_nor_deleted(cf: Any, name: str, aws: LocalServer) -> None:
    """Also where the schema's identifier is no name, as a topic's ARN."""
    aws.client("sns").create_topic(Name=name)
    aws.client("sqs").create_queue(QueueName=name)
    taken = {
        "Topic": one("SNS::Topic", TopicName=name, DisplayName="Mine"),
        "Queue": one("SQS::Queue", QueueName=name),
    }
    assert create(cf, name, whole(taken)) == "ROLLBACK_COMPLETE"
    assert any(f"{name} already exists" in said for said in reasons(cf, name).values())
    aws.client("sqs").get_queue_url(QueueName=name)
    topic = f"arn:aws:sns:us-east-1:123456789012:{name}"
    found = aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert found["DisplayName"] == ""


def test_a_refused_setting_takes_its_bucket_with_it(cf: Any, name: str, aws: LocalServer) -> None:
    rules = [{"Id": "x", "Status": "Enabled", "ExpirationInDays": -1}]
    bucket = one("S3::Bucket", BucketName=name, LifecycleConfiguration={"Rules": rules})
    assert create(cf, name, whole({"Bucket": bucket})) == "ROLLBACK_COMPLETE"
    assert name not in [one["Name"] for one in aws.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (one("S3::Bucket", CorsConfiguration={"CorsRules": []}), "CorsConfiguration"),
        (one("Events::Rule", ScheduleExpression="rate(5 minutes)"), "ScheduleExpression"),
        (one("SNS::Topic", TracingConfig="Active"), "TracingConfig"),
    ],
)
def test_property_that_is_refused_by_name(
    cf: Any, name: str, resource: dict[str, Any], named: str
) -> None:
    assert create(cf, name, whole({"Thing": resource})) == "ROLLBACK_COMPLETE"
    assert named in str(reasons(cf, name))

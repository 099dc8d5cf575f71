"""A lake that was deployed before there were stacks is taken over, and nothing of it is lost."""

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tarn.aws import Aws
from tarn.deploy import deploy, stage
from tarn.planning.plan import make_plan
from tarn.services import catalog
from tests.conftest import LocalServer
from tests.tarn import ground
from tests.tarn.conftest import changed, name_lake

pytestmark = pytest.mark.restart  # two deploys of all stacks

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["databrew.amazonaws.com", "glue.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def old(server: LocalServer) -> Iterator[Aws]:
    """The lake as a deploy without stacks made it: plain buckets, one role, a topic."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.env.items():
            patch.setenv(name, value)
        name_lake(patch)
        aws = Aws()
        ground.buckets(aws)
        ground.databases(aws)
        ground.workgroup(aws)
        ground.topic(aws)
        ground.data_source(aws)
        role = f"{aws.settings.prefix}-lake"
        iam = aws.client("iam")
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
        logs = aws.client("logs")
        for group in ("/aws-glue/jobs/output", "/aws-glue/jobs/error"):
            with suppress(logs.exceptions.ResourceAlreadyExistsException):  # another test's job
                logs.create_log_group(logGroupName=group)
        list(stage("glue:tables")(aws))
        yield aws


def test_taken_over(old: Aws) -> None:
    settings = old.settings
    sns, topic = old.client("sns"), f"arn:aws:sns:us-east-1:123456789012:{settings.topic_name}"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    for zone in ("raw", "ops"):
        old.s3.put_object(Bucket=settings.bucket(zone), Key="kept", Body=zone.encode())
    (change, *_) = make_plan(old).changes
    assert "take over AWS::S3::Bucket RawBucket" in change.detail
    lines = changed(deploy())
    assert lines[0] == f"stack {settings.prefix}-lake: created"
    assert list(deploy()) == [f"{settings.prefix}: unchanged"]
    for zone in ("raw", "ops"):
        found = old.s3.get_object(Bucket=settings.bucket(zone), Key="kept")
        assert found["Body"].read() == zone.encode()
    rules = old.s3.get_bucket_encryption(Bucket=settings.bucket("raw"))
    (rule,) = rules["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1
    assert catalog.get_table(settings.database, "planes", old) is not None
    workgroup = old.athena.get_work_group(WorkGroup=settings.workgroup)["WorkGroup"]
    assert workgroup["Configuration"]["EnforceWorkGroupConfiguration"]

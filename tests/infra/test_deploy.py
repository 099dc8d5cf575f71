"""lake.yaml and quicksight.yaml in a real local_aws: made, changed, replaced, rolled back.

What prod has beside them is refused by the name of its first type that nothing here does.
"""

import functools
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import LocalServer, start_server
from tests.infra.resolved import text

pytestmark = pytest.mark.restart

ZONES = ("raw", "clean", "curated", "quarantine", "ops")
LAKE = {"EncryptLogs": "off"}
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    running = start_server(tmp_path_factory.mktemp("infra") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def lake(server: LocalServer) -> LocalServer:
    assert deploy(server, "lake", LAKE) == "CREATE_COMPLETE", failures(server, "lake")
    return server


def deploy(
    server: LocalServer, name: str, given: dict[str, str] | None = None, body: str = ""
) -> str:
    """The stack's state after a change set, or the reason why there is none."""
    stacks, stack = server.client("cloudformation"), f"tarn-dev-{name}"
    there = any(one["StackName"] == stack for one in stacks.describe_stacks()["Stacks"])
    parameters = [
        {"ParameterKey": key, "ParameterValue": value}
        for key, value in ({"Env": "dev"} | (given or {})).items()
    ]
    made = stacks.create_change_set(
        StackName=stack,
        ChangeSetName=f"change-{next(NUMBERS)}",
        ChangeSetType="UPDATE" if there else "CREATE",
        TemplateBody=body or text(name),
        Parameters=parameters,
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    set_ = ended(lambda: stacks.describe_change_set(ChangeSetName=made["Id"]), "Status")
    if set_["Status"] == "FAILED":
        return str(set_["StatusReason"])
    stacks.execute_change_set(ChangeSetName=made["Id"])
    found = ended(lambda: stacks.describe_stacks(StackName=stack)["Stacks"][0], "StackStatus")
    return str(found["StackStatus"])


def ended(
    look: Any, member: str, while_: tuple[str, ...] = ("IN_PROGRESS", "PENDING")
) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while (found := look())[member].endswith(while_):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return dict(found)


def failures(server: LocalServer, name: str) -> list[str]:
    events = server.client("cloudformation").describe_stack_events(StackName=f"tarn-dev-{name}")
    return [
        f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}"
        for one in events["StackEvents"]
        if one["ResourceStatus"].endswith("FAILED")
    ]


def days(server: LocalServer, zone: str) -> int:
    rules = server.client("s3").get_bucket_lifecycle_configuration(Bucket=f"tarn-dev-{zone}")
    return int(rules["Rules"][0]["NoncurrentVersionExpiration"]["NoncurrentDays"])


def test_the_lake_is_as_the_template_says(lake: LocalServer) -> None:
    s3, key = lake.client("s3"), lake.client("kms").describe_key(KeyId="alias/tarn-dev-lake")
    for zone in ZONES:
        bucket = f"tarn-dev-{zone}"
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        default = rules["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        assert default == {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": key["KeyMetadata"]["Arn"],
        }
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        logged = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
        assert logged["TargetBucket"] == "tarn-dev-logs"
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        assert policy["Statement"][0]["Sid"] == "DenyPlainHttp"
    workgroup = lake.client("athena").get_work_group(WorkGroup="tarn-dev")["WorkGroup"]
    results = workgroup["Configuration"]["ResultConfiguration"]
    assert results["OutputLocation"] == "s3://tarn-dev-ops/athena/"
    assert results["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    names = {one["Name"] for one in lake.client("glue").get_databases()["DatabaseList"]}
    assert {"lake", "lake_shadow", "lake_ops"} <= names


def test_a_second_deploy_changes_nothing(lake: LocalServer) -> None:
    assert "didn't contain changes" in deploy(lake, "lake", LAKE)


def test_quicksight_takes_the_lakes_workgroup(lake: LocalServer) -> None:
    assert deploy(lake, "quicksight") == "CREATE_COMPLETE", failures(lake, "quicksight")
    source = lake.client("quicksight").describe_data_source(
        AwsAccountId="123456789012", DataSourceId="tarn-athena"
    )["DataSource"]
    assert source["DataSourceParameters"]["AthenaParameters"]["WorkGroup"] == "tarn-dev"
    assert "didn't contain changes" in deploy(lake, "quicksight")


def test_a_parameter_changes_what_it_is_about(lake: LocalServer) -> None:
    assert deploy(lake, "lake", LAKE | {"NoncurrentDays": "9"}) == "UPDATE_COMPLETE"
    assert (days(lake, "clean"), days(lake, "raw")) == (9, 365)
    assert deploy(lake, "lake", LAKE) == "UPDATE_COMPLETE"
    assert days(lake, "clean") == 30


def test_another_database_replaces_it_and_keeps_the_old_ones_tables(lake: LocalServer) -> None:
    glue = lake.client("glue")
    glue.create_table(DatabaseName="lake", TableInput={"Name": "kept"})
    assert deploy(lake, "lake", LAKE | {"Database": "pond"}) == "UPDATE_COMPLETE"
    assert glue.get_database(Name="pond")["Database"]["Name"] == "pond"
    assert glue.get_table(DatabaseName="lake", Name="kept")["Table"]["Name"] == "kept"


def test_an_update_that_fails_is_rolled_back(lake: LocalServer) -> None:
    before = days(lake, "clean")
    broken = text("lake").replace(
        "Resources:\n", "Resources:\n  Machine:\n    Type: AWS::EC2::Instance\n", 1
    )
    given = LAKE | {"Database": "pond", "NoncurrentDays": "11"}
    assert deploy(lake, "lake", given, broken) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("AWS::EC2::Instance" in failure for failure in failures(lake, "lake"))
    assert days(lake, "clean") == before


def test_what_is_not_done_here_is_refused_by_name(lake: LocalServer) -> None:
    assert deploy(lake, "security") == "ROLLBACK_COMPLETE"
    assert any("AWS::EC2::VPC is not supported" in one for one in failures(lake, "security"))


@pytest.mark.parametrize("name", ["guardrails", "oidc"])
def test_policies_alone_deploy_whole(server: LocalServer, name: str) -> None:
    given = {
        "Repository": "somebody/lake",
        "PermissionsBoundary": "arn:aws:iam::123456789012:policy/tarn-dev-boundary",
    }
    assert deploy(server, name, given if name == "oidc" else {}) == "CREATE_COMPLETE"


def test_a_run_that_nobody_waits_for_is_told_of_when_it_fails(lake: LocalServer) -> None:
    brew, role = lake.client("databrew"), "arn:aws:iam::123456789012:role/tarn-dev-databrew"
    messages = _messages_of_the_topic(lake)
    source = {"Bucket": "tarn-dev-raw", "Key": "nothing/is-here.csv"}
    for name in ("tarn-dev-orphan", "another-orphan"):  # the second is not the lake's
        brew.create_dataset(Name=name, Format="CSV", Input={"S3InputDefinition": source})
        output = {"Bucket": "tarn-dev-ops", "Key": "profiles/"}
        brew.create_profile_job(Name=name, DatasetName=name, RoleArn=role, OutputLocation=output)
    for name in ("another-orphan", "tarn-dev-orphan"):
        run = brew.start_job_run(Name=name)["RunId"]
        look = functools.partial(brew.describe_job_run, Name=name, RunId=run)
        assert ended(look, "State", ("STARTING", "RUNNING"))["State"] == "FAILED"
    detail = next(messages)["detail"]
    assert (detail["jobName"], detail["state"]) == ("tarn-dev-orphan", "FAILED")


def _messages_of_the_topic(server: LocalServer) -> Iterator[dict[str, Any]]:
    """What is published from now on, as a queue that subscribes gets it."""
    queues, topics = server.client("sqs"), server.client("sns")
    url = queues.create_queue(QueueName="told")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:told"
    topic = "arn:aws:sns:us-east-1:123456789012:tarn-dev-alerts"
    topics.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )

    def received() -> Iterator[dict[str, Any]]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = queues.receive_message(QueueUrl=url, WaitTimeSeconds=1)
            yield from (json.loads(one["Body"]) for one in answer.get("Messages", []))

    return received()

"""What DataBrew's runs tell the account's event bus."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.databrew.test_runs import STEPS, Lake

STATE, VALIDATION = "DataBrew Job State Change", "DataBrew Ruleset Validation Result"


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


@pytest.fixture
def told(aws: LocalServer, lake: Lake) -> Iterator[Callable[[], dict[str, Any]]]:
    """The next event of this lake's jobs, from a queue that a rule fills."""
    events, sqs, name = aws.client("events"), aws.client("sqs"), f"q-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {"source": ["aws.databrew"], "detail": {"jobName": [{"prefix": lake.name}]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = {"Id": "q", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}
    events.put_targets(Rule=name, Targets=[target])

    def receive() -> dict[str, Any]:
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(json.loads(message["Body"]))

    yield receive
    events.remove_targets(Rule=name, Ids=["q"])
    events.delete_rule(Name=name)


def test_the_end_of_a_run(lake: Lake, told: Callable[[], dict[str, Any]]) -> None:
    job = lake.recipe_job(STEPS)
    for text, state, severity, said in (
        ("n,word\n1,a\n", "SUCCEEDED", "INFO", "Job run succeeded"),
        ("other\n1\n", "FAILED", "ERROR", "cannot resolve"),
    ):
        lake.put(text)
        found = lake.run(job)
        event = told()
        assert (event["source"], event["detail-type"]) == ("aws.databrew", STATE)
        assert event["account"] == "123456789012"
        detail = event["detail"]
        assert said in detail.pop("message")
        assert detail == {
            "jobName": job,
            "jobRunId": found["RunId"],
            "severity": severity,
            "state": state,
        }


def test_each_ruleset_that_was_validated(lake: Lake, told: Callable[[], dict[str, Any]]) -> None:
    arn = lake.databrew.describe_dataset(Name=lake.name)["ResourceArn"]
    wanted = []
    for name, least in ((f"{lake.name}-few", "0"), (f"{lake.name}-many", "100")):
        rule = {"Name": "rows", "CheckExpression": "AGG(ROWS_COUNT) > :v",
                "SubstitutionMap": {":v": least}}  # fmt: skip
        lake.databrew.create_ruleset(Name=name, TargetArn=arn, Rules=[rule])
        wanted.append({"RulesetArn": lake.databrew.describe_ruleset(Name=name)["ResourceArn"]})
    job = lake.profile_job(ValidationConfigurations=wanted)
    run = lake.run(job)["RunId"]
    events = [told() for _ in range(3)]
    assert [event["detail-type"] for event in events] == [VALIDATION, VALIDATION, STATE]
    stem = f"profiles/{lake.name}_{run.removeprefix('db_')}_dq-validation-report.json"
    assert [event["detail"] for event in events[:2]] == [
        {
            "datasetName": lake.name,
            "jobName": job,
            "jobRunId": run,
            "rulesetName": f"{lake.name}-{name}",
            "validationState": state,
            "validationReportLocation": f"s3://{lake.name}/{stem}",
        }
        for name, state in (("few", "SUCCEEDED"), ("many", "FAILED"))
    ]
    lake.read(stem)

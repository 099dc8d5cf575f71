"""What EventBridge is told of runs."""

import json
import uuid
from typing import Any

import pytest
from support import SLEEPS, Glue, ended, start

from local_aws import event_bus
from local_aws.services.glue.jobs.api import JobsApi


@pytest.fixture
def told(aws: Any) -> Any:
    """``told(job)``: the next event of this job, from a queue that a rule fills."""
    events, sqs, name = aws.client("events"), aws.client("sqs"), f"q-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.glue"]}))
    target = {"Id": "q", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}
    events.put_targets(Rule=name, Targets=[target])

    def receive() -> dict[str, Any]:
        [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(json.loads(message["Body"]))

    yield receive
    events.remove_targets(Rule=name, Ids=["q"])
    events.delete_rule(Name=name)


def test_the_end_of_a_run(glue: Glue, told: Any) -> None:
    for text, state, severity, said in (
        ("print(1)", "SUCCEEDED", "INFO", "Job run succeeded"),
        ("import nowhere", "FAILED", "ERROR", "IMPORT_ERROR"),
    ):
        run = glue.run(glue.job(text))
        event = told()
        assert said in event["detail"].pop("message")
        assert event["detail"] == {
            "jobName": run["JobName"],
            "severity": severity,
            "state": state,
            "jobRunId": run["Id"],
        }
        assert event["detail-type"] == "Glue Job State Change"
        assert (event["source"], event["account"]) == ("aws.glue", "123456789012")


def test_a_run_that_takes_longer_than_its_delay(
    api: JobsApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(event_bus, "put", lambda _, message: events.append(message))
    run = api.jobs.run(start(api, SLEEPS, Timeout=2, NotificationProperty={"NotifyDelayAfter": 1}))
    ended(api, run.id)
    late, end = events
    assert late["detail-type"] == "Glue Job Run Status"
    assert late["resources"] == ["arn:aws:glue:us-east-1:123456789012:job/j"]
    assert late["detail"]["notificationCondition"] == {"NotifyDelayAfter": 1.0}
    assert (late["detail"]["jobRunId"], late["detail"]["state"]) == (run.id, "RUNNING")
    assert (end["detail"]["state"], end["detail"]["severity"]) == ("TIMEOUT", "WARN")

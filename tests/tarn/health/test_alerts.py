"""Alerts on the real server: a queue gets what its filter policy asks for, once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.load import load_contracts
from tarn.errors import TarnError
from tarn.health import alerts
from tarn.health.alerts import Alert
from tarn.ledger import ledger
from tarn.steps.freshness import check_freshness
from tests.tarn import ground
from tests.tarn.page.lakes import record, year

FAILED = Alert(
    kind="failed",
    severity="critical",
    dataset="flights",
    partition="2013-03",
    title="flights 2013-03 failed at the gate profile",
    text="312 rows break a rule",
    token="t1",
    step="profile",
    gate="profile",
)


class Inbox:
    """Queues of this lake that are subscribed to its topic."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.sqs = aws, aws.client("sqs")

    def subscribe(self, name: str, **wanted: list[str]) -> str:
        queue = f"{self.aws.settings.prefix}-{name}"
        url = str(self.sqs.create_queue(QueueName=queue)["QueueUrl"])
        asked = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        self.aws.client("sns").subscribe(
            TopicArn=alerts.topic_arn(self.aws),
            Protocol="sqs",
            Endpoint=asked["Attributes"]["QueueArn"],
            Attributes={"FilterPolicy": json.dumps(wanted)} if wanted else {},
        )
        return url

    def take(self, url: str) -> list[dict[str, Any]]:
        """What is in a queue; it is empty after that."""
        found = []
        while messages := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(json.loads(message["Body"])["Message"]))
        return found


@pytest.fixture
def inbox(lake: Aws) -> Inbox:
    ground.topic(lake)
    return Inbox(lake)


def titles(messages: list[dict[str, Any]]) -> list[str]:
    return [message["title"] for message in messages]


def test_a_queue_gets_what_it_asked_for(lake: Aws, inbox: Inbox) -> None:
    everything = inbox.subscribe("all")
    critical = inbox.subscribe("critical", severity=["critical"], dataset=["flights"])
    gates = inbox.subscribe("gates", gate=["profile", "drift"])
    others = inbox.subscribe("others", step=["land"])
    sent = [
        FAILED,
        replace(FAILED, dataset="weather", title="weather"),
        replace(FAILED, severity="warning", token="t2", title="warned"),
        replace(FAILED, gate="", step="convert", token="t3", title="no gate"),
    ]
    assert [alerts.send(alert, lake) for alert in sent] == [True] * 4
    assert sorted(titles(inbox.take(everything))) == sorted(alert.title for alert in sent)
    assert sorted(titles(inbox.take(critical))) == [FAILED.title, "no gate"]
    assert sorted(titles(inbox.take(gates))) == [FAILED.title, "warned", "weather"]
    assert inbox.take(others) == []


def test_a_retry_sends_nothing_more(lake: Aws, inbox: Inbox) -> None:
    queue = inbox.subscribe("all")
    assert alerts.send(FAILED, lake)
    assert not alerts.send(FAILED, lake)
    [message] = inbox.take(queue)
    assert message["text"] == FAILED.text
    kept = lake.get_json("ops", FAILED.key)
    assert kept["message_id"]
    assert alerts.send(replace(FAILED, token="cleared and run again"), lake)


def test_one_that_was_not_sent_is_sent_by_the_retry(
    lake: Aws, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = inbox.subscribe("all")
    lake.client("sns").delete_topic(TopicArn=alerts.topic_arn(lake))
    with pytest.raises(TarnError, match="alert"):
        alerts.send(FAILED, lake)
    assert not alerts.tell(FAILED, lake)  # which stops nobody
    ground.topic(lake)
    queue = inbox.subscribe("all")
    assert alerts.tell(FAILED, lake)
    assert titles(inbox.take(queue)) == [FAILED.title]


@pytest.mark.parametrize(("age", "again"), [(5, False), (alerts.CLAIM_SECONDS + 5, True)])
def test_a_sender_that_was_killed(lake: Aws, inbox: Inbox, age: int, again: bool) -> None:
    """It had claimed the alert; whether it was sent nobody knows."""
    queue = inbox.subscribe("all")
    claimed = datetime.now(UTC) - timedelta(seconds=age)
    lake.put_json("ops", FAILED.key, {"claimed_at": claimed.isoformat()})
    assert alerts.send(FAILED, lake) is again
    assert len(inbox.take(queue)) == int(again)


def test_without_a_lake_nobody_is_stopped(lake: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARN_LAKE", "nobody")
    assert not alerts.tell(FAILED)


def test_a_subject_that_sns_takes(lake: Aws, inbox: Inbox) -> None:
    assert alerts.send(replace(FAILED, title=f"zweiter\nVersuch: größer {'x' * 200}"), lake)


def test_what_a_publish_found() -> None:
    entry = record(year("flights")[2], "aa")
    assert list(alerts.published(entry)) == []
    found = list(alerts.published(entry | {"warnings": ["a", "b"], "columns_added": ["seats"]}))
    assert [(a.kind, a.severity, a.step, a.gate) for a in found] == [
        ("warned", "warning", "validate", "expectations"),
        ("warned", "warning", "crawl", "drift"),
    ]
    assert found[0].title == "flights 2013-03: 2 expectations warned"
    assert found[0].key != found[1].key
    assert "- seats" in found[1].text


# -- freshness


@pytest.fixture
def flights_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two datasets: flights without an end, and planes."""
    found = load_contracts()
    kept = {
        "flights": replace(found["flights"], end="", freshness="45d"),
        "planes": found["planes"],
    }
    monkeypatch.setattr("tarn.steps.freshness.load_contracts", lambda settings: kept)


@pytest.mark.usefixtures("flights_goes_on")
def test_one_alert_for_each_change(lake: Aws, inbox: Inbox) -> None:
    queue = inbox.subscribe("all")
    planes = inbox.subscribe("planes", dataset=["planes"])
    months = year("flights")
    ledger.record(record(months[2], "aa"), lake)  # March
    ledger.record(record(year("planes")[0], "aa", finished_at="2013-04-01T00:00:00+00:00"), lake)
    on = lambda month, day: datetime(2013, month, day, tzinfo=UTC)  # noqa: E731

    assert check_freshness(on(5, 1), lake) == {"flights": "fresh", "planes": "fresh"}
    assert inbox.take(queue) == []
    for day in (17, 18, 19):
        assert check_freshness(on(5, day), lake)["flights"] == "late"
    [late] = inbox.take(queue)
    assert (late["kind"], late["severity"], late["partition"]) == ("late", "critical", "2013-03")
    assert "46 days old" in late["text"]

    ledger.record(record(months[3], "bb"), lake)
    for day in (20, 21):
        assert check_freshness(on(5, day), lake)["flights"] == "fresh"
    assert [m["kind"] for m in inbox.take(queue)] == ["fresh"]
    check_freshness(on(7, 1), lake)  # and late once more: another change, another alert
    assert [m["kind"] for m in inbox.take(queue)] == ["late"]
    assert inbox.take(planes) == []


@pytest.mark.usefixtures("flights_goes_on")
def test_a_check_that_was_killed_sends_nothing_twice(
    lake: Aws, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the alert, before its state was kept."""
    queue = inbox.subscribe("all", dataset=["flights"])
    now = datetime(2013, 5, 20, tzinfo=UTC)
    write = Aws.put_json

    def killed(self: Aws, zone: str, key: str, value: Any, **condition: str) -> str:
        if key.startswith("alerts/freshness/"):
            raise KeyboardInterrupt
        return write(self, zone, key, value, **condition)

    with monkeypatch.context() as patch:
        patch.setattr(Aws, "put_json", killed)
        with pytest.raises(KeyboardInterrupt):
            check_freshness(now, lake)
    assert check_freshness(now, lake)["flights"] == "late"
    assert len(inbox.take(queue)) == 1


@pytest.mark.usefixtures("flights_goes_on")
def test_an_alert_that_cannot_be_sent_is_tried_again(lake: Aws) -> None:
    now = datetime(2013, 5, 20, tzinfo=UTC)
    with pytest.raises(TarnError):  # no topic yet
        check_freshness(now, lake)
    inbox = Inbox(lake)
    ground.topic(lake)
    queue = inbox.subscribe("all", dataset=["flights"])
    check_freshness(now, lake)
    assert [m["kind"] for m in inbox.take(queue)] == ["late"]

"""A partition that fails under the real scheduler: the page shows it, a subscriber is told."""

import html
import json
import re
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from laptop.airflow import FINISHED, AirflowApi
from tarn.contracts.load import load_contract
from tests.chromium import wait

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

JUNE = "2013-06-01T00:00:00Z"


def subscribed() -> str:
    """The address of a queue that gets every alert."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url = str(sqs.create_queue(QueueName="alerts")["QueueUrl"])
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    [topic] = [t["TopicArn"] for t in sns.list_topics()["Topics"] if "-alerts" in t["TopicArn"]]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=asked["Attributes"]["QueueArn"])
    return url


def taken(url: str) -> list[dict[str, Any]]:
    sqs, found = boto3.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(json.loads(message["Body"])["Message"]))
    return found


def ended(lake: AirflowApi, dag_id: str, *, start: str = "") -> bool:
    runs = [r for r in lake.runs(dag_id) if (r["data_interval_start"] or "").startswith(start)]
    return bool(runs) and all(run["state"] in FINISHED for run in runs)


def test_a_failure_is_seen_and_told(lake: AirflowApi, sources: Path) -> None:
    queue = subscribed()
    header = ",".join(load_contract("flights").source_columns)
    (sources / "flights-2013-06.csv").write_text(f"{header}\n")  # and no rows
    lake.unpause("flights")
    lake.backfill("flights", JUNE, JUNE, max_active_runs=1)
    wait(lambda: ended(lake, "flights", start="2013-06"), seconds=240)

    page = html.unescape(httpx.get(f"{lake.address}/tarn/").raise_for_status().text)
    labels = re.findall('aria-label="(flights [^"]*)"', page)
    assert "flights 2013-06, failed, at land" in labels
    drawer = httpx.get(f"{lake.address}/tarn/cell?dataset=flights&partition=2013-06").text
    assert "../dags/flights/runs/backfill__" in drawer
    assert "failed at <b>land</b>" in drawer

    [told] = [alert for alert in taken(queue) if alert["dataset"] == "flights"]
    assert (told["kind"], told["severity"], told["step"]) == ("failed", "critical", "land")
    assert told["partition"] == "2013-06"
    assert told["text"]
    assert "/dags/flights/runs/" in told["link"]


def test_what_is_late_is_told_once(lake: AirflowApi) -> None:
    queue = subscribed()
    lake.unpause("lake_freshness")
    wait(lambda: ended(lake, "lake_freshness"), seconds=240)
    assert [run["state"] for run in lake.runs("lake_freshness")] == ["success"]
    late = [alert for alert in taken(queue) if alert["kind"] == "late"]
    assert "flights" in [alert["dataset"] for alert in late]
    lake.clear("lake_freshness", lake.runs("lake_freshness")[0]["dag_run_id"])
    wait(lambda: not ended(lake, "lake_freshness"), seconds=60)
    wait(lambda: ended(lake, "lake_freshness"), seconds=240)
    assert taken(queue) == []


def test_validate_links_to_its_data_docs(lake: AirflowApi) -> None:
    lake.unpause("airlines")
    wait(lambda: ended(lake, "airlines"), seconds=400)
    [run] = lake.runs("airlines")
    assert run["state"] == "success"
    task = f"/dags/airlines/dagRuns/{run['dag_run_id']}/taskInstances/validate"
    links = lake.call("GET", f"{task}/links")["extra_links"]
    docs = httpx.get(links["Data Docs"]).raise_for_status().text
    assert "Data Docs: airlines all" in docs
    assert "Evaluated Expectations" in docs
    drawer = html.unescape(
        httpx.get(f"{lake.address}/tarn/cell?dataset=airlines&partition=all").text
    )
    assert links["Data Docs"].rpartition("/")[2] in drawer


def test_airflow_lists_the_page(lake: AirflowApi) -> None:
    plugins = lake.call("GET", "/plugins?limit=1000")["plugins"]
    [plugin] = [plugin for plugin in plugins if plugin["name"] == "lake_page"]
    assert [app["url_prefix"] for app in plugin["fastapi_apps"]] == ["/tarn"]
    assert [view["url_route"] for view in plugin["external_views"]] == ["lake"]

"""How the runs of one token ended, as the server counts them: the oldest first."""

from collections.abc import Callable, Mapping
from typing import Any

from tarn.aws import Aws
from tarn.partition import Partition
from tarn.settings import Settings
from tarn.steps.convert import TOKEN
from tarn.steps.crawl import crawler_name
from tarn.steps.dashboards import data_set_id

AIRLINES = Partition("airlines")
LIVING = frozenset({"STARTING", "RUNNING", "WAITING", "INITIALIZED", "QUEUED"})
ONE_WORD = {"COMPLETED": "SUCCEEDED"}  # of crawls and of ingestions


def databrew_runs(result: Mapping[str, Any], aws: Aws) -> list[str]:
    pages = aws.databrew.get_paginator("list_job_runs").paginate(Name=result["job"])
    folder = f"run={result['token']}/"
    return [
        str(run["State"])
        for page in pages
        for run in page["JobRuns"]
        if any(folder in output["Location"]["Key"] for output in run["Outputs"])
    ]


def glue_runs(result: Mapping[str, Any], aws: Aws) -> list[str]:
    pages = aws.glue.get_paginator("get_job_runs").paginate(JobName=result["job"])
    return [
        str(run["JobRunState"])
        for page in pages
        for run in page["JobRuns"]
        if run["Arguments"][TOKEN] == result["token"]
    ]


def crawls(result: Mapping[str, Any], aws: Aws) -> list[str]:
    """From their logs: publish deletes the crawler, and with it the list of its crawls."""
    name = crawler_name(AIRLINES, result["token"], aws)
    events = aws.client("logs").get_log_events(
        logGroupName="/aws-glue/crawlers", logStreamName=name, startFromHead=True
    )["events"]
    states: dict[str, str] = {}
    for crawl, said in (event["message"].split("] ", 1) for event in events):
        states.setdefault(crawl, "RUNNING")
        if said.startswith("ERROR"):
            states[crawl] = "FAILED"
        elif "has finished running: " in said and states[crawl] == "RUNNING":
            states[crawl] = said.rpartition(" ")[2]
    return list(reversed(states.values()))


def ingestions(result: Mapping[str, Any], aws: Aws) -> list[str]:
    found = aws.quicksight.list_ingestions(
        AwsAccountId=aws.account_id, DataSetId=data_set_id(result["view"], Settings())
    )
    token = str(result["token"])
    return [
        str(one["IngestionStatus"])
        for one in found["Ingestions"]
        if one["IngestionId"].startswith(token)
    ]


NEWEST_FIRST: dict[str, Callable[[Mapping[str, Any], Aws], list[str]]] = {
    "profile": databrew_runs,
    "clean": databrew_runs,
    "convert": glue_runs,
    "crawl": crawls,
    "dashboards": ingestions,
}


def runs(step: str, result: Mapping[str, Any], aws: Aws) -> list[str]:
    """The states of the runs of a result's token; `step` is one that AWS runs."""
    return [ONE_WORD.get(state, state) for state in reversed(NEWEST_FIRST[step](result, aws))]

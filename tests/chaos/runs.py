"""How the runs of one token ended, as the server counts them: the oldest first."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, pairwise
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
        elif "has finished running" in said and states[crawl] == "RUNNING":
            states[crawl] = "COMPLETED"
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


# -- whether two runs of one work were ever at it at once

Span = tuple[str, float, float]
"""What ran, from when, until when, in seconds since the epoch."""


def _job_spans(aws: Aws) -> Iterator[Span]:
    for name in aws.glue.list_jobs()["JobNames"]:
        for page in aws.glue.get_paginator("get_job_runs").paginate(JobName=name):
            for run in page["JobRuns"]:
                yield f"Glue {name}", run["StartedOn"].timestamp(), run["CompletedOn"].timestamp()
    for job in aws.databrew.list_jobs()["Jobs"]:
        name = job["Name"]
        for brew in aws.databrew.get_paginator("list_job_runs").paginate(Name=name):
            for run in brew["JobRuns"]:
                began, ended = run["StartedOn"].timestamp(), run["CompletedOn"].timestamp()
                yield f"DataBrew {name}", began, ended


def _crawl_spans(aws: Aws) -> Iterator[Span]:
    logs, group = aws.client("logs"), "/aws-glue/crawlers"
    for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=group):
        for stream in page["logStreams"]:
            told = logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
            for _, events in groupby(told, lambda event: event["message"].split("] ", 1)[0]):
                times = [event["timestamp"] / 1000 for event in events]
                yield "crawls", min(times), max(times)


def at_once(aws: Aws) -> list[str]:
    """Runs that began before the one before them had ended, on a lake of one partition."""
    spans = sorted([*_job_spans(aws), *_crawl_spans(aws)])
    return [
        f"{name}: a run began {before[2] - began:.2f} s before the end of the one before it"
        for before, (name, began, _) in pairwise(spans)
        if before[0] == name and began < before[2]
    ]

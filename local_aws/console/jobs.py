"""Glue jobs, their runs and what the runs printed."""

from typing import Any

from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake, every
from local_aws.console.logs import tail
from local_aws.services.glue.jobs import metrics, pricing
from local_aws.services.glue.jobs.model import ACTIVE

RUNS = 50


def jobs(lake: Lake, ask: Ask) -> Answer:
    """All jobs with their last run; `q` is a part of the name."""
    found = [job for job in every(lake.glue.get_jobs, "Jobs") if ask.get("q") in job["Name"]]
    rows = [(job, _last_run(lake, job["Name"])) for job in found]
    busy = any(run and run["JobRunState"] in ACTIVE for _, run in rows)
    return page("jobs.html", jobs=rows, q=ask.get("q"), busy=busy)


def _last_run(lake: Lake, job: str) -> dict[str, Any] | None:
    runs = lake.glue.jobs.runs(job, limit=1)
    return runs[0].document if runs else None


def job(lake: Lake, ask: Ask) -> Answer:
    """One job: its definition and its runs."""
    name = ask.get("name")
    request = {"JobName": name, "MaxResults": RUNS}
    if ask.get("after"):
        request["NextToken"] = ask.get("after")
    answer = lake.glue.get_job_runs(request)
    return page(
        "job.html",
        job=lake.glue.get_job({"JobName": name})["Job"],
        runs=[(run, _estimate(run)) for run in answer["JobRuns"]],
        following=answer.get("NextToken"),
        after=ask.get("after"),
        busy=any(run["JobRunState"] in ACTIVE for run in answer["JobRuns"]),
    )


def _estimate(run: dict[str, Any]) -> pricing.Estimate | None:
    """None while nobody knows how long it takes."""
    return None if run["JobRunState"] in ACTIVE else pricing.estimate(run)


def run(lake: Lake, ask: Ask) -> Answer:
    """One run: arguments, times, what AWS would bill, error, metrics, the ends of its two logs."""
    name, run_id = ask.get("job"), ask.get("id")
    found = lake.glue.get_job_run({"JobName": name, "RunId": run_id})["JobRun"]
    prefix = found["LogGroupName"]
    groups = [("Output", f"{prefix}/output"), ("Errors", f"{prefix}/error")]
    return page(
        "run.html",
        run=found,
        busy=found["JobRunState"] in ACTIVE,
        estimate=_estimate(found),
        price=pricing.PRICES[found.get("ExecutionClass", "STANDARD")],
        least=pricing.MINIMUM_SECONDS,
        metrics=metrics.courses(lake.platform, lake.glue.jobs.run(run_id, name)),
        logs=[(title, group, tail(lake, group, run_id)) for title, group in groups],
    )

"""DataBrew's jobs, their runs and what the runs printed."""

from collections.abc import Iterator
from typing import Any

from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake, every
from local_aws.console.logs import tail
from local_aws.services.databrew.model import UNFINISHED
from local_aws.services.databrew.runs import LOG_GROUP


def jobs(lake: Lake, ask: Ask) -> Answer:
    """All jobs with their last run; `q` is a part of the name."""
    found = [job for job in every(lake.databrew.list_jobs, "Jobs") if ask.get("q") in job["Name"]]
    rows = [(job, _last_run(lake, job["Name"])) for job in found]
    busy = any(run and run["State"] in UNFINISHED for _, run in rows)
    return page("databrew.html", jobs=rows, q=ask.get("q"), busy=busy)


def _last_run(lake: Lake, job: str) -> dict[str, Any] | None:
    runs = lake.databrew.list_job_runs({"Name": job, "MaxResults": 1})["JobRuns"]
    return runs[0] if runs else None


def job(lake: Lake, ask: Ask) -> Answer:
    """One job: recipe or profile, and its runs."""
    name = ask.get("name")
    request = {"Name": name, "MaxResults": 50}
    if ask.get("after"):
        request["NextToken"] = ask.get("after")
    answer = lake.databrew.list_job_runs(request)
    found = lake.databrew.describe_job({"Name": name})
    return page(
        "databrew_job.html",
        job=found,
        outputs=_outputs(found),
        runs=answer["JobRuns"],
        following=answer.get("NextToken"),
        after=ask.get("after"),
        busy=any(run["State"] in UNFINISHED for run in answer["JobRuns"]),
    )


def run(lake: Lake, ask: Ask) -> Answer:
    """One run: what it read and wrote, error, the end of its log."""
    name, run_id = ask.get("job"), ask.get("id")
    found = lake.databrew.describe_job_run({"Name": name, "RunId": run_id})
    stream = f"{name}-{run_id}"
    return page(
        "databrew_run.html",
        run=found,
        outputs=_outputs(found),
        busy=found["State"] in UNFINISHED,
        group=LOG_GROUP,
        stream=stream,
        lines=tail(lake, LOG_GROUP, stream),
    )


def _outputs(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Bucket and key of each place that is written."""
    return list(_places(document.get("Outputs") or []))


def _places(outputs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        yield output["Location"]["Bucket"], output["Location"].get("Key", "")

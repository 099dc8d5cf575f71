"""DataBrew's jobs, their runs and what the runs printed."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import profile_page
from local_aws.console.answers import Answer, NotThere, page
from local_aws.console.lake import Ask, Lake, every
from local_aws.console.logs import tail
from local_aws.console.render import url
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
        profiled="RecipeReference" not in found and found["State"] == "SUCCEEDED",
        busy=found["State"] in UNFINISHED,
        group=LOG_GROUP,
        stream=stream,
        lines=tail(lake, LOG_GROUP, stream),
    )


def profile(lake: Lake, ask: Ask) -> Answer:
    """A profile run's report as a page, drawn in the browser with plotly."""
    name, run_id = ask.get("job"), ask.get("id")
    found = lake.databrew.describe_job_run({"Name": name, "RunId": run_id})
    bucket, folder = _outputs(found)[0]
    stem = f"{folder}{found['DatasetName']}_{run_id.removeprefix('db_')}"
    report = _report(lake, bucket, f"{stem}.json")
    if report is None:
        raise NotThere("This run has left no profile, or somebody has deleted it.")
    rules = _report(lake, bucket, f"{stem}_dq-validation-report.json") or {}
    nonce = secrets.token_urlsafe(16)
    html = profile_page.render(
        report,
        rules.get("rulesetResults", []),
        title=f"Profile of {found['DatasetName']}",
        back=(f"Run of {name}", url("databrew-run", job=name, id=run_id)),
        plotly_address="/quicksight/plotly.min.js",
        nonce=nonce,
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": profile_page.policy(nonce),
    }
    return Answer(200, headers, html.encode(errors="replace"))


def _report(lake: Lake, bucket: str, key: str) -> dict[str, Any] | None:
    if not lake.s3.stat(bucket, key):
        return None
    report: dict[str, Any] = json.loads(lake.s3.read(bucket, key))
    return report


def _outputs(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Bucket and key of each place that is written."""
    return list(_places(document.get("Outputs") or []))


def _places(outputs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        yield output["Location"]["Bucket"], output["Location"].get("Key", "")

"""DataBrew's objects of one partition, and where its runs are.

A partition has a dataset, a ruleset and two jobs of its own: two months never wait for, nor
overwrite, each other. A ruleset belongs to one dataset on AWS, so it is the partition's too.
https://docs.aws.amazon.com/databrew/latest/dg/api-reference.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.errors import Terminal, Transient, code_of
from tarn.ledger import costs
from tarn.partition import Partition
from tarn.services.work import Status

LIVING = frozenset({"STARTING", "RUNNING", "STOPPING"})
AT_WORK = LIVING - {"STOPPING"}  # a run that is being stopped is nobody's to wait for


def upsert(create: Any, update: Any, both: dict[str, Any], only_create: dict[str, Any]) -> None:
    """Create, or update what is there already."""
    try:
        create(**both, **only_create)
    except ClientError as error:
        if code_of(error) != "ConflictException":
            raise
        update(**both)


def put_dataset(partition: Partition, landed_uri: str, aws: Aws) -> None:
    """The DataBrew dataset of the partition, over the run's raw file."""
    definition = {
        "Name": aws.settings.databrew(partition.slug),
        "Format": "CSV",
        "FormatOptions": {"Csv": {"Delimiter": ",", "HeaderRow": True}},
        "Input": {"S3InputDefinition": _input(partition, landed_uri)},
    }
    upsert(aws.databrew.create_dataset, aws.databrew.update_dataset, definition, {})


def _input(partition: Partition, landed_uri: str) -> dict[str, str]:
    bucket, _, folder = landed_uri.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": f"{folder}{partition.slug}.csv"}


def start(job: str, partition: Partition, landed_uri: str, token: str, aws: Aws) -> str:
    """Start a run of the partition's job as it was just put.

    Two DAG runs may hold the same partition (one by hand beside the schedule's): what the other
    put in between would be read, or written to, by this run.
    """
    run_id = str(aws.start_once("databrew", "start_job_run", Name=job)["RunId"])
    dataset = aws.databrew.describe_dataset(Name=aws.settings.databrew(partition.slug))
    reads = dataset["Input"].get("S3InputDefinition", {})
    writes = dict(aws.databrew.describe_job(Name=job))
    if reads == _input(partition, landed_uri) and writes_to(writes, token):
        return run_id
    stop(job, run_id, aws)
    raise Transient(f"Another run of {partition} changed the DataBrew job {job} as this one began.")


def arn(kind: str, name: str, aws: Aws) -> str:
    return f"arn:aws:databrew:{aws.settings.region}:{aws.account_id}:{kind}/{name}"


def read_rules(dataset: str, aws: Aws) -> list[dict[str, Any]]:
    """The Rules of the dataset's ruleset, from recipes/<dataset>.rules.json."""
    path = aws.settings.root / "recipes" / f"{dataset}.rules.json"
    if not path.is_file():
        return []
    rules = json.loads(path.read_text(encoding="utf-8"))
    return list(rules["Rules"] if isinstance(rules, dict) else rules)


def put_ruleset(partition: Partition, aws: Aws) -> str:
    """The partition's ruleset; its ARN, or "" for a dataset without rules."""
    rules = read_rules(partition.dataset, aws)
    if not rules:
        return ""
    name = aws.settings.databrew(partition.slug)
    upsert(
        aws.databrew.create_ruleset,
        aws.databrew.update_ruleset,
        {"Name": name, "Rules": rules},
        {"TargetArn": arn("dataset", name, aws)},
    )
    return arn("ruleset", name, aws)


def runs(job: str, aws: Aws) -> Iterator[dict[str, Any]]:
    """The job's runs, newest first; none when there is no such job yet."""
    pages = aws.databrew.get_paginator("list_job_runs").paginate(Name=job)
    try:
        for page in pages:
            yield from (dict(run) for run in page["JobRuns"])
    except ClientError as error:
        if not is_missing(error):
            raise


def writes_to(run: dict[str, Any], token: str) -> bool:
    """Whether a run writes the folder of a token."""
    folder = f"run={token}/"
    return any(
        folder in f"{output['Location'].get('Key', '')}/" for output in run.get("Outputs") or []
    )


def status(job: str, run_id: str, aws: Aws) -> Status:
    """Where a run is. FAILED, STOPPED and TIMEOUT are all failures: AWS's word, not its silence."""
    run = aws.databrew.describe_job_run(Name=job, RunId=run_id)
    state = run.get("State", "")
    if state in LIVING:
        return Status("RUNNING", f"DataBrew job {job}: {state}")
    seconds = float(run.get("ExecutionTime", 0))
    detail = {
        "run_id": run_id,
        "job": job,
        "seconds": seconds,
        "cost": costs.databrew(seconds, aws.settings.databrew_nodes).of(
            job.rpartition("-")[2], run_id, run.get("StartedOn")
        ),
        # A profile job has none.
        "recipe_version": run.get("RecipeReference", {}).get("RecipeVersion", ""),
    }
    if state == "SUCCEEDED":
        return Status("SUCCEEDED", f"DataBrew job {job}: {state}", detail)
    reason = run.get("ErrorMessage") or "AWS gave no message"
    return Status("FAILED", f"DataBrew job {job} ended {state}: {reason}", detail)


def stop(job: str, run_id: str, aws: Aws) -> None:
    if status(job, run_id, aws).state == "RUNNING":
        aws.databrew.stop_job_run(Name=job, RunId=run_id)


def link(job: str, run_id: str, aws: Aws) -> str:
    return aws.console("databrew/home?region={region}" + f"#job-details?job={job}&run={run_id}")


def recipe_reference(dataset: str, aws: Aws) -> dict[str, str]:
    """A dataset's recipe and its published version, pinned so that a run says what it ran."""
    recipe = aws.settings.databrew(dataset)
    try:
        described = aws.databrew.describe_recipe(Name=recipe, RecipeVersion="LATEST_PUBLISHED")
    except ClientError as error:
        if not is_missing(error):
            raise
        raise Terminal(
            f"DataBrew has no published recipe {recipe!r}. Deploy the lake: it publishes "
            f"recipes/{dataset}.json."
        ) from None
    return {"Name": recipe, "RecipeVersion": described["RecipeVersion"]}

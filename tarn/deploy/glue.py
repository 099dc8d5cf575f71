"""Glue's databases, the published tables, and the convert jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tarn import catalog
from tarn.aws import Aws, is_missing
from tarn.contract import load_contracts
from tarn.deploy.compare import covers
from tarn.errors import aws_errors


def databases(aws: Aws) -> Iterator[str]:
    settings = aws.settings
    described = {
        settings.database: "What readers use: published tables and views.",
        settings.shadow_database: "Unpublished runs, as crawlers saw them.",
        settings.ops_database: "The pipeline's ledger.",
    }
    for name, description in described.items():
        with aws_errors(f"database {name}"):
            try:
                aws.glue.get_database(Name=name)
                continue
            except ClientError as error:
                if not is_missing(error):
                    raise
            aws.glue.create_database(DatabaseInput={"Name": name, "Description": description})
            yield f"database {name}: created"


def tables(aws: Aws) -> Iterator[str]:
    """The published tables, as the contracts say. Where they point is publish's business."""
    for contract in load_contracts(aws.settings).values():
        found = catalog.get_table(aws.settings.database, contract.name, aws)
        location = catalog.unpublished(contract, aws)
        if found is not None:
            location = found["StorageDescriptor"]["Location"]
        wanted = catalog.table_input(contract, location)
        if found is not None:
            wanted["Parameters"] = found.get("Parameters", {}) | wanted["Parameters"]
        yield from _table(aws.settings.database, found, wanted, aws)


def put_table(database: str, wanted: dict[str, Any], aws: Aws) -> Iterator[str]:
    """Create or update a table whose location is declared."""
    yield from _table(database, catalog.get_table(database, wanted["Name"], aws), wanted, aws)


def _table(
    database: str, found: dict[str, Any] | None, wanted: dict[str, Any], aws: Aws
) -> Iterator[str]:
    name = f"{database}.{wanted['Name']}"
    with aws_errors(f"table {name}"):
        if found is None:
            aws.glue.create_table(DatabaseName=database, TableInput=wanted)  # type: ignore[arg-type]
            yield f"table {name}: created"
        elif not covers(found, wanted):
            aws.glue.update_table(DatabaseName=database, TableInput=wanted)  # type: ignore[arg-type]
            yield f"table {name}: updated"


def jobs(aws: Aws) -> Iterator[str]:
    """One convert job a dataset."""
    for dataset in load_contracts(aws.settings):
        name, wanted = aws.settings.convert_job(dataset), _job(dataset, aws)
        with aws_errors(f"Glue job {name}"):
            found = _get_job(name, aws)
            if found is None:
                aws.glue.create_job(Name=name, **wanted)
                yield f"Glue job {name}: created"
            elif not covers(found, wanted):
                aws.glue.update_job(JobName=name, JobUpdate=wanted)  # type: ignore[arg-type]
                yield f"Glue job {name}: updated"


def _get_job(name: str, aws: Aws) -> dict[str, Any] | None:
    try:
        return dict(aws.glue.get_job(JobName=name)["Job"])
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def _job(dataset: str, aws: Aws) -> dict[str, Any]:
    settings = aws.settings
    return {
        "Description": f"Clean {dataset} to typed, sorted Parquet.",
        "Role": aws.role_arn,
        "GlueVersion": settings.glue_version,
        "WorkerType": settings.glue_worker_type,
        "NumberOfWorkers": settings.glue_workers,
        "Timeout": settings.job_minutes,
        # Retries are Airflow's: two kinds of retry would hide each other.
        "MaxRetries": 0,
        "ExecutionProperty": {"MaxConcurrentRuns": settings.glue_concurrent_runs},
        "Command": {
            "Name": "glueetl",
            "PythonVersion": "3",
            "ScriptLocation": settings.uri("ops", f"glue/{dataset}.py"),
        },
        "DefaultArguments": {
            "--job-language": "python",
            "--extra-py-files": settings.uri("ops", "glue/lake_convert.py"),
        },
    }

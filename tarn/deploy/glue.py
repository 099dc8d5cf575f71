"""The published tables, and the convert jobs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts.load import load_contracts
from tarn.deploy import scripts
from tarn.deploy.compare import Change, differences
from tarn.errors import aws_errors
from tarn.ledger.provenance import SHARED
from tarn.services import catalog


def tables(aws: Aws) -> Iterator[Change]:
    """The published tables, as the contracts say. Where they point is publish's business."""
    for contract in load_contracts(aws.settings).values():
        found = catalog.get_table(aws.settings.database, contract.name, aws)
        location = catalog.unpublished(contract, aws)
        if found is not None:
            location = found["StorageDescriptor"]["Location"]
        wanted = catalog.table_input(contract, location)
        if found is not None:
            wanted["Parameters"] = found.get("Parameters", {}) | wanted["Parameters"]
        yield from put_table(aws.settings.database, found, wanted, aws)


def declared_table(database: str, wanted: dict[str, Any], aws: Aws) -> Iterator[Change]:
    """A table whose location is declared too."""
    yield from put_table(database, catalog.get_table(database, wanted["Name"], aws), wanted, aws)


def put_table(
    database: str, found: dict[str, Any] | None, wanted: dict[str, Any], aws: Aws
) -> Iterator[Change]:
    what, call = f"table {database}.{wanted['Name']}", {"DatabaseName": database}
    if found is None:
        create = partial(aws.glue.create_table, **call, TableInput=wanted)  # type: ignore[arg-type]
        yield Change(what, "create", create)
    elif differing := differences(found, wanted) or _dropped(found, wanted):
        # Glue refuses where a publish has moved the table's readers meanwhile.
        call["VersionId"] = found["VersionId"]
        update = partial(aws.glue.update_table, **call, TableInput=wanted)  # type: ignore[arg-type]
        yield Change(what, "update", update, differing)


def _dropped(found: dict[str, Any], wanted: dict[str, Any]) -> tuple[str, ...]:
    """A comment or a classification that a column has and should have no more."""
    declared = wanted["StorageDescriptor"]["Columns"]
    columns = [
        {key: value for key, value in column.items() if value}
        for column in found["StorageDescriptor"]["Columns"]
    ]
    return tuple(f"StorageDescriptor.Columns{where}" for where in differences(declared, columns))


def jobs(aws: Aws) -> Iterator[Change]:
    """One convert job a dataset."""
    for dataset in load_contracts(aws.settings):
        name, wanted = aws.settings.convert_job(dataset), _job(dataset, aws)
        with aws_errors(f"Glue job {name}"):
            found = _get_job(name, aws)
        if found is None:
            create = partial(aws.glue.create_job, Name=name, **wanted)
            yield Change(f"Glue job {name}", "create", create)
        elif differing := differences(found, wanted):
            update = partial(aws.glue.update_job, JobName=name, JobUpdate=wanted)  # type: ignore[arg-type]
            yield Change(f"Glue job {name}", "update", update, differing)


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
        "Role": aws.role_arn("glue"),
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
            "ScriptLocation": settings.uri("ops", scripts.key(dataset, settings)),
        },
        "DefaultArguments": {
            "--job-language": "python",
            "--extra-py-files": settings.uri("ops", scripts.key(SHARED, settings)),
        },
    }

"""convert: the Glue PySpark job writes typed, sorted Parquet that no reader sees yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tarn.aws import Aws
from tarn.contracts.changes import kept_key
from tarn.errors import Terminal, aws_errors
from tarn.ledger import costs, ledger, provenance
from tarn.partition import Partition
from tarn.services.work import Status

LIVING = frozenset({"STARTING", "RUNNING", "WAITING", "STOPPING"})
REUSABLE = LIVING - {"STOPPING"} | {"SUCCEEDED"}
TOKEN = "--tarn_token"  # noqa: S105 (the name of an argument)
SCRIPT = "--tarn_job_sha256"
CONTRACT = "--tarn_contract_sha256"
MOVES = "--tarn_moves"


@dataclass(frozen=True)
class ConvertWork:
    """One run of the dataset's Glue job, over one partition."""

    partition: Partition
    token: str
    clean_uri: str
    kind: ClassVar[str] = "convert"

    def job(self, aws: Aws) -> str:
        return aws.settings.convert_job(self.partition.dataset)

    @aws_errors("convert")
    def find(self, aws: Aws) -> str | None:
        pages = aws.glue.get_paginator("get_job_runs").paginate(JobName=self.job(aws))
        # AWS gives the newest first; the month being rerun is soon found or not there.
        for page in pages:
            for run in page["JobRuns"]:
                mine = run.get("Arguments", {}).get(TOKEN) == self.token
                if mine and run["JobRunState"] in REUSABLE:
                    return str(run["Id"])
        return None

    @aws_errors("convert")
    def start(self, aws: Aws) -> str:
        name, arguments = self.job(aws), self.arguments(aws)
        run = aws.start_once("glue", "start_job_run", JobName=name, Arguments=arguments)
        return str(run["JobRunId"])

    def arguments(self, aws: Aws) -> dict[str, str]:
        settings, folder = aws.settings, self.partition.run_folder(self.token)
        dataset = self.partition.dataset
        contract = provenance.contract_sha256(dataset, aws)
        return {
            "--input": self.clean_uri,
            "--output": settings.uri("curated", folder),
            "--quarantine": settings.uri("quarantine", folder),
            # The one kept under its digest: a deploy before the job reads it does not change it.
            "--contract": settings.uri("ops", kept_key(dataset, contract)),
            "--metrics": settings.uri("ops", _metrics_key(self.partition, self.token)),
            TOKEN: self.token,
            # Glue keeps a run's arguments: a deploy while it runs does not change what it ran.
            SCRIPT: provenance.job_sha256(dataset, aws),
            CONTRACT: contract,
            MOVES: str(ledger.moves_at_start(self.partition, aws)),
        }

    @aws_errors("convert")
    def status(self, aws: Aws, run_id: str) -> Status:
        job = self.job(aws)
        run = aws.glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        state = run["JobRunState"]
        if state in LIVING:
            return Status("RUNNING", f"Glue job {job}: {state}")
        seconds = float(run.get("ExecutionTime", 0))
        dpus = costs.DPUS.get(run.get("WorkerType", ""), 1.0) * run.get("NumberOfWorkers", 2)
        arguments = run.get("Arguments", {})
        detail: dict[str, Any] = {
            "run_id": run_id,
            "job": job,
            "token": self.token,
            "seconds": seconds,
            "dpu_seconds": float(run.get("DPUSeconds") or seconds * dpus),
            "cost": costs.glue_job(seconds, dpus).of(self.kind, run_id, run.get("StartedOn")),
            "job_sha256": arguments.get(SCRIPT, ""),
            "contract_sha256": arguments.get(CONTRACT, ""),
            "moves": int(arguments[MOVES]) if MOVES in arguments else None,
            "uri": aws.settings.uri("curated", self.partition.run_folder(self.token)),
            "read": self.clean_uri,
        }
        if state == "SUCCEEDED":
            return Status("SUCCEEDED", f"Glue job {job}: {state}", detail)
        reason = run.get("ErrorMessage") or "AWS gave no message"
        return Status("FAILED", f"Glue job {job} run {run_id} ended {state}: {reason}", detail)

    @aws_errors("convert")
    def stop(self, aws: Aws, run_id: str) -> None:
        if self.status(aws, run_id).state == "RUNNING":
            aws.glue.batch_stop_job_run(JobName=self.job(aws), JobRunIds=[run_id])

    def link(self, aws: Aws, run_id: str) -> str:
        path = f"#/editor/job/{self.job(aws)}/runs?runId={run_id}"
        return aws.console("gluestudio/home?region={region}" + path)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "partition": self.partition.to_dict(),
            "token": self.token,
            "clean_uri": self.clean_uri,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ConvertWork:
        return cls(Partition.from_dict(data["partition"]), data["token"], data["clean_uri"])


def _metrics_key(partition: Partition, token: str) -> str:
    return f"metrics/{partition.folder}run={token}.json"


@aws_errors("read_metrics")
def read_metrics(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """The Glue job's own counts (token: the convert step's).

    {"rows_in", "rows_out", "rows_quarantined", "files", "bytes", "quarantined_by_rule"}.
    """
    aws = aws or Aws()
    key = _metrics_key(partition, token)
    metrics: dict[str, Any] | None = aws.get_json("ops", key)
    if metrics is None:
        raise Terminal(
            f"The Glue job of {partition} left no metrics at {aws.settings.uri('ops', key)}. "
            "Clear the task `convert`."
        )
    return metrics

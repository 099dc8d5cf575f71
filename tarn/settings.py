"""Settings: names on AWS and intervals, all from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tarn.errors import Terminal

ZONES = ("raw", "clean", "curated", "quarantine", "ops")


def _setting(variable: str, default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Where the lake is and how it is named; each field says its variable and its meaning."""

    lake: str = _setting("TARN_LAKE", "tarn", "first part of every name on AWS")
    env: str = _setting("TARN_ENV", "dev", "second part of every name: dev, test, prod")
    region: str = _setting("AWS_DEFAULT_REGION", "us-east-1", "AWS region")
    home: str = _setting(
        "TARN_HOME",
        str(Path(__file__).resolve().parent.parent),
        "folder that holds datasets/, recipes/, sql/ and the other declarations",
    )
    database: str = _setting("TARN_DATABASE", "lake", "Glue database that readers use")
    shadow_database: str = _setting(
        "TARN_SHADOW_DATABASE", "lake_shadow", "Glue database of unpublished runs"
    )
    ops_database: str = _setting("TARN_OPS_DATABASE", "lake_ops", "Glue database of the ledger")
    account_id: str = _setting("TARN_ACCOUNT_ID", "", "AWS account; asked from STS when empty")
    poll_seconds: float = _setting(
        "TARN_POLL_SECONDS", 15.0, "seconds between two looks at work that AWS is doing"
    )
    quiet_seconds: float = _setting(
        "TARN_QUIET_SECONDS", 20.0, "how long nothing may move before views are refreshed"
    )
    stale_seconds: float = _setting(
        "TARN_STALE_SECONDS", 7200.0, "after this a started partition no longer holds up the views"
    )
    databrew_nodes: int = _setting("TARN_DATABREW_NODES", 2, "nodes of a DataBrew job")
    glue_workers: int = _setting("TARN_GLUE_WORKERS", 2, "workers of a Glue job")
    glue_worker_type: str = _setting("TARN_GLUE_WORKER_TYPE", "G.1X", "worker type of a Glue job")
    glue_version: str = _setting("TARN_GLUE_VERSION", "5.1", "version of Glue")
    glue_concurrent_runs: int = _setting(
        "TARN_GLUE_CONCURRENT_RUNS", 24, "how many partitions one Glue job may convert at once"
    )
    quicksight_principal: str = _setting(
        "TARN_QUICKSIGHT_PRINCIPAL", "", "ARN of the QuickSight user or group who sees dashboards"
    )
    athena_cutoff_bytes: int = _setting(
        "TARN_ATHENA_CUTOFF_BYTES",
        1_000_000_000_000,
        "bytes that one query may scan before Athena cancels it; 10 MB at least",
    )
    retention_runs: int = _setting(
        "TARN_RETENTION_RUNS", 2, "former runs of a partition that rollback may go back to"
    )
    retention_days: float = _setting(
        "TARN_RETENTION_DAYS", 7.0, "days that a run's files stay after its readers have left it"
    )
    job_minutes: int = _setting("TARN_JOB_MINUTES", 60, "minutes after which AWS stops a job")

    lineage: str = _setting(
        "TARN_LINEAGE",
        "",
        "where OpenLineage events go: file:///folder or http(s)://; off when empty",
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        environ = os.environ if environ is None else environ
        values = {}
        for item in fields(cls):
            text = environ.get(item.metadata["variable"], "")
            if text:
                values[item.name] = _convert(item.metadata["variable"], text, item.default)
        return cls(**values)

    @property
    def prefix(self) -> str:
        """`tarn-dev`: how every name on AWS begins."""
        return f"{self.lake}-{self.env}"

    @property
    def root(self) -> Path:
        return Path(self.home)

    @property
    def workgroup(self) -> str:
        return self.prefix

    @property
    def topic_name(self) -> str:
        """The SNS topic of alerts."""
        return f"{self.prefix}-alerts"

    def role(self, service: str) -> str:
        """The role that a service acts in: `glue`, `crawler`, `databrew`."""
        return f"{self.prefix}-{service}"

    @property
    def athena_results(self) -> str:
        return self.uri("ops", "athena/")

    def bucket(self, zone: str) -> str:
        if zone not in ZONES:
            raise Terminal(f"There is no zone {zone!r}. The zones are {', '.join(ZONES)}.")
        return f"{self.prefix}-{zone}"

    def uri(self, zone: str, key: str) -> str:
        return f"s3://{self.bucket(zone)}/{key}"

    def databrew(self, name: str) -> str:
        """DataBrew's names are one account's, so that two environments must not share them."""
        return f"{self.prefix}-{name}"

    def convert_job(self, dataset: str) -> str:
        return f"{self.prefix}-convert-{dataset}"


def variable(name: str) -> str:
    """The environment variable of a setting: `TARN_LAKE` of `lake`."""
    return next(str(f.metadata["variable"]) for f in fields(Settings) if f.name == name)


def _convert(variable: str, text: str, default: Any) -> Any:
    kind = type(default)
    try:
        return kind(text)
    except ValueError:
        raise Terminal(
            f"The environment variable {variable} is {text!r}, which is not a {kind.__name__}."
        ) from None

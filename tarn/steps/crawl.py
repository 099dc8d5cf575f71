"""crawl: a crawler reads the unpublished run into a shadow table; its schema meets the contract.

The crawler is the run's own and only ever writes the shadow database: what readers use comes from
the contract, never from a crawler.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from tarn.aws import Aws, forget, is_missing
from tarn.contracts import drift, drift_reports
from tarn.contracts.load import load_contract
from tarn.errors import GateFailed, Terminal, aws_errors, code_of
from tarn.ledger import costs
from tarn.partition import Partition
from tarn.services import catalog
from tarn.services.work import Status


def table_prefix(partition: Partition) -> str:
    return partition.slug.replace("-", "_") + "_"


def shadow_table(partition: Partition, token: str) -> str:
    """The name that a crawler gives the run's folder: prefix, and `run=abc` as `run_abc`."""
    return f"{table_prefix(partition)}run_{token}"


def crawler_name(partition: Partition, token: str, aws: Aws) -> str:
    return f"{aws.settings.prefix}-{partition.slug}-{token}"


def require_shadow(partition: Partition, table: str, aws: Aws) -> None:
    """A run's shadow table is there from its crawl to its publish."""
    if catalog.get_table(aws.settings.shadow_database, table, aws) is None:
        raise Terminal(
            f"The shadow table {aws.settings.shadow_database}.{table} of {partition} is gone: its "
            "run was published. Clear the task `crawl` and all that follow it."
        )


@contextmanager
def shadow_of(partition: Partition, token: str, aws: Aws) -> Iterator[str]:
    """The name of the run's shadow table (token: the *convert* step's), for as long as it is read.

    A publish takes the table away, and a task may be cleared long after: of the run that readers
    see it is made again for the while, as the contract says. Raises Terminal for a run that was
    not crawled, or that another has replaced.
    """
    database, table = aws.settings.shadow_database, shadow_table(partition, token)
    location = aws.settings.uri("curated", partition.run_folder(token))
    if catalog.location_of(partition, aws)[0] != location:
        require_shadow(partition, table, aws)
        yield table
        return
    contract = load_contract(partition.dataset, aws.settings)
    catalog.create_run_table(database, table, contract, location, aws)
    try:
        yield table
    finally:
        forget(aws.glue.delete_table, DatabaseName=database, Name=table)


@dataclass(frozen=True)
class CrawlWork:
    """One crawl of the run's folder in the curated zone (curated_uri: the convert step's uri)."""

    partition: Partition
    token: str
    curated_uri: str
    kind: ClassVar[str] = "crawl"

    def name(self, aws: Aws) -> str:
        return crawler_name(self.partition, self.token, aws)

    @aws_errors("crawl")
    def find(self, aws: Aws) -> str | None:
        try:
            crawler = aws.glue.get_crawler(Name=self.name(aws))["Crawler"]
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        succeeded = crawler.get("LastCrawl", {}).get("Status") == "SUCCEEDED"
        return self.name(aws) if crawler["State"] != "READY" or succeeded else None

    @aws_errors("crawl")
    def start(self, aws: Aws) -> str:
        try:
            aws.glue.create_crawler(
                Name=self.name(aws),
                Role=aws.role_arn("crawler"),
                DatabaseName=aws.settings.shadow_database,
                Targets={"S3Targets": [{"Path": self.curated_uri}]},
                TablePrefix=table_prefix(self.partition),
                SchemaChangePolicy={
                    "UpdateBehavior": "UPDATE_IN_DATABASE",
                    "DeleteBehavior": "LOG",
                },
            )
        except ClientError as error:
            if code_of(error) != "AlreadyExistsException":
                raise
        try:
            aws.start_once("glue", "start_crawler", Name=self.name(aws))
        except ClientError as error:
            if code_of(error) != "CrawlerRunningException":
                raise  # running: an earlier try of this very run; wait for it
        return self.name(aws)

    @aws_errors("crawl")
    def status(self, aws: Aws, run_id: str) -> Status:
        crawler = aws.glue.get_crawler(Name=run_id)["Crawler"]
        if crawler["State"] != "READY":
            return Status("RUNNING", f"crawler {run_id}: {crawler['State']}")
        last = crawler.get("LastCrawl", {})
        seconds = self._seconds(run_id, aws)
        detail = {
            "run_id": run_id,
            "token": self.token,
            "seconds": seconds,
            "cost": costs.crawler(seconds).of(self.kind, run_id, last.get("StartTime")),
            "uri": self.curated_uri,
            "read": self.curated_uri,
        }
        state = last.get("Status", "never started")
        if state == "SUCCEEDED":
            return Status("SUCCEEDED", f"crawler {run_id}: {state}", detail)
        reason = last.get("ErrorMessage") or "AWS gave no message"
        return Status("FAILED", f"crawler {run_id} ended {state}: {reason}", detail)

    def _seconds(self, name: str, aws: Aws) -> float:
        metrics = aws.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"]
        return float(metrics[0].get("LastRuntimeSeconds", 0)) if metrics else 0.0

    @aws_errors("crawl")
    def stop(self, aws: Aws, run_id: str) -> None:
        try:
            aws.glue.stop_crawler(Name=run_id)
        except ClientError as error:
            if code_of(error) not in ("CrawlerNotRunningException", "CrawlerStoppingException"):
                raise

    def link(self, aws: Aws, run_id: str) -> str:
        return aws.console(
            "glue/home?region={region}" + f"#/v2/data-catalog/crawlers/view/{run_id}"
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "partition": self.partition.to_dict(),
            "token": self.token,
            "curated_uri": self.curated_uri,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CrawlWork:
        return cls(Partition.from_dict(data["partition"]), data["token"], data["curated_uri"])


@aws_errors("compare_schema")
def compare_schema(
    partition: Partition, token: str, aws: Aws | None = None, header: Sequence[str] = ()
) -> dict[str, Any]:
    """Hold the crawler's shadow table against the contract (token: the *convert* step's).

    header: the raw file's, which may have drifted too. Returns {"added", "missing", "retyped",
    "reordered", "policy", "patch", "table"}; what stops the partition by the dataset's policy
    (tarn/contracts/drift.py) raises GateFailed.
    """
    aws = aws or Aws()
    contract = load_contract(partition.dataset, aws.settings)
    table = shadow_table(partition, token)
    where = f"{aws.settings.shadow_database}.{table}"
    found = drift.of_table(contract, _columns(table, aws), header)
    kept = drift_reports.keep(partition, contract, found, where, aws)
    if kinds := found.stopped_by("schema", contract.drift):
        plain = (
            f"Make recipes/{partition.dataset}.json and glue_jobs/{partition.dataset}.py give what "
            f"datasets/{partition.dataset}.yaml promises, deploy, then clear the task `clean`."
        )
        raise GateFailed(
            "schema",
            partition.dataset,
            partition.label,
            drift.findings(found, kinds, where),
            drift_reports.remedy(plain, contract, kept, aws),
        )
    return kept


def _columns(table: str, aws: Aws) -> dict[str, str]:
    """Names and types of the shadow table's columns, in order."""
    try:
        found = aws.glue.get_table(DatabaseName=aws.settings.shadow_database, Name=table)["Table"]
    except ClientError as error:
        if not is_missing(error):
            raise
        raise Terminal(
            f"The crawler made no table {aws.settings.shadow_database}.{table}: the run's folder "
            "held no files it could read. Clear the task `convert`."
        ) from None
    return {column["Name"]: column["Type"] for column in found["StorageDescriptor"]["Columns"]}

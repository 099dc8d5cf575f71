"""The ledger in Athena: runs, refreshes, compactions as tables; rules, costs, scanned as views.

The views read arrays of the records: a run that is there has its rules and costs, as it was
written whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.deploy.glue import declared_table
from tarn.deploy.query import views_in
from tarn.ledger import ledger, scans
from tarn.steps.views import OPS

COST = (
    "struct<step:string,run_id:string,ran_at:string,service:string,units:double,unit:string,"
    "usd:double>"
)
RULE = (
    "struct<name:string,kind:string,severity:string,passed:boolean,"
    "rows_checked:bigint,rows_broken:bigint>"
)
OBJECT = "struct<uri:string,version_id:string,etag:string,sha256:string,bytes:bigint>"
DRIFT = (
    "struct<added:array<string>,missing:array<string>,retyped:array<string>,"
    "reordered:array<string>,policy:string,patch:string>"
)
SHOWN = (
    "struct<view:string,data_set:string,ingestion:string,rows:bigint,athena_rows:bigint,"
    "bytes:bigint,query:string,sql_sha256:string,tables:array<string>,scanned:bigint>"
)
SCANNED = (
    "struct<view:string,bytes_before:bigint,bytes_after:bigint,query_before:string,"
    "query_after:string>"
)
RUNS = {
    "dataset": "string",
    "partition": "string",
    "status": "string",  # published, failed, rolled_back
    "token": "string",
    "started_at": "string",
    "finished_at": "string",
    "published_at": "string",  # of what readers see: before finished_at after a rollback
    "rows_landed": "bigint",  # counts are NULL where a run failed before they were taken
    "rows_cleaned": "bigint",
    "rows_dropped": "bigint",
    "rows_quarantined": "bigint",
    "rows_published": "bigint",
    "bytes_landed": "bigint",
    "bytes_published": "bigint",
    "files": "bigint",
    "athena_bytes": "bigint",
    "sha256_landed": "string",
    "source_version": "string",  # of the file that it was landed from
    "quarantined_by_rule": "map<string,bigint>",
    "location": "string",
    "previous_location": "string",
    "landed": OBJECT,
    "contract_version": "string",
    "contract_sha256": "string",
    "recipe_version": "string",
    "recipe_sha256": "string",
    "job_sha256": "string",
    "dag_run_id": "string",
    "logical_date": "string",
    "tokens": "map<string,string>",  # by step
    "runs": "map<string,string>",  # AWS's ids, by step
    "queries": "map<string,array<string>>",  # Athena's ids, by step
    "seconds": "map<string,double>",
    "dpu_seconds": "double",
    "costs": f"array<{COST}>",
    "cost_usd": "double",
    "rules": f"array<{RULE}>",
    "warnings": "array<string>",
    "columns_added": "array<string>",
    "drift": DRIFT,
    "step": "string",  # of a failed run: where it failed, and what stopped it
    "gate": "string",
    "message": "string",
    "findings": "array<string>",
    "run_by": "string",  # of a rollback: who
}
REFRESHES = {
    "token": "string",
    "refreshed_at": "string",
    "datasets": "array<string>",
    "runs": "map<string,string>",  # by partition: the record of the run that was seen
    "views": f"array<{SHOWN}>",
    "costs": f"array<{COST}>",
}
COMPACTIONS = {
    "token": "string",
    "compacted_at": "string",
    "partitions": "array<string>",
    "views": f"array<{SCANNED}>",
}
TABLES = {
    "runs": (ledger.RUNS, RUNS, "One record a partition run: rows, bytes, cost, ids, digests."),
    "refreshes": (ledger.REFRESHES, REFRESHES, "One record a refresh of views and dashboards."),
    "compactions": (scans.COMPACTIONS, COMPACTIONS, "One record a compaction: what views scan."),
}


def tables(aws: Aws) -> Iterator[Change]:
    for name, (prefix, columns, description) in TABLES.items():
        wanted = _table(name, description, columns, aws.settings.uri("ops", prefix))
        yield from declared_table(aws.settings.ops_database, wanted, aws)


def _table(name: str, description: str, columns: dict[str, str], location: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Description": description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "json"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": n, "Type": kind} for n, kind in columns.items()],
            "Location": location,
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
        },
    }


def views(aws: Aws) -> Iterator[Change]:
    yield from views_in(aws.settings.ops_database, OPS, aws)

"""The records of the ledger: what a partition run was, said once it is over.

Every record has every column of lake_ops.runs (tarn/deploy/ledger.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tarn import moments
from tarn.aws import Aws
from tarn.contracts import drift_reports
from tarn.contracts.load import load_contract
from tarn.errors import Finding
from tarn.ledger import costs, ledger, provenance, rules
from tarn.partition import Partition
from tarn.services import athena

Json = Mapping[str, Any]
WORK = ("profile", "clean", "convert", "crawl")  # the steps that are runs on AWS
COUNTS: dict[str, Any] = {
    "rows_landed": 0,
    "rows_cleaned": 0,
    "rows_dropped": 0,
    "rows_quarantined": 0,
    "rows_published": 0,
    "bytes_landed": 0,
    "bytes_published": 0,
    "files": 0,
    "athena_bytes": 0,
    "sha256_landed": "",
    "source_version": "",
    "quarantined_by_rule": {},
}
# Of a run that failed: nobody counted, which is not nothing.
UNCOUNTED = dict.fromkeys(name for name, empty in COUNTS.items() if empty == 0)
EMPTY: dict[str, Any] = {
    **COUNTS,
    "published_at": "",
    "location": "",
    "previous_location": "",
    "landed": {},
    "contract_version": "",
    "contract_sha256": "",
    "recipe_version": "",
    "recipe_sha256": "",
    "job_sha256": "",
    "dag_run_id": "",
    "logical_date": "",
    "tokens": {},
    "runs": {},
    "queries": {},
    "seconds": {},
    "dpu_seconds": 0.0,
    "costs": [],
    "cost_usd": 0.0,
    "rules": [],
    "warnings": [],
    "columns_added": [],
    "drift": drift_reports.told({}),
    "step": "",
    "gate": "",
    "message": "",
    "findings": [],
    "run_by": "",
}


def published(
    partition: Partition,
    tokens: Mapping[str, str],
    results: Mapping[str, Json],
    counts: Json,
    manifest: Json,
    aws: Aws,
) -> dict[str, Any]:
    """The record of a publish. counts: COUNTS, and "query", the id of the query that counted."""
    validated = results.get("validate") or {}
    queries = {"validate": list(validated.get("queries", [])), "count": [counts["query"]]}
    version = (results.get("clean") or {}).get("recipe_version", "")
    contract = load_contract(partition.dataset, aws.settings)
    said = [*_rules(results), *rules.of_rows(contract, counts), *validated.get("results", [])]
    return {
        **EMPTY,
        **_head(partition, tokens["publish"], ledger.PUBLISHED, aws),
        **{name: counts[name] for name in COUNTS},
        **_work(results, queries, aws),
        **provenance.contract(partition.dataset, _contract(results), aws),
        **provenance.recipe(partition.dataset, version, aws),
        **(results.get("airflow") or {}),
        "landed": provenance.landed(manifest, aws),
        "location": aws.settings.uri("curated", partition.run_folder(tokens["convert"])),
        "tokens": dict(tokens),
        "rules": said,
        "columns_added": list((results.get("drift") or {}).get("added", [])),
        "drift": drift_reports.told(results.get("drift") or {}),
        "warnings": [str(w) for w in validated.get("warnings", [])],
    }


def failed(
    partition: Partition,
    token: str,
    step: str,
    message: str,
    finding: Json,
    results: Mapping[str, Json],
    aws: Aws,
) -> dict[str, Any]:
    """The record of a run that ended in `step`.

    finding: GateFailed.to_dict(), or nothing; results: of the steps so far, as for a publish, and
    of this one as far as AWS got with it.
    """
    landed, gate = results.get("land") or {}, str(finding.get("gate", ""))
    return {
        **EMPTY,
        **UNCOUNTED,
        **_head(partition, token, ledger.FAILED, aws),
        **_work(results, {}, aws),
        **provenance.contract(partition.dataset, _contract(results), aws),
        "rows_landed": landed.get("rows"),
        "bytes_landed": landed.get("bytes"),
        "tokens": {name: result["token"] for name, result in results.items() if "token" in result},
        "rules": list(_rules(results)),
        "step": step,
        "message": message,
        "gate": gate,
        "drift": drift_reports.told(drift_reports.kept_of(partition, gate, aws)),
        "findings": [str(Finding(**item)) for item in finding.get("findings", [])],
    }


def _head(partition: Partition, token: str, status: str, aws: Aws) -> dict[str, Any]:
    return {
        "dataset": partition.dataset,
        "partition": partition.label,
        "token": token,
        "status": status,
        "started_at": ledger.started_at(partition, aws),
        "finished_at": moments.now(),
    }


def _work(
    results: Mapping[str, Json], queries: Mapping[str, Iterable[str]], aws: Aws
) -> dict[str, Any]:
    """What AWS ran, how long, and for how much."""
    runs = {step: dict(results.get(step) or {}) for step in WORK}
    lines = [run["cost"] for run in runs.values() if run.get("cost")]
    for step, ids in queries.items():
        asked = [query for query in ids if query]
        if billed := athena.billed(asked, aws):
            cost = costs.athena(query.scanned for query in billed)
            lines.append(cost.of(step, asked[0], min(query.at for query in billed)))
    convert = runs["convert"]
    return {
        "runs": {step: run["run_id"] for step, run in runs.items() if run.get("run_id")},
        "queries": {step: list(ids) for step, ids in queries.items()},
        "seconds": {step: float(run["seconds"]) for step, run in runs.items() if "seconds" in run},
        "dpu_seconds": float(convert.get("dpu_seconds", 0)),
        "job_sha256": str(convert.get("job_sha256", "")),
        "costs": lines,
        "cost_usd": round(sum(line["usd"] for line in lines), 6),
    }


def _contract(results: Mapping[str, Json]) -> str:
    """The digest of the contract that the Glue job held rows against; "" where none ran."""
    return str((results.get("convert") or {}).get("contract_sha256", ""))


def _rules(results: Mapping[str, Json]) -> Iterable[dict[str, Any]]:
    """The profile's own result, or its gate's: who asked without Airflow gives the latter."""
    profile = results.get("profile") or {}
    seen = profile.get("gate") or profile
    return rules.of_profile(seen.get("rules", []), int(seen.get("rows", 0)))

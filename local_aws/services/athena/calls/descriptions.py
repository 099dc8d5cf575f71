"""A query's execution in Athena's own shape. Without the engine, so that the console is quick."""

from __future__ import annotations

import datetime as dt
from typing import Any

AUTOMATIC, VERSION = "AUTO", "Athena engine version 3"
ENGINE = {"SelectedEngineVersion": AUTOMATIC, "EffectiveEngineVersion": VERSION}
_NO_REUSE = {"ResultReuseByAgeConfiguration": {"Enabled": False}}


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def statistics(body: dict[str, Any]) -> dict[str, Any]:
    """Athena's times in milliseconds, measured here, and what was read."""
    outcome = body.get("outcome") or {}
    submitted = body["submitted"]
    accepted = body.get("accepted", submitted)
    ended = body.get("completed")
    started = body.get("started", ended or accepted)
    engine_ended = body.get("engine_ended", ended or started)
    found: dict[str, Any] = {
        "EngineExecutionTimeInMillis": _milliseconds(started, engine_ended),
        "DataScannedInBytes": outcome.get("bytes", 0),
        "TotalExecutionTimeInMillis": _milliseconds(submitted, ended or started),
        "QueryQueueTimeInMillis": _milliseconds(accepted, started),
        "ServicePreProcessingTimeInMillis": _milliseconds(submitted, accepted),
        "ServiceProcessingTimeInMillis": _milliseconds(engine_ended, ended or engine_ended),
        "ResultReuseInformation": {"ReusedPreviousResult": bool(body.get("reused"))},
    }
    if outcome.get("planning") is not None:
        found["QueryPlanningTimeInMillis"] = round(outcome["planning"] * 1000)
    if outcome.get("manifest"):
        found["DataManifestLocation"] = outcome["manifest"]
    return found


def _milliseconds(began: float, ended: float) -> int:
    return max(round((ended - began) * 1000), 0)


def runtime_statistics(body: dict[str, Any]) -> dict[str, Any]:
    """GetQueryRuntimeStatistics. The engine is one machine: what Athena has as a tree of stages is
    one stage here, with the engine's own operators as its plan."""
    outcome = body.get("outcome") or {}
    rows = {
        "InputRows": outcome.get("input_rows", 0),
        "InputBytes": outcome.get("bytes", 0),
        "OutputRows": outcome.get("rows", 0),
        "OutputBytes": outcome.get("output_bytes", 0),
    }
    timeline = {k: v for k, v in statistics(body).items() if k.endswith("Millis")}
    found: dict[str, Any] = {"Timeline": timeline, "Rows": rows}
    if outcome.get("plan"):
        found["OutputStage"] = {
            "StageId": 0,
            "State": "FINISHED",
            "ExecutionTime": timeline["EngineExecutionTimeInMillis"],
            "QueryStagePlan": outcome["plan"],
            "SubStages": [],
            **rows,
        }
    return found


def _context(body: dict[str, Any]) -> dict[str, str]:
    """As it was sent, but for the catalog, which Athena writes small."""
    context = dict(body["context"])
    if context.get("Catalog"):
        context["Catalog"] = context["Catalog"].lower()
    return context


def describe(body: dict[str, Any]) -> dict[str, Any]:
    """The execution as GetQueryExecution gives it."""
    status: dict[str, Any] = {
        "State": body["state"],
        "SubmissionDateTime": _moment(body["submitted"]),
    }
    if body.get("completed"):
        status["CompletionDateTime"] = _moment(body["completed"])
    if body.get("reason"):
        status["StateChangeReason"] = body["reason"]
    if body.get("athena_error"):
        status["AthenaError"] = body["athena_error"]
    found = {
        "QueryExecutionId": body["id"],
        "Query": body["query"],
        "StatementType": body["kind"]["type"],
        "SubstatementType": body["kind"]["subtype"],
        "ResultConfiguration": {"OutputLocation": body["output"], **body.get("configuration", {})},
        "ResultReuseConfiguration": body.get("reuse") or _NO_REUSE,
        "QueryExecutionContext": _context(body),
        "Status": status,
        "Statistics": statistics(body),
        "WorkGroup": body["workgroup"],
        "EngineVersion": body.get("engine") or ENGINE,
    }
    if body.get("parameters"):
        found["ExecutionParameters"] = body["parameters"]
    return found

"""A query's execution in Athena's own shape. Without the engine, so that the console is quick."""

from __future__ import annotations

import datetime as dt
from typing import Any


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def statistics(body: dict[str, Any]) -> dict[str, Any]:
    outcome = body.get("outcome") or {}
    started = body.get("started", body["submitted"])
    ended = body.get("completed", started)
    found: dict[str, Any] = {
        "EngineExecutionTimeInMillis": round((ended - started) * 1000),
        "DataScannedInBytes": outcome.get("bytes", 0),
        "TotalExecutionTimeInMillis": round((ended - body["submitted"]) * 1000),
        "QueryQueueTimeInMillis": round((started - body["submitted"]) * 1000),
        "ServicePreProcessingTimeInMillis": 0,
        "QueryPlanningTimeInMillis": 0,
        "ServiceProcessingTimeInMillis": 0,
        "ResultReuseInformation": {"ReusedPreviousResult": bool(body.get("reused"))},
    }
    if outcome.get("manifest"):
        found["DataManifestLocation"] = outcome["manifest"]
    return found


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
    context = {**body["context"], "Database": body["database"]} if body["context"] else {}
    found = {
        "QueryExecutionId": body["id"],
        "Query": body["query"],
        "StatementType": body["kind"]["type"],
        "SubstatementType": body["kind"]["subtype"],
        "ResultConfiguration": {"OutputLocation": body["output"]},
        "QueryExecutionContext": context,
        "Status": status,
        "Statistics": statistics(body),
        "WorkGroup": body["workgroup"],
        "EngineVersion": {
            "SelectedEngineVersion": "Athena engine version 3",
            "EffectiveEngineVersion": "Athena engine version 3",
        },
    }
    if body.get("reuse"):
        found["ResultReuseConfiguration"] = body["reuse"]
    if body.get("parameters"):
        found["ExecutionParameters"] = body["parameters"]
    return found

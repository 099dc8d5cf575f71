"""Result reuse: an earlier answer handed over, when the caller allows it and it is young enough.

Athena reuses an answer of the same text, catalog, database, workgroup and result configuration;
nothing but its age makes it stale, so a table that changed meanwhile is not noticed.
https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
"""

from __future__ import annotations

import time
from typing import Any

from local_aws.acting.errors import Denied
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.queries import results
from local_aws.services.athena.queries.result_objects import ResultObjects
from local_aws.services.athena.queries.store import Store
from local_aws.services.s3.model import parse_uri

DEFAULT_MINUTES = 60


def earlier_outcome(
    body: dict[str, Any], store: Store, engine: AthenaEngine
) -> dict[str, Any] | None:
    """The earlier outcome, its objects copied; None where the query has to run."""
    wanted = (body["reuse"] or {}).get("ResultReuseByAgeConfiguration") or {}
    if not wanted.get("Enabled") or body["kind"]["name"] != "select" or body["failure"]:
        return None
    minutes = wanted.get("MaxAgeInMinutes")
    age = 60 * (DEFAULT_MINUTES if minutes is None else minutes)
    earlier = store.reusable(body["reuse_key"])
    if earlier is None or time.time() - earlier["completed"] > age:
        return None
    try:
        if not _still_answers(earlier, body, engine) or not _copied(earlier, body, engine):
            return None
    except Denied:  # the query runs, and says why it may not
        return None
    return {**earlier["outcome"], "bytes": 0, "input_rows": 0, "plan": None}


def _still_answers(earlier: dict[str, Any], body: dict[str, Any], engine: AthenaEngine) -> bool:
    """Whether the query's tables are there and give the same columns."""
    try:
        columns = engine.analyse(body["text"], body["database"])
    except QueryFailed:
        return False
    known: bool = [results.column_info(n, k) for n, k in columns] == earlier["outcome"]["columns"]
    return known


def _copied(earlier: dict[str, Any], body: dict[str, Any], engine: AthenaEngine) -> bool:
    s3 = engine.platform.s3
    sources = [earlier["output"] + suffix for suffix in ("", ".metadata")]
    if any(s3.stat(*parse_uri(source)) is None for source in sources):
        return False
    objects = ResultObjects.of(engine.platform, body["configuration"])
    for source in sources:
        suffix = source.removeprefix(earlier["output"])
        objects.put(body["output"] + suffix, s3.read(*parse_uri(source)))
    return True

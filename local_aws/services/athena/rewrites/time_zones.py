"""The current moment, and AT TIME ZONE. The session's zone is UTC, as Athena's is."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit

NODES = (
    exp.AtTimeZone,
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.Localtimestamp,
    exp.Localtime,
)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.AtTimeZone):
        return f"struct_pack(u := ({emit.gen(node.this)}).u, z := {emit.gen(node.args['zone'])})"
    if isinstance(node, exp.CurrentDate):
        return "CAST(trino_now() AS DATE)"
    if isinstance(node, exp.CurrentTimestamp):
        return "trino_utc(trino_now())"
    if isinstance(node, exp.Localtime):
        return "CAST(trino_now() AS TIME)"
    return "trino_now()"

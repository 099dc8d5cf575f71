"""The current moment, and AT TIME ZONE. The session's zone is UTC, as Athena's is."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import type_of
from local_aws.services.athena.trino.types import DAY_SECOND, Type

NODES = (
    exp.AtTimeZone,
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.Localtimestamp,
    exp.Localtime,
)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.AtTimeZone):
        zone = emit.gen(node.args["zone"])
        if type_of(node.args["zone"]) == DAY_SECOND:
            name = f"py_zone_of_hours(0, epoch_us({zone}) // 60000000)"
        else:
            name = f"py_zone({zone})"
        return f"trino_at_zone({emit.gen(node.this)}, {name})"
    if isinstance(node, exp.CurrentDate):
        return "CAST(trino_now() AS DATE)"
    if isinstance(node, exp.CurrentTimestamp):
        return f"trino_utc({_now(type_of(node))})"
    if isinstance(node, exp.Localtime):
        return f"CAST({_now(type_of(node))} AS TIME)"
    return _now(type_of(node))


def _now(kind: Type) -> str:
    """The start of the query, with so many digits of a second."""
    unit = 10 ** (6 - kind.precision)
    return f"make_timestamp(epoch_us(trino_moment()) // {unit} * {unit})"

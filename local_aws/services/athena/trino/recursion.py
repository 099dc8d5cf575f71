"""WITH RECURSIVE: https://trino.io/docs/current/sql/select.html#with-recursive-clause"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import failed, mismatch
from local_aws.services.athena.trino.scope import Output, fold


def recursion_step(cte: exp.CTE) -> exp.Expression | None:
    """The part of a named query that refers to itself; None where it does not."""
    query, name = cte.this, fold(cte.alias)
    if not cte.args["alias"].args.get("columns"):
        raise failed(
            "MISSING_COLUMN_ALIASES", "missing column aliases in recursive WITH query", cte
        )
    if not isinstance(query, exp.Union):
        if _mentions(query, name):
            raise _misplaced(cte)
        return None
    if _mentions(query.left, name):
        raise _misplaced(cte)
    if not _mentions(query.expression, name):
        return None
    if query.args.get("distinct", True):
        raise failed(
            "NOT_SUPPORTED", "UNION DISTINCT is not supported for recursive WITH query", query
        )
    step = query.expression
    found: exp.Expression = step.this if isinstance(step, exp.Subquery) else step
    return found


def _misplaced(cte: exp.CTE) -> Exception:
    return failed(
        "INVALID_RECURSIVE_REFERENCE", "recursive reference not allowed in this context", cte
    )


def _mentions(query: exp.Expression, name: str) -> bool:
    return any(
        len(table.parts) == 1 and fold(table.name) == name for table in query.find_all(exp.Table)
    )


def check_step(step: exp.Expression, found: list[Output], wanted: list[Output]) -> None:
    """The step's columns must fit those of the base."""
    if len(found) != len(wanted):
        raise mismatch(
            "base and step relations of recursion have different number of fields:"
            f" {len(wanted)}, {len(found)}",
            step,
        )
    for index, (have, want) in enumerate(zip(found, wanted, strict=True), 1):
        if not t.coerces(have.type, want.type):
            raise failed(
                "TYPE_MISMATCH",
                f"recursion step relation output type ({have.type}) is not coercible to recursion"
                f" base relation output type ({want.type}) at column {index}",
                step,
            )

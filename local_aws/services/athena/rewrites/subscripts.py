"""`a[n]`, `m[k]`: out of range and missing keys are errors on Trino, NULL on DuckDB."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.casts import text_of
from local_aws.services.athena.trino.notes import coerced_type, type_of

NODES = (exp.Bracket,)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    base, index = emit.gen(node.this), node.expressions[0]
    kind = type_of(node.this)
    if kind.name == "row":
        return f"struct_extract_at({base}, {index.this})"
    key = emit.gen(index)
    if kind.name == "map":
        return f"trino_key({base}, {key}, {text_of(key, coerced_type(index))})"
    return f"trino_subscript({base}, {key})"

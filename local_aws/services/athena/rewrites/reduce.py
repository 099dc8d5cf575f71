"""reduce(array, state, input function, output function).

DuckDB's list_reduce keeps a state of the elements' own type, so both travel in one struct.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.functions import inlined, own_number
from local_aws.services.athena.trino.types import duck_type

NODES = (exp.Anonymous,)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if node.name.lower() != "reduce":
        return None
    items, start, step, finish = node.meta["args"]
    params = node.meta["params"]
    element, state = duck_type(params[0].of[0]), duck_type(params[1])
    number = own_number(step)
    a, b = f"red_a_{number}", f"red_b_{number}"
    first = f"struct_pack(s := CAST({emit.gen(start)} AS {state}), x := CAST(NULL AS {element}))"
    rest = (
        f"list_transform({emit.gen(items)}, "
        f"lambda red_e: struct_pack(s := CAST(NULL AS {state}), x := red_e))"
    )
    body = inlined(step, [f"{a}.s", f"{b}.x"], emit)
    folded = (
        f"list_reduce([{first}] || {rest}, lambda {a}, {b}: "
        f"struct_pack(s := CAST({body} AS {state}), x := CAST(NULL AS {element}))).s"
    )
    return inlined(finish, [folded], emit)

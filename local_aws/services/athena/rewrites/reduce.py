"""reduce(array, state, input function, output function) and the aggregate reduce_agg.

DuckDB's list_reduce keeps a state of the elements' own type, so both travel in one struct.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.functions import inlined, own_number, templated
from local_aws.services.athena.trino.types import duck_type

NODES = (exp.Anonymous,)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    name = node.name.lower()
    if name == "reduce":
        items, start, step, finish = node.meta["args"]
        return inlined(finish, [_folded(node, emit.gen(items), start, step, emit)], emit)
    if name == "reduce_agg":
        return _aggregate(node, emit)
    return None


def _aggregate(node: exp.Expression, emit: Emit) -> str:
    """All of a group's values at once: there are no partial states to combine."""
    values = templated("list({d}{0}{o}){over}", node, emit)
    known = f"list_filter({values}, lambda red_e: red_e IS NOT NULL)"
    _, start, step, _ = node.meta["args"]
    return f"CASE WHEN len({known}) > 0 THEN {_folded(node, known, start, step, emit)} END"


def _folded(
    node: exp.Expression, items: str, start: exp.Expression, step: exp.Expression, emit: Emit
) -> str:
    params = node.meta["params"]
    given = params[0] if node.name.lower() == "reduce_agg" else params[0].of[0]
    element, state = duck_type(given), duck_type(params[1])
    number = own_number(step)
    a, b = f"red_a_{number}", f"red_b_{number}"
    first = f"struct_pack(s := CAST({emit.gen(start)} AS {state}), x := CAST(NULL AS {element}))"
    rest = (
        f"list_transform({items}, "
        f"lambda red_e: struct_pack(s := CAST(NULL AS {state}), x := red_e))"
    )
    body = inlined(step, [f"{a}.s", f"{b}.x"], emit)
    return (
        f"list_reduce([{first}] || {rest}, lambda {a}, {b}: "
        f"struct_pack(s := CAST({body} AS {state}), x := CAST(NULL AS {element}))).s"
    )

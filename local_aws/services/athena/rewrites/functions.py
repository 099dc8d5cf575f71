"""Calls of the functions in trino/functions/: their arguments put into their templates."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.casts import text_of
from local_aws.services.athena.rewrites.decimals import narrowed, scaled, unscaled
from local_aws.services.athena.rewrites.windows import ordered
from local_aws.services.athena.trino.functions import Signature
from local_aws.services.athena.trino.notes import coerced_type, type_of
from local_aws.services.athena.trino.types import VARCHAR, array, duck_type

NODES = (
    exp.Anonymous,
    exp.Extract,
    exp.Trim,
    exp.StrPosition,
    exp.Substring,
    exp.GroupConcat,
    exp.ParseJSON,
    exp.Lambda,
)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Lambda):
        return f"lambda {', '.join(node.meta['variables'])}: {emit.gen(node.this)}"
    signature: Signature = node.meta["signature"]
    template = signature.template
    if template == "{avg_decimal}":
        return _average(node, emit)
    return "".join(_fill(part, node, emit) for part in _split(template))


def _split(template: str) -> list[str]:
    """The template's places and the text between; a place may hold places: {1:a,{0}[i]}."""
    parts, depth, current = [], 0, ""
    for char in template:
        if char == "{" and depth == 0:
            parts.append(current)
            current = ""
        depth += (char == "{") - (char == "}")
        current += char
        if char == "}" and depth == 0:
            parts.append(current)
            current = ""
    return [part for part in [*parts, current] if part]


def _fill(part: str, node: exp.Expression, emit: Emit) -> str:
    if not part.startswith("{"):
        return part
    name = part[1:-1]
    args: list[exp.Expression] = node.meta["args"]
    if name == "{}":
        return "{}"
    if name.isdigit():
        arg = args[int(name)]
        summed = node.meta["signature"].name == "sum"
        return (summed and narrowed(arg, emit)) or emit.gen(arg)
    if ":" in name:
        index, _, values = name.partition(":")
        filled = "".join(_fill(p, node, emit) for p in _split(values))
        return inlined(args[int(index)], _top_level(filled), emit)
    return _named(name, node, args, emit)


def _named(name: str, node: exp.Expression, args: list[exp.Expression], emit: Emit) -> str:
    if name == "*":
        return ", ".join(emit.gen(arg) for arg in args)
    if name == "|||":
        return " || ".join(emit.gen(arg) for arg in args)
    if name == "result":
        return duck_type(type_of(node))
    if name == "d":
        return "DISTINCT " if node.meta.get("distinct") else ""
    if name == "o":
        return _order(node, emit)
    if name == "over":
        return _over(node, emit)
    if name == "rest_text":
        return ", ".join(text_of(emit.gen(a), coerced_type(a)) for a in args[1:])
    if name == "0_text":
        return emit.cast(emit.gen(args[0]), coerced_type(args[0]), array(VARCHAR))
    return "'awsdatacatalog'" if name == "database" else f"{{{name}}}"


def _order(node: exp.Expression, emit: Emit) -> str:
    nulls = f" {node.meta['nulls']}" if node.meta.get("nulls") else ""
    if not node.meta.get("order"):
        return nulls
    return " ORDER BY " + ", ".join(ordered(item, emit) for item in node.meta["order"]) + nulls


def _over(node: exp.Expression, emit: Emit) -> str:
    condition = node.meta.get("filter")
    filtered = f" FILTER (WHERE {emit.gen(condition)})" if condition is not None else ""
    return filtered + str(node.meta.get("over", ""))


def _average(node: exp.Expression, emit: Emit) -> str:
    """avg of decimals keeps their scale, rounded half up; DuckDB's is a double."""
    [arg] = node.meta["args"]
    kind = type_of(node)
    distinct, over = _named("d", node, [], emit), _over(node, emit)
    value = emit.gen(arg)
    total = unscaled(f"sum({distinct}{value}){over}", kind.scale)
    count = f"nullif(count({distinct}{value}){over}, 0)"
    return scaled(f"trino_round_div({total}, {count})", kind)


def inlined(node: exp.Expression, values: list[str], emit: Emit) -> str:
    """A lambda's body with values for its arguments."""
    sql = emit.gen(node.this)
    for name, value in zip(node.meta["variables"], values, strict=True):
        sql = sql.replace(name, f"({value})")
    return f"({sql})"


def _top_level(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current]

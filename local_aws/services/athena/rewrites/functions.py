"""Calls of the functions in trino/functions/: their arguments put into their templates."""

from __future__ import annotations

import re

from sqlglot import exp

from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.casts import rounded, text_of
from local_aws.services.athena.rewrites.decimals import narrowed, scaled, unscaled
from local_aws.services.athena.rewrites.equality import form_sql, has_forms
from local_aws.services.athena.rewrites.windows import ordered
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.functions import Signature
from local_aws.services.athena.trino.listagg import Listagg
from local_aws.services.athena.trino.notes import coerced_type, type_of
from local_aws.services.athena.trino.types import VARCHAR, array, duck_type

NODES = (
    exp.Anonymous,
    exp.Extract,
    exp.Trim,
    exp.StrPosition,
    exp.Substring,
    Listagg,
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
    if template == "{round_decimal}":
        return _round_decimal(node, emit)
    if node.meta.get("distinct") and "{d}" not in template and signature.name not in _INSENSITIVE:
        raise not_supported(f"DISTINCT in {signature.name}", position(node))
    _check_forms(signature, node)
    return templated(_let(signature, node) if signature.once else template, node, emit)


def _let(signature: Signature, node: exp.Expression) -> str:
    """The template inside of a lambda over its arguments: what stands in a lambda is worked out for
    each element again."""
    places = [i for i, arg in enumerate(node.meta["args"]) if not _is_cheap(arg)]
    if not places:
        return signature.template
    template = signature.template
    for place in places:
        template = template.replace(f"{{{place}}}", f"let_a.a{place}")
    given = ", ".join(f"a{place} := {{{place}}}" for place in places)
    return f"list_transform([struct_pack({given})], lambda let_a: {template})[1]"


_CHEAP = (exp.Array, exp.Boolean, exp.Column, exp.Identifier, exp.Lambda, exp.Literal, exp.Neg)


def _is_cheap(node: exp.Expression) -> bool:
    """Whether nothing is lost when it is worked out again. A lambda is no value at all."""
    if isinstance(node, exp.Lambda):
        return True
    return all(isinstance(part, (*_CHEAP, exp.Null)) for part in node.walk())


def _check_forms(signature: Signature, node: exp.Expression) -> None:
    """The engine would take equal values for others where they are keys or come once."""
    kinds = [k for k in map(coerced_type, node.meta["args"]) if has_forms(k)]
    name, result = signature.name, type_of(node)
    if result.name == "map" and has_forms(result.of[0]):
        raise not_supported(f"the type {result}", position(node))
    if kinds and name in _SETS:
        raise not_supported(f"{name} of {kinds[0]}", position(node))
    if kinds and node.meta.get("distinct") and name not in (*_INSENSITIVE, *_COUNTS):
        raise not_supported(f"DISTINCT in {name} of {kinds[0]}", position(node))


_SETS = ("array_distinct", "array_except", "array_intersect", "array_union")
_COUNTS = ("count", "approx_distinct")
# DISTINCT makes no difference to them.
_INSENSITIVE = ("approx_distinct", "max", "max_by", "min", "min_by")


def templated(template: str, node: exp.Expression, emit: Emit) -> str:
    """The template with its places filled by the call's arguments and clauses."""
    return "".join(_fill(part, node, emit) for part in _split(_hygienic(template, node)))


def _hygienic(template: str, node: exp.Expression) -> str:
    """The template with names of its own for its lambdas, where a lambda of the user's goes inside:
    the same function may be called in there once more."""
    inner = [arg for arg in node.meta["args"] if isinstance(arg, exp.Lambda)]
    if not inner:
        return template
    number = own_number(inner[0])
    names = {name for names in _BOUND.findall(template) for name in names.split(", ")}
    for name in names:
        template = re.sub(rf"\b{name}\b", f"{name}_{number}", template)
    return template


def own_number(node: exp.Expression) -> str:
    """What tells this lambda from all others of the statement."""
    return str(node.meta["variables"][0]).strip('"').rpartition("_")[2]


_BOUND = re.compile(r"lambda (\w+(?:, \w+)*):")


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
        if node.meta["signature"].name in _COUNTS and coerced_type(arg).of:
            return form_sql(emit.gen(arg), coerced_type(arg))
        summed = node.meta["signature"].name == "sum"
        return (summed and narrowed(arg, emit)) or emit.gen(arg)
    if name.startswith("rounded:"):
        inner = "".join(_fill(p, node, emit) for p in _split(name.removeprefix("rounded:")))
        return rounded(inner, type_of(node))
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
    if name == "rest_types":
        return ", ".join(quote(coerced_type(a).name) for a in args[1:])
    if name == "0_varchar":
        return text_of(emit.gen(args[0]), coerced_type(args[0]))
    if name == "0_text":
        return emit.cast(emit.gen(args[0]), coerced_type(args[0]), array(VARCHAR))
    return "'awsdatacatalog'" if name == "database" else f"{{{name}}}"


def _order(node: exp.Expression, emit: Emit) -> str:
    nulls = " IGNORE NULLS" if node.meta.get("nulls") == "IGNORE NULLS" else ""
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


def _round_decimal(node: exp.Expression, emit: Emit) -> str:
    """The engine rounds decimals to places that are written out, and to no others."""
    value, places = node.meta["args"]
    wanted = duck_type(type_of(node))
    number = places.this if isinstance(places, exp.Neg) else places
    if isinstance(number, exp.Literal):
        return f"CAST(round(CAST({emit.gen(value)} AS {wanted}), {places.sql()}) AS {wanted})"
    return f"CAST(py_rounded(CAST({emit.gen(value)} AS VARCHAR), {emit.gen(places)}) AS {wanted})"


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

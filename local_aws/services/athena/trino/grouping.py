"""GROUP BY, HAVING and where aggregates may stand: Trino's rules of an aggregated query."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from sqlglot import exp

from local_aws.services.athena.trino.notes import failed
from local_aws.services.athena.trino.wording import canonical, wording

Sets = list[list[exp.Expression]]
_COMPLEX = (exp.Rollup, exp.Cube, exp.GroupingSets)


def calls(node: exp.Expression) -> Iterator[exp.Expression]:
    """The function calls in an expression, subqueries left out."""
    return (n for n in walk(node) if "signature" in n.meta)


def walk(node: exp.Expression) -> Iterator[exp.Expression]:
    """The nodes of an expression, subqueries left out."""
    yield node
    for child in node.iter_expressions():
        if not isinstance(child, exp.Query):
            yield from walk(child)


def is_aggregate(call: exp.Expression) -> bool:
    return call.meta["signature"].kind == "agg" and not call.meta.get("windowed")


def is_window(call: exp.Expression) -> bool:
    return bool(call.meta.get("windowed"))


def refuse_aggregates(node: exp.Expression, clause: str) -> None:
    """WHERE, ON and GROUP BY are about single rows."""
    found = [
        n
        for n in walk(node)
        if n.meta.get("grouping") or ("signature" in n.meta and n.meta["signature"].kind)
    ]
    if found:
        raise failed(
            "EXPRESSION_NOT_SCALAR",
            f"{clause} cannot contain aggregations, window functions or grouping operations:"
            f" [{', '.join(map(wording, found))}]",
            found[0],
        )


def refuse_nested(node: exp.Expression) -> None:
    """No aggregate inside of an aggregate, no window inside of either."""
    for found in walk(node):
        if isinstance(found, exp.Window):
            _check_inside(_called(found), _parts_but(found, "this"), "window function")
        elif isinstance(found, exp.Filter):
            _check_inside(_called(found), [found.expression], "aggregation")
        elif "signature" in found.meta and found.meta["signature"].kind:
            where = "window function" if is_window(found) else "aggregation"
            _check_inside(found, list(found.iter_expressions()), where)


def _called(node: exp.Expression) -> exp.Expression:
    while "signature" not in node.meta:
        node = node.this
    return node


def _parts_but(node: exp.Expression, left_out: str) -> list[exp.Expression]:
    return [child for child in node.iter_expressions() if child.arg_key != left_out]


def _check_inside(call: exp.Expression, inner: list[exp.Expression], where: str) -> None:
    found = [c for part in inner for c in calls(part)]
    aggregates, windows = list(filter(is_aggregate, found)), list(filter(is_window, found))
    name = call.meta["signature"].name
    if aggregates and is_aggregate(call):
        raise failed(
            "NESTED_AGGREGATION",
            f"Cannot nest aggregations inside aggregation '{name}': {_listed(aggregates)}",
            call,
        )
    if windows:
        raise failed(
            "NESTED_WINDOW",
            "Cannot nest window functions or row pattern measurements inside"
            f" {where} '{name}': {_listed(windows)}",
            call,
        )


def refuse_windows(node: exp.Expression, clause: str) -> None:
    windows = list(filter(is_window, calls(node)))
    if windows:
        raise failed(
            "NESTED_WINDOW",
            f"{clause} cannot contain window functions or row pattern measurements",
            windows[0],
        )


def _listed(nodes: list[exp.Expression]) -> str:
    return f"[{', '.join(map(wording, nodes))}]"


# --- the elements of GROUP BY


def elements(group: exp.Expression) -> Iterator[exp.Expression]:
    for name in ("expressions", "rollup", "cube", "grouping_sets"):
        yield from group.args.get(name) or []


def parts(element: exp.Expression) -> Iterator[exp.Expression]:
    """The expressions of one element, whatever stands around them."""
    if isinstance(element, (*_COMPLEX, exp.Tuple)):
        for inner in element.expressions:
            yield from parts(inner)
    else:
        yield bare(element)


def is_complex(element: exp.Expression) -> bool:
    return isinstance(element, _COMPLEX)


def bare(node: exp.Expression) -> exp.Expression:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def distinct_sets(group: exp.Expression) -> Sets:
    """The grouping sets of GROUP BY DISTINCT, spelt out and each once."""
    found: dict[frozenset[object], list[exp.Expression]] = {}
    for choice in itertools.product(*map(_sets, elements(group))):
        columns = {canonical(e): e for one in choice for e in one}
        found.setdefault(frozenset(columns), list(columns.values()))
    return list(found.values())


def _sets(element: exp.Expression) -> Sets:
    if isinstance(element, exp.GroupingSets):
        return [one for inner in element.expressions for one in _sets(inner)]
    if not is_complex(element):
        return [list(parts(element))]
    columns = [list(parts(inner)) for inner in element.expressions]
    if isinstance(element, exp.Rollup):
        chosen = [columns[:size] for size in range(len(columns), -1, -1)]
    else:
        sizes = range(len(columns), -1, -1)
        chosen = [list(c) for size in sizes for c in itertools.combinations(columns, size)]
    return [list(itertools.chain(*one)) for one in chosen]


# --- what the rest of an aggregated query may mention


class Grouped:
    """The keys of an aggregated query; `own` are the columns of its FROM."""

    def __init__(self, keys: list[exp.Expression], own: set[str]) -> None:
        self._keys = {canonical(key) for key in keys}
        self._own = own

    def check(self, node: exp.Expression) -> None:
        """Refuses an expression that has no one value for a group."""
        inner = node.this if isinstance(node, exp.Alias) else node
        if not self._has_one_value(inner):
            raise failed(
                "EXPRESSION_NOT_AGGREGATE",
                f"'{wording(inner)}' must be an aggregate expression or appear in GROUP BY clause",
                inner,
            )

    def _has_one_value(self, node: exp.Expression) -> bool:
        if canonical(node) in self._keys or node.meta.get("grouping"):
            return True
        call = node.this if isinstance(node, exp.Filter) else node
        if "signature" in call.meta and is_aggregate(call):
            return True
        base = node.meta.get("base")
        if base is not None and base is not node.args.get("this"):
            return self._has_one_value(base)
        field = node.meta.get("field")
        if field is not None:
            return field.sql not in self._own
        for child in node.iter_expressions():
            if isinstance(child, exp.Query):
                self._check_subquery(child)
            elif not self._has_one_value(child):
                return False
        return True

    def _check_subquery(self, query: exp.Expression) -> None:
        for node in query.walk():
            field = node.meta.get("field")
            used = field is not None and field.sql in self._own
            if used and canonical(node) not in self._keys:
                raise failed(
                    "EXPRESSION_NOT_AGGREGATE",
                    f"Subquery uses '{wording(node)}' which must appear in GROUP BY clause",
                    node,
                )

"""The parts of sqlglot's nodes that the analysis reads.

sqlglot keeps what it understands in arguments of its nodes, and a new version may keep it in a new
one: NOT LIKE was once a node around LIKE and became an argument of it. What nobody here reads
would be left out of the answer without a word, so `dialect` refuses it.
"""

from __future__ import annotations

from sqlglot import exp

_BINARY = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.And, exp.Or),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Is, exp.Like, exp.Escape, exp.Dot, exp.Kwarg, exp.Filter, exp.Extract),
)
_UNARY = (exp.Not, exp.Neg, exp.Paren, exp.Exists, exp.All, exp.Any, exp.IgnoreNulls)
_CLAUSES = (exp.From, exp.Where, exp.Having)
_READ: dict[type[exp.Expression], str] = {
    **dict.fromkeys(_BINARY, "this expression"),
    **dict.fromkeys((*_UNARY, *_CLAUSES), "this"),
    **dict.fromkeys((exp.Array, exp.Tuple, exp.Distinct), "expressions"),
    **dict.fromkeys((exp.Rollup, exp.Cube, exp.GroupingSets), "expressions"),
    exp.Anonymous: "this expressions",
    exp.Between: "this low high",
    exp.Bracket: "this expressions",
    exp.Case: "this ifs default",
    exp.Cast: "this to",
    exp.TryCast: "this to",
    exp.Column: "this table db catalog",
    exp.CTE: "this alias",
    exp.Except: "this expression distinct order limit offset with_",
    exp.Fetch: "direction count limit_options",
    exp.Group: "expressions rollup cube grouping_sets all",
    exp.If: "this true false",
    exp.In: "this expressions query",
    exp.Intersect: "this expression distinct order limit offset with_",
    exp.Interval: "this unit",
    exp.Join: "this side kind method on using",
    exp.Lambda: "this expressions",
    exp.Lateral: "this alias",
    exp.Limit: "expression",
    exp.LimitOptions: "rows with_ties",
    exp.Offset: "expression",
    exp.Order: "this expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Select: (
        "with_ distinct expressions from_ joins where group having windows order limit offset"
    ),
    exp.Subquery: "this alias joins sample order limit offset with_",
    exp.Table: "this db catalog alias joins sample version when",
    exp.TableAlias: "this columns",
    exp.TableSample: "method percent size",
    exp.Union: "this expression distinct order limit offset with_",
    exp.Unnest: "expressions offset alias joins",
    exp.Values: "expressions alias order limit offset with_",
    exp.Window: "this alias partition_by order spec over",
    exp.WindowSpec: "kind start start_side end end_side",
    exp.With: "expressions recursive",
}
_KEYS = {kind: frozenset(keys.split()) for kind, keys in _READ.items()}
# What sqlglot notes for its own writing of other dialects.
_OWN = frozenset(("safe", "typed", "nested", "view", "outer", "is_literal"))


def unread(tree: exp.Expression) -> tuple[exp.Expression, str] | None:
    """A node and what it holds that the analysis would pass over."""
    for node in tree.walk():
        known = _KEYS.get(type(node))
        if known is None:
            continue
        for key, value in node.args.items():
            if value and key not in known and key not in _OWN:
                return node, key
    return None

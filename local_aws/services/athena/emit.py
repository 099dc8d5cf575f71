"""Writes an analysed query in DuckDB's SQL: its clauses here, its expressions by the rewrites."""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

from collections import defaultdict
from types import ModuleType
from typing import Any

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.rewrites import REWRITES
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.rewrites.comparisons import comparable, form
from local_aws.services.athena.rewrites.equality import equal_sql, form_sql, has_forms
from local_aws.services.athena.rewrites.windows import definition, ordered
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.grouping import apart, elements
from local_aws.services.athena.trino.notes import coerced_type, type_of
from local_aws.services.athena.trino.wording import canonical

# Trino's max_recursion_depth; Athena lets nobody change it.
RECURSION_DEPTH = 10
_SETS = {exp.Rollup: "ROLLUP", exp.Cube: "CUBE", exp.GroupingSets: "GROUPING SETS"}
_RULES: dict[type, list[ModuleType]] = defaultdict(list)
for _module in REWRITES:
    for _node in _module.NODES:
        _RULES[_node].append(_module)


class Emitter:
    """One statement's translation."""

    def __init__(self, narrow: bool = False) -> None:
        self.narrow = narrow
        self._renamed: dict[str, str] = {}
        self._known: dict[object, str] = {}

    def gen(self, node: exp.Expression) -> str:
        known = self._known and not node.meta.get("windowed") and self._known.get(canonical(node))
        sql = known or self._rewritten(node)
        target = node.meta.get("to")
        if target is None or (target.name in t.INTEGERS and isinstance(node, exp.Literal)):
            return sql
        return self.cast(sql, type_of(node), target)

    def _rewritten(self, node: exp.Expression) -> str:
        for rule in _RULES[type(node)]:
            sql = rule.rewrite(node, self)
            if sql is not None:
                return str(sql)
        raise not_supported(f"the expression {node.sql('trino')}", position(node))

    def cast(self, sql: str, source: t.Type, target: t.Type, safe: bool = False) -> str:
        return cast_sql(sql, source, target, safe)

    # --- queries

    def query(self, node: exp.Expression) -> str:
        """A whole query; its columns cast where its place wants other types."""
        outer = self._known
        self._known = {k: v for k, v in outer.items() if isinstance(k, tuple) and k[0] == "field"}
        sql = self._query(node)
        self._known = outer
        return sql

    def _query(self, node: exp.Expression) -> str:
        prefix = self._with(node.args.get("with_"))
        body = prefix + self._body(node)
        wanted = node.meta.get("outputs_to")
        outputs = node.meta["outputs"]
        if not wanted or [o.type for o in outputs] == wanted:
            return body
        names = [f"q{i}" for i in range(len(outputs))]
        items = ", ".join(
            f"{cast_sql(f'w.{n}', o.type, k, False)} AS {identifier(o.sql_name)}"
            for n, o, k in zip(names, outputs, wanted, strict=True)
        )
        return f"SELECT {items} FROM ({body}) AS w({', '.join(names)})"

    def _with(self, with_: exp.Expression | None) -> str:
        if with_ is None:
            return ""
        parts = [self._named_query(cte) for cte in with_.expressions]
        return f"WITH {', '.join(parts)} "

    def _named_query(self, cte: exp.Expression) -> str:
        name, columns = cte.meta["name"], ", ".join(map(identifier, cte.meta["columns"]))
        step = cte.meta.get("step")
        if step is None:
            return f'"{name}"({columns}) AS ({self.query(cte.this)})'
        return self._recursive(name, columns, cte.this.left, step)

    def _recursive(self, name: str, columns: str, anchor: Any, step: Any) -> str:
        """Spelt out as Trino does it: each step reads the one before; the last must be empty."""
        parts = [f'"{name}_0"({columns}) AS ({self.query(anchor)})']
        for depth in range(1, RECURSION_DEPTH + 2):
            self._renamed[f'"{name}"'] = f'"{name}_{depth - 1}"'
            parts.append(f'"{name}_{depth}"({columns}) AS ({self.query(step)})')
        del self._renamed[f'"{name}"']
        every = " UNION ALL ".join(f'SELECT * FROM "{name}_{i}"' for i in range(len(parts) - 1))
        last = f'SELECT * FROM "{name}_{RECURSION_DEPTH + 1}" WHERE trino_too_deep(random())'
        return ", ".join([*parts, f'"{name}"({columns}) AS ({every} UNION ALL {last})'])

    def _body(self, node: exp.Expression) -> str:
        if isinstance(node, exp.Select):
            return self._select(node)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node)
        if isinstance(node, exp.Values):
            return self._values(node)
        if isinstance(node, exp.Subquery | exp.Paren):
            inner = self.query(node.this)
            if _with_ties(node):
                return self._ties(node, inner)
            tail = self._tail(node)
            return f"SELECT * FROM ({inner}){tail}" if tail else inner
        raise not_supported(f"the query {type(node).__name__}", position(node))

    def _select(self, node: exp.Select) -> str:
        source = self._source_of(node)
        group = node.args.get("group")
        if group is not None:
            source.append(self._group(group))
        having = node.args.get("having")
        condition = [f"HAVING {self.gen(having.this)}"] if having is not None else []
        sql = self._selected(node, [*source, *condition])
        tried = "keys" in node.meta and "TRY(" in sql
        return self._apart(node, source) if tried or _has_forms(node) else sql

    def _source_of(self, node: exp.Select) -> list[str]:
        parts = []
        from_, where = node.args.get("from_"), node.args.get("where")
        if from_ is not None:
            joins = "".join(self._join(join) for join in node.args.get("joins") or [])
            parts.append("FROM " + self.relation(from_.this) + joins)
        if where is not None:
            parts.append(f"WHERE {self.gen(where.this)}")
        return parts

    def _selected(self, node: exp.Select, source: list[str]) -> str:
        """The select list over its source, its order and limit."""
        pairs = zip(node.meta["items"], node.meta["outputs"], strict=True)
        items = ", ".join(self._item(item, output) for item, output in pairs)
        parts = ["SELECT" + self._distinct(node), items, *source]
        if node.args.get("windows"):
            parts.append("WINDOW " + ", ".join(self._named_window(w) for w in node.args["windows"]))
        if _with_ties(node) and not _by_outputs(node):
            keys = ", ".join(self._key(o, node) for o in node.args["order"].expressions)
            parts.append(f"QUALIFY rank() OVER (ORDER BY {keys}) <= {_last_rank(node)}")
        elif _with_ties(node):
            return self._ties(node, " ".join(parts))
        return " ".join(parts) + self._tail(node)

    def _distinct(self, node: exp.Select) -> str:
        if not node.args.get("distinct"):
            return ""
        if not any(has_forms(o.type) for o in node.meta["outputs"]):
            return " DISTINCT"
        items = (i.this if isinstance(i, exp.Alias) else i for i in node.meta["items"])
        return f" DISTINCT ON ({', '.join(form(item, self) for item in items)})"

    def _apart(self, node: exp.Select, source: list[str]) -> str:
        """The groups in a query of their own: the engine knows no TRY over keys and aggregates."""
        found = apart(node)
        names = {key: f"g{number}" for number, key in enumerate(found)}
        keys = {canonical(key) for key in node.meta["keys"]}
        columns = []
        for key, name in names.items():
            value, kind = self.gen(found[key]), coerced_type(found[key])
            one = f"any_value({value})" if key in keys and has_forms(kind) else value
            columns.append(f"{one} AS {name}")
        inner = " ".join(["SELECT", ", ".join(columns) or "1 AS one", *source])
        outer, self._known = self._known, {**self._known, **names}
        having = node.args.get("having")
        condition = [f"WHERE {self.gen(having.this)}"] if having is not None else []
        sql = self._selected(node, [f"FROM ({inner}) AS apart", *condition])
        self._known = outer
        return sql

    def _ties(self, node: exp.Expression, body: str) -> str:
        """FETCH FIRST n ROWS WITH TIES over a query whose sort keys are its columns."""
        keys = ", ".join(self._key(o, node) for o in node.args["order"].expressions)
        ranked = f"QUALIFY rank() OVER (ORDER BY {keys}) <= {_last_rank(node)}"
        return f"SELECT * FROM ({body}) {ranked}{self._tail(node)}"

    def _key(self, item: exp.Expression, node: exp.Expression) -> str:
        """A sort key where no ordinal may stand."""
        index = item.meta.get("ordinal")
        if index is None:
            return ordered(item, self)
        if isinstance(node, exp.Select) and not _by_outputs(node):
            selected = node.meta["items"][index - 1]
            value = self.gen(selected.this if isinstance(selected, exp.Alias) else selected)
        else:
            value = identifier(node.meta["outputs"][index - 1].sql_name)
        return ordered(item, self, value)

    def _item(self, item: exp.Expression, output: Any) -> str:
        inner = item.this if isinstance(item, exp.Alias) else item
        return f"{self.gen(inner)} AS {identifier(output.sql_name)}"

    def _named_window(self, node: exp.Expression) -> str:
        return f"{identifier(node.this.name)} AS ({definition(node, self)})"

    def _group(self, group: exp.Expression) -> str:
        sets = group.meta.get("sets")
        if sets is not None:
            each = (f"({', '.join(map(self._group_item, one))})" for one in sets)
            return f"GROUP BY GROUPING SETS ({', '.join(each)})"
        return "GROUP BY " + ", ".join(self._group_item(item) for item in elements(group))

    def _group_item(self, item: exp.Expression) -> str:
        if type(item) in _SETS or isinstance(item, exp.Tuple):
            inner = ", ".join(self._group_item(part) for part in item.expressions)
            return f"{_SETS.get(type(item), '')} ({inner})".strip()
        if isinstance(item, exp.Paren):
            return f"({self._group_item(item.this)})"
        target = item.meta.get("ordinal_of")
        if target is None:
            return form(item, self)
        if _is_constant(target):  # a number would be a place again
            return f"CAST({self.gen(target)} AS {t.duck_type(coerced_type(target))})"
        return form(target, self)

    def _tail(self, node: exp.Expression) -> str:
        """ORDER BY, LIMIT and OFFSET."""
        parts = []
        order = node.args.get("order")
        if order is not None:
            parts.append(" ORDER BY " + ", ".join(ordered(o, self) for o in order.expressions))
        for name, word in (("limit", "LIMIT"), ("offset", "OFFSET")):
            clause = node.args.get(name)
            if clause is not None and clause.meta.get("ties"):
                continue
            if clause is not None and clause.meta["value"] is not None:
                parts.append(f" {word} {clause.meta['value']}")
        return "".join(parts)

    def _set_operation(self, node: exp.SetOperation) -> str:
        word = {"Union": "UNION", "Except": "EXCEPT", "Intersect": "INTERSECT"}[type(node).__name__]
        every = "" if node.args.get("distinct", True) else " ALL"
        left, right = (f"({self.query(side)})" for side in (node.left, node.right))
        body = f"{left} {word}{every} {right}"
        if f"{word}{every}" != "UNION ALL" and any(has_forms(o.type) for o in node.meta["outputs"]):
            body = _merged(node, word + every, left, right)
        return self._ties(node, body) if _with_ties(node) else body + self._tail(node)

    def _values(self, node: exp.Values) -> str:
        rows = ", ".join(f"({', '.join(map(self._cell, row))})" for row in node.meta["rows"])
        outputs = node.meta["outputs"]
        names = ", ".join(f"v{i}" for i in range(len(outputs)))
        items = ", ".join(
            f"CAST(v{i} AS {t.duck_type(o.type)}) AS {identifier(o.sql_name)}"
            for i, o in enumerate(outputs)
        )
        body = f"SELECT {items} FROM (VALUES {rows}) AS v({names})"
        return self._ties(node, body) if _with_ties(node) else body + self._tail(node)

    def _cell(self, cell: exp.Expression) -> str:
        return self.gen(cell)

    # --- relations

    def relation(self, node: exp.Expression) -> str:
        sql = self._relation(node)
        joins = node.args.get("joins")
        if joins:
            return f"({sql}{''.join(self._join(join) for join in joins)})"
        return sql

    def _relation(self, node: exp.Expression) -> str:
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            return self.relation(node.this)
        alias = identifier(node.meta["alias"])
        sample = node.args.get("sample")
        if "columns" not in node.meta:
            return f"{_sampled(node.meta['source'], sample)} AS {alias}"
        columns = ", ".join(identifier(c) for c in node.meta["columns"])
        return f"{_sampled(self._source(node), sample)} AS {alias}({columns})"

    def _source(self, node: exp.Expression) -> str:
        if "view" in node.meta:
            return f"({self.query(node.meta['view'])})"
        if "derived" in node.meta:
            lateral = "LATERAL " if isinstance(node, exp.Lateral) else ""
            return f"{lateral}({self.query(node.meta['derived'])})"
        if "series" in node.meta:
            start, stop, step = node.meta["series"]
            return f"(SELECT CAST(n AS BIGINT) FROM generate_series({start}, {stop}, {step}) s(n))"
        if "virtual" in node.meta:
            return _virtual(*node.meta["virtual"])
        if isinstance(node, exp.Values):
            return f"({self.query(node)})"
        if isinstance(node, exp.Unnest):
            return f"LATERAL ({self._unnest(node)})"
        source = str(node.meta["source"])
        return self._renamed.get(source, source)

    def _unnest(self, node: exp.Unnest) -> str:
        """Several arrays side by side, the shorter padded with NULL; maps and rows in columns."""
        inner, outer, lengths = [], [], []
        for index, argument in enumerate(node.expressions):
            sql, kind = self.gen(argument), type_of(argument)
            lengths.append(f"coalesce({'cardinality' if kind.name == 'map' else 'len'}({sql}), 0)")
            if kind.name == "map":
                inner += [
                    f"unnest(map_keys({sql})) AS u{index}k",
                    f"unnest(map_values({sql})) AS u{index}v",
                ]
                outer += [f"u{index}k", f"u{index}v"]
                continue
            inner.append(f"unnest({sql}) AS u{index}")
            element = kind.of[0]
            rows = element.name == "row"
            outer += (
                [f"struct_extract_at(u{index}, {i + 1})" for i in range(len(element.of))]
                if rows
                else [f"u{index}"]
            )
        if node.meta["ordinality"]:
            longest = f"greatest({', '.join(lengths)})" if len(lengths) > 1 else lengths[0]
            inner.append(f"unnest(range(1, CAST({longest} AS BIGINT) + 1)) AS n")
            outer.append("n")
        return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)})"

    def _join(self, node: exp.Join) -> str:
        side, kind = (node.side or "").upper(), (node.kind or "").upper()
        relation = self.relation(node.this)
        pairs = node.meta.get("pairs")
        on = node.args.get("on")
        if pairs:
            condition = " AND ".join(_paired(a, b, self) for a, b in pairs)
        elif on is not None:
            condition = self.gen(on)
        else:
            return f" CROSS JOIN {relation}"
        return f" {side or kind or 'INNER'} JOIN {relation} ON {condition}"


def _has_forms(node: exp.Select) -> bool:
    """Whether the engine would take equal keys for others."""
    kinds = [k for k in map(coerced_type, node.meta.get("keys", ())) if has_forms(k)]
    group = node.args.get("group")
    if kinds and ("sets" in group.meta or any(type(e) in _SETS for e in elements(group))):
        raise not_supported(f"grouping sets over {kinds[0]}", position(node))
    return bool(kinds)


def _merged(node: exp.SetOperation, word: str, left: str, right: str) -> str:
    """A set operation over columns of which the engine would take equal values for others."""
    outputs = node.meta["outputs"]
    if word.endswith("ALL"):
        kind = next(o.type for o in outputs if has_forms(o.type))
        raise not_supported(f"{word} of {kind}", position(node))
    names = [f"s{i}" for i in range(len(outputs))]
    columns = ", ".join(names)
    pairs = list(zip(names, outputs, strict=True))
    items = ", ".join(f"l.{name} AS {identifier(o.sql_name)}" for name, o in pairs)
    forms, others = ([form_sql(f"{side}.{n}", o.type) for n, o in pairs] for side in "lr")
    head = f"SELECT DISTINCT ON ({', '.join(forms)}) {items}"
    if word == "UNION":
        return f"{head} FROM ({left} UNION ALL {right}) AS l({columns})"
    same = " AND ".join(f"{a} IS NOT DISTINCT FROM {b}" for a, b in zip(forms, others, strict=True))
    found = f"EXISTS (SELECT 1 FROM {right} AS r({columns}) WHERE {same})"
    return f"{head} FROM {left} AS l({columns}) WHERE {'NOT ' * (word == 'EXCEPT')}{found}"


def _paired(a: exp.Expression, b: exp.Expression, emit: Emitter) -> str:
    kind = coerced_type(a)
    if kind.of:
        return equal_sql(emit.gen(a), emit.gen(b), kind)
    return f"{comparable(a, emit)} = {comparable(b, emit)}"


def _with_ties(node: exp.Expression) -> bool:
    limit = node.args.get("limit")
    return limit is not None and bool(limit.meta.get("ties"))


def _by_outputs(node: exp.Expression) -> bool:
    """Whether every sort key is a column of the answer."""
    return bool(node.args.get("distinct")) or all(
        "ordinal" in o.meta for o in node.args["order"].expressions
    )


def _last_rank(node: exp.Expression) -> int:
    offset = node.args.get("offset")
    skipped: int = offset.meta["value"] if offset is not None else 0
    return skipped + int(node.args["limit"].meta["value"])


def _sampled(source: str, sample: exp.Expression | None) -> str:
    if sample is None:
        return source
    percent = sample.meta["percent"]
    return f"(SELECT * FROM {source} AS s TABLESAMPLE BERNOULLI ({percent}%))"


def _is_constant(node: exp.Expression) -> bool:
    return not any("field" in n.meta for n in node.walk())


def _virtual(columns: list[tuple[str, t.Type]], rows: list[tuple[Any, ...]]) -> str:
    items = ", ".join(f"CAST(v{i} AS {t.duck_type(k)})" for i, (_, k) in enumerate(columns))
    names = ", ".join(f"v{i}" for i in range(len(columns)))
    values = ", ".join(f"({', '.join(map(_constant, row))})" for row in rows)
    none = "" if rows else " WHERE false"
    values = values or f"({', '.join('NULL' for _ in columns)})"
    return f"(SELECT {items} FROM (VALUES {values}) AS v({names}){none})"


def _constant(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else quote(str(value))

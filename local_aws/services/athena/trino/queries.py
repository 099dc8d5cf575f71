"""Names and types of whole queries: FROM to ORDER BY, set operations, WITH, and views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.notes import coerce, failed, mismatch, note, type_of
from local_aws.services.athena.trino.relations import RelationAnalyzer
from local_aws.services.athena.trino.scope import Field, Predicate, Scan, Scope, fold


@dataclass(frozen=True)
class Output:
    """A column of a query's result. `sql_name` is its name in the engine, unique in the query."""

    name: str | None
    type: t.Type
    sql_name: str
    field: Field | None = None


class CatalogReader(Protocol):
    """What the analysis asks of the catalog."""

    def table(self, database: str, name: str) -> dict[str, Any] | None: ...
    def has_database(self, database: str) -> bool: ...
    def virtual(
        self, database: str, name: str
    ) -> tuple[list[tuple[str, t.Type]], list[tuple[Any, ...]]] | None:
        """A table that is made up on the spot: information_schema, "orders$partitions"."""
        ...


class QueryAnalyzer(RelationAnalyzer):
    """Analyses one statement; the notes that it leaves on the nodes are what `emit` reads."""

    def __init__(self, catalog: CatalogReader, database: str) -> None:
        self.catalog = catalog
        self.database = database
        self.scans: list[Scan] = []
        self.ctes: dict[str, tuple[str, list[Output]]] = {}
        self._count = 0

    def fresh(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def query(self, node: exp.Expression, parent: Scope | None = None) -> list[Output]:
        """Analyses a query and gives its columns."""
        outer = dict(self.ctes)
        with_ = node.args.get("with_")
        if with_ is not None:
            self._with(with_, parent)
        outputs = self._body(node, parent)
        self.ctes = outer
        node.meta["outputs"] = outputs
        return outputs

    def _with(self, with_: exp.With, parent: Scope | None) -> None:
        if with_.recursive:
            raise not_supported("WITH RECURSIVE", position(with_))
        for cte in with_.expressions:
            outputs = self.query(cte.this, parent)
            outputs = self.renamed(outputs, cte.args["alias"], cte)
            name = self.fresh("c")
            cte.meta.update(name=name, columns=[o.sql_name for o in outputs])
            self.ctes[fold(cte.alias)] = (name, outputs)

    def renamed(
        self, outputs: list[Output], alias: exp.Expression | None, node: exp.Expression
    ) -> list[Output]:
        """The outputs under the names of `AS t(a, b)`; in the engine each name is used once."""
        columns = [c.name for c in (alias.args.get("columns") if alias else None) or []]
        if columns and len(columns) != len(outputs):
            raise failed(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(columns)} entries but relation has"
                f" {len(outputs)} columns",
                node,
            )
        if columns:
            outputs = [replace(o, name=n) for o, n in zip(outputs, columns, strict=True)]
        return _unique(outputs)

    def _body(self, node: exp.Expression, parent: Scope | None) -> list[Output]:
        if isinstance(node, exp.Select):
            return self._select(node, parent)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, parent)
        if isinstance(node, exp.Values):
            return self._values(node, parent)
        if isinstance(node, exp.Subquery | exp.Paren):
            outputs = self.query(node.this, parent)
            self._order_outputs(node, outputs)
            return outputs
        if isinstance(node, exp.Table):
            return self._select(exp.select("*").from_(node), parent)
        raise not_supported(f"the query {type(node).__name__}", position(node))

    # --- SELECT

    def _select(self, node: exp.Select, parent: Scope | None) -> list[Output]:
        scope = Scope(parent=parent)
        from_ = node.args.get("from_")
        if from_ is not None:
            scope.fields.extend(self.relation(from_.this, scope))
        for join in node.args.get("joins") or []:
            self.join(join, scope)
        self._where(node, scope)
        for window in node.args.get("windows") or []:
            self.window_parts(window, scope)
        items = self._items(node, scope)
        outputs = _outputs(items)
        grouped = self._group(node, items, scope)
        having = node.args.get("having")
        if having is not None:
            self.condition(having.this, scope, "HAVING clause must evaluate to a boolean")
        self._order(node, items, outputs, scope)
        self._check_grouping(node, items, grouped, scope)
        self._limits(node)
        node.meta["items"] = items
        return _handed_through(node, outputs)

    def _where(self, node: exp.Select, scope: Scope) -> None:
        where = node.args.get("where")
        if where is None:
            return
        self.condition(where.this, scope, "WHERE clause must evaluate to a boolean")
        for call in _calls(where.this):
            if call.meta["signature"].kind:
                raise failed(
                    "EXPRESSION_NOT_SCALAR",
                    "WHERE clause cannot contain aggregations, window functions or grouping"
                    f" operations: [{call.sql('trino')}]",
                    call,
                )
        self.note_predicates(where.this)

    def note_predicates(self, condition: exp.Expression) -> None:
        """Hands each conjunct over partition columns alone to the scan that it prunes."""
        for conjunct in _conjuncts(condition):
            if conjunct.find(exp.Query) is not None:
                continue
            fields = [n.meta["field"] for n in conjunct.walk() if "field" in n.meta]
            origins = {f.origin.scan for f in fields if f.origin and f.origin.partition}
            if len(origins) == 1 and all(f.origin and f.origin.partition for f in fields):
                names = {f.sql: f.origin.column for f in fields}
                self.scans[origins.pop()].predicates.append(Predicate(conjunct, names))

    def _items(self, node: exp.Select, scope: Scope) -> list[exp.Expression]:
        """The select list with its stars spelt out."""
        items: list[exp.Expression] = []
        for item in node.expressions:
            star = item.this if isinstance(item, exp.Column) else item
            if isinstance(star, exp.Star):
                items.extend(self._star(item, scope))
                continue
            inner = item.this if isinstance(item, exp.Alias) else item
            note(item, self.visit(inner, scope))
            items.append(item)
        return items

    def _star(self, item: exp.Expression, scope: Scope) -> Iterator[exp.Expression]:
        wanted = (
            tuple(fold(p.name) for p in item.parts[:-1]) if isinstance(item, exp.Column) else ()
        )
        fields = [
            f
            for f in scope.fields
            if not f.hidden and (not wanted or f.qualifier[-len(wanted) :] == wanted)
        ]
        if not fields:
            if wanted:
                raise failed("TABLE_NOT_FOUND", f"Table '{'.'.join(wanted)}' not found", item)
            raise SyntaxRefused("SELECT * not allowed in queries without FROM clause")
        for found in fields:
            column = exp.Column(this=exp.to_identifier(found.name or "", quoted=True))
            if found.origin is not None:
                self.scans[found.origin.scan].used.add(found.origin.column)
            note(column, found.type, field=found, path=[], anonymous=found.name is None)
            yield column

    def _group(
        self, node: exp.Select, items: list[exp.Expression], scope: Scope
    ) -> list[exp.Expression] | None:
        group = node.args.get("group")
        if group is None:
            return None
        if group.args.get("all") or group.args.get("totals"):
            raise SyntaxRefused("mismatched input 'ALL'", position(group) or (1, 1))
        found: list[exp.Expression] = []
        for part in _group_expressions(group):
            if isinstance(part, exp.Literal) and not part.is_string:
                index = int(part.this)
                if not 0 < index <= len(items):
                    raise failed(
                        "INVALID_COLUMN_REFERENCE",
                        f"GROUP BY position {index} is not in select list",
                        part,
                    )
                item = items[index - 1]
                part.meta["ordinal_of"] = item.this if isinstance(item, exp.Alias) else item
                found.append(part.meta["ordinal_of"])
            else:
                self.visit(part, scope)
                found.append(part)
        return found

    def _check_grouping(
        self,
        node: exp.Select,
        items: list[exp.Expression],
        grouped: list[exp.Expression] | None,
        scope: Scope,
    ) -> None:
        having = node.args.get("having")
        order = node.args.get("order")
        ordered = [o.this for o in order.expressions if "t" in o.this.meta] if order else []
        checked = [*items, *([having.this] if having else []), *ordered]
        aggregates = any(_is_plain_aggregate(c) for part in checked for c in _calls(part))
        if grouped is None and not aggregates and having is None:
            return
        own = {f.sql for f in scope.fields}
        for part in checked:
            _must_be_grouped(part, grouped or [], own)

    # --- ORDER BY and LIMIT

    def _order(
        self, node: exp.Select, items: list[exp.Expression], outputs: list[Output], scope: Scope
    ) -> None:
        order = node.args.get("order")
        aliases = [
            Field(o.name, o.type, identifier(o.sql_name))
            for item, o in zip(items, outputs, strict=True)
            if isinstance(item, exp.Alias)
        ]
        inner = Scope(aliases, scope)
        for ordered in order.expressions if order else []:
            index = _output_index(ordered.this, outputs)
            if index is not None:
                ordered.meta["ordinal"] = index
            else:
                self.visit(ordered.this, inner)

    def _order_outputs(self, node: exp.Expression, outputs: list[Output]) -> None:
        """ORDER BY after a set operation sees its columns only."""
        order = node.args.get("order")
        fields = [Field(o.name, o.type, identifier(o.sql_name)) for o in outputs]
        for ordered in order.expressions if order else []:
            index = _output_index(ordered.this, outputs)
            if index is not None:
                ordered.meta["ordinal"] = index
            else:
                self.visit(ordered.this, Scope(fields))
        self._limits(node)

    def _limits(self, node: exp.Expression) -> None:
        for name in ("limit", "offset"):
            clause = node.args.get(name)
            if clause is None:
                continue
            value = clause.args.get("count") if isinstance(clause, exp.Fetch) else clause.expression
            if isinstance(clause, exp.Fetch) and "TIES" in clause.sql("trino").upper():
                raise not_supported("FETCH FIRST ... WITH TIES", position(clause))
            if isinstance(value, exp.Literal) and not value.is_string:
                clause.meta["value"] = int(value.this)
            elif isinstance(clause, exp.Fetch) and value is None:
                clause.meta["value"] = 1
            elif isinstance(value, exp.Column) and value.name.upper() == "ALL":
                clause.meta["value"] = None
            else:
                raise SyntaxRefused(f"mismatched input '{value}'", position(clause) or (1, 1))

    # --- VALUES and set operations

    def _values(self, node: exp.Values, parent: Scope | None) -> list[Output]:
        rows = [_row_items(row) for row in node.expressions]
        if any(len(row) != len(rows[0]) for row in rows):
            raise mismatch("Values rows have mismatched sizes", node)
        columns = []
        for row in rows:
            kinds = [self.visit(cell, parent or Scope()) for cell in row]
            if len(kinds) == 1 and kinds[0].name == "row" and not _is_constructed(node, row[0]):
                raise not_supported("VALUES of a row that is no ROW(...)", position(row[0]))
        for cells in zip(*rows, strict=True):
            columns.append(_common_column(list(cells), node))
        node.meta["rows"] = rows
        return [Output(None, kind, f"_col{i}") for i, kind in enumerate(columns)]

    def _set_operation(self, node: exp.SetOperation, parent: Scope | None) -> list[Output]:
        if node.args.get("by_name") or node.args.get("on"):
            raise SyntaxRefused("mismatched input 'BY'", position(node) or (1, 1))
        left, right = self.query(node.left, parent), self.query(node.right, parent)
        name = type(node).__name__.upper()
        if len(left) != len(right):
            raise mismatch(
                f"{name} query has different number of fields: {len(left)}, {len(right)}", node
            )
        kinds = []
        for index, (x, y) in enumerate(zip(left, right, strict=True)):
            common = t.common_type(x.type, y.type)
            if common is None:
                raise mismatch(
                    f"column {index + 1} in {name} query has incompatible types:"
                    f" {x.type}, {y.type}",
                    node,
                )
            kinds.append(common)
        for side in (node.left, node.right):
            side.meta["outputs_to"] = kinds
        outputs = [Output(o.name, k, o.sql_name) for o, k in zip(left, kinds, strict=True)]
        self._order_outputs(node, outputs)
        return outputs

    def subquery_outputs(
        self, node: exp.Expression, scope: Scope, width: int | None
    ) -> list[t.Type]:
        inner = node.this if isinstance(node, exp.Subquery | exp.Paren) else node
        outputs = self.query(inner, scope)
        if width is not None and len(outputs) != width:
            raise mismatch(
                "Multiple columns returned by subquery are not yet supported."
                f" Found {len(outputs)}",
                node,
            )
        return [o.type for o in outputs]


def _unique(outputs: list[Output]) -> list[Output]:
    seen: set[str] = set()
    result = []
    for index, output in enumerate(outputs):
        name = base = output.name or f"_col{index}"
        count = 1
        while name.lower() in seen:
            name, count = f"{base}_{count}", count + 1
        seen.add(name.lower())
        result.append(replace(output, sql_name=name))
    return result


def _outputs(items: list[exp.Expression]) -> list[Output]:
    return _unique([Output(_item_name(i), type_of(i), "", _plain_field(i)) for i in items])


def _plain_field(item: exp.Expression) -> Field | None:
    """The field that the item hands through as it is."""
    inner = item.this if isinstance(item, exp.Alias) else item
    return inner.meta.get("field") if not inner.meta.get("path") else None


def _item_name(item: exp.Expression) -> str | None:
    if isinstance(item, exp.Alias):
        return str(item.alias)
    if isinstance(item, exp.Column) and not item.meta.get("anonymous"):
        return str(item.name)
    if isinstance(item, exp.Dot):
        return str(item.expression.name)
    return None


def _handed_through(node: exp.Select, outputs: list[Output]) -> list[Output]:
    """A predicate outside may prune inside only where rows pass one by one, or by group key."""
    blocked = ("limit", "offset", "group", "having", "distinct", "windows")
    if any(node.args.get(name) for name in blocked) or node.find(exp.Window) is not None:
        return [replace(o, field=None) for o in outputs]
    if any(_is_plain_aggregate(c) for item in node.meta["items"] for c in _calls(item)):
        return [replace(o, field=None) for o in outputs]
    return outputs


def _calls(node: exp.Expression) -> Iterator[exp.Expression]:
    """The function calls in an expression, subqueries left out."""
    yield from (n for n in _walk(node) if "signature" in n.meta)


def _walk(node: exp.Expression) -> Iterator[exp.Expression]:
    yield node
    for child in node.iter_expressions():
        if not isinstance(child, exp.Query):
            yield from _walk(child)


def _is_plain_aggregate(call: exp.Expression) -> bool:
    return call.meta["signature"].kind == "agg" and not call.meta.get("windowed")


def _conjuncts(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


_SETS = (exp.Rollup, exp.Cube, exp.GroupingSets)


def _group_expressions(group: exp.Expression) -> Iterator[exp.Expression]:
    for name in ("expressions", "rollup", "cube", "grouping_sets"):
        for part in group.args.get(name) or []:
            yield from _group_parts(part)


def _group_parts(part: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(part, (*_SETS, exp.Tuple)):
        for inner in part.expressions:
            yield from _group_parts(inner)
    else:
        yield _bare(part)


def _bare(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Paren) else node


def _must_be_grouped(node: exp.Expression, grouped: list[exp.Expression], own: set[str]) -> None:
    inner = node.this if isinstance(node, exp.Alias) else node
    if any(inner == g or _same_field(inner, g) for g in grouped) or inner.meta.get("grouping"):
        return
    call = inner.this if isinstance(inner, exp.Filter) else inner
    if "signature" in call.meta and _is_plain_aggregate(call):
        return
    found = inner.meta.get("field")
    if found is not None and found.sql in own:
        raise failed(
            "EXPRESSION_NOT_AGGREGATE",
            f"'{inner.sql('trino')}' must be an aggregate expression or appear in GROUP BY clause",
            inner,
        )
    for child in inner.iter_expressions():
        if not isinstance(child, exp.Query) and not (found and isinstance(child, exp.Identifier)):
            _must_be_grouped(child, grouped, own)


def _same_field(a: exp.Expression, b: exp.Expression) -> bool:
    x, y = a.meta.get("field"), b.meta.get("field")
    return x is not None and y is not None and x.sql == y.sql and a.meta["path"] == b.meta["path"]


def _output_index(node: exp.Expression, outputs: list[Output]) -> int | None:
    if isinstance(node, exp.Literal) and not node.is_string:
        index = int(node.this)
        if not 0 < index <= len(outputs):
            raise failed(
                "INVALID_COLUMN_REFERENCE", f"ORDER BY position {index} is not in select list", node
            )
        return index
    if isinstance(node, exp.Column) and len(node.parts) == 1:
        found = [i for i, o in enumerate(outputs, 1) if o.name and fold(o.name) == fold(node.name)]
        if len(found) == 1:
            return found[0]
    return None


def _row_items(row: exp.Expression) -> list[exp.Expression]:
    """The columns of VALUES (1, 2), VALUES ROW(1, 2) and VALUES 1."""
    if isinstance(row, exp.Tuple) and len(row.expressions) == 1:
        return _row_items(row.expressions[0])
    if isinstance(row, exp.Paren):
        return _row_items(row.this)
    if isinstance(row, exp.Tuple) or (isinstance(row, exp.Anonymous) and row.name.lower() == "row"):
        return list(row.expressions)
    return [row]


def _is_constructed(node: exp.Values, cell: exp.Expression) -> bool:
    """Whether the row is a column of a row around it, and no row of VALUES itself."""
    around = cell.parent
    if isinstance(around, exp.Anonymous):
        return bool(around.name.lower() == "row")
    return isinstance(around, exp.Tuple) and around.parent is not node


def _common_column(cells: list[exp.Expression], node: exp.Expression) -> t.Type:
    common = type_of(cells[0])
    for cell in cells[1:]:
        merged = t.common_type(common, type_of(cell))
        if merged is None:
            raise mismatch(f"Values rows have mismatched types: {common} vs {type_of(cell)}", node)
        common = merged
    for cell in cells:
        coerce(cell, common)
    return common

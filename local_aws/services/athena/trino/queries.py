"""Names and types of whole queries: FROM to ORDER BY, set operations, WITH, and views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.trino import grouping
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.bounds import bound_of
from local_aws.services.athena.trino.catalog import CatalogReader
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.expressions import follow
from local_aws.services.athena.trino.grouping import calls, walk
from local_aws.services.athena.trino.notes import coerce, failed, mismatch, note, type_of
from local_aws.services.athena.trino.ordering import OrderAnalyzer
from local_aws.services.athena.trino.recursion import check_step, recursion_step
from local_aws.services.athena.trino.scope import Field, Output, Predicate, Scan, Scope, fold
from local_aws.services.athena.trino.wording import wording


class QueryAnalyzer(OrderAnalyzer):
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
        names: set[str] = set()
        for cte in with_.expressions:
            if fold(cte.alias) in names:
                raise failed(
                    "DUPLICATE_NAMED_QUERY",
                    f"WITH query name '{cte.alias}' specified more than once",
                    cte,
                )
            names.add(fold(cte.alias))
            name = self.fresh("c")
            outputs = self._named_query(cte, name, bool(with_.recursive), parent)
            cte.meta.update(name=name, columns=[o.sql_name for o in outputs])
            self.ctes[fold(cte.alias)] = (name, outputs)

    def _named_query(
        self, cte: exp.CTE, name: str, recursive: bool, parent: Scope | None
    ) -> list[Output]:
        step = recursion_step(cte) if recursive else None
        if step is None:
            return self.renamed(self.query(cte.this, parent), cte.args["alias"], cte)
        anchor = self.query(cte.this.left, parent)
        outputs = self.renamed(anchor, cte.args["alias"], cte)
        outer, self.ctes = self.ctes, {**self.ctes, fold(cte.alias): (name, outputs)}
        check_step(step, self.query(step, parent), outputs)
        self.ctes = outer
        step.meta["outputs_to"] = [o.type for o in outputs]
        cte.meta["step"] = step
        return outputs

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
            self.order_outputs(node, outputs)
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
        self._named_windows(node, scope)
        items = self._items(node, scope)
        outputs = _outputs(items)
        keys = self._group(node, items, scope)
        having = node.args.get("having")
        if having is not None:
            self.condition(
                having.this, scope, "HAVING clause must evaluate to a boolean: actual type {}"
            )
            grouping.refuse_windows(having.this, "HAVING clause")
        self.order(node, items, outputs, scope)
        self._check_grouping(node, items, keys, scope)
        self.limits(node)
        self._note_rows(node, items)
        node.meta["items"] = items
        return _handed_through(node, outputs)

    def _note_rows(self, node: exp.Select, items: list[exp.Expression]) -> None:
        """LIMIT over a table alone: its reading stops early."""
        from_, limit = node.args.get("from_"), node.args.get("limit")
        between = ("where", "group", "having", "distinct", "order", "joins")
        if from_ is None or limit is None or any(node.args.get(name) for name in between):
            return
        table = from_.this
        if "scan" not in table.meta or table.args.get("joins") or table.args.get("sample"):
            return
        value, offset = limit.meta.get("value"), node.args.get("offset")
        if value is not None and not any(c.meta["signature"].kind for i in items for c in calls(i)):
            skipped = offset.meta["value"] if offset is not None else 0
            self.scans[table.meta["scan"]].rows = value + skipped

    def _named_windows(self, node: exp.Select, scope: Scope) -> None:
        names: set[str] = set()
        for window in node.args.get("windows") or []:
            self.window_parts(window, scope)
            name = window.this.name.lower()
            if name in names:
                raise failed(
                    "DUPLICATE_WINDOW_NAME",
                    f"WINDOW name '{window.this.name}' specified more than once",
                    window.this,
                )
            names.add(name)

    def _where(self, node: exp.Select, scope: Scope) -> None:
        where = node.args.get("where")
        if where is None:
            return
        self.condition(where.this, scope, "WHERE clause must evaluate to a boolean: actual type {}")
        grouping.refuse_aggregates(where.this, "WHERE clause")
        self.note_predicates(where.this)

    def note_predicates(self, condition: exp.Expression) -> None:
        """Hands what prunes a scan to it: conjuncts over its partition columns, and bounds."""
        for conjunct in _conjuncts(condition):
            bounded = bound_of(conjunct)
            if bounded is not None and not bounded[0].partition:
                self.scans[bounded[0].scan].bounds.append(bounded[1])
                continue
            if conjunct.find(exp.Query) is not None:
                continue
            fields = [n.meta["field"] for n in conjunct.walk() if "field" in n.meta]
            prunes = [f.origin and f.origin.partition and f.origin.pruning for f in fields]
            origins = {f.origin.scan for f in fields if f.origin}
            if len(origins) == 1 and all(prunes):
                names = {f.sql: f.origin.column for f in fields}
                self.scans[origins.pop()].predicates.append(Predicate(conjunct, names))

    def _items(self, node: exp.Select, scope: Scope) -> list[exp.Expression]:
        """The select list with its stars spelt out."""
        items: list[exp.Expression] = []
        for item in node.expressions:
            star = item.this if isinstance(item, exp.Aliases) else item
            if _is_star(star):
                items.extend(self._stars(item, star, scope))
                continue
            inner = item.this if isinstance(item, exp.Alias) else item
            note(item, self.visit(inner, scope))
            items.append(item)
        return items

    def _stars(
        self, item: exp.Expression, star: exp.Expression, scope: Scope
    ) -> list[exp.Expression]:
        found = self._star(star, scope)
        if not isinstance(item, exp.Aliases):
            return found
        if len(item.expressions) != len(found):
            raise failed(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(item.expressions)} entries but relation has"
                f" {len(found)} columns",
                item,
            )
        named = []
        for column, alias in zip(found, item.expressions, strict=True):
            named.append(exp.Alias(this=column, alias=alias.copy()))
            note(named[-1], type_of(column))
        return named

    def _star(self, item: exp.Expression, scope: Scope) -> list[exp.Expression]:
        if isinstance(item, exp.Dot):
            return self._computed_row_star(item, scope)
        wanted = (
            tuple(fold(p.name) for p in item.parts[:-1]) if isinstance(item, exp.Column) else ()
        )
        fields = [
            f
            for f in scope.fields
            if not f.hidden and (not wanted or f.qualifier[-len(wanted) :] == wanted)
        ]
        if fields:
            return [self._read(found) for found in fields]
        if wanted:
            return self._row_star(item, scope)
        raise failed(
            "COLUMN_NOT_FOUND", "SELECT * not allowed in queries without FROM clause", item
        )

    def _read(self, found: Field) -> exp.Expression:
        column = exp.Column(this=exp.to_identifier(found.name or "", quoted=True))
        if found.origin is not None:
            self.scans[found.origin.scan].used.add(found.origin.column)
        anonymous = found.name is None
        note(column, found.type, field=found, path=[], base=found.item, anonymous=anonymous)
        return column

    def _row_star(self, item: exp.Column, scope: Scope) -> list[exp.Expression]:
        """The fields of a row: r.*"""
        names = [part.name for part in item.parts[:-1]]
        try:
            found, rest, _ = scope.resolve(names)
        except KeyError:
            raise failed(
                "TABLE_NOT_FOUND", f"Unable to resolve reference {'.'.join(names)}", item
            ) from None
        base = self._read(found)
        kind, path = follow(found.type, rest, item)
        if kind.name != "row":
            raise mismatch(f"Cannot apply .* to {kind}", item)
        columns = []
        for index, (name, inner) in enumerate(zip(kind.fields, kind.of, strict=True)):
            column = exp.Column(this=exp.to_identifier(name or "", quoted=True))
            steps = [*path, t.field_name(kind, index)]
            note(column, inner, base=base, path=steps, field=found, anonymous=name is None)
            columns.append(column)
        return columns

    def _computed_row_star(self, item: exp.Dot, scope: Scope) -> list[exp.Expression]:
        """The fields of a row that is no column: (expression).*"""
        kind = self.visit(item.this.copy(), scope)
        if kind.name != "row":
            raise mismatch(f"Cannot apply .* to {kind}", item)
        fields: list[exp.Expression] = []
        for index, (name, inner) in enumerate(zip(kind.fields, kind.of, strict=True)):
            base = item.this.copy()
            self.visit(base, scope)
            field = exp.Dot(this=base, expression=exp.to_identifier(name or "", quoted=True))
            steps = [t.field_name(kind, index)]
            note(field, inner, base=base, path=steps, anonymous=name is None)
            fields.append(field)
        return fields

    def _group(
        self, node: exp.Select, items: list[exp.Expression], scope: Scope
    ) -> list[exp.Expression] | None:
        group = node.args.get("group")
        if group is None:
            return None
        keys: list[exp.Expression] = []
        for element in grouping.elements(group):
            for part in grouping.parts(element):
                keys.append(self._group_key(part, items, scope))
                if grouping.is_complex(element) and "field" not in part.meta:
                    raise failed(
                        "INVALID_COLUMN_REFERENCE",
                        f"GROUP BY expression must be a column reference: {wording(part)}",
                        part,
                    )
        if group.meta.get("distinct"):
            group.meta["sets"] = grouping.distinct_sets(group)
        return keys

    def _group_key(
        self, part: exp.Expression, items: list[exp.Expression], scope: Scope
    ) -> exp.Expression:
        key = part
        if isinstance(part, exp.Literal) and not part.is_string:
            index = int(part.this) if part.this.isdigit() else 0
            if not 0 < index <= len(items):
                raise failed(
                    "INVALID_COLUMN_REFERENCE",
                    f"GROUP BY position {part.this} is not in select list",
                    part,
                )
            item = items[index - 1]
            key = part.meta["ordinal_of"] = item.this if isinstance(item, exp.Alias) else item
        else:
            self.visit(part, scope)
        grouping.refuse_aggregates(key, "GROUP BY clause")
        return key

    def _check_grouping(
        self,
        node: exp.Select,
        items: list[exp.Expression],
        keys: list[exp.Expression] | None,
        scope: Scope,
    ) -> None:
        having = node.args.get("having")
        order = node.args.get("order")
        ordered = [o.this for o in order.expressions if "t" in o.this.meta] if order else []
        checked = [*items, *([having.this] if having else []), *ordered]
        for part in checked:
            grouping.refuse_nested(part)
        if keys is None:
            _refuse_grouping_operations(checked)
            aggregates = any(grouping.is_aggregate(c) for part in checked for c in calls(part))
            if not aggregates and having is None:
                return
        node.meta["keys"] = keys or []
        grouped = grouping.Grouped(keys or [], {f.sql for f in scope.fields})
        for part in checked:
            grouped.check(part)

    # --- VALUES and set operations

    def _values(self, node: exp.Values, parent: Scope | None) -> list[Output]:
        rows = [_row_items(row) for row in node.expressions]
        for row in rows:
            if len(row) != len(rows[0]):
                raise mismatch(
                    f"Values rows have mismatched sizes: {len(rows[0])} vs {len(row)}", node
                )
        columns = []
        for row in rows:
            kinds = [self.visit(cell, parent or Scope()) for cell in row]
            if len(kinds) == 1 and kinds[0].name == "row" and not _is_constructed(node, row[0]):
                raise not_supported("VALUES of a row that is no ROW(...)", position(row[0]))
        for index in range(len(rows[0])):
            columns.append(_common_column(rows, index, node))
        node.meta["rows"] = rows
        outputs = [Output(None, kind, f"_col{i}") for i, kind in enumerate(columns)]
        self.order_outputs(node, outputs)
        return outputs

    def _set_operation(self, node: exp.SetOperation, parent: Scope | None) -> list[Output]:
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
        self.order_outputs(node, outputs)
        return outputs

    def subquery_outputs(self, node: exp.Expression, scope: Scope) -> list[t.Type]:
        inner = node.this if isinstance(node, exp.Subquery | exp.Paren) else node
        return [o.type for o in self.query(inner, scope)]


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
    if item.meta.get("anonymous"):
        return None
    if isinstance(item, exp.Column):
        return str(item.name)
    if isinstance(item, exp.Dot):
        return str(item.expression.name)
    return None


def _is_star(item: exp.Expression) -> bool:
    """*, t.* or (expression).*"""
    last = item.expression if isinstance(item, exp.Dot) else item.this
    return isinstance(item, exp.Star) or isinstance(last, exp.Star)


def _handed_through(node: exp.Select, outputs: list[Output]) -> list[Output]:
    """A predicate outside may prune inside only where rows pass one by one, or by group key."""
    blocked = ("limit", "offset", "group", "having", "distinct", "windows")
    if any(node.args.get(name) for name in blocked) or node.find(exp.Window) is not None:
        return [replace(o, field=None) for o in outputs]
    if any(grouping.is_aggregate(c) for item in node.meta["items"] for c in calls(item)):
        return [replace(o, field=None) for o in outputs]
    return outputs


def _conjuncts(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _refuse_grouping_operations(parts: list[exp.Expression]) -> None:
    for part in parts:
        for node in walk(part):
            if node.meta.get("grouping"):
                raise failed(
                    "MISSING_GROUP_BY",
                    "A GROUPING() operation can only be used with a corresponding"
                    " GROUPING SET/CUBE/ROLLUP/GROUP BY clause",
                    node,
                )


def _row_items(row: exp.Expression) -> list[exp.Expression]:
    """The columns of VALUES (1, 2), VALUES ROW(1, 2) and VALUES 1."""
    if isinstance(row, exp.Tuple) and len(row.expressions) == 1:
        return _row_items(row.expressions[0])
    if isinstance(row, exp.Paren):
        return _row_items(row.this)
    if isinstance(row, exp.Tuple) or (isinstance(row, exp.Anonymous) and row.name.lower() == "row"):
        return list(row.expressions)
    return [grouping.bare(row)]


def _is_constructed(node: exp.Values, cell: exp.Expression) -> bool:
    """Whether the row is a column of a row around it, and no row of VALUES itself."""
    around = cell.parent
    if isinstance(around, exp.Anonymous):
        return bool(around.name.lower() == "row")
    return isinstance(around, exp.Tuple) and around.parent is not node


def _common_column(rows: list[list[exp.Expression]], index: int, node: exp.Expression) -> t.Type:
    common = t.UNKNOWN
    for row in rows:
        merged = t.common_type(common, type_of(row[index]))
        if merged is None:
            first, other = _row_text(rows[0]), _row_text(row)
            raise mismatch(f"Values rows have mismatched types: {first} vs {other}", node)
        common = merged
    for row in rows:
        coerce(row[index], common)
    return common


def _row_text(row: list[exp.Expression]) -> str:
    kinds = [type_of(cell) for cell in row]
    return str(kinds[0] if len(kinds) == 1 else t.row(tuple((None, k) for k in kinds)))

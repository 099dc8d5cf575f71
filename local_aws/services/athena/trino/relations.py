"""What stands in FROM: tables, views, subqueries, UNNEST, VALUES and their joins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import parse_query, position
from local_aws.services.athena.trino.expressions import ExpressionTyper
from local_aws.services.athena.trino.notes import failed, mismatch
from local_aws.services.athena.trino.scope import (
    Field,
    Origin,
    Scan,
    Scope,
    fold,
    requalified,
)
from local_aws.services.athena.views import decode_view

if TYPE_CHECKING:
    from local_aws.services.athena.trino.queries import CatalogReader, Output

_CATALOGS = ("awsdatacatalog", "")
HIDDEN = (("$path", t.VARCHAR), ("$file_size", t.BIGINT))


class RelationAnalyzer(ExpressionTyper):
    """Gives the fields of each relation and notes on its node how to read it."""

    catalog: CatalogReader
    database: str
    ctes: dict[str, tuple[str, list[Output]]]

    if TYPE_CHECKING:

        def fresh(self, prefix: str) -> str: ...
        def query(self, node: exp.Expression, parent: Scope | None = None) -> list[Output]: ...
        def note_predicates(self, condition: exp.Expression) -> None: ...
        def renamed(
            self, outputs: list[Output], alias: exp.Expression | None, node: exp.Expression
        ) -> list[Output]: ...

    def relation(self, node: exp.Expression, scope: Scope) -> list[Field]:
        for name in ("pivots", "sample", "version", "when", "changes", "match_recognize"):
            if node.args.get(name):
                raise not_supported(f"{name} after a table", position(node))
        if isinstance(node, exp.Table):
            fields = self._table(node)
        elif isinstance(node, exp.Unnest):
            fields = self._unnest(node, scope)
        elif isinstance(node, exp.Lateral):
            fields = self._lateral(node, scope)
        elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            fields = self._parenthesised(node.this, scope)
        elif isinstance(node, exp.Subquery | exp.Values):
            fields = self._derived(node, scope)
        else:
            raise not_supported(f"{type(node).__name__} in FROM", position(node))
        return self._with_own_joins(node, fields, scope)

    def _with_own_joins(
        self, node: exp.Expression, fields: list[Field], scope: Scope
    ) -> list[Field]:
        if not node.args.get("joins"):
            return fields
        inner = Scope(fields, scope.parent)
        for join in node.args["joins"]:
            self.join(join, inner)
        return inner.fields

    def _parenthesised(self, node: exp.Expression, scope: Scope) -> list[Field]:
        return self.relation(node, Scope(parent=scope.parent))

    # --- tables and views

    def _table(self, node: exp.Table) -> list[Field]:
        if not isinstance(node.this, exp.Identifier):
            raise not_supported(f"the table function {node.this.sql('trino')}", position(node))
        parts = [p.name for p in node.parts]
        alias = node.args.get("alias")
        if len(parts) == 1 and fold(parts[0]) in self.ctes:
            return self._cte(node, parts[0], alias)
        if len(parts) == 3 and fold(parts[0]) not in _CATALOGS:
            raise not_supported(f"the catalog {parts[0]}", position(node))
        database = fold(parts[-2]) if len(parts) > 1 else self.database
        name = fold(parts[-1])
        virtual = self.catalog.virtual(database, name)
        if virtual is not None:
            return self._virtual(node, virtual, name, alias)
        table = self.catalog.table(database, name)
        if table is None:
            raise self._no_table(node, database, name)
        if table.get("TableType") == "VIRTUAL_VIEW":
            return self._view(node, table, database, alias)
        return self._scan(node, table, database, alias)

    def _no_table(self, node: exp.Expression, database: str, name: str) -> Exception:
        if not self.catalog.has_database(database):
            return failed("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", node)
        return failed(
            "TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{name}' does not exist", node
        )

    def _cte(self, node: exp.Table, name: str, alias: exp.Expression | None) -> list[Field]:
        sql_name, outputs = self.ctes[fold(name)]
        return self._fields_of(node, f'"{sql_name}"', outputs, alias, (fold(name),))

    def _virtual(
        self, node: exp.Table, table: Any, name: str, alias: exp.Expression | None
    ) -> list[Field]:
        from local_aws.services.athena.trino.queries import Output

        columns, rows = table
        outputs = [Output(n, kind, n) for n, kind in columns]
        node.meta["virtual"] = (columns, rows)
        return self._fields_of(node, "", outputs, alias, (name,))

    def _scan(
        self, node: exp.Table, table: dict[str, Any], database: str, alias: exp.Expression | None
    ) -> list[Field]:
        name = self.fresh("r")
        scan = Scan(len(self.scans), database, table, name)
        self.scans.append(scan)
        node.meta.update(alias=name, source=scan.placeholder)
        given = alias.name if alias is not None and alias.name else None
        qualifier = (fold(given),) if given else ("awsdatacatalog", database, table["Name"])
        columns = table_columns(table)
        if len({fold(column) for column, _, _ in columns}) < len(columns):
            raise failed(
                "HIVE_INVALID_METADATA",
                f"Hive metadata for table {table['Name']} is invalid: Table descriptor contains"
                " duplicate columns",
            )
        fields = []
        for column, kind, partition in columns:
            origin = Origin(scan.number, column, partition)
            fields.append(
                Field(column, kind, f'"{name}".{identifier(column)}', qualifier, origin=origin)
            )
        fields = self._column_aliases(fields, alias, node)
        for column, kind in HIDDEN:
            origin = Origin(scan.number, column, False)
            sql = f'"{name}".{identifier(column)}'
            fields.append(Field(column, kind, sql, qualifier, hidden=True, origin=origin))
        return fields

    def _column_aliases(
        self, fields: list[Field], alias: exp.Expression | None, node: exp.Expression
    ) -> list[Field]:
        names = [c.name for c in (alias.args.get("columns") if alias else None) or []]
        if names and len(names) != len(fields):
            raise failed(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(names)} entries but relation has"
                f" {len(fields)} columns",
                node,
            )
        return [
            replace(f, name=n)
            for f, n in zip(fields, names or [f.name for f in fields], strict=True)
        ]

    def _view(
        self, node: exp.Table, table: dict[str, Any], database: str, alias: exp.Expression | None
    ) -> list[Field]:
        view = decode_view(table)
        tree = parse_query(view.sql)
        outer, self.ctes = self.ctes, {}
        database_before, self.database = self.database, view.schema or database
        outputs = self.query(tree)
        self.ctes, self.database = outer, database_before
        if len(outputs) != len(view.columns):
            raise failed(
                "VIEW_IS_STALE",
                f"View 'awsdatacatalog.{database}.{table['Name']}' is stale or in invalid state: "
                "the number of columns changed",
                node,
            )
        kinds = [t.parse_type(kind) for _, kind in view.columns]
        tree.meta["outputs_to"] = kinds
        named = [
            replace(o, name=name, type=kind)
            for o, (name, _), kind in zip(outputs, view.columns, kinds, strict=True)
        ]
        node.meta["view"] = tree
        return self._fields_of(node, "", named, alias, ("awsdatacatalog", database, table["Name"]))

    # --- derived relations

    def _fields_of(
        self,
        node: exp.Expression,
        source: str,
        outputs: list[Output],
        alias: exp.Expression | None,
        qualifier: tuple[str, ...],
    ) -> list[Field]:
        """Fields of something that the engine reads as a relation with these columns."""
        outputs = self.renamed(outputs, alias, node)
        name = self.fresh("r")
        node.meta.update(alias=name, source=source, columns=[o.sql_name for o in outputs])
        fields = [
            Field(o.name, o.type, f'"{name}".{identifier(o.sql_name)}', (), origin=_origin(o))
            for o in outputs
        ]
        given = (fold(alias.name),) if alias is not None and alias.name else qualifier
        return requalified(fields, given)

    def _derived(self, node: exp.Expression, scope: Scope) -> list[Field]:
        outputs = self.query(node.this if isinstance(node, exp.Subquery) else node, scope.parent)
        if isinstance(node, exp.Subquery):
            node.meta["derived"] = node.this
        return self._fields_of(node, "", outputs, node.args.get("alias"), ())

    def _lateral(self, node: exp.Lateral, scope: Scope) -> list[Field]:
        inner = node.this
        if not isinstance(inner, exp.Subquery):
            raise not_supported(f"LATERAL {type(inner).__name__}", position(node))
        outputs = self.query(inner.this, scope)
        node.meta["derived"] = inner.this
        return self._fields_of(node, "", outputs, node.args.get("alias"), ())

    def _unnest(self, node: exp.Unnest, scope: Scope) -> list[Field]:
        from local_aws.services.athena.trino.queries import Output

        outputs: list[Output] = []
        for argument in node.expressions:
            kind = self.visit(argument, scope)
            outputs.extend(Output(name, k, "") for name, k in _unnested(kind, argument))
        offset = node.args.get("offset")
        if offset:
            outputs.append(Output(None, t.BIGINT, ""))
        alias = node.args.get("alias")
        if alias is not None and isinstance(offset, exp.Identifier):
            # sqlglot takes the last column's name off: it is the ordinality's.
            alias = alias.copy()
            alias.append("columns", offset.copy())
        fields = self._fields_of(node, "", outputs, alias, ())
        node.meta["ordinality"] = bool(offset)
        return fields

    # --- joins

    def join(self, node: exp.Join, scope: Scope) -> None:
        """Adds the fields of a join to the scope, as its kind has it."""
        side, kind = (node.side or "").upper(), (node.kind or "").upper()
        if node.method or kind in ("SEMI", "ANTI", "ASOF", "STRAIGHT"):
            raise not_supported(f"{node.method or kind} JOIN", position(node))
        left = scope.fields
        inner = Scope(list(left), scope.parent)
        right = self.relation(node.this, inner)
        if side in ("RIGHT", "FULL"):
            left = without_origin_keep_used(left)
        if side in ("LEFT", "FULL"):
            right = without_origin_keep_used(right)
        if node.args.get("using"):
            scope.fields = self._using(node, left, right, side)
            return
        scope.fields = [*left, *right]
        on = node.args.get("on")
        if on is not None:
            self.condition(on, scope, "JOIN ON clause must evaluate to a boolean")
            if not side:
                self.note_predicates(on)
        elif side or kind == "INNER":
            raise SyntaxRefused(
                "mismatched input '<EOF>'. Expecting: 'ON', 'USING'", position(node) or (1, 1)
            )

    def _using(
        self, node: exp.Join, left: list[Field], right: list[Field], side: str
    ) -> list[Field]:
        keys, pairs, names = [], [], set()
        for column in node.args["using"]:
            name = column.name
            a, b = _only(left, name, node), _only(right, name, node)
            common = t.common_type(a.type, b.type)
            if common is None:
                raise mismatch(f"JOIN USING columns are not comparable: {a.type}, {b.type}", node)
            for f in (a, b):
                if f.origin is not None:
                    self.scans[f.origin.scan].used.add(f.origin.column)
            pairs.append((a, b, common))
            sql = (
                f"coalesce({a.sql}, {b.sql})"
                if side == "FULL"
                else (b if side == "RIGHT" else a).sql
            )
            keys.append(Field(a.name, common if side == "FULL" else a.type, sql))
            names.add(fold(name))
        node.meta["pairs"] = pairs
        rest = [f for f in [*left, *right] if fold(f.name or "") not in names]
        return [*keys, *rest]


def _only(fields: list[Field], name: str, node: exp.Expression) -> Field:
    found = [f for f in fields if f.name and fold(f.name) == fold(name) and not f.hidden]
    if len(found) != 1:
        word = "ambiguous" if found else "missing from one side of the join"
        raise failed("COLUMN_NOT_FOUND", f"Column '{name}' is {word}", node)
    return found[0]


def without_origin_keep_used(fields: list[Field]) -> list[Field]:
    """The columns still count as read; only their predicates no longer prune."""
    return [
        replace(f, origin=replace(f.origin, partition=False) if f.origin else None) for f in fields
    ]


def _origin(output: Output) -> Origin | None:
    found = output.field
    if found is None or found.origin is None or found.type != output.type:
        return None
    return found.origin


def _unnested(kind: t.Type, node: exp.Expression) -> list[tuple[str | None, t.Type]]:
    if kind.name == "map":
        return [(None, inner) for inner in kind.of]
    if kind.name == "array":
        inner = kind.of[0]
        rows = inner.name == "row"
        return list(zip(inner.fields, inner.of, strict=True)) if rows else [(None, inner)]
    raise mismatch(f"Cannot unnest type: {kind}", node)


def table_columns(table: dict[str, Any]) -> list[tuple[str, t.Type, bool]]:
    """Name, type and whether it is a partition key, in the catalog's order."""
    columns = table.get("StorageDescriptor", {}).get("Columns", [])
    found = [(c["Name"], _column_type(c, table), False) for c in columns]
    return found + [
        (c["Name"], _column_type(c, table), True) for c in table.get("PartitionKeys", [])
    ]


def _column_type(column: dict[str, Any], table: dict[str, Any]) -> t.Type:
    try:
        return t.parse_type(column.get("Type") or "string")
    except t.UnknownType:
        raise failed(
            "NOT_SUPPORTED",
            f"Unsupported Hive type {column.get('Type')} of column {column['Name']}"
            f" in table {table.get('Name')}",
        ) from None

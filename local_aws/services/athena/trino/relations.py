"""What stands in FROM: tables, views, subqueries, UNNEST, VALUES and their joins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.catalog import CatalogReader
from local_aws.services.athena.trino.dialect import parse_query, position
from local_aws.services.athena.trino.expressions import ExpressionTyper
from local_aws.services.athena.trino.grouping import refuse_aggregates
from local_aws.services.athena.trino.notes import coerce, failed, mismatch, note
from local_aws.services.athena.trino.scope import (
    Field,
    Origin,
    Output,
    Scan,
    Scope,
    fold,
    requalified,
)
from local_aws.services.athena.views import View, decode_view, is_view

_CATALOGS = ("awsdatacatalog", "")
HIDDEN = (
    ("$path", t.VARCHAR),
    ("$file_size", t.BIGINT),
    ("$file_modified_time", t.TIMESTAMP_TZ),
    ("$partition", t.VARCHAR),
)


class RelationAnalyzer(ExpressionTyper):
    """Gives the fields of each relation and notes on its node how to read it."""

    catalog: CatalogReader
    database: str
    ctes: dict[str, tuple[str, list[Output]]]
    # The views that are being read, from the outside in.
    views: tuple[str, ...] = ()

    if TYPE_CHECKING:

        def fresh(self, prefix: str) -> str: ...
        def query(self, node: exp.Expression, parent: Scope | None = None) -> list[Output]: ...
        def note_predicates(self, condition: exp.Expression) -> None: ...
        def renamed(
            self, outputs: list[Output], alias: exp.Expression | None, node: exp.Expression
        ) -> list[Output]: ...

    def relation(self, node: exp.Expression, scope: Scope) -> list[Field]:
        for name in ("pivots", "version", "when", "changes", "match_recognize"):
            if node.args.get(name):
                raise not_supported(f"{name} after a table", position(node))
        if node.args.get("sample") is not None:
            self._sample(node.args["sample"])
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

    def _sample(self, sample: exp.Expression) -> None:
        percent = sample.args.get("percent") or sample.args.get("size")
        if not isinstance(percent, exp.Literal):
            raise not_supported("TABLESAMPLE with an expression", position(sample))
        value = float(percent.this)
        if not 0 <= value <= 100:
            raise failed(
                "NUMERIC_VALUE_OUT_OF_RANGE",
                "Sample percentage must be between 0 and 100",
                percent,
            )
        sample.meta["percent"] = value

    def _table_function(self, node: exp.Table) -> list[Field]:
        """TABLE(sequence(start => 1, stop => 10)): the one table function that reads nothing."""

        call = node.this.expressions[0] if node.this.expressions else node.this
        if call.name.lower() != "sequence":
            raise failed("FUNCTION_NOT_FOUND", f"Table function '{call.name}' not registered", node)
        node.meta["series"] = sequence_arguments(call)
        columns = [Output("sequential_number", t.BIGINT, "")]
        return self._fields_of(node, "", columns, node.args.get("alias"), ())

    def _table(self, node: exp.Table) -> list[Field]:
        if not isinstance(node.this, exp.Identifier):
            return self._table_function(node)
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
        if is_view(table):
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
        fields = self._fields_of(node, f'"{sql_name}"', outputs, alias, (fold(name),))
        if self._references(node, name) == 1:
            return fields
        # Rows that are read once serve several references: one's condition is not the others'.
        return without_pruning(fields)

    @staticmethod
    def _references(node: exp.Table, name: str) -> int:
        tables = node.root().find_all(exp.Table)
        return sum(len(table.parts) == 1 and fold(table.name) == fold(name) for table in tables)

    def _virtual(
        self, node: exp.Table, table: Any, name: str, alias: exp.Expression | None
    ) -> list[Field]:

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
        node.meta.update(alias=name, source=scan.placeholder, scan=scan.number)
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
        place = f"awsdatacatalog.{database}.{table['Name']}"
        tree, outputs = self._view_query(node, view, database, place)
        kinds = [t.parse_type(kind) for _, kind in view.columns]
        self._check_fresh(node, view, outputs, kinds, place)
        tree.meta["outputs_to"] = kinds
        named = [
            replace(o, name=name, type=kind)
            for o, (name, _), kind in zip(outputs, view.columns, kinds, strict=True)
        ]
        node.meta["view"] = tree
        return self._fields_of(node, "", named, alias, ("awsdatacatalog", database, table["Name"]))

    def _view_query(
        self, node: exp.Table, view: View, database: str, place: str
    ) -> tuple[exp.Expression, list[Output]]:
        """The view's query, analysed in the database where it was made."""
        if place in self.views:
            raise failed("VIEW_IS_RECURSIVE", "Statement would create a recursive view", node)
        outer = self.ctes, self.database, self.views
        self.ctes, self.database = {}, view.schema or database
        self.views = (*self.views, place)
        try:
            tree = parse_query(view.sql)
            outputs = self.query(tree)
        except QueryFailed as error:
            if error.code in ("NOT_SUPPORTED", "VIEW_IS_RECURSIVE", "INVALID_VIEW"):
                raise
            why = error.reason.removeprefix(f"{error.code}: ")
            words = f"Failed analyzing stored view '{place}': {why}"
            raise failed("INVALID_VIEW", words, node) from error
        self.ctes, self.database, self.views = outer
        return tree, outputs

    def _check_fresh(
        self,
        node: exp.Table,
        view: View,
        outputs: list[Output],
        kinds: list[t.Type],
        place: str,
    ) -> None:
        """What the view's query gives must still fit what was stored when it was made."""
        why = None
        if len(outputs) != len(view.columns):
            why = (
                f"stored view column count ({len(view.columns)}) does not match column count"
                f" derived from the view query analysis ({len(outputs)})"
            )
        for index, (output, kind) in enumerate(zip(outputs, kinds, strict=False)):
            if why is None and not t.coerces(output.type, kind):
                name = view.columns[index][0]
                why = (
                    f"column [{output.name or name}] of type {output.type} projected from query"
                    f" view at position {index} cannot be coerced to column [{name}] of type {kind}"
                    " stored in view definition"
                )
        if why is not None:
            words = f"View '{place}' is stale or in invalid state: {why}"
            raise failed("VIEW_IS_STALE", words, node)

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

        outputs: list[Output] = []
        for argument in node.expressions:
            kind = self.visit(argument, scope)
            refuse_aggregates(argument, "UNNEST")
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
        if node.method == "NATURAL":
            raise failed("NOT_SUPPORTED", "Natural join not supported", node)
        if node.method or kind in ("SEMI", "ANTI", "ASOF", "STRAIGHT"):
            raise not_supported(f"{node.method or kind} JOIN", position(node))
        left = scope.fields
        inner = Scope(list(left), scope.parent)
        right = self.relation(node.this, inner)
        if side in ("RIGHT", "FULL"):
            left = without_pruning(left)
        if side in ("LEFT", "FULL"):
            right = without_pruning(right)
        _check_criteria(node, side)
        if node.args.get("using"):
            scope.fields = self._using(node, left, right, side)
            return
        scope.fields = [*left, *right]
        on = node.args.get("on")
        if on is not None:
            self.condition(on, scope, "JOIN ON clause must evaluate to a boolean: actual type {}")
            refuse_aggregates(on, "JOIN clause")
            if not side:
                self.note_predicates(on)

    def _using(
        self, node: exp.Join, left: list[Field], right: list[Field], side: str
    ) -> list[Field]:
        keys, pairs, names = [], [], set()
        for column in node.args["using"]:
            name = column.name
            if fold(name) in names:
                raise failed(
                    "DUPLICATE_COLUMN_NAME",
                    f"Column '{name}' appears multiple times in USING clause",
                    column,
                )
            names.add(fold(name))
            a, b = _only(left, column, "left"), _only(right, column, "right")
            common = t.common_type(a.type, b.type)
            if common is None:
                raise mismatch(f"Cannot apply operator: {a.type} = {b.type}", column)
            for f in (a, b):
                if f.origin is not None:
                    self.scans[f.origin.scan].used.add(f.origin.column)
            sides = [_column_of(f, common) for f in (a, b)]
            pairs.append(sides)
            keys.append(self._merged(name, sides, common, side))
        node.meta["pairs"] = pairs
        rest = [f for f in [*left, *right] if fold(f.name or "") not in names]
        return [*keys, *rest]

    def _merged(self, name: str, sides: list[exp.Expression], common: t.Type, side: str) -> Field:
        """The one column that USING makes of two."""
        item = sides[1] if side == "RIGHT" else sides[0]
        if side == "FULL":
            item = exp.Anonymous(this="coalesce", expressions=sides)
            note(item, common)
        return Field(name, common, self.fresh("merged "), item=item)


def _check_criteria(node: exp.Join, side: str) -> None:
    """ON after UNNEST must be TRUE, as Trino has it."""
    on, using = node.args.get("on"), node.args.get("using")
    if not isinstance(node.this, exp.Unnest) or (on is None and not using):
        return
    if using or not (isinstance(on, exp.Boolean) and on.this):
        raise failed(
            "NOT_SUPPORTED",
            f"{side or 'INNER'} JOIN involving UNNEST is only supported with condition ON TRUE",
            on if on is not None else node,
        )


def _column_of(field: Field, kind: t.Type) -> exp.Expression:
    column = exp.Column(this=exp.to_identifier(field.name or "", quoted=True))
    note(column, field.type, field=field, path=[], base=field.item)
    coerce(column, kind)
    return column


def _only(fields: list[Field], column: exp.Expression, side: str) -> Field:
    name = column.name
    found = [f for f in fields if f.name and fold(f.name) == fold(name) and not f.hidden]
    if len(found) > 1:
        raise failed("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous", column)
    if not found:
        raise failed(
            "COLUMN_NOT_FOUND", f"Column '{name}' is missing from {side} side of join", column
        )
    return found[0]


def sequence_arguments(call: exp.Expression) -> tuple[int, int, int]:
    """start, stop and step of sequence(), given by name or in order."""
    values = {"start": 0, "step": 1}
    for name, argument in zip(("start", "stop", "step"), call.expressions, strict=False):
        named = isinstance(argument, exp.Kwarg)
        key = argument.this.name.lower() if named else name
        value = argument.expression if named else argument
        sign = -1 if isinstance(value, exp.Neg) else 1
        literal = value.this if isinstance(value, exp.Neg) else value
        if not isinstance(literal, exp.Literal) or literal.is_string:
            raise not_supported("an expression as an argument of sequence", position(value))
        if key not in ("start", "stop", "step"):
            raise failed("INVALID_FUNCTION_ARGUMENT", f"Unexpected argument name: {key}", argument)
        values[key] = sign * int(literal.this)
    if "stop" not in values:
        raise failed("MISSING_ARGUMENT", "Missing argument: STOP", call)
    start, stop, step = values["start"], values["stop"], values["step"]
    if step == 0 or ((step < 0) != (stop < start) and start != stop):
        raise failed(
            "INVALID_FUNCTION_ARGUMENT",
            "Step must be positive for sequence [start, stop]"
            if step <= 0
            else "Step must be negative for sequence [start, stop]",
            call,
        )
    return start, stop, step


def without_pruning(fields: list[Field]) -> list[Field]:
    """The columns still count as read; only their predicates no longer prune."""
    return [
        replace(f, origin=replace(f.origin, pruning=False) if f.origin else None) for f in fields
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

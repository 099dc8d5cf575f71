"""ORDER BY, OFFSET, LIMIT and FETCH: https://trino.io/docs/current/sql/select.html"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.trino import grouping
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import failed, mismatch
from local_aws.services.athena.trino.relations import RelationAnalyzer
from local_aws.services.athena.trino.scope import Field, Output, Scope, fold
from local_aws.services.athena.trino.wording import same, wording


class OrderAnalyzer(RelationAnalyzer):
    """Sort keys and counts of rows; what they mean is noted on their nodes."""

    def order(
        self, node: exp.Select, items: list[exp.Expression], outputs: list[Output], scope: Scope
    ) -> None:
        """ORDER BY sees the outputs' names first, then the columns of FROM."""
        order = node.args.get("order")
        if order is None:
            return
        named = [
            Field(o.name, o.type, f"output {i}", item=grouping.bare(_inner(item)))
            for i, (item, o) in enumerate(zip(items, outputs, strict=True))
        ]
        inner = Scope(named, scope)
        for ordered in order.expressions:
            self._sort_key(ordered, outputs, inner)
            if "t" in ordered.this.meta and node.args.get("distinct"):
                _must_be_selected(ordered.this, items)

    def _sort_key(self, ordered: exp.Expression, outputs: list[Output], scope: Scope) -> None:
        index = _output_index(ordered.this, outputs)
        kind = outputs[index - 1].type if index else self.visit(ordered.this, scope)
        if index is not None:
            ordered.meta["ordinal"] = index
        if any(t.contains(kind, name) for name in ("map", "json")):
            raise mismatch(
                f"Type {kind} is not orderable, and therefore cannot be used in ORDER BY:"
                f" {wording(ordered.this)}",
                ordered,
            )

    def order_outputs(self, node: exp.Expression, outputs: list[Output]) -> None:
        """ORDER BY after a set operation sees its columns only."""
        order = node.args.get("order")
        fields = [Field(o.name, o.type, identifier(o.sql_name)) for o in outputs]
        for ordered in order.expressions if order else []:
            self._sort_key(ordered, outputs, Scope(fields))
        self.limits(node)

    def limits(self, node: exp.Expression) -> None:
        offset, limit = node.args.get("offset"), node.args.get("limit")
        if offset is not None:
            offset.meta["value"] = int(offset.expression.this)
        if isinstance(limit, exp.Fetch):
            self._fetch(node, limit)
        elif limit is not None:
            every = not isinstance(limit.expression, exp.Literal)
            limit.meta["value"] = None if every else int(limit.expression.this)

    def _fetch(self, node: exp.Expression, fetch: exp.Fetch) -> None:
        count = fetch.args.get("count")
        value = int(count.this) if count is not None else 1
        if value < 1:
            raise failed(
                "NUMERIC_VALUE_OUT_OF_RANGE",
                f"FETCH FIRST row count must be positive (actual value: {value})",
                fetch,
            )
        options = fetch.args.get("limit_options")
        ties = options is not None and options.args.get("with_ties")
        if ties and node.args.get("order") is None:
            raise failed(
                "MISSING_ORDER_BY", "FETCH FIRST WITH TIES clause requires ORDER BY", fetch
            )
        fetch.meta.update(value=value, ties=bool(ties))


def _must_be_selected(key: exp.Expression, items: list[exp.Expression]) -> None:
    if not any(same(key, item) for item in items):
        raise failed(
            "EXPRESSION_NOT_IN_DISTINCT",
            "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
            key,
        )


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


def _inner(item: exp.Expression) -> exp.Expression:
    found: exp.Expression = item.this if isinstance(item, exp.Alias) else item
    return found

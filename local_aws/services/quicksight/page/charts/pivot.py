"""Pivot tables: rows against columns, groups that fold, subtotals and totals.

https://docs.aws.amazon.com/quicksight/latest/user/pivot-table.html
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.cells import Cell, ruled
from local_aws.services.quicksight.page.charts.conditional import options_of, rules_of
from local_aws.services.quicksight.page.charts.options import inner, shown
from local_aws.services.quicksight.page.charts.pivot_cells import Key, keys_of, read_cells
from local_aws.services.quicksight.page.charts.pivot_totals import Totals
from local_aws.services.quicksight.page.charts.series import plain
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query, Value

MAX_ROWS = 1000
MAX_COLUMNS = 200
Payload = dict[str, Any]


def pivot_table(query: Query) -> Payload:
    """A PivotTableVisual as the page writes it."""
    return {"pivot": _Pivot(query).payload()}


@dataclass(frozen=True)
class _Head:
    """One column of the table: its key, as deep as its group."""

    key: Key
    texts: list[str]
    total: bool


class _Pivot:
    def __init__(self, query: Query) -> None:
        wells, config = query.visual.wells, query.visual.config
        self.query, self.config = query, config
        self.rows, self.columns, self.values = (wells[w] for w in ("Rows", "Columns", "Values"))
        self.options = config.get("TableOptions", {})
        self.tree = self.options.get("RowsLayout") == "HIERARCHY" and len(self.rows) > 1
        self.metrics_in_rows = self.options.get("MetricPlacement") == "ROW"
        self.totals = Totals(config.get("TotalOptions", {}), self.rows, self.columns)
        self.rules = rules_of(query)
        self.row_keys = keys_of(query, self.rows)
        self.column_keys = keys_of(query, self.columns)[:MAX_COLUMNS]
        self.cells = read_cells(query, self.values, self.rules, range(len(self.rows) + 1),
                                self.totals.column_depths())  # fmt: skip

    def payload(self) -> Payload:
        """Heads, rows in order with what folds them, and the labels."""
        return {
            "rowLabels": self._row_labels(),
            "columnLabels": [f.label for f in self.columns],
            "valueLabels": [f.label for f in self.values],
            "single": shown({"Visibility": self.options.get("SingleMetricVisibility")}),
            "metricsInRows": self.metrics_in_rows,
            "tree": self.tree,
            "columnHeads": [{"path": [plain(v) for v in h.key], "texts": h.texts,
                             "total": h.total} for h in self.heads],
            "rows": list(self._lines()),
            "totalFirst": self.totals.total_first,
            "collapsed": self._collapsed(),
            "more": len(self.row_keys) > MAX_ROWS,
        }  # fmt: skip

    def _row_labels(self) -> list[str]:
        labels = [f.label for f in self.rows]
        named = self.options.get("RowsLabelOptions", {})
        if self.tree and named.get("CustomLabel"):
            labels = [str(named["CustomLabel"])]
        return labels + ([""] if self.metrics_in_rows else [])

    @cached_property
    def heads(self) -> list[_Head]:
        """The columns with their subtotals and their total."""
        found: list[_Head] = []
        for n, key in enumerate(self.column_keys):
            found.append(_Head(key, _texts(key, self.columns), False))
            following = self.column_keys[n + 1] if n + 1 < len(self.column_keys) else None
            for depth in self.totals.closing(key, following, self.totals.column_levels):
                texts = [*_texts(key[:depth], self.columns),
                         self.totals.column_label(self.columns[depth - 1])]  # fmt: skip
                found.append(_Head(key[:depth], texts, True))
        if self.columns and self.totals.right:
            total = _Head((), [self.totals.right], True)
            found.insert(0, total) if self.totals.right_first else found.append(total)
        return found

    def _lines(self) -> Iterator[Payload]:
        shown_keys = self.row_keys[:MAX_ROWS]
        before: Key | None = None
        for n, key in enumerate(shown_keys):
            following = shown_keys[n + 1] if n + 1 < len(shown_keys) else None
            yield from self._row(key, before, following)
            before = key
        if self.rows and self.totals.bottom:
            yield from self._line((), [{"text": self.totals.bottom}], kind="total", level=0)

    def _row(self, key: Key, before: Key | None, following: Key | None) -> Iterator[Payload]:
        same = _shared(key, before)
        for depth in range(same + 1, len(key)):
            yield from self._group(key[:depth])
        yield from self._line(key, self._row_heads(key, same), above=_paths(key[:-1]),
                              level=max(0, len(key) - 1))  # fmt: skip
        if not self.tree:
            for depth in self.totals.closing(key, following, self.totals.row_levels):
                yield from self._subtotal(key[:depth])

    def _row_heads(self, key: Key, same: int) -> list[Payload]:
        texts = _texts(key, self.rows)
        if self.tree:
            return [{"text": texts[-1]}]
        last = len(key) - 1
        return [
            {"text": text if n >= same or n == last else "",
             "fold": _path(key[: n + 1]) if same <= n < last else None}
            for n, text in enumerate(texts)
        ]  # fmt: skip

    def _group(self, key: Key) -> Iterator[Payload]:
        """A group's own line: always in a tree, else where it is folded."""
        head = {"text": show(key[-1], self.rows[len(key) - 1]), "fold": _path(key)}
        level, above = len(key) - 1, _paths(key[:-1])
        if not self.tree:
            heads = [{"text": text} for text in _texts(key[:-1], self.rows)]
            empty = [{"text": ""}] * (len(self.rows) - len(key))
            yield from self._line(key, [*heads, head, *empty], kind="group", level=level,
                                  above=above, key_of=key, when="folded")  # fmt: skip
        elif len(key) in self.totals.row_levels:
            yield from self._line(key, [head], kind="group", level=level, above=above)
        else:
            yield from self._line(key, [head], kind="group", level=level, above=above,
                                  key_of=key, when="folded")  # fmt: skip
            yield from self._line(key, [head], kind="group", level=level, above=above,
                                  key_of=key, when="open", blank=True)  # fmt: skip

    def _subtotal(self, key: Key) -> Iterator[Payload]:
        label = self.totals.row_label(self.rows[len(key) - 1])
        empty = [{"text": ""}] * (len(self.rows) - len(key) - 1)
        heads = [{"text": ""}] * len(key) + [{"text": label}] + empty
        yield from self._line(key, heads, kind="subtotal", level=len(key),
                              above=_paths(key))  # fmt: skip

    def _line(
        self, key: Key, heads: list[Payload], *, level: int, kind: str = "cell",
        above: Sequence[str] = (), key_of: Key | None = None, when: str | None = None,
        blank: bool = False,
    ) -> Iterator[Payload]:  # fmt: skip
        """One line; one a measure where the measures stand in the rows."""
        line: Payload = {"heads": heads, "level": level, "kind": kind, "above": list(above)}
        if key_of is not None:
            line |= {"key": _path(key_of), "when": when}
        if kind == "total":
            span = max(1, len(self.rows)) if not self.tree else 1
            line["heads"] = heads + [{"text": ""}] * (span - 1)
        if not self.metrics_in_rows:
            yield line | {"cells": self._cells(key, range(len(self.values)), blank)}
            return
        for n, value in enumerate(self.values):
            first = line["heads"] if n == 0 else [{"text": ""} for _ in line["heads"]]
            yield line | {"heads": [*first, {"text": value.label}],
                          "cells": self._cells(key, [n], blank)}  # fmt: skip

    def _cells(self, key: Key, measures: Sequence[int], blank: bool) -> list[Cell]:
        return ["" if blank else self._cell(key, head, n) for head in self.heads for n in measures]

    def _cell(self, key: Key, head: _Head, n: int) -> Cell:
        figures = self.cells.figures(key, head.key)
        text = "" if figures[n] is None else show(figures[n], self.values[n])
        role = self._role(key, head)
        active = [(r, place) for place, r in enumerate(self.rules, len(self.values))
                  if role in self.roles[place - len(self.values)]]  # fmt: skip
        if not active:
            return text
        return ruled(text, self.values[n].id, [r for r, _ in active],
                     [figures[place] for _, place in active],
                     [self.scales[place] for _, place in active])  # fmt: skip

    def _role(self, key: Key, head: _Head) -> str:
        if len(key) == len(self.rows) and len(head.key) == len(self.columns):
            return "FIELD"
        every = (not key and bool(self.rows)) or (not head.key and bool(self.columns))
        return "GRAND_TOTAL" if every else "FIELD_TOTAL"

    @cached_property
    def roles(self) -> list[set[str]]:
        """Which cells each rule is for."""
        found = []
        for option in options_of(self.query):
            given = next(iter(option.values()))
            scopes = given.get("Scopes") or [given.get("Scope") or {"Role": "FIELD"}]
            looks = [n for n in given.get("TextFormat", {})
                     if n in ("BackgroundColor", "TextColor", "Icon")]  # fmt: skip
            found += [{scope.get("Role", "FIELD") for scope in scopes}] * len(looks)
        return found

    @cached_property
    def scales(self) -> dict[int, list[Value]]:
        """The values that gradients and icon sets of each rule span."""
        return {
            place: self.cells.column_of(place, self.row_keys, self.column_keys)
            for place in range(len(self.values), len(self.values) + len(self.rules))
        }

    def _collapsed(self) -> list[str]:
        """The groups that are folded at first."""
        found: list[str] = []
        for item in inner(self.config, "FieldOptions", "CollapseStateOptions") or []:
            if item.get("State") != "COLLAPSED":
                continue
            target = item["Target"]
            ids = [f.id for f in self.rows]
            if target.get("FieldId") in ids[:-1]:
                depth = ids.index(target["FieldId"]) + 1
                found += {_path(key[:depth]) for key in self.row_keys}
            elif target.get("FieldDataPathValues"):
                wanted = [str(v.get("FieldValue")) for v in target["FieldDataPathValues"]]
                found += {_path(key[: len(wanted)]) for key in self.row_keys
                          if [str(plain(v)) for v in key[: len(wanted)]] == wanted}  # fmt: skip
        return sorted(set(found))


def _texts(key: Key, fields: Sequence[Field]) -> list[str]:
    return [show(v, f) for v, f in zip(key, fields, strict=False)]


def _shared(key: Key, before: Key | None) -> int:
    """How many levels two neighbours have in common.

    >>> _shared((1, 2, 3), (1, 2, 4)), _shared((1,), None)
    (2, 0)
    """
    pairs = zip(key, before or (), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(key), len(before or ())))


def _path(key: Key) -> str:
    return json.dumps([plain(v) for v in key])


def _paths(key: Key) -> list[str]:
    return [_path(key[:depth]) for depth in range(1, len(key) + 1)]

"""Queries: https://trino.io/docs/current/sql/select.html"""

from __future__ import annotations

from local_aws.services.athena.trino.grammar.cursor import Mismatch
from local_aws.services.athena.trino.grammar.relations import RelationRules
from local_aws.services.athena.trino.grammar.tokens import EOF, INTEGER

_SETS = ("UNION", "INTERSECT", "EXCEPT")


class QueryRules(RelationRules):
    """The rules `query`, `queryTerm`, `querySpecification` and the clauses under them."""

    def query(self) -> None:
        if self.kind not in ("SELECT", "WITH", "VALUES", "TABLE", "("):
            raise self.refuse("<query>")
        if self.kind == "WITH":
            self._with()
        self._without_with()

    def _with(self) -> None:
        self.index += 1
        if self.kind == "FUNCTION" and self.is_name(1):
            raise self.refuse_by_name("WITH FUNCTION")
        self.optional("RECURSIVE")
        while True:
            self.name()
            if self.kind == "(":
                self.column_aliases()
            self.take("AS", "(")
            self.query()
            self.take(")")
            if not self.optional(","):
                return

    def _without_with(self) -> None:
        self._term()
        if self.optional("ORDER"):
            self.take("BY")
            self.sort_items()
        if self.optional("OFFSET"):
            self._count()
            if self.kind in ("ROW", "ROWS"):
                self.index += 1
        if self.optional("LIMIT"):
            if not self.optional("ALL"):
                self._count()
        elif self.optional("FETCH"):
            self._fetch()

    def _count(self) -> None:
        if not self.optional("?"):
            self.take(INTEGER)

    def _fetch(self) -> None:
        self.take_any(("FIRST", "NEXT"))
        if self.kind not in ("ROW", "ROWS"):
            self._count()
        self.take_any(("ROW", "ROWS"))
        if not self.optional("ONLY"):
            self.take("WITH", "TIES")

    def _term(self) -> None:
        while True:
            self._primary_query()
            if self.kind not in _SETS:
                self.expect(*(f"'{word}'" for word in _SETS))
                return
            self.index += 1
            if self.kind in ("DISTINCT", "ALL"):
                self.index += 1

    def _primary_query(self) -> None:
        kind = self.kind
        if kind not in ("SELECT", "VALUES", "TABLE", "("):
            raise self.refuse("<query>")
        self.index += 1
        if kind == "SELECT":
            self._select()
        elif kind == "VALUES":
            self.expressions()
        elif kind == "TABLE":
            self.qualified_name()
        else:
            self._without_with()
            self.take(")")

    def _select(self) -> None:
        if self.kind == "DISTINCT" or (self.kind == "ALL" and self._selects_after_all()):
            self.index += 1
        self._item()
        while self.optional(","):
            self._item()
        if self.optional("FROM"):
            self.relation()
            while self.optional(","):
                self.relation()
        if self.optional("WHERE"):
            self.expression()
        if self.optional("GROUP"):
            self.take("BY")
            self._group()
        if self.optional("HAVING"):
            self.expression()
        if self.is_clause() and self.optional("WINDOW"):
            self._windows()

    def _selects_after_all(self) -> bool:
        return self.starts_expression(1) or self.ahead() == "*"

    def _item(self) -> None:
        if self.optional("*"):
            return
        if not self.starts_expression():
            raise self.refuse("'*'", "'ALL'", "'DISTINCT'", "<expression>")
        start = self.index
        self.expression()
        if self.kind == "." and self.ahead() == "*":
            self._qualified_star(start)
        elif self.optional("AS") or (self.is_name() and not self.is_clause()):
            self.name()
        else:
            self.expect("<identifier>")

    def _qualified_star(self, start: int) -> None:
        star = self.index
        self.index = start
        self.primary()
        if self.index != star:
            self.index = star + 1
            raise self.refuse("<identifier>")
        self.index += 2
        if self.optional("AS"):
            self.column_aliases()

    # --- GROUP BY and ORDER BY

    def _group(self) -> None:
        if self.kind == "DISTINCT" or (self.kind == "ALL" and self._groups_after_all()):
            self.index += 1
        self._grouping_element()
        while self.optional(","):
            self._grouping_element()

    def _groups_after_all(self) -> bool:
        return self.starts_expression(1) or self.ahead() in ("ROLLUP", "CUBE")

    def _grouping_element(self) -> None:
        if self.kind in ("ROLLUP", "CUBE"):
            self.index += 1
            self.take("(")
            if self.kind != ")":
                self._grouping_sets()
            self.take(")")
        elif self.optional("GROUPING", "SETS"):
            self.take("(")
            self._grouping_sets()
            self.take(")")
        else:
            self.expect("'('", "'CUBE'", "'GROUPING'", "'ROLLUP'")
            self._grouping_set()

    def _grouping_sets(self) -> None:
        self._grouping_set()
        while self.optional(","):
            self._grouping_set()

    def _grouping_set(self) -> None:
        if self.kind == "(" and self.ahead() == ")":
            self.index += 2
        else:
            self.expression()

    def sort_items(self) -> None:
        while True:
            self.expression()
            if self.kind in ("ASC", "DESC"):
                self.index += 1
            else:
                self.expect("'ASC'", "'DESC'")
            if self.optional("NULLS"):
                self.take_any(("FIRST", "LAST"))
            if not self.optional(","):
                return

    # --- windows

    def _windows(self) -> None:
        while True:
            self.name()
            self.take("AS", "(")
            self.window_specification()
            self.take(")")
            if not self.optional(","):
                return

    def window_specification(self) -> None:
        if self.is_name() and not self._opens_part():
            self.name()
        if self.optional("PARTITION"):
            self.take("BY")
            self.expressions()
        if self.optional("ORDER"):
            self.take("BY")
            self.sort_items()
        if self.kind == "MEASURES":
            raise self.refuse_by_name("MEASURES in a window")
        if self.kind in ("RANGE", "ROWS", "GROUPS"):
            self._frame()
        else:
            self.expect("'GROUPS'", "'RANGE'", "'ROWS'")

    def _opens_part(self) -> bool:
        following = self.ahead()
        if self.kind in ("RANGE", "ROWS", "GROUPS"):
            return following not in (")", "PARTITION", "ORDER", "RANGE", "ROWS", "GROUPS")
        return self.kind == "PARTITION" and following == "BY"

    def _frame(self) -> None:
        self.index += 1
        if self.optional("BETWEEN"):
            self._bound()
            self.take("AND")
            self._bound()
        else:
            self._bound()

    def _bound(self) -> None:
        pair = (self.kind, self.ahead())
        if pair in (("UNBOUNDED", "PRECEDING"), ("UNBOUNDED", "FOLLOWING"), ("CURRENT", "ROW")):
            self.index += 2
            return
        if not self.starts_expression():
            raise self.refuse("'CURRENT'", "'UNBOUNDED'", "<expression>")
        self.expression()
        self.take_any(("FOLLOWING", "PRECEDING"))


def check_query(text: str) -> set[int]:
    """Where the words stand that are names. SyntaxRefused, in Trino's words, for what is no query.

    Many words are keywords in one place and names in another: a column may well be called `date`.
    """
    rules = QueryRules(text)
    try:
        rules.query()
        rules.take(EOF)
    except Mismatch:
        raise rules.refusal() from None
    return {rules.tokens[index].start for index in rules.names}

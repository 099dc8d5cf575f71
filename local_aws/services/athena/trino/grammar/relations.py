"""What stands in FROM: https://trino.io/docs/current/sql/select.html#from-clause"""

from __future__ import annotations

from local_aws.services.athena.trino.grammar.expressions import ExpressionRules
from local_aws.services.athena.trino.grammar.tokens import INTEGER

_JOINS = ("JOIN", "INNER", "LEFT", "RIGHT", "FULL")
_AFTER_RELATION = ("'CROSS'", "'FULL'", "'INNER'", "'JOIN'", "'LEFT'", "'NATURAL'", "'RIGHT'")
# Words that are names, unless what follows makes them the start of a clause.
_CLAUSES = {
    "LIMIT": (INTEGER, "ALL", "?"),
    "OFFSET": (INTEGER, "?"),
    "FETCH": ("FIRST", "NEXT"),
    "TABLESAMPLE": ("BERNOULLI", "SYSTEM"),
    "MATCH_RECOGNIZE": ("(",),
}


class RelationRules(ExpressionRules):
    """The rules `relation`, `sampledRelation`, `relationPrimary`."""

    def is_clause(self) -> bool:
        """Whether the word here opens a clause and is no alias."""
        if self.kind == "WINDOW":
            return self.is_name(1) and self.ahead(2) == "AS" and self.ahead(3) == "("
        return self.ahead() in _CLAUSES.get(self.kind, ())

    def relation(self) -> None:
        self._sampled()
        while True:
            if self.optional("CROSS"):
                self.take("JOIN")
                self._sampled()
            elif self.kind == "NATURAL":
                self.index += 1
                self._join_type()
                self._sampled()
            elif self.kind in _JOINS:
                self._join_type()
                self.relation()
                self._criteria()
            else:
                self.expect(*_AFTER_RELATION)
                return

    def _join_type(self) -> None:
        if self.kind in ("LEFT", "RIGHT", "FULL"):
            self.index += 1
            self.optional("OUTER")
        else:
            self.optional("INNER")
        self.take("JOIN")

    def _criteria(self) -> None:
        if self.optional("ON"):
            self.expression()
            return
        self.take("USING", "(")
        self.name()
        while self.optional(","):
            self.name()
        self.take(")")

    def _sampled(self) -> None:
        self._relation_primary()
        self._alias()
        if self.kind == "MATCH_RECOGNIZE" and self.ahead() == "(":
            raise self.refuse_by_name("MATCH_RECOGNIZE")
        if self.is_clause() and self.optional("TABLESAMPLE"):
            self.index += 1
            self.take("(")
            self.expression()
            self.take(")")
        elif self.kind == "TABLESAMPLE":
            self.index += 1
            self.take_any(("BERNOULLI", "SYSTEM"))
        else:
            self.expect("'TABLESAMPLE'")

    def _alias(self) -> None:
        if self.optional("AS") or (self.is_name() and not self.is_clause()):
            self.name()
        else:
            self.expect("<identifier>")
            return
        if self.kind == "(":
            self.column_aliases()
        else:
            self.expect("'('")

    def column_aliases(self) -> None:
        self.take("(")
        self.name()
        while self.optional(","):
            self.name()
        self.take(")")

    def _relation_primary(self) -> None:
        kind = self.kind
        if kind == "(":
            self.index += 1
            if self.holds_query(-1):
                self.either("from", self._query_to_bracket, self._relation_to_bracket)
            else:
                self.expect("<query>")
                self._relation_to_bracket()
        elif kind == "UNNEST":
            self._unnest()
        elif kind == "LATERAL" and self.ahead() == "(":
            self.index += 2
            self.query()
            self.take(")")
        elif kind == "TABLE" and self.ahead() == "(":
            self.index += 2
            self._table_function()
            self.take(")")
        elif kind == "JSON_TABLE":
            raise self.refuse_by_name("JSON_TABLE")
        elif self.is_name():
            self.qualified_name()
            self._period()
        else:
            raise self.refuse("'('", "'LATERAL'", "'TABLE'", "'UNNEST'", "<identifier>")

    def _relation_to_bracket(self) -> None:
        self.relation()
        self.take(")")

    def _unnest(self) -> None:
        self.index += 1
        self.take("(")
        self.expressions()
        self.take(")")
        if self.kind == "WITH":
            self.index += 1
            self.take("ORDINALITY")

    def _period(self) -> None:
        if self.kind == "FOR":
            self.index += 1
            self.take_any(("TIMESTAMP", "VERSION"))
            self.take("AS", "OF")
            self.value()

    def _table_function(self) -> None:
        self.qualified_name()
        self.take("(")
        if self.kind != ")":
            self._table_argument()
            while self.optional(","):
                self._table_argument()
        self.take(")")

    def _table_argument(self) -> None:
        if self.is_name() and self.ahead() == "=>":
            self.index += 2
        if self.kind in ("TABLE", "DESCRIPTOR") and self.ahead() == "(":
            raise self.refuse_by_name(f"{self.kind} as an argument of a table function")
        self.expression()

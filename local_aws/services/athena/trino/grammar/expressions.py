"""Expressions: https://trino.io/docs/current/functions/list.html and what stands around calls."""

from __future__ import annotations

import re
from collections.abc import Callable

from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino.grammar.cursor import Mismatch
from local_aws.services.athena.trino.grammar.json_forms import JSON_FORMS, JsonRules
from local_aws.services.athena.trino.grammar.tokens import (
    BINARY,
    INTEGER,
    NUMBER,
    QUOTED,
    RESERVED,
    STRING,
    Token,
    place,
)
from local_aws.services.athena.trino.grammar.types import INTERVAL_FIELDS

_COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
_OPERATORS = frozenset(("*", "/", "%", "+", "-", "||"))
_LITERALS = frozenset((STRING, INTEGER, NUMBER, BINARY, "?", "NULL", "TRUE", "FALSE"))
_MOMENTS = frozenset(("CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"))
_SESSION = frozenset(
    ("CURRENT_DATE", "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA", "CURRENT_PATH")
)
_QUERY_STARTS = frozenset(("SELECT", "WITH", "VALUES", "TABLE"))
_AFTER_VALUE = ("'%'", "'*'", "'+'", "'-'", "'/'", "'AT'", "'||'")
_STARTS = (
    _LITERALS
    | _MOMENTS
    | _SESSION
    | frozenset(JSON_FORMS)
    | frozenset(("(", "-", "+", "NOT", "CASE", "CAST", "EXISTS", "EXTRACT", "TRIM"))
    | frozenset(("NORMALIZE", "GROUPING", "LISTAGG", QUOTED))
)


class ExpressionRules(JsonRules):
    """The rules `expression`, `valueExpression`, `primaryExpression` and those under them."""

    query: Callable[[], None]
    sort_items: Callable[[], None]
    window_specification: Callable[[], None]

    def starts_expression(self, distance: int = 0) -> bool:
        return self.ahead(distance) in _STARTS or self.is_name(distance)

    def expression(self) -> None:
        if not self.starts_expression():
            raise self.refuse("<expression>")
        self._boolean()
        while self.kind in ("AND", "OR"):
            self.index += 1
            if not self.starts_expression():
                raise self.refuse("<expression>")
            self._boolean()
        self.expect("'AND'", "'OR'")

    def expressions(self) -> None:
        self.expression()
        while self.optional(","):
            self.expression()

    def _boolean(self) -> None:
        while self.kind == "NOT":
            self.index += 1
        self.value()
        self._predicate()

    def _predicate(self) -> None:
        kind = self.kind
        if kind in _COMPARISONS:
            self.index += 1
            self._compared()
        elif kind == "IS":
            self.index += 1
            self._is()
        elif kind in ("BETWEEN", "IN", "LIKE"):
            self._ranged()
        elif kind == "NOT" and self.ahead() in ("BETWEEN", "IN", "LIKE"):
            self.index += 1
            self._ranged()
        else:
            self.expect("<predicate>")

    def _compared(self) -> None:
        if self.kind in ("ALL", "SOME", "ANY") and self.ahead() == "(" and self.holds_query(1):
            self.index += 2
            self.query()
            self.take(")")
        else:
            self.value()

    def _is(self) -> None:
        self.optional("NOT")
        if self.optional("NULL"):
            return
        self.take("DISTINCT", "FROM")
        self.value()

    def _ranged(self) -> None:
        kind = self.kind
        self.index += 1
        if kind == "BETWEEN":
            self.value()
            self.take("AND")
            self.value()
        elif kind == "LIKE":
            self.value()
            if self.optional("ESCAPE"):
                self.value()
        else:
            self.take("(")
            self.either("in", self._query_to_bracket, self._expressions_to_bracket)

    def _query_to_bracket(self) -> None:
        if not self.holds_query(-1):
            raise Mismatch
        self.query()
        self.take(")")

    def _expressions_to_bracket(self) -> None:
        self.expressions()
        self.take(")")

    def holds_query(self, distance: int) -> bool:
        """Whether what the bracket there opens can be a query: its first word says so."""
        while self.ahead(distance) == "(":
            distance += 1
        return self.ahead(distance) in _QUERY_STARTS

    # --- values

    def value(self) -> None:
        """`valueExpression`: operators between primaries, and AT TIME ZONE."""
        while True:
            while self.kind in ("-", "+"):
                self.index += 1
            self.primary()
            while self.kind == "AT" and self.ahead() == "TIME":
                self.index += 1
                self.take("TIME", "ZONE")
                self._zone()
            if self.kind not in _OPERATORS:
                self.expect(*_AFTER_VALUE)
                return
            self.index += 1

    def _zone(self) -> None:
        if self.kind == "INTERVAL":
            self._interval()
        else:
            self.take(STRING)

    def primary(self) -> None:
        self._primary()
        while True:
            if self.kind == "[":
                self.index += 1
                self.value()
                self.take("]")
            elif self.kind == "." and self.ahead() != "*":
                self.index += 1
                self.name()
            else:
                self.expect("'['", "'.'")
                return

    def _primary(self) -> None:
        kind = self.kind
        if kind in _LITERALS:
            self._literal()
        elif kind == "(":
            self._bracketed()
        elif kind in RESERVED:
            self._reserved(kind)
        elif self.is_name():
            self._named(kind)
        else:
            raise self.refuse("<expression>")

    def _literal(self) -> None:
        token = self.tokens[self.index]
        if token.kind == INTEGER and int(token.text) > 2**63:
            raise SyntaxRefused(
                f"Invalid numeric literal: {token.text}", place(self.text, token.start)
            )
        if token.kind == BINARY:
            self._check_binary(token)
        self.index += 1
        if token.kind == STRING and token.text[0] in "uU" and self.optional("UESCAPE"):
            self.take(STRING)

    def _check_binary(self, token: Token) -> None:
        digits, wrong = token.text[2:-1], None
        if not re.fullmatch("[0-9A-Fa-f]*", digits):
            wrong = "Binary literal can only contain hexadecimal digits"
        elif len(digits) % 2:
            wrong = "Binary literal must contain an even number of digits"
        if wrong:
            raise SyntaxRefused(wrong, place(self.text, token.start))

    def _bracketed(self) -> None:
        if self._is_lambda():
            while self.kind != "->":
                self.index += 1
            self.index += 1
            self.expression()
            return
        self.index += 1
        if self.holds_query(-1):
            self.either("bracket", self._query_to_bracket, self._expressions_to_bracket)
        else:
            self._expressions_to_bracket()

    def _is_lambda(self) -> bool:
        distance = 1
        while self.is_name(distance) and self.ahead(distance + 1) == ",":
            distance += 2
        distance += self.is_name(distance)
        return self.ahead(distance) == ")" and self.ahead(distance + 1) == "->"

    def _reserved(self, kind: str) -> None:
        if kind in _SESSION:
            self.index += 1
        elif kind in _MOMENTS:
            self.index += 1
            if self.optional("("):
                self.take(INTEGER, ")")
        elif kind in JSON_FORMS:
            self.json_form()
        else:
            rule: Callable[[], None] | None = getattr(self, f"_{kind.lower()}", None)
            if kind not in _STARTS or rule is None:
                raise self.refuse("<expression>")
            self.index += 1
            rule()

    def _case(self) -> None:
        if self.kind != "WHEN":
            self.expect("'WHEN'")
            self.expression()
        self.take("WHEN")
        while True:
            self.expression()
            self.take("THEN")
            self.expression()
            if not self.optional("WHEN"):
                break
        if self.optional("ELSE"):
            self.expression()
        self.take("END")

    def _cast(self) -> None:
        self.take("(")
        self.expression()
        self.take("AS")
        self.type_()
        self.take(")")

    def _exists(self) -> None:
        self.take("(")
        self.query()
        self.take(")")

    def _extract(self) -> None:
        self.take("(")
        self.name()
        self.take("FROM")
        self.value()
        self.take(")")

    def _trim(self) -> None:
        self.take("(")
        if self.kind in ("LEADING", "TRAILING", "BOTH") and self.ahead() not in (")", ",", "."):
            self.index += 1
            if self.kind != "FROM":
                self.value()
            self.take("FROM")
            self.value()
        else:
            self.value()
            if self.optional("FROM") or self.optional(","):
                self.value()
        self.take(")")

    def _normalize(self) -> None:
        self.take("(")
        self.value()
        if self.optional(","):
            self.take_any(("NFC", "NFD", "NFKC", "NFKD"))
        self.take(")")

    def _grouping(self) -> None:
        self.take("(")
        if self.kind != ")":
            self.qualified_name()
            while self.optional(","):
                self.qualified_name()
        self.take(")")

    def _listagg(self) -> None:
        self.take("(")
        self._quantifier()
        self.expression()
        if self.optional(","):
            self.take(STRING)
        if self.optional("ON"):
            self.take("OVERFLOW")
            self._overflow()
        self.take(")", "WITHIN", "GROUP", "(", "ORDER", "BY")
        self.sort_items()
        self.take(")")
        self._filter()

    def _overflow(self) -> None:
        if self.optional("ERROR"):
            return
        self.take("TRUNCATE")
        self.optional(STRING)
        self.take_any(("WITH", "WITHOUT"))
        self.take("COUNT")

    # --- names, calls, and words that are names unless something follows

    def qualified_name(self) -> None:
        self.name()
        while self.optional("."):
            self.name()

    def _named(self, kind: str) -> None:
        following = self.ahead()
        if following == "->":
            self.index += 2
            self.expression()
        elif kind == "INTERVAL" and (following == STRING or following in ("-", "+")):
            self._interval()
        elif following == STRING:
            self._known_type()
            self.index += 1
        elif kind == "DOUBLE" and following == "PRECISION" and self.ahead(2) == STRING:
            self.index += 3
        elif kind == "TRY_CAST" and following == "(":
            self.index += 1
            self._cast()
        elif kind == "ARRAY" and following == "[":
            self._array()
        elif kind in ("POSITION", "SUBSTRING") and following == "(":
            self.either("form", self._with_words, self._name_or_call)
        else:
            self._name_or_call()

    def _interval(self) -> None:
        self.index += 1
        if self.kind in ("-", "+"):
            self.index += 1
        self.take(STRING)
        self.take_any(INTERVAL_FIELDS)
        if self.optional("TO"):
            self.take_any(INTERVAL_FIELDS)

    def _array(self) -> None:
        self.index += 2
        if self.kind != "]":
            self.expressions()
        self.take("]")

    def _with_words(self) -> None:
        """POSITION(a IN b) and SUBSTRING(a FROM b FOR c)."""
        words = ("IN",) if self.kind == "POSITION" else ("FROM", "FOR")
        self.index += 2
        self.value()
        self.take(words[0])
        self.value()
        if len(words) > 1 and self.optional(words[1]):
            self.value()
        self.take(")")

    def _name_or_call(self) -> None:
        start = self.index
        self.index += 1
        while self.kind == "." and self.is_name(1):
            self.index += 2
        if self.kind == "(":
            self._call()
        else:
            self.names.update(range(start, self.index, 2))
            self.expect("'('", "'.'")

    def _call(self) -> None:
        self.index += 1
        if self.kind == "*" or (self.is_name() and self.ahead() == "." and self.ahead(2) == "*"):
            self.index += 1 if self.kind == "*" else 3
        elif self.kind != ")":
            self._arguments()
        self.take(")")
        self._filter()
        self._over()

    def _arguments(self) -> None:
        if self.kind != "ORDER":
            if not self._quantifier() and not self.starts_expression():
                raise self.refuse("')'", "'*'", "'ALL'", "'DISTINCT'", "'ORDER'", "<expression>")
            self.expressions()
        if self.optional("ORDER"):
            self.take("BY")
            self.sort_items()

    def _quantifier(self) -> bool:
        found = self.kind == "DISTINCT" or (self.kind == "ALL" and self.starts_expression(1))
        self.index += found
        return found

    def _filter(self) -> None:
        if self.kind == "FILTER" and self.ahead() == "(":
            self.index += 2
            self.take("WHERE")
            self.expression()
            self.take(")")

    def _over(self) -> None:
        if self.kind in ("IGNORE", "RESPECT") and self.ahead() == "NULLS":
            self.index += 2
            if self.kind != "OVER":
                raise self.refuse("'OVER'")
        if self.kind == "OVER" and (self.ahead() == "(" or self.is_name(1)):
            self.index += 1
            if self.kind == "(":
                self.index += 1
                self.window_specification()
                self.take(")")
            else:
                self.name()

    def refuse_by_name(self, what: str) -> Exception:
        """What Athena has and this engine does not."""
        return not_supported(what, place(self.text, self.tokens[self.index].start))

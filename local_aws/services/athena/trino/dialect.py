"""Parses Trino SQL and refuses what sqlglot accepts beyond Trino's grammar.

Functions stay as they are written (`exp.Anonymous`): their names and signatures are Trino's, in
`functions.py`, and not those that sqlglot would make of them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from local_aws.services.athena.errors import QueryFailed, SyntaxRefused, not_supported
from local_aws.services.athena.trino import json_forms
from local_aws.services.athena.trino.grammar import check_query
from local_aws.services.athena.trino.listagg import parse_listagg
from local_aws.services.athena.trino.shapes import unread

_SPECIAL_FORMS = (
    "CAST",
    "TRY_CAST",
    "EXTRACT",
    "TRIM",
    "POSITION",
    "SUBSTRING",
)


def _written_cast(parser: Any, safe: bool) -> exp.Expression:
    # DECIMAL '1.5' and CAST('1.5' AS decimal) parse alike and differ in type.
    node = parser._parse_cast(not safe, safe=safe or None)
    node.meta["written"] = True
    return node


_COMPARISONS = {**Trino.Parser.EQUALITY, **Trino.Parser.COMPARISON}
_QUANTIFIERS = {"ALL": exp.All, "ANY": exp.Any, "SOME": exp.Any}
_QUERY_STARTS = (TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.TABLE)
_CONCATENATION = {TokenType.DPIPE: exp.DPipe}


class TrinoDialect(Trino):  # type: ignore[misc]
    """Trino's grammar with function names kept, and subscripts as they are written."""

    INDEX_OFFSET = 0

    class Parser(Trino.Parser):  # type: ignore[misc]
        """Keeps the place of every expression: an operator's is the operator, as Trino has it."""

        FUNCTIONS: dict[str, Any] = {  # noqa: RUF012 - sqlglot's own way to configure
            "CURRENT_TIMESTAMP": exp.CurrentTimestamp.from_arg_list,
            "LOCALTIMESTAMP": exp.Localtimestamp.from_arg_list,
            "LOCALTIME": exp.Localtime.from_arg_list,
            "CURRENT_TIME": exp.CurrentTime.from_arg_list,
        }
        FUNCTION_PARSERS = {  # noqa: RUF012
            **{n: f for n, f in Trino.Parser.FUNCTION_PARSERS.items() if n in _SPECIAL_FORMS},
            "CAST": lambda self: _written_cast(self, safe=False),
            "TRY_CAST": lambda self: _written_cast(self, safe=True),
            "JSON_ARRAY": json_forms.parse_array,
            "JSON_EXISTS": lambda self: json_forms.parse_path_call(self, "json_exists"),
            "JSON_OBJECT": json_forms.parse_object,
            "JSON_QUERY": lambda self: json_forms.parse_path_call(self, "json_query"),
            "JSON_VALUE": lambda self: json_forms.parse_path_call(self, "json_value"),
            "LISTAGG": parse_listagg,
        }

        def _parse_unary(self) -> Any:
            token = self._curr
            if self._match(TokenType.EXISTS):
                return _placed(exp.Exists(this=self._bracketed_query()), token)
            return _placed(super()._parse_unary(), token)

        def _quantified(self) -> Any:
            """ALL, ANY and SOME before a query; before anything else they are names."""
            kind = _QUANTIFIERS.get(self._curr.text.upper()) if self._curr else None
            if kind is None or not self._query_in_bracket(1):
                return None
            self._advance()
            return kind(this=self._bracketed_query())

        def _query_in_bracket(self, distance: int, deep: bool = True) -> bool:
            index = self._index + distance
            if self._tokens[index].token_type != TokenType.L_PAREN:
                return False
            while deep and self._tokens[index].token_type == TokenType.L_PAREN:
                index += 1
            return self._tokens[index + (not deep)].token_type in _QUERY_STARTS

        def _bracketed_query(self) -> Any:
            self._match_l_paren()
            query = self._parse_ddl_select()
            self._match_r_paren()
            return exp.Subquery(this=query)

        def _parse_in(self, this: Any, alias: bool = False) -> Any:
            if self._query_in_bracket(0, deep=False):
                return self.expression(exp.In(this=this, query=self._bracketed_query()))
            return super()._parse_in(this, alias)

        def _parse_derived_table_values(self) -> Any:
            # `(VALUES 1) t` is a query in brackets like any other: a UNION may follow.
            opens = self._curr and self._curr.token_type == TokenType.L_PAREN
            return None if opens else super()._parse_derived_table_values()

        def _parse_group(self, skip_group_by_token: bool = False) -> Any:
            index = self._index + 1
            found = super()._parse_group(skip_group_by_token)
            if found is not None and self._tokens[index].token_type == TokenType.DISTINCT:
                found.meta["distinct"] = True
            return found

        def _parse_factor(self, parse_mod: bool = True) -> Any:  # noqa: ARG002
            return self._operations(
                lambda: self._parse_at_time_zone(self._parse_unary()), self.FACTOR
            )

        def _parse_term(self, parse_mod: bool = True) -> Any:  # noqa: ARG002
            return self._operations(self._parse_factor, self.TERM)

        def _parse_bitwise(self) -> Any:
            return self._operations(self._parse_term, _CONCATENATION)

        def _operations(self, operand: Callable[[], Any], operators: dict[Any, Any]) -> Any:
            this = operand()
            while self._match_set(operators):
                token = self._prev
                node = operators[token.token_type](this=this, expression=operand())
                this = _placed(self.expression(node), token)
            return this

        def _parse_equality(self, parse_is: bool = True) -> Any:  # noqa: ARG002
            this, token = self._parse_bitwise(), self._curr
            if self._match_set(_COMPARISONS):
                other = self._quantified() or self._parse_bitwise()
                node = _COMPARISONS[token.token_type](this=this, expression=other)
                return _placed(self.expression(node), token)
            found = self._parse_range(this, parse_is=True)
            if found is this:
                return this
            inner = found.this if isinstance(found, exp.Not) else found
            _placed(inner, token)
            return _placed(found, token)

        def _negate_range(self, this: Any = None) -> Any:
            # sqlglot marks LIKE itself as negated, and only LIKE.
            return self.expression(exp.Not(this=this))

        def parse_set_operation(self, this: Any, *args: Any, **kwargs: Any) -> Any:
            token = self._curr
            return _placed(super().parse_set_operation(this, *args, **kwargs), token)


def _placed(node: Any, token: Token | None) -> Any:
    if node is not None and token is not None and "line" not in node.meta:
        node.update_positions(token)
    return node


_DIALECT = TrinoDialect()
# A bracket takes sqlglot some twenty calls; Trino's own parser gives up at some thousand levels.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 6000))
# It warns of what it leaves unparsed; we refuse that with a message of our own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def tokenize(text: str) -> list[Token]:
    """The tokens of one statement, its closing semicolon dropped."""
    try:
        tokens = list(_DIALECT.tokenize(text))
    except TokenError as error:
        raise SyntaxRefused(str(error)) from error
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        raise SyntaxRefused("mismatched input '<EOF>'")
    return tokens


def token_position(token: Token) -> tuple[int, int]:
    return token.line, max(token.col - (token.end - token.start), 1)


def position(node: exp.Expression) -> tuple[int, int] | None:
    """Where the node begins, as far as it is known."""
    for inner in node.walk(bfs=False):
        meta = inner.meta
        if "line" in meta:
            return meta["line"], max(meta["col"] - (meta["end"] - meta["start"]), 1)
    return None


def parse_query(text: str) -> exp.Expression:
    """Parses a query: SELECT, VALUES, TABLE, WITH ...

    Trino's grammar is asked first: sqlglot takes much that is not Trino's.
    """
    try:
        names = check_query(text)
        tokens = _with_names(tokenize(text), names)
        trees = _DIALECT.parser().parse(tokens, text)
    except ParseError as error:
        raise _not_read(error) from error
    except RecursionError:
        raise SyntaxRefused(
            "statement is too large (stack overflow while parsing statement)"
        ) from None
    tree = trees[0]
    if len(trees) != 1 or not isinstance(tree, exp.Query | exp.Values | exp.Table):
        raise not_supported(f"the statement {text[:40]!r}")
    found = unread(tree)
    if found is not None:
        node, key = found
        raise not_supported(f"{key.strip('_')} of {type(node).__name__}", position(node))
    return tree


def _with_names(tokens: list[Token], names: set[int]) -> list[Token]:
    """Words that are names where they stand lose their meaning as keywords; U&'' is decoded."""
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.token_type == TokenType.UNICODE_STRING:
            escaped = index + 1 < len(tokens) and tokens[index + 1].text.upper() == "UESCAPE"
            escape = tokens[index + 2].text if escaped else "\\"
            token.text = _decoded(token, escape)
            token.token_type = TokenType.STRING
            index += 2 * escaped
        elif token.start in names and not _is_plain(token):
            token.token_type = TokenType.IDENTIFIER
        found.append(token)
        index += 1
    return found


def _is_plain(token: Token) -> bool:
    """Whether sqlglot takes the word for a name wherever it stands."""
    plain = token.token_type in (TokenType.VAR, TokenType.IDENTIFIER)
    return plain and token.text.upper() not in Trino.Parser.NO_PAREN_FUNCTION_PARSERS


def _decoded(token: Token, escape: str) -> str:
    """The text of U&'\\0041': four digits, or six after a plus."""
    one = re.escape(escape)
    pattern = re.compile(rf"{one}(?:({one})|\+([0-9A-Fa-f]{{6}})|([0-9A-Fa-f]{{4}})|)")

    def character(found: re.Match[str]) -> str:
        digits = found[2] or found[3]
        if found[1]:
            return escape
        if not digits:
            raise SyntaxRefused("Incomplete escape sequence", token_position(token))
        code = int(digits, 16)
        if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            raise SyntaxRefused(f"Invalid escaped character: {found[0]}", token_position(token))
        return chr(code)

    return pattern.sub(character, token.text)


def parse_expression(text: str) -> exp.Expression | None:
    """Parses one expression, or None when it is not one."""
    try:
        tree = parse_query(f"SELECT {text}")
    except QueryFailed:
        return None
    select = tree if isinstance(tree, exp.Select) else None
    if select is None or len(select.expressions) != 1 or select.args.get("from_"):
        return None
    found: exp.Expression = select.expressions[0]
    return None if isinstance(found, exp.Alias) else found


def _not_read(error: ParseError) -> QueryFailed:
    """The grammar is Trino's and the text fits it: what sqlglot cannot read is our lack."""
    first = error.errors[0] if error.errors else {}
    near = first.get("highlight") or "the end"
    length = len(str(near))
    place = (first.get("line") or 1, max((first.get("col") or 1) - length + 1, 1))
    return not_supported(f"the syntax at {near!r}", place)

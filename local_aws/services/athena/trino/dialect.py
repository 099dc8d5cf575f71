"""Parses Trino SQL and refuses what sqlglot accepts beyond Trino's grammar.

Functions stay as they are written (`exp.Anonymous`): their names and signatures are Trino's, in
`functions.py`, and not those that sqlglot would make of them.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from local_aws.services.athena.errors import QueryFailed, SyntaxRefused, not_supported

_SPECIAL_FORMS = (
    "CAST",
    "TRY_CAST",
    "EXTRACT",
    "TRIM",
    "POSITION",
    "SUBSTRING",
    "LISTAGG",
    "JSON_OBJECT",
    "JSON_QUERY",
    "JSON_VALUE",
)


def _written_cast(parser: Any, safe: bool) -> exp.Expression:
    # DECIMAL '1.5' and CAST('1.5' AS decimal) parse alike and differ in type.
    start = parser._index
    name = parser._tokens[start - 2]
    node = parser._parse_cast(not safe, safe=safe or None)
    _refuse_foreign_type(parser._tokens[start : parser._index])
    node.meta["written"] = True
    node.update_positions(name)
    return node


# Types of Hive's and of other engines that sqlglot reads as Trino's.
_FOREIGN_NAMES = """
string text float binary struct datetime number numeric int2 int4 int8 long short byte bool blob
bytea bytes uint8 uint16 uint32 uint64 ubigint uinteger hugeint nvarchar nchar clob float4 float8
float64 timestamptz timestamp_ntz timestamp_ltz serial money
"""
_FOREIGN_TYPES = frozenset(_FOREIGN_NAMES.split())


def _refuse_foreign_type(tokens: list[Token]) -> None:
    """`tokens` are those of a cast's brackets: the last AS at their own depth names the type."""
    depth = 0
    for index in range(len(tokens) - 1, -1, -1):
        depth += (tokens[index].text == ")") - (tokens[index].text == "(")
        if depth == 0 and tokens[index].token_type == TokenType.ALIAS:
            break
    else:
        return
    words = tokens[index + 1 :]
    inside_row = any(token.text.upper() == "ROW" for token in words)
    for token in words[:1] if inside_row else words:
        if token.text.lower() in _FOREIGN_TYPES:
            raise QueryFailed(
                "TYPE_MISMATCH", f"Unknown type: {token.text.lower()}", token_position(token)
            )


def _refuse_foreign_literal(tokens: list[Token]) -> None:
    if len(tokens) == 2 and tokens[1].token_type == TokenType.STRING:
        name = tokens[0].text.lower()
        if name in _FOREIGN_TYPES:
            raise QueryFailed("TYPE_MISMATCH", f"Unknown type: {name}", token_position(tokens[0]))


class TrinoDialect(Trino):  # type: ignore[misc]
    """Trino's grammar with function names kept, and subscripts as they are written."""

    INDEX_OFFSET = 0

    class Parser(Trino.Parser):  # type: ignore[misc]
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
        }

        def _parse_type(self, *args: Any, **kwargs: Any) -> exp.Expression | None:
            first = self._curr
            if first is not None and first.token_type in self.TYPE_TOKENS:
                _refuse_foreign_literal(self._tokens[self._index : self._index + 2])
            node = super()._parse_type(*args, **kwargs)
            if isinstance(node, exp.Cast) and "line" not in node.meta:
                node.update_positions(first)  # a literal begins with its type: DATE '2020-01-01'
            return node


_DIALECT = TrinoDialect()
# It warns of what it leaves unparsed; we refuse that with a message of our own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

# Tokens that Trino's grammar does not have, though sqlglot's does.
_FOREIGN_TOKENS = {
    TokenType.DCOLON: "mismatched input '::'",
    TokenType.ILIKE: "mismatched input 'ILIKE'",
    TokenType.QUALIFY: "mismatched input 'QUALIFY'",
    TokenType.L_BRACE: "mismatched input '{'",
    TokenType.DSTAR: "mismatched input '**'",
    TokenType.RLIKE: "mismatched input 'RLIKE'",
    TokenType.GLOB: "mismatched input 'GLOB'",
    TokenType.DIV: "mismatched input 'DIV'",
    TokenType.PIVOT: "mismatched input 'PIVOT'",
    TokenType.UNPIVOT: "mismatched input 'UNPIVOT'",
    TokenType.ASOF: "mismatched input 'ASOF'",
    TokenType.SEMI: "mismatched input 'SEMI'",
    TokenType.ANTI: "mismatched input 'ANTI'",
}


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
    """Where the node begins, as far as sqlglot kept it."""
    for inner in node.walk(bfs=False):
        meta = inner.meta
        if "line" in meta:
            return meta["line"], max(meta["col"] - (meta["end"] - meta["start"]), 1)
    return None


def parse_query(text: str) -> exp.Expression:
    """Parses a query: SELECT, VALUES, TABLE, WITH ..."""
    if "`" in re.sub(r"'(?:[^']|'')*'", "", text):
        index = text.index("`")
        raise SyntaxRefused(
            "backquoted identifiers are not supported; use double quotes to quote identifiers",
            _place(text, index),
        )
    tokens = tokenize(text)
    _refuse_foreign_tokens(tokens)
    try:
        trees = _DIALECT.parser().parse(tokens, text)
    except ParseError as error:
        raise _as_refusal(error) from error
    except RecursionError:
        raise SyntaxRefused(
            "statement is too large (stack overflow while parsing statement)"
        ) from None
    if len(trees) != 1 or trees[0] is None:
        raise SyntaxRefused("Only one sql statement is allowed")
    tree = trees[0]
    if not isinstance(tree, exp.Query | exp.Values):
        token = tokens[0]
        raise SyntaxRefused(f"mismatched input '{token.text}'", token_position(token))
    _refuse_foreign_clauses(tree)
    return tree


def parse_expression(text: str) -> exp.Expression | None:
    """Parses one expression, or None when it is not one."""
    try:
        tree = parse_query(f"SELECT {text}")
    except SyntaxRefused:
        return None
    select = tree if isinstance(tree, exp.Select) else None
    if select is None or len(select.expressions) != 1 or select.args.get("from_"):
        return None
    found: exp.Expression = select.expressions[0]
    return None if isinstance(found, exp.Alias) else found


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _as_refusal(error: ParseError) -> SyntaxRefused:
    first = error.errors[0] if error.errors else {}
    near = first.get("highlight") or "<EOF>"
    length = len(str(near))
    place = (first.get("line") or 1, max((first.get("col") or 1) - length + 1, 1))
    return SyntaxRefused(
        f"mismatched input '{near}'. {first.get('description', '')}".strip(), place
    )


def _refuse_foreign_tokens(tokens: list[Token]) -> None:
    for index, token in enumerate(tokens):
        if token.text.upper() == "MATCH_RECOGNIZE":
            raise not_supported("MATCH_RECOGNIZE", token_position(token))
        if token.token_type in _NUMBERS:
            _refuse_odd_number(token, tokens[index + 1 : index + 2])
        if token.token_type == TokenType.SEMICOLON:
            raise SyntaxRefused(
                "mismatched input ';'. Only one sql statement is allowed", token_position(token)
            )
        if token.token_type in _FOREIGN_TOKENS:
            raise SyntaxRefused(_FOREIGN_TOKENS[token.token_type], token_position(token))
        if token.token_type == TokenType.LIMIT:
            _refuse_offset_after_limit(tokens[index + 1 : index + 4])


_NUMBERS = (TokenType.NUMBER, TokenType.HEX_STRING, TokenType.BIT_STRING)


def _refuse_odd_number(token: Token, following: list[Token]) -> None:
    """0xFF and 1_000 are numbers of a later Trino; sqlglot reads bytes, or an alias."""
    if token.token_type == TokenType.NUMBER:
        beside = following and following[0].start == token.end + 1
        if beside and following[0].token_type == TokenType.VAR:
            raise SyntaxRefused(
                f"identifiers must not start with a digit: {token.text}{following[0].text}",
                token_position(token),
            )
    elif token.end - token.start + 1 == len(token.text) + 2:
        raise not_supported("a hexadecimal or binary number", token_position(token))


def _refuse_offset_after_limit(following: list[Token]) -> None:
    # Trino's grammar has OFFSET before LIMIT.
    for token in following:
        if token.token_type == TokenType.OFFSET:
            raise SyntaxRefused(
                "mismatched input 'OFFSET'. Expecting: <EOF>", token_position(token)
            )


_FOREIGN_CLAUSES: tuple[str, ...] = (
    "qualify",
    "kind",
    "hint",
    "into",
    "laterals",
    "connect",
    "prewhere",
    "sample",
)
_FOREIGN_CLAUSES += ("distribute", "sort", "cluster", "settings", "format", "match")


def _refuse_foreign_clauses(tree: exp.Expression) -> None:
    for node in tree.find_all(exp.Select, exp.Command, exp.Star):
        if isinstance(node, exp.Command):
            raise SyntaxRefused(f"mismatched input '{node.this}'")
        if isinstance(node, exp.Star):
            if any(node.args.get(k) for k in ("except_", "replace", "rename", "except")):
                raise SyntaxRefused("mismatched input 'EXCEPT'")
            continue
        _refuse_in_select(node)


def _refuse_in_select(node: exp.Select) -> None:
    for clause in _FOREIGN_CLAUSES:
        if node.args.get(clause):
            raise SyntaxRefused(f"mismatched input '{clause.upper()}'", position(node) or (1, 1))
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on"):
        raise SyntaxRefused("mismatched input 'ON'", position(node) or (1, 1))
    if not node.expressions:
        raise SyntaxRefused("mismatched input 'FROM'", position(node) or (1, 1))

"""The grammar of listagg(value [, separator] [ON OVERFLOW ...]) WITHIN GROUP (ORDER BY ...)."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType


class Listagg(exp.Expression, exp.Func):  # type: ignore[misc]
    """`expressions` are the sort items; with ON OVERFLOW TRUNCATE there are `filler` and `count`,
    whether to say how many values were left out."""

    arg_types = {  # noqa: RUF012 - sqlglot's own way to declare
        "this": True,
        "distinct": False,
        "separator": True,
        "filler": False,
        "count": False,
        "expressions": True,
    }


def parse_listagg(parser: Any) -> exp.Expression:
    """After `listagg(`; its caller takes the last bracket."""
    distinct = bool(parser._match(TokenType.DISTINCT))
    node = Listagg(this=parser._parse_disjunction(), distinct=distinct)
    node.set("separator", _string(parser) if parser._match(TokenType.COMMA) else _text(""))
    if parser._match_text_seq("ON", "OVERFLOW") and not parser._match_text_seq("ERROR"):
        _truncation(parser, node)
    if not parser._match(TokenType.R_PAREN):
        parser.raise_error("Expecting: ')', 'ON'")
    if not parser._match_text_seq("WITHIN", "GROUP"):
        parser.raise_error("Expecting: 'WITHIN'")
    parser._match_l_paren()
    order = parser._parse_order()
    if order is None:
        parser.raise_error("Expecting: 'ORDER'")
    node.set("expressions", order.expressions if order else [])
    return node


def _truncation(parser: Any, node: exp.Expression) -> None:
    if not parser._match_text_seq("TRUNCATE"):
        parser.raise_error("Expecting: 'ERROR', 'TRUNCATE'")
    node.set("filler", parser._parse_string() or _text("..."))
    counted = bool(parser._match_text_seq("WITH", "COUNT"))
    if not counted and not parser._match_text_seq("WITHOUT", "COUNT"):
        parser.raise_error("Expecting: 'WITH', 'WITHOUT', <string>")
    node.set("count", exp.Boolean(this=counted))


def _string(parser: Any) -> exp.Expression:
    found: exp.Expression | None = parser._parse_string()
    if found is None:
        parser.raise_error("Expecting: <string>")
    return found or _text("")


def _text(value: str) -> exp.Expression:
    return exp.Literal.string(value)

"""Trino's lexer."""

from __future__ import annotations

import re
from typing import NamedTuple

from local_aws.services.athena.errors import SyntaxRefused

# What no name may be unless it is quoted: https://trino.io/docs/current/language/reserved.html
RESERVED = frozenset(
    """
    ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE
    CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE
    DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL
    GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT
    JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE
    NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE
    UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH
    """.split()  # noqa: SIM905 - a list of words to read
)

STRING, INTEGER, NUMBER, BINARY = "<string>", "<integer>", "<number>", "<binary>"
QUOTED, WORD, EOF, UNKNOWN = "<quoted>", "<word>", "<EOF>", "<unknown>"

_LEXER = re.compile(
    r"""
    (?P<skip>[ \r\n\t]+|--[^\r\n]*|/\*.*?\*/)
    |(?P<string>(?:[uU]&)?'(?:[^']|'')*')
    |(?P<binary>[xX]'[^']*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<backquoted>`(?:[^`]|``)*`)
    |(?P<number>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+(?![A-Za-z0-9_]))
    |(?P<digits>\d+[A-Za-z0-9_]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator><>|!=|<=|>=|\|\||->|=>|[-+*/%=<>?;.,()\[\]:{}|^$])
    |(?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """`kind` is a keyword or a word in capitals, an operator, or one of the names above."""

    kind: str
    text: str
    start: int


def lex(text: str) -> list[Token]:
    """The tokens of a statement, closed by EOF."""
    found = []
    for match in _LEXER.finditer(text):
        group = match.lastgroup
        if group != "skip":
            found.append(_token(group or "", match.group(), match.start(), text))
    found.append(Token(EOF, "<EOF>", len(text)))
    return found


def _token(group: str, value: str, start: int, text: str) -> Token:
    if group == "word":
        return Token(value.upper(), value, start)
    if group == "operator":
        return Token("<>" if value == "!=" else value, value, start)
    if group == "digits":
        if not value.isdigit():
            raise SyntaxRefused(
                "identifiers must not start with a digit; surround the identifier with double"
                " quotes",
                place(text, start),
            )
        return Token(INTEGER, value, start)
    if group == "backquoted":
        raise SyntaxRefused(
            "backquoted identifiers are not supported; use double quotes to quote identifiers",
            place(text, start),
        )
    if group == "quoted" and value == '""':
        raise SyntaxRefused("Zero-length delimited identifier not allowed", place(text, start))
    return Token(f"<{group}>", value, start)


def place(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")

"""The grammar of SQL/JSON: json_exists, json_value, json_query, json_object and json_array.

sqlglot knows but a part of it, so it is parsed here.
https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType


class JsonInput(exp.Expression, exp.Func):  # type: ignore[misc]
    """A value read as JSON: `this [FORMAT JSON [ENCODING x]]`; `format` is 'JSON', 'UTF8', ..."""

    arg_types = {"this": True, "format": False}  # noqa: RUF012 - sqlglot's own way to declare


class JsonPathCall(exp.Expression, exp.Func):  # type: ignore[misc]
    """json_exists, json_value or json_query. `empty` and `error` are the words before ON EMPTY and
    ON ERROR; with DEFAULT, `empty_default` and `error_default` have the expressions."""

    arg_types = {  # noqa: RUF012
        "name": True,
        "this": True,
        "path": True,
        "passing": False,
        "names": False,
        "returning": False,
        "format": False,
        "wrapper": False,
        "quotes": False,
        "empty": False,
        "empty_default": False,
        "error": False,
        "error_default": False,
    }


class JsonConstructor(exp.Expression, exp.Func):  # type: ignore[misc]
    """json_object (with `keys`) or json_array."""

    arg_types = {  # noqa: RUF012
        "name": True,
        "keys": False,
        "expressions": False,
        "absent": False,
        "unique": False,
        "returning": False,
        "format": False,
    }


def parse_path_call(parser: Any, name: str) -> exp.Expression:
    node = JsonPathCall(name=name, this=_input(parser))
    parser._match(TokenType.COMMA)
    node.set("path", parser._parse_string())
    if node.args.get("path") is None:
        parser.raise_error(f"the path of {name} must be a string literal")
    _passing(parser, node)
    _returning(parser, node)
    _wrapper(parser, node)
    _outcomes(parser, node)
    return node


def _input(parser: Any) -> exp.Expression:
    value = parser._parse_disjunction()
    return JsonInput(this=value, format=_format(parser))


def _format(parser: Any) -> str | None:
    if not parser._match_text_seq("FORMAT", "JSON"):
        return None
    if not parser._match_text_seq("ENCODING"):
        return "JSON"
    for encoding in ("UTF8", "UTF16", "UTF32"):
        if parser._match_text_seq(encoding):
            return encoding
    parser.raise_error("Expected UTF8, UTF16 or UTF32")
    return None


def _passing(parser: Any, node: exp.Expression) -> None:
    if not parser._match_text_seq("PASSING"):
        return
    values, names = [], []
    while True:
        values.append(_input(parser))
        parser._match(TokenType.ALIAS)
        name = parser._parse_id_var()
        # An identifier without quotes is in capitals, and the path tells case apart.
        names.append(name.name if name.args.get("quoted") else name.name.upper())
        if not parser._match(TokenType.COMMA):
            break
    node.set("passing", values)
    node.set("names", [exp.Literal.string(name) for name in names])


def _returning(parser: Any, node: exp.Expression) -> None:
    if parser._match_text_seq("RETURNING"):
        node.set("returning", parser._parse_types())
        node.set("format", _format(parser))


def _wrapper(parser: Any, node: exp.Expression) -> None:
    if parser._match_text_seq("WITHOUT"):
        _words(parser, "ARRAY")
        parser._match_text_seq("WRAPPER")
    elif parser._match_text_seq("WITH"):
        conditional = parser._match_text_seq("CONDITIONAL")
        if not conditional:
            parser._match_text_seq("UNCONDITIONAL")
        _words(parser, "ARRAY")
        parser._match_text_seq("WRAPPER")
        node.set("wrapper", "conditional" if conditional else "unconditional")
    for word in ("KEEP", "OMIT"):
        if parser._match_text_seq(word, "QUOTES"):
            parser._match_text_seq("ON", "SCALAR", "STRING")
            node.set("quotes", word.lower())


def _words(parser: Any, *optional: str) -> None:
    for word in optional:
        parser._match_text_seq(word)


_OUTCOMES = tuple(
    tuple(words.split())
    for words in ("ERROR", "NULL", "TRUE", "FALSE", "UNKNOWN", "EMPTY ARRAY", "EMPTY OBJECT")
)


def _outcomes(parser: Any, node: exp.Expression) -> None:
    for _ in range(2):
        default = None
        if parser._match_text_seq("DEFAULT"):
            outcome, default = "default", parser._parse_disjunction()
        else:
            found = next((w for w in _OUTCOMES if parser._match_text_seq(*w)), None)
            if found is None:
                return
            outcome = " ".join(found).lower()
        which = "empty" if parser._match_text_seq("ON", "EMPTY") else "error"
        if which == "error" and not parser._match_text_seq("ON", "ERROR"):
            parser.raise_error("Expected ON EMPTY or ON ERROR")
        node.set(which, outcome)
        node.set(f"{which}_default", default)


def parse_array(parser: Any) -> exp.Expression:
    node = JsonConstructor(name="json_array")
    node.set("expressions", _items(parser, lambda: _input(parser)))
    node.set("absent", not _keeps_nulls(parser, kept=False))
    _returning(parser, node)
    return node


def parse_object(parser: Any) -> exp.Expression:
    node = JsonConstructor(name="json_object")
    members = _items(parser, lambda: _member(parser))
    node.set("keys", [key for key, _ in members])
    node.set("expressions", [value for _, value in members])
    node.set("absent", not _keeps_nulls(parser, kept=True))
    if parser._match_text_seq("WITH", "UNIQUE"):
        parser._match_text_seq("KEYS")
        node.set("unique", True)
    elif parser._match_text_seq("WITHOUT", "UNIQUE"):
        parser._match_text_seq("KEYS")
    _returning(parser, node)
    return node


def _items(parser: Any, parse: Any) -> list[Any]:
    items: list[Any] = []
    words = [parser._curr.text.upper() if parser._curr else ""]
    if parser._curr is None or parser._curr.token_type == TokenType.R_PAREN or "RETURNING" in words:
        return items
    items.append(parse())
    while parser._match(TokenType.COMMA):
        items.append(parse())
    return items


def _member(parser: Any) -> tuple[exp.Expression, exp.Expression]:
    keyed = parser._match_text_seq("KEY")
    key = parser._parse_bitwise()
    if not parser._match_text_seq("VALUE") and (keyed or not parser._match(TokenType.COLON)):
        parser.raise_error("Expected VALUE or :")
    return key, _input(parser)


def _keeps_nulls(parser: Any, *, kept: bool) -> bool:
    if parser._match_text_seq("NULL", "ON", "NULL"):
        return True
    if parser._match_text_seq("ABSENT", "ON", "NULL"):
        return False
    return kept

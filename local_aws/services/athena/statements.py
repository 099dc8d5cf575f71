"""What kind of statement a text is, and what Athena calls it.

The kind decides who executes it, the name of its result object and whether there is a header row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from local_aws.services.athena.errors import QueryFailed, SyntaxRefused, not_supported
from local_aws.services.athena.trino.dialect import parse_expression, token_position, tokenize


@dataclass(frozen=True)
class Kind:
    """`type` and `subtype` as GetQueryExecution gives them; `output` is the result's key."""

    name: str
    type: str
    subtype: str
    output: str


_TEXT = "{id}.txt"
SELECT = Kind("select", "DML", "SELECT", "{id}.csv")
INSERT = Kind("insert", "DML", "INSERT", "{id}")
UNLOAD = Kind("unload", "DML", "UNLOAD", "{id}")
CTAS = Kind("ctas", "DDL", "CREATE_TABLE_AS_SELECT", "tables/{id}")
DESCRIBE_VIEW = Kind("describe_view", "UTILITY", "DESC_VIEW", _TEXT)
CREATE_VIEW = Kind("create_view", "DDL", "CREATE_VIEW", _TEXT)
EXPLAIN = Kind("explain", "DML", "EXPLAIN", _TEXT)
PREPARE = Kind("prepare", "DDL", "PREPARE", _TEXT)
DEALLOCATE = Kind("deallocate", "DDL", "DEALLOCATE_PREPARE", _TEXT)
EXECUTE = Kind("execute", "DML", "EXECUTE", "{id}.csv")

# These read no table: Athena bills them nothing, counts them as DDL and asks no engine.
CATALOG_ONLY = frozenset({"ddl", "describe_view", "create_view", "prepare", "deallocate"})

_QUERY_WORDS = ("SELECT", "WITH", "VALUES", "TABLE", "(")
_ROW_CHANGES = ("DELETE", "UPDATE", "MERGE")
_UTILITY = ("SHOW", "DESCRIBE", "DESC")
_SUBTYPES = {
    "CREATE DATABASE": "CREATE_DATABASE",
    "CREATE SCHEMA": "CREATE_DATABASE",
    "DROP DATABASE": "DROP_DATABASE",
    "DROP SCHEMA": "DROP_DATABASE",
    "CREATE EXTERNAL": "CREATE_TABLE",
    "CREATE TABLE": "CREATE_TABLE",
    "DROP TABLE": "DROP_TABLE",
    "DROP VIEW": "DROP_VIEW",
    "ALTER DATABASE": "ALTER_DATABASE",
    "ALTER SCHEMA": "ALTER_DATABASE",
    "ALTER VIEW": "ALTER_VIEW",
    "MSCK REPAIR": "MSCK_REPAIR",
}


def without_comments(text: str) -> str:
    """The statement with blanks for comments at its start, and without a semicolon at its end.

    Places that errors name are those of the text as it was sent.
    """
    stripped = re.sub(r"^[\s;]+|[\s;]+$", "", text)
    comments = re.match(r"(?:(?:--[^\n]*(?:\n|$)|/\*.*?\*/)\s*)*", stripped, re.DOTALL)
    assert comments is not None
    return _blank(stripped, comments.end()) + stripped[comments.end() :]


def _blank(text: str, end: int) -> str:
    """Blanks in place of the text up to there, so that what follows keeps its line and column."""
    return re.sub(r"[^\n]", " ", text[:end])


def classify(text: str) -> Kind:
    """The statement's kind by its first words; what Athena does not know is refused."""
    bare = _without_words_of_others(text)
    words = re.findall(r"[A-Za-z_]+|\(", bare.upper())[:4]
    if not words:
        raise _not_a_statement(text, re.findall(r"\S\w*", bare)[0] if bare.strip() else "<EOF>")
    first, pair = words[0], " ".join(words[:2])
    if first in _QUERY_WORDS:
        return SELECT
    if first == "CREATE" and ("VIEW" in words or "PROTECTED" in words):
        return CREATE_VIEW
    if first == "CREATE" and "TABLE" in words and _has_query(bare):
        return CTAS
    simple = {k.name.upper(): k for k in (INSERT, UNLOAD, EXPLAIN, PREPARE, DEALLOCATE, EXECUTE)}
    if first in simple:
        return simple[first]
    if first in _ROW_CHANGES:
        return Kind("row_change", "DML", first, "{id}.csv")
    if first in ("OPTIMIZE", "VACUUM"):
        return Kind("row_change", "DML", first, _TEXT)
    if pair == "ALTER TABLE":
        return Kind("ddl", "DDL", _alteration(bare), _TEXT)
    if pair in _SUBTYPES:
        return Kind("ddl", "DDL", _SUBTYPES[pair], _TEXT)
    if pair == "SHOW FUNCTIONS":
        return Kind("ddl", "UTILITY", "SHOW_FUNCTIONS", "{id}.csv")
    if first in _UTILITY:
        subtype = "DESCRIBE_TABLE" if first != "SHOW" else _shown(words)
        return Kind("ddl", "UTILITY", subtype, _TEXT)
    raise _not_a_statement(text, re.findall(r"\S\w*", bare)[0])


_STARTS = (
    "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY',"
    " 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE',"
    " 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD',"
    " 'UPDATE', 'USE', <query>"
)


def _not_a_statement(text: str, word: str) -> SyntaxRefused:
    """In Athena's words, which list more statements than it carries out."""
    before = text[: len(text) - len(text.lstrip())]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    return SyntaxRefused(f"mismatched input '{word}'. Expecting: {_STARTS}", place)


_ALTERATIONS = (
    ("ADD COLUMNS", "ALTER_TABLE_ADD_COLUMN"),
    ("REPLACE COLUMNS", "ALTER_TABLE_REPLACE_COLUMN"),
    ("CHANGE", "ALTER_TABLE_CHANGE_COLUMN"),
)
_SHOWN = {"TBLPROPERTIES": "SHOW_TABLE_PROPERTIES", "SCHEMAS": "SHOW_DATABASES"}


def _alteration(bare: str) -> str:
    """What Athena calls a change of columns; any other ALTER TABLE is just that."""
    said = " ".join(bare.upper().split())
    for words, subtype in _ALTERATIONS:
        if re.search(rf"^ALTER TABLE \S+ {words}\b", said):
            return subtype
    return "ALTER_TABLE"


def _shown(words: list[str]) -> str:
    if words[1:2] == ["CREATE"]:
        return "_".join(words[:3])
    return _SHOWN.get(words[1] if len(words) > 1 else "", "_".join(words[:2]))


_OTHERS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)


def _without_words_of_others(text: str) -> str:
    """The statement's own words: no texts, quoted names or comments, wherever they stand."""
    return _OTHERS.sub(lambda found: " " if found[0][0] in "-/" else "''", text)


def _has_query(bare: str) -> bool:
    return re.search(r"\bAS\s*\(*\s*(SELECT|WITH|VALUES|TABLE)\b", bare, re.IGNORECASE) is not None


def bind_parameters(text: str, parameters: list[str]) -> str:
    """Puts execution parameters in the places of `?`.

    An expression is evaluated; anything else is bound as a text. Athena lets parameters of a
    statement without places be, and fails one whose places have another number.
    """
    places = [token for token in tokenize(text) if token.token_type == TokenType.PLACEHOLDER]
    if not places:
        return text
    if len(places) != len(parameters):
        raise QueryFailed(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(places)} but found {len(parameters)}",
            (1, 1),
        )
    for token, value in reversed(list(zip(places, parameters, strict=True))):
        text = text[: token.start] + _parameter(value) + text[token.end + 1 :]
    return text


def _parameter(value: str) -> str:
    found = parse_expression(value)
    if found is None or found.find(exp.Column) is not None:
        return "'" + value.replace("'", "''") + "'"
    return value


# The model's name of a prepared statement.
_NAME = r'"?([a-zA-Z_][a-zA-Z0-9_@:]{0,255})"?'


def split_prepare(text: str) -> tuple[str, str]:
    """PREPARE name FROM statement."""
    found = re.match(rf"\s*PREPARE\s+{_NAME}\s+FROM\s+(.+)", text, re.IGNORECASE | re.DOTALL)
    if found is None:
        raise SyntaxRefused("mismatched input. Expecting: PREPARE name FROM statement")
    return found[1], found[2]


def split_deallocate(text: str) -> str:
    """DEALLOCATE PREPARE name."""
    found = re.fullmatch(rf"\s*DEALLOCATE\s+PREPARE\s+{_NAME}", text, re.IGNORECASE)
    if found is None:
        raise SyntaxRefused("mismatched input. Expecting: DEALLOCATE PREPARE name")
    return found[1]


def split_execute(text: str) -> tuple[str, list[str]]:
    """EXECUTE name [USING expression, ...]."""
    found = re.match(rf"\s*EXECUTE\s+{_NAME}(?:\s+USING\s+(.+))?$", text, re.IGNORECASE | re.DOTALL)
    if found is None:
        raise SyntaxRefused("mismatched input. Expecting: EXECUTE name [USING expression, ...]")
    return found[1], split_list(found[2]) if found[2] else []


def split_list(text: str) -> list[str]:
    """The parts between commas that stand in no bracket."""
    tokens = tokenize(text)
    parts, depth, start = [], 0, 0
    for token in tokens:
        depth += _depth(token)
        if token.token_type == TokenType.COMMA and depth == 0:
            parts.append(text[start : token.start].strip())
            start = token.end + 1
    return [*parts, text[start:].strip()]


_OPEN = (TokenType.L_PAREN, TokenType.L_BRACKET)
_CLOSE = (TokenType.R_PAREN, TokenType.R_BRACKET)


def _depth(token: Token) -> int:
    return (token.token_type in _OPEN) - (token.token_type in _CLOSE)


@dataclass(frozen=True)
class Write:
    """CREATE TABLE ... AS, INSERT INTO and UNLOAD: where to, how, and the query."""

    target: tuple[str, ...]
    query: str
    properties: dict[str, str | list[str]]
    columns: tuple[str, ...] = ()
    if_not_exists: bool = False
    with_data: bool = True
    location: str = ""
    comment: str = ""


def parse_ctas(text: str) -> Write:
    reader = _Reader(text)
    reader.take("CREATE", "TABLE")
    absent = reader.optional("IF", "NOT", "EXISTS")
    target = reader.name()
    columns = reader.column_list() if reader.optional("(") else ()
    comment = reader.string() if reader.optional("COMMENT") else ""
    properties = reader.properties() if reader.optional("WITH") else {}
    reader.take("AS")
    query = reader.rest()
    tail = re.search(r"\s+WITH\s+(NO\s+)?DATA\s*$", query, re.IGNORECASE)
    if tail:
        query = query[: tail.start()]
    data = not (tail and tail[1])
    return Write(
        target, query, properties, columns, if_not_exists=absent, with_data=data, comment=comment
    )


def parse_insert(text: str) -> Write:
    reader = _Reader(text)
    reader.take("INSERT", "INTO")
    target = reader.name()
    columns: tuple[str, ...] = ()
    start = reader.index
    if reader.optional("("):
        columns = reader.column_list()
        if not columns:
            reader.index = start
    return Write(target, reader.rest(), {}, columns)


def parse_unload(text: str) -> Write:
    reader = _Reader(text)
    reader.take("UNLOAD")
    query = reader.parenthesised()
    reader.take("TO")
    location = reader.string()
    properties = reader.properties() if reader.optional("WITH") else {}
    return Write((), query, properties, location=location)


class _Reader:
    """Walks over the tokens of a statement around its query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0

    def peek(self) -> Token:
        if self.index >= len(self.tokens):
            raise SyntaxRefused("mismatched input '<EOF>'")
        return self.tokens[self.index]

    def optional(self, *words: str) -> bool:
        following = self.tokens[self.index : self.index + len(words)]
        texts = " ".join(t.text.upper() for t in following)
        # sqlglot makes one token of some pairs of words.
        if texts.startswith(" ".join(words)):
            consumed, want = 0, " ".join(words)
            while consumed < len(following) and want:
                want = want.removeprefix(following[consumed].text.upper()).strip()
                consumed += 1
            self.index += consumed
            return True
        return False

    def take(self, *words: str) -> None:
        for word in words:
            if not self.optional(word):
                token = self.peek()
                raise SyntaxRefused(
                    f"mismatched input '{token.text}'. Expecting: '{word}'", token_position(token)
                )

    def name(self) -> tuple[str, ...]:
        parts = [self._word()]
        while self.index < len(self.tokens) and self.peek().token_type == TokenType.DOT:
            self.index += 1
            parts.append(self._word())
        return tuple(p.lower() for p in parts)

    def _word(self) -> str:
        text: str = self.peek().text
        self.index += 1
        return text

    def string(self) -> str:
        token = self.peek()
        if token.token_type != TokenType.STRING:
            raise SyntaxRefused(f"mismatched input '{token.text}'", token_position(token))
        return self._word()

    def properties(self) -> dict[str, str | list[str]]:
        self.take("(")
        found: dict[str, str | list[str]] = {}
        while not self.optional(")"):
            name = self._word().lower()
            self.take("=")
            found[name] = self._value()
            self.optional(",")
        return found

    def _value(self) -> str | list[str]:
        if self.optional("ARRAY"):
            self.take("[")
            items = []
            while not self.optional("]"):
                items.append(self._word())
                self.optional(",")
            return items
        return self._word()

    def column_list(self) -> tuple[str, ...]:
        names = []
        while not self.optional(")"):
            if self.peek().token_type == TokenType.SELECT:
                return ()
            names.append(self._word().lower())
            self.optional(",")
        return tuple(names)

    def parenthesised(self) -> str:
        self.take("(")
        start, depth = self.peek().start, 1
        while True:
            token = self.peek()
            depth += _depth(token)
            self.index += 1
            if depth == 0:
                return _blank(self.text, start) + self.text[start : token.start]

    def rest(self) -> str:
        start = self.peek().start
        return _blank(self.text, start) + self.text[start:]


def parse_create_view(text: str) -> tuple[bool, tuple[str, ...], str]:
    """CREATE [OR REPLACE] VIEW name AS query: whether to replace, the name and the query."""
    reader = _Reader(text)
    reader.take("CREATE")
    replace = reader.optional("OR", "REPLACE")
    if reader.optional("PROTECTED"):
        raise not_supported("CREATE PROTECTED MULTI DIALECT VIEW")
    reader.take("VIEW")
    target = reader.name()
    reader.take("AS")
    return replace, target, reader.rest()


def split_explain(text: str) -> tuple[str, str]:
    """EXPLAIN [ANALYZE] [(options)] statement."""
    found = re.match(
        r"\s*EXPLAIN\s+(ANALYZE\s+(?:VERBOSE\s+)?)?(\([^)]*\)\s*)?(.+)",
        text,
        re.IGNORECASE | re.DOTALL,
    )
    assert found is not None
    options = re.sub(r"[()]", "", (found[1] or "") + (found[2] or ""))
    return options.upper().strip(), _blank(text, found.start(3)) + found[3]

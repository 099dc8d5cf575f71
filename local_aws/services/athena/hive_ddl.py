"""Reads Hive's DDL into commands. sqlglot leaves most of it unparsed, so the grammar is here.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.athena.errors import SyntaxRefused

_TOKEN = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")
    |`(?P<quoted>(?:[^`]|``)*)`
    |(?P<word>[\w$]+)|(?P<sign>[^\s])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass
class Command:
    """What to do, to which database or table, and the rest by name."""

    name: str
    target: tuple[str, ...] = ()
    args: dict[str, Any] = field(default_factory=dict)


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[0] == "''":
            return "'"
        if re.fullmatch(r"\\[0-7]{3}", match[0]):
            return chr(int(match[0][1:], 8))
        if match[0].startswith("\\u"):
            return chr(int(match[0][2:], 16))
        return _ESCAPES.get(match[0][1], match[0][1])

    return re.sub(r"''|\\u[0-9a-fA-F]{4}|\\[0-7]{3}|\\.", one, text, flags=re.DOTALL)


def tokenize(text: str) -> list[Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is None:
            continue
        value = match[kind]
        if kind == "string":
            value = _unescape(value[1:-1])
        tokens.append(Token(kind, value, match.start(), match.end()))
    return tokens


class Parser:
    """Walks over the tokens; every method takes what it is named after."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0

    @property
    def token(self) -> Token:
        if self.index < len(self.tokens):
            return self.tokens[self.index]
        return Token("end", "<EOF>", len(self.text), len(self.text))

    def done(self) -> bool:
        return self.index >= len(self.tokens)

    def refuse(self) -> SyntaxRefused:
        before = self.text[: self.token.start]
        place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1))
        return SyntaxRefused(f"mismatched input '{self.token.text}'", place)

    def optional(self, *words: str) -> bool:
        following = self.tokens[self.index : self.index + len(words)]
        if [t.text.upper() for t in following if t.kind in ("word", "sign")] != list(words):
            return False
        self.index += len(words)
        return True

    def take(self, *words: str) -> None:
        for word in words:
            if not self.optional(word):
                raise self.refuse()

    def string(self) -> str:
        token = self.token
        if token.kind != "string":
            raise self.refuse()
        self.index += 1
        return token.text

    def identifier(self) -> str:
        token = self.token
        if token.kind not in ("word", "quoted", "string"):
            raise self.refuse()
        self.index += 1
        return token.text.lower()

    def name(self) -> tuple[str, ...]:
        parts = [self.identifier()]
        while self.optional("."):
            parts.append(self.identifier())
        # `db.table` may also stand in one pair of backticks.
        return tuple(p for part in parts for p in part.split("."))[-2:]

    def type_text(self) -> str:
        """A type up to the comma, bracket or word that ends it."""
        start, depth = self.token.start, 0
        end = start
        while not self.done():
            token = self.token
            if depth == 0 and end > start and token.text not in ("<", "("):
                break
            depth += (token.text in "<(") - (token.text in ">)") if token.kind == "sign" else 0
            end = token.end
            self.index += 1
        return re.sub(r"\s+", "", self.text[start:end].replace("`", "")).lower()

    def columns(self) -> list[dict[str, str]]:
        self.take("(")
        found = []
        while True:
            column = {"Name": self.identifier()}
            self.optional(":")
            column["Type"] = self.type_text()
            if self.optional("COMMENT"):
                column["Comment"] = self.string()
            found.append(column)
            if not self.optional(","):
                break
        self.take(")")
        return found

    def properties(self) -> dict[str, str]:
        self.take("(")
        found = {}
        while not self.optional(")"):
            key = self.string() if self.token.kind == "string" else self.identifier()
            self.take("=")
            found[key] = self.value()
            self.optional(",")
        return found

    def value(self) -> str:
        token = self.token
        if token.kind not in ("string", "word"):
            raise self.refuse()
        self.index += 1
        text = token.text
        while (
            token.kind == "word" and self.token.text in (".", "-") and self.token.start == token.end
        ):
            text += self.token.text
            self.index += 1
            text += self.token.text
            token = self.token
            self.index += 1
        return text

    def partition(self) -> list[tuple[str, str, str]]:
        """(name, operator, value) of PARTITION (a = 1, b > 'x')."""
        self.take("PARTITION", "(")
        found = []
        while not self.optional(")"):
            name = self.identifier()
            operator = ""
            while self.token.text in ("=", "<", ">", "!"):
                operator += self.token.text
                self.index += 1
            minus = "-" if self.optional("-") else ""
            if self.token.text.upper() in ("DATE", "TIMESTAMP"):
                self.index += 1
            found.append((name, operator, minus + self.value()))
            self.optional(",")
        return found


def parse(text: str) -> Command:
    """One DDL or utility statement."""
    parser = Parser(text)
    for words, read in _STATEMENTS:
        if parser.optional(*words):
            command: Command = read(parser)
            if not parser.done():
                raise parser.refuse()
            return command
    raise parser.refuse()


def _create_database(p: Parser) -> Command:
    absent = p.optional("IF", "NOT", "EXISTS")
    command = Command("create_database", p.name(), {"if_not_exists": absent})
    while not p.done():
        if p.optional("COMMENT"):
            command.args["comment"] = p.string()
        elif p.optional("LOCATION"):
            command.args["location"] = p.string()
        else:
            p.take("WITH", "DBPROPERTIES")
            command.args["properties"] = p.properties()
    return command


def _drop_database(p: Parser) -> Command:
    exists = p.optional("IF", "EXISTS")
    command = Command("drop_database", p.name(), {"if_exists": exists})
    command.args["cascade"] = p.optional("CASCADE")
    p.optional("RESTRICT")
    return command


def _drop(kind: str) -> Any:
    def read(p: Parser) -> Command:
        exists = p.optional("IF", "EXISTS")
        return Command(kind, p.name(), {"if_exists": exists})

    return read


def _create_table(p: Parser) -> Command:
    absent = p.optional("IF", "NOT", "EXISTS")
    command = Command("create_table", p.name(), {"if_not_exists": absent, "external": True})
    args = command.args
    args["columns"] = p.columns() if p.token.text == "(" else []
    while not p.done():
        _table_clause(p, args)
    return command


def _create_plain_table(p: Parser) -> Command:
    command = _create_table(p)
    command.args["external"] = False
    return command


def _table_clause(p: Parser, args: dict[str, Any]) -> None:
    if p.optional("COMMENT"):
        args["comment"] = p.string()
    elif p.optional("PARTITIONED", "BY"):
        start = p.index
        try:
            args["partitions"] = p.columns()
        except SyntaxRefused:
            # Iceberg's PARTITIONED BY (day(ts)): its names; the table's type is refused later.
            p.index = start
            args["partitions"] = _transforms(p)
    elif p.optional("CLUSTERED", "BY"):
        args["bucket_columns"] = _names(p)
        p.take("INTO")
        args["buckets"] = int(p.value())
        p.take("BUCKETS")
    elif p.optional("ROW", "FORMAT"):
        _row_format(p, args)
    elif p.optional("STORED", "AS"):
        _stored_as(p, args)
    elif p.optional("WITH", "SERDEPROPERTIES"):
        args.setdefault("serde_properties", {}).update(p.properties())
    elif p.optional("LOCATION"):
        args["location"] = p.string()
    else:
        p.take("TBLPROPERTIES")
        args["properties"] = p.properties()


def _transforms(p: Parser) -> list[dict[str, str]]:
    p.take("(")
    depth, names = 1, []
    while depth and not p.done():
        depth += (p.token.text == "(") - (p.token.text == ")")
        names.append(p.token.text)
        p.index += 1
    return [{"Name": n, "Type": "string"} for n in names if n.isidentifier()]


def _names(p: Parser) -> list[str]:
    p.take("(")
    names = [p.identifier()]
    while p.optional(","):
        names.append(p.identifier())
    p.take(")")
    return names


_DELIMITERS = (
    (("FIELDS", "TERMINATED", "BY"), "field.delim"),
    (("ESCAPED", "BY"), "escape.delim"),
    (("COLLECTION", "ITEMS", "TERMINATED", "BY"), "collection.delim"),
    (("MAP", "KEYS", "TERMINATED", "BY"), "mapkey.delim"),
    (("LINES", "TERMINATED", "BY"), "line.delim"),
    (("NULL", "DEFINED", "AS"), "serialization.null.format"),
)


def _row_format(p: Parser, args: dict[str, Any]) -> None:
    found: dict[str, str] = args.setdefault("serde_properties", {})
    if p.optional("SERDE"):
        args["serde"] = p.string()
        return
    p.take("DELIMITED")
    args["delimited"] = True
    while True:
        clause = next((key for words, key in _DELIMITERS if p.optional(*words)), None)
        if clause is None:
            break
        found[clause] = p.string()
    if "field.delim" in found:
        found["serialization.format"] = found["field.delim"]


def _stored_as(p: Parser, args: dict[str, Any]) -> None:
    if p.optional("INPUTFORMAT"):
        args["input_format"] = p.string()
        p.take("OUTPUTFORMAT")
        args["output_format"] = p.string()
    else:
        args["stored_as"] = p.identifier().upper()


def _alter_table(p: Parser) -> Command:
    target = p.name()
    if p.token.text.upper() == "PARTITION":
        return _alter_partition(p, target)
    for words, read in _ALTERATIONS:
        if p.optional(*words):
            command = Command("", target)
            read(p, command)
            return command
    raise p.refuse()


def _alter_partition(p: Parser, target: tuple[str, ...]) -> Command:
    old = p.partition()
    if p.optional("RENAME", "TO"):
        return Command("rename_partition", target, {"old": old, "new": p.partition()})
    p.take("SET", "LOCATION")
    return Command("set_location", target, {"partition": old, "location": p.string()})


def _add_partitions(p: Parser, command: Command) -> None:
    command.name = "add_partitions"
    command.args["if_not_exists"] = p.optional("IF", "NOT", "EXISTS")
    found = []
    while not p.done():
        values = p.partition()
        found.append((values, p.string() if p.optional("LOCATION") else None))
    command.args["partitions"] = found


def _drop_partitions(p: Parser, command: Command) -> None:
    command.name = "drop_partitions"
    command.args["if_exists"] = p.optional("IF", "EXISTS")
    found = [p.partition()]
    while p.optional(","):
        found.append(p.partition())
    command.args["partitions"] = found


def _columns(name: str) -> Any:
    def read(p: Parser, command: Command) -> None:
        command.name = name
        command.args["columns"] = p.columns()

    return read


def _change_column(p: Parser, command: Command) -> None:
    command.name = "change_column"
    p.optional("COLUMN")
    command.args["old"] = p.identifier()
    command.args["column"] = {"Name": p.identifier(), "Type": p.type_text()}
    if p.optional("COMMENT"):
        command.args["column"]["Comment"] = p.string()


def _set_location(p: Parser, command: Command) -> None:
    command.name = "set_location"
    command.args["location"] = p.string()


def _set_properties(p: Parser, command: Command) -> None:
    command.name = "set_properties"
    command.args["properties"] = p.properties()


_ALTERATIONS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("ADD", "COLUMNS"), _columns("add_columns")),
    (("REPLACE", "COLUMNS"), _columns("replace_columns")),
    (("CHANGE",), _change_column),
    (("ADD",), _add_partitions),
    (("DROP",), _drop_partitions),
    (("SET", "LOCATION"), _set_location),
    (("SET", "TBLPROPERTIES"), _set_properties),
)


def _show(name: str, named: bool = True) -> Any:
    def read(p: Parser) -> Command:
        command = Command(name)
        if p.optional("IN") or p.optional("FROM"):
            command.target = p.name()
            if p.optional("IN") or p.optional("FROM"):
                command.target = (*p.name(), *command.target)
        elif named and not p.done() and p.token.kind != "string" and p.token.text.upper() != "LIKE":
            command.target = p.name()
        if p.optional("LIKE") or p.token.kind == "string":
            command.args["pattern"] = p.string()
        if p.token.text == "(":
            p.take("(")
            command.args["property"] = p.string()
            p.take(")")
        return command

    return read


def _show_create_view(p: Parser) -> Command:
    """Trino's statement, so a name may stand in double quotes."""
    return Command("show_create_view", p.name())


def _msck(p: Parser) -> Command:
    return Command("msck_repair", p.name())


def _describe(p: Parser) -> Command:
    p.optional("EXTENDED")
    p.optional("FORMATTED")
    p.optional("TABLE")
    return Command("describe", p.name())


_STATEMENTS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("CREATE", "DATABASE"), _create_database),
    (("CREATE", "SCHEMA"), _create_database),
    (("DROP", "DATABASE"), _drop_database),
    (("DROP", "SCHEMA"), _drop_database),
    (("CREATE", "EXTERNAL", "TABLE"), _create_table),
    (("CREATE", "TABLE"), _create_plain_table),
    (("DROP", "TABLE"), _drop("drop_table")),
    (("DROP", "VIEW"), _drop("drop_view")),
    (("ALTER", "TABLE"), _alter_table),
    (("MSCK", "REPAIR", "TABLE"), _msck),
    (("SHOW", "DATABASES"), _show("show_databases", named=False)),
    (("SHOW", "SCHEMAS"), _show("show_databases", named=False)),
    (("SHOW", "TABLES"), _show("show_tables", named=False)),
    (("SHOW", "VIEWS"), _show("show_views", named=False)),
    (("SHOW", "PARTITIONS"), _show("show_partitions")),
    (("SHOW", "COLUMNS"), _show("show_columns")),
    (("SHOW", "CREATE", "TABLE"), _show("show_create_table")),
    (("SHOW", "CREATE", "VIEW"), _show_create_view),
    (("SHOW", "TBLPROPERTIES"), _show("show_tblproperties")),
    (("SHOW", "FUNCTIONS"), _show("show_functions", named=False)),
    (("DESCRIBE",), _describe),
    (("DESC",), _describe),
)

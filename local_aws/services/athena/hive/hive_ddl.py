"""Reads Hive's DDL into commands. sqlglot leaves most of it unparsed, so the grammar is here.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.hive.hive_parser import Parser


@dataclass
class Command:
    """What to do, to which database or table, and the rest by name."""

    name: str
    target: tuple[str, ...] = ()
    args: dict[str, Any] = field(default_factory=dict)


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


def _alter_database(p: Parser) -> Command:
    command = Command("alter_database", p.name())
    p.take("SET", "DBPROPERTIES")
    command.args["properties"] = p.properties()
    return command


def _drop_database(p: Parser) -> Command:
    exists = p.optional("IF", "EXISTS")
    command = Command("drop_database", p.name(), {"if_exists": exists})
    command.args["cascade"] = p.optional("CASCADE")
    if not command.args["cascade"]:
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


def _alter_view(p: Parser) -> Command:
    raise not_supported(f"ALTER VIEW {'.'.join(p.name())}: views of several dialects")


def _alter_partition(p: Parser, target: tuple[str, ...]) -> Command:
    given = p.partition()
    if p.optional("RENAME", "TO"):
        return Command("rename_partition", target, {"old": given, "new": p.partition()})
    for words, read in _OF_PARTITION:
        if p.optional(*words):
            command = Command("", target, {"partition": given})
            read(p, command)
            return command
    raise p.refuse()


def _add_partitions(p: Parser, command: Command) -> None:
    command.name = "add_partitions"
    command.args["if_not_exists"] = p.optional("IF", "NOT", "EXISTS")
    found: list[Any] = []
    while not found or not p.done():
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
        _cascade(p, command)

    return read


def _cascade(p: Parser, command: Command) -> None:
    command.args["cascade"] = p.optional("CASCADE")
    if not command.args["cascade"]:
        p.optional("RESTRICT")


def _change_column(p: Parser, command: Command) -> None:
    command.name = "change_column"
    p.optional("COLUMN")
    command.args["old"] = p.identifier()
    command.args["column"] = {"Name": p.identifier(), "Type": p.type_text()}
    if p.optional("COMMENT"):
        command.args["column"]["Comment"] = p.string()
    if p.optional("FIRST"):
        command.args["after"] = ""
    elif p.optional("AFTER"):
        command.args["after"] = p.identifier()
    _cascade(p, command)


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
_OF_PARTITION: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("SET", "LOCATION"), _set_location),
    (("ADD", "COLUMNS"), _columns("add_columns")),
    (("REPLACE", "COLUMNS"), _columns("replace_columns")),
    (("CHANGE",), _change_column),
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


def _show_partitions(p: Parser) -> Command:
    command = Command("show_partitions", p.name())
    if p.token.text.upper() == "PARTITION":
        command.args["partition"] = p.partition()
    return command


def _msck(p: Parser) -> Command:
    return Command("msck_repair", p.name())


def _describe(p: Parser) -> Command:
    form = "extended" if p.optional("EXTENDED") else ""
    form = "formatted" if not form and p.optional("FORMATTED") else form
    command = Command("describe", args={"form": form})
    # DESCRIBE a.b is a table of a database; a column stands after a space.
    command.target = p.name()
    if p.token.text.upper() == "PARTITION":
        command.args["partition"] = p.partition()
    if not p.done():
        command.args["column"] = p.path()
    return command


_STATEMENTS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("CREATE", "DATABASE"), _create_database),
    (("CREATE", "SCHEMA"), _create_database),
    (("ALTER", "DATABASE"), _alter_database),
    (("ALTER", "SCHEMA"), _alter_database),
    (("DROP", "DATABASE"), _drop_database),
    (("DROP", "SCHEMA"), _drop_database),
    (("CREATE", "EXTERNAL", "TABLE"), _create_table),
    (("CREATE", "TABLE"), _create_plain_table),
    (("DROP", "TABLE"), _drop("drop_table")),
    (("DROP", "VIEW"), _drop("drop_view")),
    (("ALTER", "TABLE"), _alter_table),
    (("ALTER", "VIEW"), _alter_view),
    (("MSCK", "REPAIR", "TABLE"), _msck),
    (("SHOW", "DATABASES"), _show("show_databases", named=False)),
    (("SHOW", "SCHEMAS"), _show("show_databases", named=False)),
    (("SHOW", "TABLES"), _show("show_tables", named=False)),
    (("SHOW", "VIEWS"), _show("show_views", named=False)),
    (("SHOW", "PARTITIONS"), _show_partitions),
    (("SHOW", "COLUMNS"), _show("show_columns")),
    (("SHOW", "CREATE", "TABLE"), _show("show_create_table")),
    (("SHOW", "CREATE", "VIEW"), _show_create_view),
    (("SHOW", "TBLPROPERTIES"), _show("show_tblproperties")),
    (("SHOW", "FUNCTIONS"), _show("show_functions", named=False)),
    (("DESCRIBE",), _describe),
    (("DESC",), _describe),
)

"""views: sql/<database>/<view>.sql, created in dependency order, only what changed.

Files name databases as they are called by default; a lake whose settings say otherwise has them
named so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tarn.aws import Aws
from tarn.errors import Terminal, aws_errors
from tarn.services import athena, catalog
from tarn.settings import Settings

LAKE, OPS = "lake", "lake_ops"  # what readers use; the ledger


def read_views(settings: Settings, folder: str = LAKE) -> dict[str, str]:
    """The text of each view of a database, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8").strip()
        for path in sorted((settings.root / "sql" / folder).glob("*.sql"))
    }


def references(name: str, sql: str) -> set[str]:
    """The tables and views that a view reads, without their database."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, dialect="athena")
    except sqlglot.errors.ParseError as error:
        raise Terminal(f"sql/lake/{name}.sql is not SQL: {error}") from None
    inner = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = tree.find_all(exp.Table)
    return {table.name for table in tables if table.db or table.name not in inner}


def in_order(views: Mapping[str, str]) -> list[str]:
    """The views so that each comes after those that it reads."""
    graph = {name: references(name, sql) & views.keys() for name, sql in sorted(views.items())}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise Terminal(f"Views of sql/lake read each other: {' → '.join(error.args[1])}.") from None


def view_names(settings: Settings | None = None, folder: str = LAKE) -> list[str]:
    """All views of a database, in dependency order."""
    return in_order(read_views(settings or Settings.from_environment(), folder))


def views_of(datasets: Iterable[str], settings: Settings | None = None) -> list[str]:
    """The views that read any of the datasets, directly or through other views, in order."""
    views = read_views(settings or Settings.from_environment())
    touched = set(datasets)
    found = []
    for name in in_order(views):
        if references(name, views[name]) & touched:
            touched.add(name)
            found.append(name)
    return found


def tables_of(view: str, settings: Settings) -> list[str]:
    """The tables that a view reads, directly or through other views."""
    views, found, ahead = read_views(settings), set(), [view]
    while ahead:
        name = ahead.pop()
        if name in views:
            ahead += references(name, views[name])
        else:
            found.add(name)
    return sorted(found)


def digest(sql: str) -> str:
    """SHA-256 of a view's text."""
    return hashlib.sha256(sql.encode()).hexdigest()


def statement(view: str, settings: Settings | None = None) -> str:
    """The SQL that creates a view, or replaces it."""
    settings = settings or Settings.from_environment()
    views = read_views(settings)
    if view not in views:
        raise Terminal(f"There is no view {view!r}: sql/lake/{view}.sql is missing.")
    return _statement(view, views[view], settings)


def _statement(name: str, sql: str, settings: Settings) -> str:
    return f"CREATE OR REPLACE VIEW {name} AS\n{_in_databases(sql, settings)}"


@aws_errors("views")
def refresh_views(aws: Aws | None = None, folder: str = LAKE) -> dict[str, Any]:
    """CREATE OR REPLACE each view of a database whose text changed.

    Returns {"created": [...], "unchanged": [...]}.
    """
    aws = aws or Aws()
    stale = stale_views(aws, folder)
    for name in stale:
        create_view(name, aws, folder)
    views = view_names(aws.settings, folder)
    return {"created": stale, "unchanged": [name for name in views if name not in stale]}


def stale_views(aws: Aws, folder: str = LAKE) -> list[str]:
    """The views whose text is not the one last created, in dependency order."""
    views, database = read_views(aws.settings, folder), _databases(aws.settings)[folder]
    return [
        name
        for name in in_order(views)
        if (aws.get_json("ops", _key(name, database)) or {}).get("sha256") != digest(views[name])
        or catalog.get_table(database, name, aws) is None
    ]


def create_view(name: str, aws: Aws, folder: str = LAKE) -> None:
    sql, database = read_views(aws.settings, folder)[name], _databases(aws.settings)[folder]
    athena.query(_statement(name, sql, aws.settings), database, aws)
    aws.put_json("ops", _key(name, database), {"sha256": digest(sql)})


def _key(name: str, database: str) -> str:
    return f"views/{database}/{name}.json"


def _databases(settings: Settings) -> dict[str, str]:
    """The databases of the files, and what they are called in this lake."""
    return {LAKE: settings.database, OPS: settings.ops_database}


def _in_databases(sql: str, settings: Settings) -> str:
    """The view's text as it is, or with the names that this lake gives its databases."""
    names = _databases(settings)
    if all(name == called for name, called in names.items()):
        return sql
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="athena")
    for table in tree.find_all(exp.Table):
        if table.db in names:
            table.set("db", exp.to_identifier(names[table.db]))
    return str(tree.sql(dialect="athena"))

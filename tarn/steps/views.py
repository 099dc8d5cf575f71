"""views: sql/<database>/<view>.sql, created in dependency order, only what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from tarn import athena, catalog
from tarn.aws import Aws
from tarn.errors import Terminal, aws_errors
from tarn.settings import Settings


def _folder(settings: Settings) -> Path:
    return settings.root / "sql" / "lake"


def read_views(settings: Settings) -> dict[str, str]:
    """The text of each view, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8").strip()
        for path in sorted(_folder(settings).glob("*.sql"))
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


def view_names(settings: Settings | None = None) -> list[str]:
    """All views, in dependency order."""
    return in_order(read_views(settings or Settings.from_environment()))


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


def statement(view: str, settings: Settings | None = None) -> str:
    """The SQL that creates a view, or replaces it."""
    settings = settings or Settings.from_environment()
    views = read_views(settings)
    if view not in views:
        raise Terminal(f"There is no view {view!r}: sql/lake/{view}.sql is missing.")
    return _statement(view, views[view], settings.database)


def _statement(name: str, sql: str, database: str) -> str:
    return f"CREATE OR REPLACE VIEW {name} AS\n{_in_database(sql, database)}"


@aws_errors("views")
def refresh_views(aws: Aws | None = None) -> dict[str, Any]:
    """CREATE OR REPLACE each view whose text changed.

    Returns {"created": [...], "unchanged": [...]}.
    """
    aws = aws or Aws()
    stale = stale_views(aws)
    for name in stale:
        create_view(name, aws)
    unchanged = [name for name in view_names(aws.settings) if name not in stale]
    return {"created": stale, "unchanged": unchanged}


def stale_views(aws: Aws) -> list[str]:
    """The views whose text is not the one last created, in dependency order."""
    views, database = read_views(aws.settings), aws.settings.database
    return [
        name
        for name in in_order(views)
        if (aws.get_json("ops", _key(name, aws)) or {}).get("sha256") != _digest(views[name])
        or catalog.get_table(database, name, aws) is None
    ]


def create_view(name: str, aws: Aws) -> None:
    sql, database = read_views(aws.settings)[name], aws.settings.database
    athena.query(_statement(name, sql, database), database, aws)
    aws.put_json("ops", _key(name, aws), {"sha256": _digest(sql)})


def _key(name: str, aws: Aws) -> str:
    return f"views/{aws.settings.database}/{name}.json"


def _digest(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()


def _in_database(sql: str, database: str) -> str:
    """The view's text as it is, or with `lake.` as the database's own name elsewhere."""
    if database == "lake":
        return sql
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="athena")
    for table in tree.find_all(exp.Table):
        if table.db == "lake":
            table.set("db", exp.to_identifier(database))
    return str(tree.sql(dialect="athena"))

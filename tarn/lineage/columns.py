"""Which columns come from which: through a DataBrew recipe, and through a view's SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tarn.contracts.contract import Contract
from tarn.errors import Terminal

Sources = frozenset[str]
READ = ("sourceColumn", "sourceColumns")  # parameters that name columns, also as sourceColumn1


def of_dataset(contract: Contract, recipe: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The columns of the raw file that each published column is made of.

    The recipe says it; the Glue job keeps names. A partition key that the recipe drops is left
    out: it comes from the run's interval.
    """
    known = through_recipe(contract.source_columns, recipe)
    return {c.name: sorted(known[c.name]) for c in contract.columns if c.name in known}


def through_recipe(
    columns: Iterable[str], recipe: Iterable[Mapping[str, Any]]
) -> dict[str, Sources]:
    """The columns after a recipe, each with those before it that it is made of.

    >>> step = {"Action": {"Operation": "RENAME",
    ...                    "Parameters": {"sourceColumn": "a", "targetColumn": "b"}}}
    >>> through_recipe(["a"], [step])
    {'b': frozenset({'a'})}
    """
    known = {column: frozenset({column}) for column in columns}
    for step in recipe:
        action = step["Action"]
        _apply(action["Operation"], action.get("Parameters", {}), known)
    return known


def _apply(operation: str, parameters: Mapping[str, Any], known: dict[str, Sources]) -> None:
    read = list(dict.fromkeys(_named(parameters)))
    if operation == "DELETE":
        for column in read:
            known.pop(column, None)
        return
    target = parameters.get("targetColumn")
    if not target:
        return  # in place
    known[target] = frozenset().union(*(known.get(column, frozenset()) for column in read))
    if operation == "RENAME":
        for column in read:
            known.pop(column, None)


def _named(value: Any) -> Iterator[str]:
    """The columns that parameters name, also in JSON inside a text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = _parsed(value)
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name.rstrip("0123456789") in READ:
                yield from _texts(inner)
            else:
                yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _texts(value: Any) -> Iterator[str]:
    parsed = _parsed(value) if isinstance(value, str) and value[:1] == "[" else value
    yield from (str(item) for item in (parsed if isinstance(parsed, list) else [parsed]))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def of_view(
    name: str, sql: str, tables: Mapping[str, Sequence[str]]
) -> dict[str, list[tuple[str, str]]]:
    """The tables' columns that each column of a view is made of: {"origin": [("flights", ...)]}.

    tables: the columns of what the view reads. A column that is made of none, such as count(*), is
    there with an empty list.
    """
    import sqlglot
    from sqlglot.lineage import lineage

    schema = {"lake": {table: dict.fromkeys(columns, "text") for table, columns in tables.items()}}
    try:
        columns = sqlglot.parse_one(sql, dialect="athena").named_selects
        nodes = {
            column: lineage(column, sql, schema=schema, dialect="athena") for column in columns
        }
    except sqlglot.errors.SqlglotError as error:
        raise Terminal(f"sql/lake/{name}.sql: its columns cannot be followed: {error}") from None
    found = {column: sorted(_leaves(node)) for column, node in nodes.items()}
    for table, column in {source for sources in found.values() for source in sources}:
        if column not in tables.get(table, ()):
            raise Terminal(f"sql/lake/{name}.sql reads {table}.{column}, which nobody declares.")
    return found


def _leaves(node: Any) -> set[tuple[str, str]]:
    """The tables' columns at the ends of sqlglot's lineage."""
    from sqlglot import exp

    return {
        (leaf.expression.name, leaf.name.rpartition(".")[2])
        for leaf in node.walk()
        if not leaf.downstream and isinstance(leaf.expression, exp.Table)
    }

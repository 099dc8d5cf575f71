"""Carries a step's SQL from DuckDB to another engine, or refuses what means something else there.

sqlglot parses and writes; what a function becomes is a table of the target's (`spark`, `athena`).
A function that is in neither of a target's tables is refused by its name: sqlglot would write it
on unseen. Every operation's fixture runs on each engine in the tests, so a table cannot be wrong
about what the fixtures show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

Rule = Callable[["Target", exp.Expression], exp.Expression]

# What SQL itself is made of, and means the same in all three.
SYNTAX = (
    exp.Add,
    exp.Alias,
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Case,
    exp.Coalesce,
    exp.Column,
    exp.CTE,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.EQ,
    exp.From,
    exp.GT,
    exp.GTE,
    exp.Group,
    exp.Having,
    exp.Identifier,
    exp.If,
    exp.In,
    exp.Is,
    exp.Join,
    exp.LT,
    exp.LTE,
    exp.Limit,
    exp.Literal,
    exp.Mul,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.Null,
    exp.Nullif,
    exp.Or,
    exp.Order,
    exp.Ordered,
    exp.Paren,
    exp.Select,
    exp.Star,
    exp.Sub,
    exp.Subquery,
    exp.Table,
    exp.TableAlias,
    exp.Union,
    exp.Var,
    exp.Where,
    exp.Window,
    exp.WindowSpec,
    exp.With,
)


DUCKDB_TYPE = "duckdb_type"
"""Where a column keeps its type in the engine: what its text is hangs on it."""


class NotPrinted(Exception):
    """Something of a recipe that the target has not, or has with another meaning."""


@dataclass(frozen=True)
class Target:
    """An engine: its dialect, what it writes as it is, what it writes otherwise."""

    name: str  # for people
    dialect: str  # sqlglot's name
    same: frozenset[str]  # kinds of expressions that mean the same there
    templates: Mapping[str, str]  # kind or DuckDB function -> SQL over its arguments, as :name
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def carried(self, tree: exp.Expression) -> exp.Expression:
        """The same in the target's terms, the tree itself changed. Raises NotPrinted."""
        kind = kind_of(tree)
        if kind in self.rules:
            return self.rules[kind](self, tree)
        if kind in self.templates:
            return self.filled(self.templates[kind], self.given(tree))
        if not (isinstance(tree, SYNTAX) or kind in self.same):
            raise NotPrinted(f"{self.name} has no {kind} that is the same: {duckdb_sql(tree)}")
        return self.around(tree)

    def around(self, tree: exp.Expression) -> exp.Expression:
        """The node itself around its carried children."""
        for child in list(tree.iter_expressions()):
            child.replace(self.carried(child))
        return tree

    def given(self, tree: exp.Expression) -> dict[str, exp.Expression]:
        """Its arguments, carried, by the names that a template has for them."""
        return {name: self.carried(item) for name, item in arguments(tree).items()}

    def filled(self, template: str, given: Mapping[str, exp.Expression]) -> exp.Expression:
        """The template's expression around carried arguments."""
        tree = sqlglot.parse_one(template, read=self.dialect)
        for slot in list(tree.find_all(exp.Placeholder)):
            argument = _apart(given[slot.name].copy())
            if slot is tree:
                return argument
            slot.replace(argument)
        return tree

    def sql(self, tree: exp.Expression) -> str:
        """The expression as the target's text."""
        return str(tree.sql(dialect=self.dialect))

    def type_name(self, duckdb_type: str) -> str:
        """DuckDB's type as the target calls it."""
        return self.sql(self.carried(exp.DataType.build(duckdb_type, dialect="duckdb")))


def _apart(tree: exp.Expression) -> exp.Expression:
    """In parentheses where an operator stands outermost."""
    return exp.paren(tree) if isinstance(tree, exp.Binary | exp.Unary | exp.Predicate) else tree


def kind_of(node: exp.Expression) -> str:
    """``Contains`` for what sqlglot knows, ``list_aggregate`` for DuckDB's own functions."""
    return node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__


def arguments(node: exp.Expression) -> dict[str, exp.Expression]:
    """Its arguments by sqlglot's names; those of a list, and of an unknown function, by number."""
    found: dict[str, exp.Expression] = {}
    for name, value in node.args.items():
        if isinstance(value, exp.Expression):
            found[name] = value
        elif isinstance(value, list):
            found |= {f"{name[0]}{i}": item for i, item in enumerate(value)}
    return found


def duckdb_sql(tree: exp.Expression) -> str:
    """The expression as the engine runs it."""
    return str(tree.sql(dialect="duckdb"))

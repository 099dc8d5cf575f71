"""The engine's macros spelled out: printed code says what they mean, not how they are quick."""

import sqlglot
from sqlglot import exp

from local_aws.services.databrew.engine.macros import MACROS, PREFIX, plainly


def spelled_out(tree: exp.Expression) -> exp.Expression:
    """The same with each macro's meaning instead of its call, the tree itself changed."""
    while call := next(filter(_is_macro, tree.find_all(exp.Anonymous)), None):
        arguments = (item.sql(dialect="duckdb") for item in call.expressions)
        meaning = plainly(call.name.removeprefix(PREFIX), *arguments)
        call.replace(sqlglot.parse_one(meaning, read="duckdb"))
    return tree


def _is_macro(call: exp.Anonymous) -> bool:
    return call.name.startswith(PREFIX) and call.name.removeprefix(PREFIX) in MACROS

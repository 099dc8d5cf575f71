"""What a rewrite may ask of the translation that it is part of."""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from local_aws.services.athena.trino.types import Type


class Emit(Protocol):
    """The translation under way; `narrow` lets decimals be short (see decimals.py)."""

    narrow: bool

    def gen(self, node: exp.Expression) -> str:
        """The node's SQL, coerced to what its place wants."""
        ...

    def query(self, node: exp.Expression) -> str:
        """A query's SQL."""
        ...

    def cast(self, sql: str, source: Type, target: Type, safe: bool = False) -> str:
        """The SQL of a conversion."""
        ...

"""What the analysis asks of the catalog."""

from __future__ import annotations

from typing import Any, Protocol

from local_aws.services.athena.trino import types as t


class CatalogReader(Protocol):
    """Tables by database and name, as Glue has them."""

    def table(self, database: str, name: str) -> dict[str, Any] | None: ...
    def has_database(self, database: str) -> bool: ...
    def virtual(
        self, database: str, name: str
    ) -> tuple[list[tuple[str, t.Type]], list[tuple[Any, ...]]] | None:
        """A table that is made up on the spot: information_schema, "orders$partitions"."""
        ...

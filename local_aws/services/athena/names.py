"""Names of tables as statements write them: ``[[catalog.]database.]table``."""

from __future__ import annotations

from local_aws.services.athena.errors import not_supported

CATALOG = "awsdatacatalog"


def in_catalog(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The name without its catalog; another than Glue's is refused."""
    if len(parts) > 2 and parts[-3] != CATALOG:
        raise not_supported(f"the catalog {parts[-3]}")
    return parts[-2:]


def place(parts: tuple[str, ...], database: str) -> tuple[str, str]:
    """Database and table; `database` is that of a name without one."""
    own = in_catalog(parts)
    return (own[0], own[1]) if len(own) > 1 else (database, own[0])

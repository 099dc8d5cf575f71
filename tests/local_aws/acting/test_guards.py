"""What engines reach a service's data by is decided, method by method."""

from typing import Any

import pytest

from local_aws.acting import catalog, storage, telemetry
from local_aws.services.glue.catalog import Catalog


def test_each_method_of_the_catalog_is_decided_or_closed() -> None:
    names = {name for name in dir(Catalog) if not name.startswith("_")}
    assert names <= set(vars(catalog.GuardedCatalog))
    made = catalog.GuardedCatalog.__new__(catalog.GuardedCatalog)
    with pytest.raises(NotImplementedError, match="all_tables"):
        made.all_tables()


@pytest.mark.parametrize(
    ("guard", "method", "arguments"),
    [
        (storage.GuardedStore, "buckets", ()),
        (storage.GuardedStore, "delete_bucket", ("b",)),
        (storage.GuardedStore, "history", ("b", "k")),
        (storage.GuardedStore, "open_object", ("b", "k")),
        (storage.GuardedStore, "set_tags", ("b", "k", {})),
        (telemetry.GuardedLogs, "delete_group", ("g",)),
        (telemetry.GuardedLogs, "put", ("g", "s", ())),
    ],
)
def test_what_is_not_decided_fails(guard: Any, method: str, arguments: Any) -> None:
    """A guard has none of the store's state: a method that it does not override finds nothing."""
    made = guard.__new__(guard)
    with pytest.raises(AttributeError):
        getattr(made, method)(*arguments)

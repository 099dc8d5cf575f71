"""A data set opened with what the dashboard's parameters give to the data set's own.

https://docs.aws.amazon.com/quicksight/latest/user/dataset-parameters.html
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import duckdb

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.spice import open_data_set

if TYPE_CHECKING:
    from local_aws.services.quicksight.definition import Definition


def open_declared(
    store: Store, definition: "Definition", identifier: str
) -> duckdb.DuckDBPyConnection:
    """A data set of a definition as the relation ``data``. Raises QueryRefused."""
    data_set = store.id_of(DATA_SET, definition.data_sets[identifier])
    given = definition.mapped(identifier)
    row = store.find(DATA_SET, data_set)
    if given and row is not None:
        _check(row["document"], given)
    return open_data_set(store, data_set, parameters=given)


def _check(document: dict[str, Any], given: dict[str, Any]) -> None:
    unknown = sorted(set(given) - set(_names(document)))
    if unknown:
        raise VisualRefused(f"The data set has no parameter {', '.join(unknown)}.")
    if document["ImportMode"] == "SPICE":
        # The rows of the extract are those that the defaults asked for.
        raise VisualRefused(
            f"MappedDataSetParameters of a data set in SPICE ({', '.join(given)}) are not supported"
            " by local_aws. Make it a direct query."
        )


def _names(document: dict[str, Any]) -> Iterator[str]:
    for item in document.get("DatasetParameters", []):
        yield from (options["Name"] for options in item.values())

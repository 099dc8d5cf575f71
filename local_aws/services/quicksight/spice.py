"""SPICE: a data set's rows as one Parquet file, and DuckDB to read it.

AWS: an in-memory store, replaced when an ingestion completes. Here: a file a completed ingestion,
and a row in the store that says which one counts; a reader that has opened the old one keeps it.
"""

from pathlib import Path

import duckdb

from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.quicksight.data_sets.parameters import Values
from local_aws.services.quicksight.duck import connect
from local_aws.services.quicksight.errors import IngestionFailed, QueryRefused
from local_aws.services.quicksight.fetching import Direct
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.opening import Opening
from local_aws.services.quicksight.readers import Reader, reader_now


def folder(platform: Platform) -> Path:
    """Where the extracts are."""
    path = platform.data_dir / "spice"
    path.mkdir(parents=True, exist_ok=True)
    return path


def sweep(platform: Platform, keep: set[str]) -> None:
    """Remove the files that are no data set's data: old extracts, and parts of killed ones."""
    for path in folder(platform).iterdir():
        if path.name not in keep:
            path.unlink(missing_ok=True)


def open_data_set(
    store: Store,
    data_set: str,
    reader: Reader | None = None,
    parameters: Values | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection with what ``reader`` may see of a data set as the relation ``data``.

    Without one it is the reader of `readers.reading_as`, else nobody: security then hides every
    row. ``parameters`` are values for the dataset parameters that are not at their defaults. Raises
    QueryRefused.
    """
    row = store.find(DATA_SET, data_set)
    if row is None:
        raise QueryRefused(f"The data set {data_set} does not exist.")
    connection = connect()
    try:
        answers = Direct(store, folder(store.platform))
        Opening(store, connection, reader or reader_now(), answers).view("data", row, parameters)
    except IngestionFailed as error:
        connection.close()
        raise QueryRefused(f"The source answers with {error.type}: {error.message}") from error
    except ServiceError as error:
        connection.close()
        raise QueryRefused(error.message) from error
    except duckdb.Error as error:
        connection.close()
        raise QueryRefused(str(error).splitlines()[0]) from error
    except BaseException:
        connection.close()
        raise
    return connection

"""The sources' rows: Athena's answers and S3's files, as relations of a DuckDB connection."""

from pathlib import Path
from typing import Any, Protocol

import duckdb

from local_aws.acting.errors import Denied
from local_aws.duckdb_files import path_literal
from local_aws.services.athena.errors import QueryCancelled
from local_aws.services.quicksight import acting
from local_aws.services.quicksight.data_sets.physical import AthenaQuery, S3Files, Source
from local_aws.services.quicksight.errors import IngestionFailed, QueryRefused, ResourceNotFound
from local_aws.services.quicksight.expressions import quote
from local_aws.services.quicksight.files import Counted, read_files
from local_aws.services.quicksight.ingestions.ending import Ended, Ending
from local_aws.services.quicksight.model import DATA_SOURCE, Store

# Athena's error names in QuickSight's words. The first that the message holds counts.
FAILURES = (
    ("TABLE_NOT_FOUND", "SQL_TABLE_NOT_FOUND"),
    ("SCHEMA_NOT_FOUND", "SQL_TABLE_NOT_FOUND"),
    ("does not exist", "SQL_TABLE_NOT_FOUND"),
    ("COLUMN_NOT_FOUND", "SQL_SCHEMA_MISMATCH_ERROR"),
    ("cannot be resolved", "SQL_SCHEMA_MISMATCH_ERROR"),
    ("NUMERIC_VALUE_OUT_OF_RANGE", "SQL_NUMERIC_OVERFLOW"),
    ("EXCEEDED_", "SOURCE_RESOURCE_LIMIT_EXCEEDED"),
    ("PERMISSION", "PERMISSION_DENIED"),
    ("timed out", "QUERY_TIMEOUT"),
)


class Answers(Protocol):
    """How the rows come, and where the extracts are."""

    folder: Path

    def athena(self, connection: duckdb.DuckDBPyConnection, source: AthenaQuery) -> None:
        """What Athena answers, as the source's relation. Raises IngestionFailed."""

    def files(self, connection: duckdb.DuckDBPyConnection, source: S3Files, /) -> None:
        """The files' rows, as the source's relation. Raises IngestionFailed."""


class Direct:
    """For a query that is waited for: Athena's answer as an Arrow table."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder

    def athena(self, connection: duckdb.DuckDBPyConnection, source: AthenaQuery) -> None:
        """Ask, and register the answer."""
        document = check_data_source(self.store, source, "ATHENA")
        try:
            table = acting.engine(self.store.platform, document).query(
                source.query, source.database
            )
        except Denied as error:
            raise acting.denied(error) from error
        except IngestionFailed:
            raise
        except Exception as error:
            raise _failure(error) from error
        names = check_columns(list(table.column_names), source)
        connection.register(source.name, table.select(names).rename_columns(list(source.declared)))

    def files(self, _connection: duckdb.DuckDBPyConnection, source: S3Files, /) -> None:
        """A data set of files is in SPICE: its definition is checked for that."""
        raise QueryRefused(f"The files of {source.arn} cannot be queried directly.")


class Streamed:
    """For an ingestion: the rows go through a file each, never whole in memory."""

    def __init__(self, store: Store, folder: Path, scratch: Path, ending: Ending) -> None:
        self.store, self.folder, self.scratch, self.ending = store, folder, scratch, ending
        self.dropped = 0

    def athena(self, connection: duckdb.DuckDBPyConnection, source: AthenaQuery) -> None:
        """Let Athena's engine write the answer, and read it from there."""
        document = check_data_source(self.store, source, "ATHENA")
        target = self.scratch / f"{source.name}.parquet"
        self.ending.check()
        try:
            given = acting.engine(self.store.platform, document).export(
                source.query, source.database, target, self.ending.watch
            )
        except QueryCancelled as error:
            raise Ended from error
        except Denied as error:
            raise acting.denied(error) from error
        except IngestionFailed:
            raise
        except Exception as error:
            self.ending.check()
            raise _failure(error) from error
        places = [given.index(name) for name in check_columns(given, source)]
        chosen = ", ".join(
            f"q{place} AS {quote(name)}"
            for place, name in zip(places, source.declared, strict=True)
        )
        connection.execute(
            f"CREATE TEMP VIEW {source.name} AS SELECT {chosen} "  # noqa: S608
            f"FROM read_parquet({path_literal(target)})"
        )

    def files(self, connection: duckdb.DuckDBPyConnection, source: S3Files, /) -> None:
        """Read them once, so that rows which cannot be read are counted once."""
        document = check_data_source(self.store, source, "S3")
        target = self.scratch / f"{source.name}.parquet"
        platform = acting.in_role(self.store.platform, document)
        try:
            found: Counted = read_files(platform, connection, source, document, target)
        except Denied as error:
            raise acting.denied(error) from error
        self.dropped += found.dropped
        connection.execute(
            f"CREATE TEMP VIEW {source.name} AS SELECT * FROM read_parquet({path_literal(target)})"  # noqa: S608
        )


def check_data_source(store: Store, source: Source, kind: str) -> dict[str, Any]:
    """The data source's document. Raises IngestionFailed where there is none of the kind."""
    try:
        row = store.get(DATA_SOURCE, store.id_of(DATA_SOURCE, source.arn))
    except ResourceNotFound as error:
        raise IngestionFailed("DATA_SOURCE_NOT_FOUND", error.message) from error
    document: dict[str, Any] = row["document"]
    if document["Type"] != kind:
        message = f"The data source {source.arn} is {document['Type']}, not {kind}"
        raise IngestionFailed("INVALID_DATA_SOURCE_CONFIG", message)
    return document


def check_columns(given: list[str], source: Source) -> list[str]:
    """The given names of the declared columns, in their order. Raises IngestionFailed."""
    spelt = {name.lower(): name for name in given}
    if len(spelt) != len(given):
        lower = [name.lower() for name in given]
        twice = sorted({name for name in given if lower.count(name.lower()) > 1})
        raise IngestionFailed("DUPLICATE_COLUMN_NAMES_FOUND", f"Columns given twice: {twice}")
    missing = [name for name in source.declared if name.lower() not in spelt]
    if missing:
        message = f"The source has no column {', '.join(missing)}"
        raise IngestionFailed("SQL_SCHEMA_MISMATCH_ERROR", message)
    return [spelt[name.lower()] for name in source.declared]


def _failure(error: Exception) -> IngestionFailed:
    message = str(getattr(error, "message", None) or error)
    kind = next((kind for text, kind in FAILURES if text in message), "SQL_EXCEPTION")
    return IngestionFailed(kind, message)

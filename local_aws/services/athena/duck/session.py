"""A DuckDB that knows Trino's functions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from local_aws.duckdb_memory import RETURNED
from local_aws.services.athena.duck import nested_functions, python_functions


def connect(scratch: Path, memory_limit: str, threads: int) -> duckdb.DuckDBPyConnection:
    """Opens the engine: UTC, bounded memory, spilling into `scratch`, no network."""
    connection = duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            **RETURNED,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET scalar_subquery_error_on_multiple_rows = true")
    signatures = python_functions.SIGNATURES | nested_functions.SIGNATURES
    for name, (function, parameters, result) in signatures.items():
        connection.create_function(
            name,
            _null_in_null_out(function, len(parameters)),
            parameters,
            result,
            null_handling="special",
        )
    for macros in sorted(Path(__file__).with_name("macros").glob("*.sql")):
        connection.execute(macros.read_text(encoding="utf-8"))
    return connection


def _null_in_null_out(function: Callable[..., Any], arity: int) -> Callable[..., Any]:
    def guarded(*values: Any) -> Any:
        return None if any(value is None for value in values) else function(*values)

    # The engine counts a function's parameters: it takes no *values.
    by_arity: dict[int, Callable[..., Any]] = {
        1: lambda a: guarded(a),
        2: lambda a, b: guarded(a, b),
        3: lambda a, b, c: guarded(a, b, c),
        4: lambda a, b, c, d: guarded(a, b, c, d),
    }
    return by_arity[arity]

"""The functions that DuckDB has no SQL for, in Python, by topic.

Each takes and gives what its entry in `SIGNATURES` says: the function, its parameters' types and
its result's. None in gives NULL out. A failure is raised as `fail(code, message)`, which
`failures.py` reads back.
"""

from __future__ import annotations

from typing import Any

from local_aws.services.athena.duck.functions import (
    binaries,
    moments,
    numbers,
    patterns,
    texts,
    urls,
)

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    **numbers.SIGNATURES,
    **texts.SIGNATURES,
    **binaries.SIGNATURES,
    **urls.SIGNATURES,
    **moments.SIGNATURES,
    **patterns.SIGNATURES,
}

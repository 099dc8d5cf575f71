"""Digests and keyed digests (HMAC, RFC 2104) as SQL, with keys that no SQL text shows.

A key is a variable of the run's connection, already combined with HMAC's two pads. DuckDB has no
SHA-512: that one is a Python function, about a microsecond a row.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.sql import literal
from local_aws.services.databrew.engine.steps import Step

if TYPE_CHECKING:
    import duckdb

# Each algorithm's block in bytes and its digest as SQL over a BLOB.
ALGORITHMS = {
    "MD5": (64, "unhex(md5({}))"),
    "SHA1": (64, "unhex(sha1({}))"),
    "SHA256": (64, "unhex(sha256({}))"),
    "SHA512": (128, "databrew_sha512({})"),
}
INNER, OUTER = 0x36, 0x5C


def remember(connection: duckdb.DuckDBPyConnection, keys: dict[str, str]) -> None:
    """Keep the run's keys, base64 by secret, for its steps."""
    for secret, encoded in keys.items():
        key = base64.b64decode(encoded)
        for algorithm, (block, _) in ALGORITHMS.items():
            short = hashlib.new(algorithm, key).digest() if len(key) > block else key
            for pad in (INNER, OUTER):
                value = bytes(byte ^ pad for byte in short.ljust(block, b"\0"))
                name = _variable(secret, algorithm, pad)
                connection.execute(f"SET VARIABLE {name} = unhex({literal(value.hex())})")


def digest(connection: duckdb.DuckDBPyConnection, algorithm: str, text: str) -> str:
    """The digest of a text's UTF-8, as base64."""
    return f"to_base64({_digest(connection, algorithm, f'encode({text})')})"


def keyed(connection: duckdb.DuckDBPyConnection, algorithm: str, secret: str, text: str) -> str:
    """The text's HMAC under a secret's key, as base64."""
    inner, outer = (_variable(secret, algorithm, pad) for pad in (INNER, OUTER))
    known = connection.execute(f"SELECT getvariable('{inner}') IS NOT NULL").fetchone()
    if known is None or not known[0]:
        raise InvalidStep(f"The secret {secret} is not there")
    first = _digest(connection, algorithm, f"(getvariable('{inner}') || encode({text}))")
    second = _digest(connection, algorithm, f"(getvariable('{outer}') || {first})")
    return f"to_base64({second})"


def _digest(connection: duckdb.DuckDBPyConnection, algorithm: str, blob: str) -> str:
    if algorithm == "SHA512":
        _add_sha512(connection)
    return ALGORITHMS[algorithm][1].format(blob)


def _variable(secret: str, algorithm: str, pad: int) -> str:
    named = hashlib.sha256(secret.encode()).hexdigest()
    return f"key_{named}_{algorithm.lower()}_{pad}"


def _add_sha512(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT 1 FROM duckdb_functions() WHERE function_name = 'databrew_sha512'"
    if connection.execute(query).fetchone() is None:
        connection.create_function("databrew_sha512", _sha512, ["BLOB"], "BLOB")


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def secret_of(step: Step) -> str:
    """What names a step's key among the run's: its secret and the version, if it says one."""
    version = step.text("secretVersion", "")
    return f"{step.text('secretId')}@{version}" if version else step.text("secretId")

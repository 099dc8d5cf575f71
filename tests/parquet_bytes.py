"""What of a Parquet file's bytes two writers of the same rows agree on: all but one order.

A footer lists the encodings of each column chunk, a set. Parquet's Java library writes it in the
order of a HashSet of enum constants, whose hashes each JVM draws anew: two JVMs write two footers,
of the same length (https://github.com/apache/parquet-java/issues/3215).
"""

import hashlib
import io
import json
from collections.abc import Iterable
from typing import Any

import pyarrow.parquet as pq

TAIL = 8  # the footer's length, and the magic number


def digest(files: Iterable[bytes]) -> str:
    """Of every byte before the footer, and of all that the footer says, encodings as a set."""
    found = hashlib.sha256()
    for file in files:
        length = int.from_bytes(file[-TAIL:-4], "little")
        found.update(file[: -TAIL - length])
        found.update(json.dumps(_footer(file) | {"length": length}, default=str).encode())
    return found.hexdigest()


def _footer(file: bytes) -> dict[str, Any]:
    metadata = pq.read_metadata(io.BytesIO(file))
    said = metadata.to_dict()
    for group in said["row_groups"]:
        for column in group["columns"]:
            column["encodings"] = sorted(column["encodings"])
    columns = [metadata.schema.column(number) for number in range(metadata.num_columns)]
    types = [(c.path, c.physical_type, str(c.logical_type)) for c in columns]
    return said | {"types": types, "pairs": sorted((metadata.metadata or {}).items())}

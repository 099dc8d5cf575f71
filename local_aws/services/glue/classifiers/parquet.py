"""Parquet: the schema and the number of rows are in the footer; no data is read."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from local_aws.services.glue.classifiers.arrow_types import columns
from local_aws.services.glue.classifiers.schema import Classified, Schema, Unreadable

MAGIC = b"PAR1"

_SMALL = 1 << 16  # bytes that are read at once: a footer takes several reads otherwise


def classify(file: BinaryIO, size: int) -> Classified:
    """Raises Unreadable when the footer cannot be read."""
    source = pa.BufferReader(file.read()) if size <= _SMALL else file
    try:
        with pq.ParquetFile(source) as opened:
            schema, records = opened.schema_arrow, opened.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(f"is not a readable Parquet file: {error}") from error
    return Classified(
        Schema("parquet", columns(schema)), size, size // max(records, 1), max(records, 0)
    )

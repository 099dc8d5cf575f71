"""ORC: as Parquet, the footer says it all. Lengths of char and varchar are lost: they are text."""

from typing import BinaryIO

import pyarrow as pa
from pyarrow import orc

from local_aws.services.glue.classifiers.arrow_types import columns
from local_aws.services.glue.classifiers.schema import Classified, Schema, Unreadable

MAGIC = b"ORC"


def classify(file: BinaryIO, size: int) -> Classified:
    """Raises Unreadable when the footer cannot be read."""
    try:
        opened = orc.ORCFile(file)
        schema, records = opened.schema, opened.nrows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(f"is not a readable ORC file: {error}") from error
    return Classified(Schema("orc", columns(schema)), size, size // max(records, 1), records)

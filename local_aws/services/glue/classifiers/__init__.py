"""Built-in classifiers: what format a file has, and which columns.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html): custom classifiers
first, then avro, orc, parquet, json, bson, xml, ion, logs, csv; the first that is certain wins and
a file that nobody recognises is UNKNOWN. Here: parquet, json and csv, in that order; Avro and ORC
are recognised and refused, since to call them UNKNOWN would be a wrong answer.
"""

from collections.abc import Callable
from typing import BinaryIO

from local_aws.services.glue.classifiers import delimited, json_text, parquet, sample
from local_aws.services.glue.classifiers.schema import UNKNOWN, Classified
from local_aws.services.glue.errors import unsupported

REFUSED = {b"Obj\x01": "Avro", b"ORC": "ORC"}

# Text formats, the most certain first.
TEXT: tuple[Callable[[sample.Sample], Classified | None], ...] = (
    json_text.classify,
    delimited.classify,
)


def classify(file: BinaryIO, size: int) -> Classified:
    """Raises InvalidInputException for a format that AWS knows and we do not."""
    head = file.read(4)
    file.seek(0)
    if head == parquet.MAGIC:
        return parquet.classify(file, size)
    for magic, name in REFUSED.items():
        if head.startswith(magic):
            raise unsupported(f"Crawling {name} files")
    text = sample.read(file, size)
    for classifier in TEXT:
        found = classifier(text)
        if found is not None:
            return found
    return Classified(UNKNOWN, size, size)

"""Classifiers: what format a file has, and which columns.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html): custom classifiers
first, then avro, orc, parquet, json, bson, xml, ion, logs, csv; the first that is certain wins and
a file that nobody recognises is UNKNOWN. Here: the same, but that XML, Ion, BSON and logs are
recognised and left out by name (`recognised`), since to call them UNKNOWN would be a wrong answer.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from local_aws.services.glue.classifiers import (
    avro,
    delimited,
    json_text,
    orc,
    parquet,
    recognised,
    sample,
)
from local_aws.services.glue.classifiers.custom import Classifier
from local_aws.services.glue.classifiers.schema import UNKNOWN, Classified, Unreadable

BINARY: dict[bytes, Callable[[BinaryIO, int], Classified]] = {
    avro.MAGIC: avro.classify,
    orc.MAGIC: orc.classify,
    parquet.MAGIC: parquet.classify,
}


def classify(
    file: BinaryIO, size: int, key: str = "", custom: Sequence[Classifier] = ()
) -> Classified:
    """Raises Unreadable for a broken file, and for a format that AWS knows and we do not."""
    head = file.read(64)
    file.seek(0)
    for magic, classifier in BINARY.items():
        if head.startswith(magic):
            return classifier(file, size)
    if name := recognised.by_bytes(head, size):
        raise _left_out(name)
    return _text(file, size, key, custom)


def _text(file: BinaryIO, size: int, key: str, custom: Sequence[Classifier]) -> Classified:
    text = sample.read(file, size, key)
    found = _recognised(text, custom)
    if found is None and not text.complete and (not text.text or json_text.starts(text)):
        # A record is longer than the sample: one document, or all in one line.
        file.seek(0)
        text = sample.read(file, size, key, sample.LONGEST)
        found = _recognised(text, custom)
    if found is None and (name := recognised.by_text(text)):
        raise _left_out(name)
    return found or delimited.classify(text) or Classified(UNKNOWN, size, size)


def _recognised(text: sample.Sample, custom: Sequence[Classifier]) -> Classified | None:
    for classifier in (*custom, json_text.classify):
        found = classifier(text)
        if found is not None:
            return found
    return None


def _left_out(name: str) -> Unreadable:
    return Unreadable(f"is {name}, which local_aws does not classify: it is left out")

"""Custom classifiers as the crawler uses them: their definitions, read."""

from collections.abc import Callable, Sequence
from functools import partial

from local_aws.services.glue.classifiers import delimited, json_text
from local_aws.services.glue.classifiers.datatypes import HIVE
from local_aws.services.glue.classifiers.delimited import DELIMITERS, Dialect
from local_aws.services.glue.classifiers.json_path import parse
from local_aws.services.glue.classifiers.sample import Sample
from local_aws.services.glue.classifiers.schema import Classified
from local_aws.services.glue.documents import Document

Classifier = Callable[[Sample], Classified | None]


def built(definitions: Sequence[Document]) -> list[Classifier]:
    """In the order in which the crawler names them. ``{"CsvClassifier": {...}}`` each."""
    return [_built(definition) for definition in definitions]


def _built(definition: Document) -> Classifier:
    if "JsonClassifier" in definition:
        path: str = definition["JsonClassifier"]["JsonPath"]
        return partial(json_text.classify_at, path=path, steps=parse(path))
    return partial(delimited.classify, dialect=dialect(definition["CsvClassifier"]))


def dialect(given: Document) -> Dialect:
    """A CSV classifier's members."""
    delimiter, quote = given.get("Delimiter"), given.get("QuoteSymbol")
    serde = given.get("Serde") or "None"
    types = given.get("CustomDatatypes", []) if given.get("CustomDatatypeConfigured") else []
    return Dialect(
        delimiters=(delimiter,) if delimiter else DELIMITERS,
        quote=quote or '"',
        header={"PRESENT": True, "ABSENT": False}.get(given.get("ContainsHeader", "UNKNOWN")),
        names=tuple(given.get("Header", [])),
        trims=given.get("DisableValueTrimming") is False,
        single=bool(given.get("AllowSingleColumn")),
        datatypes=tuple(HIVE[name.upper()] for name in types),
        # With no SerDe named, a quote symbol asks for the one that knows quotes.
        open_csv=serde == "OpenCSVSerDe" or (serde == "None" and quote is not None),
    )

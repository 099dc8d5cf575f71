"""The data sets that the steps JOIN and UNION read beside the job's own.

A step names them (``secondaryDatasetName``), says where their files are (``secondInputLocation``,
``secondaryInputs``), or both: then the location counts, read with the format of the data set of
that name, if there is one.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.JOIN.html
"""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from local_aws.services.databrew.errors import ResourceNotFoundException, ValidationException
from local_aws.services.databrew.model import Document

if TYPE_CHECKING:
    from local_aws.services.databrew.engine.steps import Step

Find = Callable[[str], Document]


def second_inputs(steps: list[dict[str, Any]], find: Find) -> dict[str, list[Document]]:
    """The data sets that each step reads, by the step's number; one that is missing is an error."""
    # The engine needs DuckDB, the server does not before a recipe runs.
    from local_aws.services.databrew.engine.errors import InvalidStep
    from local_aws.services.databrew.engine.steps import Step

    found: dict[str, list[Document]] = {}
    for number, raw in enumerate(steps, 1):
        step = Step.parse(raw)
        if step.operation not in WANTED:
            continue
        try:
            named = list(WANTED[step.operation](step))
        except InvalidStep as error:
            raise ValidationException(f"Step {number}: {error}") from error
        if not named:
            raise ValidationException(f"Step {number} ({step.operation}) has no secondary input")
        found[str(number)] = [_dataset(name, location, find) for name, location in named]
    return found


def _of_join(step: "Step") -> Iterator[tuple[str, Any]]:
    name, address = step.text("secondaryDatasetName", ""), step.text("secondInputLocation", "")
    if address:
        yield name, _location(address)
    elif name:
        yield name, None


def _of_union(step: "Step") -> Iterator[tuple[str, Any]]:
    names = step.listed("secondaryDatasetNames") if step.has("secondaryDatasetNames") else []
    inputs = step.listed("secondaryInputs") if step.has("secondaryInputs") else []
    for name, given in zip_longest(names, inputs):
        yield str(name or ""), None if given is None else _definition(given)


WANTED = {"JOIN": _of_join, "UNION": _of_union}


def _location(address: str) -> Document:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not bucket:
        raise ValidationException(f"secondInputLocation is no S3 address: {address}")
    return {"Bucket": bucket, "Key": key}


def _definition(given: Any) -> Document:
    s3 = given.get("S3InputDefinition") if isinstance(given, dict) else None
    if isinstance(s3, dict) and s3.get("Bucket"):
        return {"Bucket": str(s3["Bucket"]), "Key": str(s3.get("Key") or "")}
    if isinstance(given, dict) and "DataCatalogInputDefinition" in given:
        raise ValidationException(
            "DataCatalogInputDefinition in secondaryInputs is not supported by local_aws"
        )
    raise ValidationException(f"secondaryInputs needs an S3InputDefinition with a Bucket: {given}")


def _dataset(name: str, location: Document | None, find: Find) -> Document:
    if location is None:
        return find(name)
    try:
        named = find(name) if name else {}
    except ResourceNotFoundException:
        named = {}
    return named | {"Input": {"S3InputDefinition": location}}

"""Requests against their model's constraints, worded as AWS words them.

botocore checks types, required members and minima in the client; the service checks all of it,
and so do we: other clients send what they like.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from local_aws.errors import ServiceError
from local_aws.wire.models import Shape

CODES = {
    "athena": "InvalidRequestException",
    "quicksight": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
}


class ValidationError(ServiceError):
    """All constraints that a request breaks, in one message."""

    code = "ValidationException"

    def __init__(self, service: str, findings: list[str]) -> None:
        noun = "error" if len(findings) == 1 else "errors"
        super().__init__(f"{len(findings)} validation {noun} detected: {'; '.join(findings)}")
        self.code = CODES.get(service, "ValidationException")


def validate(service: str, shape: Shape | None, request: dict[str, Any]) -> None:
    """Raise `ValidationError` where the request breaks its model."""
    findings = list(_check(shape, request, "")) if shape is not None else []
    if findings:
        raise ValidationError(service, findings)


def _check(shape: Shape, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure":
        yield from _check_structure(shape, value, path)
    elif kind == "list":
        yield from _check_size(shape, len(value), value, path)
        for index, item in enumerate(value):
            yield from _check(shape.member, item, f"{path}.{index + 1}.member")
    elif kind == "map":
        yield from _check_size(shape, len(value), value, path)
        for key, item in value.items():
            yield from _check(shape.value, item, f"{path}.{key}.member")
    elif kind == "string":
        yield from _check_text(shape, value, path)
    elif kind in ("integer", "long", "float", "double"):
        yield from _check_number(shape, value, path)


def _check_structure(shape: Shape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            where = _join(path, name)
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
    for name, item in value.items():
        yield from _check(shape.members[name], item, _join(path, name))


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _check_size(shape: Shape, size: int, value: Any, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    said = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have length"
    if low is not None and size < low:
        yield f"{said} greater than or equal to {low}"
    if high is not None and size > high:
        yield f"{said} less than or equal to {high}"


def _check_text(shape: Shape, value: str, path: str) -> Iterator[str]:
    yield from _check_size(shape, len(value), value, path)
    said = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy"
    options = shape.enum
    if options and value not in options:
        yield f"{said} enum value set: [{', '.join(options)}]"
    pattern = _pattern(shape.metadata.get("pattern"))
    if pattern and not pattern.fullmatch(value):
        yield f"{said} regular expression pattern: {shape.metadata['pattern']}"


def _check_number(shape: Shape, value: float, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    said = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have value"
    if low is not None and value < low:
        yield f"{said} greater than or equal to {low}"
    if high is not None and value > high:
        yield f"{said} less than or equal to {high}"


@cache
def _pattern(text: str | None) -> re.Pattern[str] | None:
    """The model's Java pattern, where Python's ``re`` reads it alike.

    Classes with surrogate pairs or ``\\p{...}`` mean something else here or nothing: such a
    pattern is not checked rather than checked wrongly.
    """
    if not text or "\\p{" in text or "\\uD8" in text.replace("\\ud8", "\\uD8"):
        return None
    try:
        return re.compile(text)
    except re.error:
        return None

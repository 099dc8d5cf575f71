"""Requests against their model's constraints, worded as AWS words them.

botocore checks types, required members and minima in the client; the service checks all of it,
and so do we: other clients send what they like.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from local_aws.errors import ServiceError
from local_aws.wire.models import Shape

CODES = {
    "athena": "InvalidRequestException",
    "quicksight": "InvalidParameterValueException",
    "cloudformation": "ValidationError",
    "cloudwatch": "ValidationError",
    "logs": "InvalidParameterException",
    "iam": "ValidationError",
}
FIELDS = {"athena": {"AthenaErrorCode": "INVALID_INPUT", "ErrorCode": "INVALID_INPUT"}}
DISCREET = frozenset({"athena"})
"""Services whose messages name the member and not its value."""


class ValidationError(ServiceError):
    """All constraints that a request breaks, in one message."""

    code = "ValidationException"

    def __init__(self, service: str, findings: list[str]) -> None:
        noun = "error" if len(findings) == 1 else "errors"
        said = f"{len(findings)} validation {noun} detected: {'; '.join(findings)}"
        super().__init__(said, **FIELDS.get(service, {}))
        self.code = CODES.get(service, "ValidationException")


def validate(service: str, shape: Shape | None, request: dict[str, Any]) -> None:
    """Raise `ValidationError` where the request breaks its model."""
    _refuse(service, list(_check(shape, request, "")) if shape is not None else [])


def validate_texts(service: str, shape: Shape, texts: dict[str, str]) -> None:
    """As `validate`, of those members of a request alone that are texts."""
    found = [
        _check_text(shape.members[name], value, _join("", name)) for name, value in texts.items()
    ]
    _refuse(service, [finding for findings in found for finding in findings])


def _refuse(service: str, findings: list["Finding"]) -> None:
    if findings:
        discreet = service in DISCREET
        raise ValidationError(service, [finding.text(discreet) for finding in findings])


@dataclass(frozen=True)
class Finding:
    """A constraint, the member that breaks it, and that member's value."""

    path: str
    value: Any
    constraint: str

    def text(self, discreet: bool) -> str:
        """AWS's sentence. Members that are missing are told as null by every service."""
        shown = "null" if self.value is None else "" if discreet else f"'{self.value}'"
        value = f"Value {shown}".rstrip()
        return f"{value} at '{self.path}' failed to satisfy constraint: Member {self.constraint}"


def _check(shape: Shape, value: Any, path: str) -> Iterator[Finding]:
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


def _check_structure(shape: Shape, value: dict[str, Any], path: str) -> Iterator[Finding]:
    for name in shape.required_members:
        if name not in value:
            yield Finding(_join(path, name), None, "must not be null")
    for name, item in value.items():
        yield from _check(shape.members[name], item, _join(path, name))


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _check_size(shape: Shape, size: int, value: Any, path: str) -> Iterator[Finding]:
    yield from _check_range(shape, size, value, path, "must have length")


def _check_text(shape: Shape, value: str, path: str) -> Iterator[Finding]:
    yield from _check_size(shape, len(value), value, path)
    options = shape.enum
    if options and value not in options:
        yield Finding(path, value, f"must satisfy enum value set: [{', '.join(options)}]")
    pattern = _pattern(shape.metadata.get("pattern"))
    if pattern and not pattern.fullmatch(value):
        told = f"must satisfy regular expression pattern: {shape.metadata['pattern']}"
        yield Finding(path, value, told)


def _check_number(shape: Shape, value: float, path: str) -> Iterator[Finding]:
    yield from _check_range(shape, value, value, path, "must have value")


def _check_range(
    shape: Shape, measure: float, value: Any, path: str, must: str
) -> Iterator[Finding]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and measure < low:
        yield Finding(path, value, f"{must} greater than or equal to {low}")
    if high is not None and measure > high:
        yield Finding(path, value, f"{must} less than or equal to {high}")


@cache
def _pattern(text: str | None) -> re.Pattern[str] | None:
    """The model's Java pattern, where Python's ``re`` reads it alike.

    Classes with surrogate pairs or ``\\p{...}`` mean something else here or nothing: such a
    pattern is not checked rather than checked wrongly.
    """
    if not text or "\\p{" in text or "\\uD8" in text.replace("\\ud8", "\\uD8"):
        return None
    try:
        return re.compile(text, re.ASCII)  # as Java's \w is
    except re.error:
        return None

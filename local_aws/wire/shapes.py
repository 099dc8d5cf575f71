"""JSON values to Python by a botocore shape, and back.

Blobs are base64, timestamps are epoch seconds unless the shape says otherwise
(https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#format-of-structures).
"""

import base64
import binascii
import datetime as dt
import math
from collections.abc import Callable
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import msgspec

from local_aws.errors import SerializationError
from local_aws.wire.models import Shape

UTC = dt.UTC
NO_NUMBERS = ("NaN", "Infinity", "-Infinity")  # texts, as JSON has no such numbers


def wire_name(member: str, shape: Shape) -> str:
    """The name of a member as it travels."""
    name: str = shape.serialization.get("name", member)
    return name


def from_json(shape: Shape, value: Any, path: str = "") -> Any:
    """A parsed JSON value as the shape's Python value; absent and null members are left out."""
    reader = _READERS.get(shape.type_name, _read_scalar)
    return reader(shape, value, path)


def _read_structure(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    _expect(value, dict, path, "a structure")
    return read_members(shape.members, value, path)


def read_members(
    members: dict[str, Shape], value: dict[str, Any], path: str = ""
) -> dict[str, Any]:
    """The members that a JSON object holds, each by its shape; what is not modelled is ignored."""
    found = {}
    for member, member_shape in members.items():
        raw = value.get(wire_name(member, member_shape))
        if raw is not None:
            found[member] = from_json(member_shape, raw, f"{path}.{member}" if path else member)
    return found


def _read_list(shape: Shape, value: Any, path: str) -> list[Any]:
    _expect(value, list, path, "a list")
    return [from_json(shape.member, item, f"{path}.{i + 1}.member") for i, item in enumerate(value)]


def _read_map(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    _expect(value, dict, path, "a map")
    return {k: from_json(shape.value, v, f"{path}.{k}") for k, v in value.items() if v is not None}


def _read_blob(_shape: Shape, value: Any, path: str) -> bytes:
    _expect(value, str, path, "base64 text")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise SerializationError(f"'{path}' is not base64: {error}") from None


def _read_timestamp(_shape: Shape, value: Any, path: str) -> dt.datetime:
    return parse_timestamp(value, path)


def _read_scalar(shape: Shape, value: Any, path: str) -> Any:
    if value in NO_NUMBERS and shape.type_name in ("double", "float"):
        return float(value)
    kinds = _SCALARS.get(shape.type_name)
    if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise SerializationError(f"'{path}' expects {shape.type_name}, got {value!r}")
    return float(value) if shape.type_name in ("double", "float") else value


_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
}
_READERS: dict[str, Callable[[Any, Any, str], Any]] = {
    "structure": _read_structure,
    "list": _read_list,
    "map": _read_map,
    "blob": _read_blob,
    "timestamp": _read_timestamp,
}


def _expect(value: Any, kind: type, path: str, called: str) -> None:
    if not isinstance(value, kind):
        raise SerializationError(f"'{path or 'body'}' expects {called}, got {type(value).__name__}")


def parse_timestamp(value: Any, path: str) -> dt.datetime:
    """Epoch seconds, ISO 8601 or an HTTP date as an aware datetime in UTC."""
    try:
        if isinstance(value, int | float):
            return dt.datetime.fromtimestamp(value, UTC)
        text = str(value)
        if text.replace(".", "", 1).isdigit():
            return dt.datetime.fromtimestamp(float(text), UTC)
        if text[:4].isdigit():
            moment = dt.datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError, OSError):
        raise SerializationError(f"'{path}' is not a timestamp: {value!r}") from None


def format_timestamp(value: dt.datetime | float, form: str) -> str | float:
    """A timestamp as ``unixTimestamp``, ``iso8601`` or ``rfc822``."""
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromtimestamp(value, UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if form == "iso8601":
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "rfc822":
        return format_datetime(moment.astimezone(UTC), usegmt=True)
    return round(moment.timestamp(), 3)


def to_json(shape: Shape, value: Any, path: str = "") -> Any:
    """A Python value as the shape's JSON. A member that the shape lacks is a defect of ours.

    A `msgspec.Raw` is the shape's JSON already.
    """
    if isinstance(value, msgspec.Raw):
        return value
    kind = shape.type_name
    if kind == "structure":
        return _write_structure(shape, value, path)
    if kind == "list":
        return [to_json(shape.member, item, f"{path}[]") for item in value]
    if kind == "map":
        return {k: to_json(shape.value, v, f"{path}.{k}") for k, v in value.items()}
    if kind == "blob":
        raw = value.encode() if isinstance(value, str) else bytes(value)
        return base64.b64encode(raw).decode()
    if kind == "timestamp":
        return format_timestamp(value, shape.serialization.get("timestampFormat", "unixTimestamp"))
    if kind in ("float", "double") and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _write_structure(shape: Shape, value: dict[str, Any], path: str) -> dict[str, Any]:
    unknown = value.keys() - shape.members.keys()
    if unknown:
        raise TypeError(f"{path or shape.name} has no member {sorted(unknown)}")
    return {
        wire_name(member, shape.members[member]): to_json(
            shape.members[member], item, f"{path}.{member}"
        )
        for member, item in value.items()
        if item is not None
    }

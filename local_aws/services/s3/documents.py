"""Configuration documents, read strictly by the shapes of AWS's own model, and written by them.

S3 validates a document against its schema and answers MalformedXML for whatever is not in it:
unknown elements, values outside an enumeration, what is required and missing, what is twice.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.services.s3.errors import InvalidArgument, MalformedXML
from local_aws.services.s3.http import xml
from local_aws.wire.models import Shape, service_model

Document = dict[str, Any]
INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def read(operation: str, body: bytes) -> Document:
    """The document that an operation takes, as boto3 would show it. Raises MalformedXML."""
    shape = _payload(operation)
    return _structure(shape, xml.parse(body, shape.serialization["name"]))


def write(operation: str, document: Document) -> bytes:
    """The document as S3 answers it."""
    shape = _payload(operation)
    return xml.document(shape.serialization["name"], _members(shape, document))


def _payload(operation: str) -> Shape:
    shape = service_model("s3").operation_model(operation).input_shape
    payload = shape.members[shape.serialization["payload"]] if shape else None
    if payload is None or payload.type_name != "structure":
        raise TypeError(f"{operation} takes no document")
    return payload


def _structure(shape: Shape, node: xml.Node) -> Document:
    names = {_element(name, member): name for name, member in shape.members.items()}
    found: Document = {}
    for child in node.children():
        name = names.get(child.name)
        if name is None:
            raise MalformedXML
        member = shape.members[name]
        if member.type_name == "list" and member.serialization.get("flattened"):
            found.setdefault(name, []).append(_value(member.member, child))
        elif name in found:
            raise MalformedXML
        else:
            found[name] = _value(member, child)
    if any(name not in found for name in shape.required_members):
        raise MalformedXML
    return found


def _value(shape: Shape, node: xml.Node) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, node)
    if shape.type_name == "list":
        return _list(shape, node)
    if node.children():
        raise MalformedXML
    try:
        value = SCALARS[shape.type_name](node.text)
    except ValueError:
        raise MalformedXML from None
    if shape.name == "FilterRuleName":  # AWS answers "Prefix" to who put "prefix", and takes both
        value = value.lower()
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        if shape.name == "Event":
            raise InvalidArgument("The event is not supported for notifications", "Event", value)
        raise MalformedXML
    return value


def _list(shape: Shape, node: xml.Node) -> list[Any]:
    wanted = shape.member.serialization.get("name", "member")
    if any(child.name != wanted for child in node.children()):
        raise MalformedXML
    return [_value(shape.member, child) for child in node.children()]


def _element(name: str, shape: Shape) -> str:
    """A flattened list has its members' name, as botocore's parser reads it."""
    own: str = shape.serialization.get("name", name)
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        return str(shape.member.serialization.get("name", own))
    return own


def _integer(text: str) -> int:
    if not INTEGER.fullmatch(text.strip()):
        raise ValueError(text)
    return int(text)


def _boolean(text: str) -> bool:
    if text.strip().lower() not in ("true", "false"):
        raise ValueError(text)
    return text.strip().lower() == "true"


def _timestamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


SCALARS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
}


def _members(shape: Shape, document: Document) -> list[tuple[str, xml.Value]]:
    """In the model's order, whatever the client's was."""
    rendered: list[tuple[str, xml.Value]] = []
    for name, member in shape.members.items():
        if name not in document:
            continue
        element, value = _element(name, member), document[name]
        if member.type_name == "list" and member.serialization.get("flattened"):
            rendered += [(element, _rendered(member.member, one)) for one in value]
        else:
            rendered.append((element, _rendered(member, value)))
    return rendered


def _rendered(shape: Shape, value: Any) -> xml.Value:
    if shape.type_name == "structure":
        return _members(shape, value)
    if shape.type_name == "list":
        element = shape.member.serialization.get("name", "member")
        return [(element, _rendered(shape.member, one)) for one in value]
    scalar: xml.Value = value
    return scalar

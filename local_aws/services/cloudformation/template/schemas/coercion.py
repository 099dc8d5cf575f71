"""Scalars brought to the kind that a schema asks for: CloudFormation takes "7" for 7, true for
"true". https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.services.cloudformation.template.scalars import WHOLE, number_of, text_of
from local_aws.services.cloudformation.template.schemas.schema import Schema, schema_of

BOOLEANS = {"true": True, "false": False}
COMBINED = ("allOf", "anyOf", "oneOf")


def coerced(type_name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The same properties; what cannot be brought to its kind is left for `problems`."""
    schema = schema_of(type_name)
    if schema is None:
        return dict(properties)
    return {
        name: _value(it, schema, schema.properties.get(name)) for name, it in properties.items()
    }


def _value(value: Any, schema: Schema, of: Mapping[str, Any] | None) -> Any:
    if of is None:
        return value
    kinds = list(_kinds(schema, of))
    if isinstance(value, dict):
        return {name: _value(it, schema, _member(kinds, name)) for name, it in value.items()}
    if isinstance(value, list):
        items = next((it["items"] for it in kinds if isinstance(it.get("items"), dict)), None)
        return [_value(it, schema, items) for it in value]
    return _scalar(value, {name for it in kinds for name in _types(it)})


def _kinds(schema: Schema, of: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema and those that it combines."""
    of = schema.below(of)
    yield of
    for combined in COMBINED:
        for branch in of.get(combined, []):
            yield schema.below(branch)


def _member(kinds: list[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    for kind in kinds:
        found = kind.get("properties", {}).get(name)
        if found is None:
            found = next(iter(kind.get("patternProperties", {}).values()), None)
        if found is None and isinstance(kind.get("additionalProperties"), dict):
            found = kind["additionalProperties"]
        if isinstance(found, dict):
            return found
    return None


def _types(kind: Mapping[str, Any]) -> list[str]:
    types = kind.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _scalar(value: Any, types: set[str]) -> Any:
    if isinstance(value, str):
        return value if "string" in types else _from_text(value, types)
    if isinstance(value, bool):
        own = "boolean" in types
    else:
        own = "number" in types or ("integer" in types and value == int(value))
    if own and isinstance(value, float) and value == int(value) and "number" not in types:
        return int(value)
    return text_of(value) if "string" in types and not own else value


def _from_text(text: str, types: set[str]) -> Any:
    if "boolean" in types and text.lower() in BOOLEANS:
        return BOOLEANS[text.lower()]
    if types & {"integer", "number"} and WHOLE.fullmatch(text):
        return int(text)
    if "number" in types and (number := number_of(text)) is not None:
        return number
    return text

"""What properties have that a type's schema does not take, in CloudFormation's words.

CloudFormation checks with everit's JSON Schema validator for Java, whose sentences these are.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import regex
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

from local_aws.services.cloudformation.template.model import KNOWN_AFTER_APPLY
from local_aws.services.cloudformation.template.schemas.coercion import COMBINED
from local_aws.services.cloudformation.template.schemas.schema import Schema, is_known, schema_of

PATTERN_SECONDS = 2
"""A value on which a pattern of AWS's takes longer is taken as it is: the service checks it too."""
MASKED = "failed validation constraint for keyword [{}]"
"""What is said where saying more would show a value, which may be a secret."""
EXTRANEOUS = "extraneous key [{}] is not permitted"


def problems(type_name: str, properties: Mapping[str, Any]) -> list[str]:
    """Such as ``#/Name: expected type: String, found: JSONArray``; empty where all is well.

    `properties` are resolved, and `coerced`.
    """
    schema = schema_of(type_name)
    if schema is None:
        return [] if is_known(type_name) else [f"Unrecognized resource types: [{type_name}]"]
    try:
        errors = list(_validator(type_name).iter_errors(dict(properties)))
    except RecursionError:
        return ["#: nested too deep"]
    found = [_sentence(error) for error in errors if not _is_open(error)]
    return list(dict.fromkeys([*_read_only(schema, properties), *found]))


def _is_open(error: ValidationError) -> bool:
    """Whether a value is not known yet: nobody can say that it is wrong."""
    return _has_open(error.instance, below=error.validator in COMBINED)


def _has_open(value: Any, *, below: bool) -> bool:
    """`below`: in its members too, which decide which of several schemas it fits."""
    if isinstance(value, list):
        return any(_has_open(item, below=below) for item in value)
    if isinstance(value, dict) and below:
        return any(_has_open(item, below=below) for item in value.values())
    return isinstance(value, str) and (KNOWN_AFTER_APPLY in value or "{{resolve:" in value)


def refusal(logical_id: str, found: list[str]) -> str:
    """The reason of the event that refuses a resource for its `problems`."""
    return f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(
        found
    )


@cache
def _validator(type_name: str) -> Any:
    schema = schema_of(type_name)
    return VALIDATOR(schema.body if schema else {})


def _matches(pattern: str, value: str) -> bool:
    """AWS's patterns are Java's, which Python's own engine does not all read."""
    try:
        return regex.search(pattern, value, timeout=PATTERN_SECONDS) is not None
    except (regex.error, TimeoutError):
        return True


Errors = Iterator[ValidationError]


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Errors:
    if isinstance(value, str) and not _matches(pattern, value):
        yield ValidationError("")


def _pattern_properties(validator: Any, patterns: Any, value: Any, _schema: Any) -> Errors:
    for name, schema in patterns.items():
        for key in [key for key in value if _matches(name, key)] if isinstance(value, dict) else []:
            yield from validator.descend(value[key], schema, path=key, schema_path=name)


def _additional_properties(validator: Any, extra: Any, value: Any, schema: Any) -> Errors:
    for name in _extra(schema, value) if isinstance(value, dict) else []:
        if extra is False:
            yield ValidationError(EXTRANEOUS.format(name))
        elif isinstance(extra, dict):
            yield from validator.descend(value[name], extra, path=name)


def _extra(schema: Any, value: Mapping[str, Any]) -> list[str]:
    """The members of a value that its schema does not name."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [
        name
        for name in value
        if name not in known and not any(_matches(pattern, name) for pattern in patterns)
    ]


def _required(_validator: Any, names: Any, value: Any, _schema: Any) -> Errors:
    for name in names if isinstance(value, dict) else []:
        if name not in value:
            yield ValidationError(f"required key [{name}] not found")


VALIDATOR: Any = extend(
    Draft7Validator,
    {
        "additionalProperties": _additional_properties,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "required": _required,
    },
)


def _read_only(schema: Schema, properties: Mapping[str, Any]) -> Iterator[str]:
    for path in schema.paths("readOnlyProperties"):
        *steps, name = path.split("/")
        if _holds(properties, steps, name):
            yield f"{'/'.join(['#', *steps])}: {EXTRANEOUS.format(name)}"


def _holds(part: Any, steps: list[str], name: str) -> bool:
    if steps and steps[0] == "*":
        return isinstance(part, list) and any(_holds(it, steps[1:], name) for it in part)
    if not isinstance(part, dict):
        return False
    return _holds(part.get(steps[0]), steps[1:], name) if steps else name in part


def _sentence(error: ValidationError) -> str:
    place = "/".join(["#", *(str(step) for step in error.absolute_path)])
    say = SENTENCES.get(str(error.validator))
    return f"{place}: {say(error) if say else MASKED.format(error.validator)}"


def _instance(error: ValidationError) -> Any:
    return error.instance


def _expected(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    expected = " or ".join(JAVA.get(name, name) for name in names)
    return f"expected type: {expected}, found: {_java_type(error.instance)}"


JAVA = {
    "array": "JSONArray",
    "boolean": "Boolean",
    "integer": "Integer",
    "number": "Number",
    "object": "JSONObject",
    "string": "String",
}


def _java_type(value: Any) -> str:
    for kind, name in (
        (bool, "Boolean"),
        (str, "String"),
        (int, "Integer"),
        (float, "Double"),
        (list, "JSONArray"),
        (dict, "JSONObject"),
    ):
        if isinstance(value, kind):
            return name
    return "Null"


def _size(words: str) -> Callable[[ValidationError], str]:
    return lambda error: words.format(error.validator_value, len(_instance(error)))


def _amount(words: str) -> Callable[[ValidationError], str]:
    return lambda error: f"{error.instance} {words} {error.validator_value}"


SENTENCES: Mapping[str, Callable[[ValidationError], str]] = {
    "additionalProperties": lambda error: error.message,
    "anyOf": lambda error: (
        f"#: no subschema matched out of the total {len(_branches(error))} subschemas"
    ),
    "maxItems": _size("expected maximum item count: {}, found: {}"),
    "maxLength": _size("expected maxLength: {}, actual: {}"),
    "maxProperties": _size("maximum size: [{}], found: [{}]"),
    "maximum": _amount("is not less or equal to"),
    "minItems": _size("expected minimum item count: {}, found: {}"),
    "minLength": _size("expected minLength: {}, actual: {}"),
    "minProperties": _size("minimum size: [{}], found: [{}]"),
    "minimum": _amount("is not greater or equal to"),
    "multipleOf": _amount("is not a multiple of"),
    "oneOf": lambda error: (
        f"#: {sum(not it for it in _failures(error))} subschemas matched instead of one"
    ),
    "required": lambda error: error.message,
    "type": _expected,
    "uniqueItems": lambda _error: "array items are not unique",
}


def _branches(error: ValidationError) -> Any:
    return error.validator_value


def _failures(error: ValidationError) -> list[int]:
    """How many errors each branch of a oneOf has; none of them where several match."""
    found = [0] * len(_branches(error))
    for it in error.context or []:
        found[int(it.schema_path[0])] += 1
    return found

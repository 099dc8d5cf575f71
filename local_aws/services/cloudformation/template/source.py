"""A template's text, JSON or YAML, as plain values: dicts, lists, texts, numbers, booleans, None.

AWS reads YAML 1.1 without its timestamps, aliases and merges, and the short tags of functions.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from local_aws.services.cloudformation.template.errors import TemplateInvalid

MAX_DEPTH = 100
"""Levels of a document. AWS tells no number; no template written by a person comes near."""

TAGS = {"!Ref": "Ref", "!Condition": "Condition"}
FUNCTIONS = frozenset(
    [
        "And",
        "Base64",
        "Cidr",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "Equals",
        "FindInMap",
        "GetAtt",
        "GetAZs",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "RefAll",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
        "ValueOf",
        "ValueOfAll",
    ]
)
STANDARD = "tag:yaml.org,2002:"
SCALARS = yaml.SafeLoader("")
"""Knows which plain scalars are numbers, booleans and nulls in YAML 1.1."""


def read(body: str) -> dict[str, Any]:
    """The document's mapping. Raises TemplateInvalid, with the line where it is not well-formed."""
    tree = _json(body) if body.lstrip().startswith("{") else _yaml(body)
    if not isinstance(tree, dict):
        raise TemplateInvalid("Template format error: unsupported structure.")
    _refuse_depth(tree)
    return tree


def _json(body: str) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _malformed("JSON", error.lineno, error.colno) from None
    except (RecursionError, ValueError):
        raise TemplateInvalid("Template format error: JSON not well-formed.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise TemplateInvalid(f"Template format error: JSON not well-formed. Duplicate key {twice}")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _yaml(body: str) -> Any:
    try:
        return _Builder(yaml.parse(body, Loader=yaml.CSafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _malformed("YAML", *((mark.line + 1, mark.column + 1) if mark else (1, 1))) from None
    except (yaml.YAMLError, ValueError):
        raise TemplateInvalid("Template format error: YAML not well-formed.") from None


def _malformed(language: str, line: int, column: int) -> TemplateInvalid:
    place = f"(line {line}, column {column})"
    return TemplateInvalid(f"Template format error: {language} not well-formed. {place}")


class _Builder:
    """Values out of the parser's events: never deeper than MAX_DEPTH, never an alias."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.depth = 0

    def document(self) -> Any:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        found = self.value(next(self.events))
        next(self.events)  # the document's end
        end = next(self.events)
        if not isinstance(end, yaml.StreamEndEvent):
            raise _at(end)
        return found

    def value(self, event: Any) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise TemplateInvalid(
                "Template error: YAML aliases are not allowed in CloudFormation templates"
            )
        if event.tag in (None, "!") or event.tag.startswith(STANDARD):
            return self.plain(event)
        return self.function(event)

    def function(self, event: Any) -> dict[str, Any]:
        name = event.tag.removeprefix("!")
        if event.tag not in TAGS and name not in FUNCTIONS:
            raise TemplateInvalid(f"Template format error: YAML not well-formed. {_place(event)}")
        argument = self.plain(event, text=True)
        if name == "GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        return {TAGS.get(event.tag, f"Fn::{name}"): argument}

    def plain(self, event: Any, *, text: bool = False) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return event.value if text else _scalar(event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _too_deep()
        mapping = isinstance(event, yaml.MappingStartEvent)
        found = self.mapping() if mapping else self.sequence()
        self.depth -= 1
        return found

    def sequence(self) -> list[Any]:
        found = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event))
        return found

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in found:
                raise _at(event)
            found[key] = self.value(next(self.events))
        return found

    def key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or (event.value == "<<" and event.implicit[0]):
            raise _at(event)
        return str(event.value)


def _scalar(event: Any) -> Any:
    """A plain scalar's value; what YAML calls a date stays a text."""
    kind = event.tag or _resolve(event)
    if kind == "!":
        kind = STANDARD + "str"
    construct = CONSTRUCTORS.get(kind.removeprefix(STANDARD))
    return construct(yaml.ScalarNode(kind, event.value)) if construct else event.value


CONSTRUCTORS = {
    "null": SCALARS.construct_yaml_null,
    "bool": SCALARS.construct_yaml_bool,
    "int": SCALARS.construct_yaml_int,
    "float": SCALARS.construct_yaml_float,
}


def _resolve(event: Any) -> str:
    found: str = SCALARS.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
    return found


def _place(event: Any) -> str:
    return f"(line {event.start_mark.line + 1}, column {event.start_mark.column + 1})"


def _at(event: Any) -> TemplateInvalid:
    return _malformed("YAML", event.start_mark.line + 1, event.start_mark.column + 1)


def _too_deep() -> TemplateInvalid:
    return TemplateInvalid(f"Template format error: nested deeper than {MAX_DEPTH} levels")


def _refuse_depth(tree: Any) -> None:
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for value in level for child in _children(value)]
        if not level:
            return
    raise _too_deep()


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

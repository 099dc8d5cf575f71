"""A template's text, JSON or YAML, as plain values: dicts, lists, texts, numbers, booleans, None.

AWS reads YAML 1.1 (an unquoted ``012345670123`` is octal, ``yes`` is true) without its dates,
aliases and merges, and with short tags for its functions.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from local_aws.services.cloudformation.template.errors import TemplateInvalid

MAX_DEPTH = 100
"""Levels of a document. AWS tells no number; no template written by a person comes near."""

FUNCTIONS = [
    *["And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals"],
    *["FindInMap", "GetAtt", "GetAZs", "GetStackOutput", "If", "ImportValue", "Join", "Length"],
    *["Not", "Or", "RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf"],
    "ValueOfAll",
]
SHORT_TAGS: Mapping[str, str] = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{f"!{name}": f"Fn::{name}" for name in FUNCTIONS},
}
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
    """JSON; what is none may still be YAML, whose mappings begin with a brace too."""
    try:
        return json.loads(
            body, object_pairs_hook=_unique, parse_constant=_endless, parse_float=_finite
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        try:
            return _yaml(body)
        except TemplateInvalid:
            raise _malformed("JSON", *_place_of(error)) from None


def _place_of(error: ValueError) -> tuple[int, int]:
    return (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise TemplateInvalid(f"Template format error: JSON not well-formed. Duplicate key {twice}")
    return found


def _endless(text: str) -> float:
    """NaN, Infinity and 1e999, which Python reads and JSON has not."""
    raise ValueError(text)


def _finite(text: str) -> float:
    found = float(text)
    return _endless(text) if found in ENDLESS else found


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
        self.path: list[str] = []

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
        return self.function(event) if _is_short(event) else self.plain(event)

    def function(self, event: Any) -> dict[str, Any]:
        name = SHORT_TAGS.get(event.tag)
        if name is None:
            raise _at(event)
        argument = self.plain(event, text=True)
        if name == "Fn::GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        return {name: argument}

    def plain(self, event: Any, *, text: bool = False) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return event.value if text else _scalar(event)
        if len(self.path) >= MAX_DEPTH:
            raise _too_deep()
        return self.mapping() if isinstance(event, yaml.MappingStartEvent) else self.sequence()

    def sequence(self) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.below(str(len(found)), event))
        return found

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in found:
                raise _at(event)
            found[key] = self.below(key, next(self.events))
        return found

    def below(self, step: str, event: Any) -> Any:
        self.path.append(step)
        found = self.value(event)
        self.path.pop()
        return found

    def key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or _is_short(event):
            kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "map"
            raise TemplateInvalid(
                f"Template format error: [{place(self.path)}] "
                f"map keys must be strings; received a {kind} instead"
            )
        if event.value == "<<" and event.implicit[0]:
            raise _at(event)  # a merge, which AWS's YAML has not
        return str(event.value)


def _is_short(event: Any) -> bool:
    """Whether a value has a tag of CloudFormation's own; ``!`` alone says that it is a text."""
    return event.tag not in (None, "!") and not event.tag.startswith(STANDARD)


def _scalar(event: Any) -> Any:
    """A scalar's value; what YAML calls a date stays a text."""
    kind = _kind(event)
    construct = CONSTRUCTORS.get(kind)
    if construct is None:
        return event.value
    found = construct(yaml.ScalarNode(STANDARD + kind, event.value))
    return str(event.value) if found in ENDLESS or found != found else found


def _kind(event: Any) -> str:
    if event.tag is not None:
        return str(event.tag.removeprefix(STANDARD))
    found: str = SCALARS.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
    return found.removeprefix(STANDARD)


CONSTRUCTORS = {
    "null": SCALARS.construct_yaml_null,
    "bool": SCALARS.construct_yaml_bool,
    "int": SCALARS.construct_yaml_int,
    "float": SCALARS.construct_yaml_float,
}
ENDLESS = (float("inf"), float("-inf"))
"""Numbers that JSON, which CloudFormation makes of every template, cannot write."""


def place(path: list[str]) -> str:
    """A place in a document as AWS writes it, where a resource's properties are called Type."""
    if len(path) > 2 and path[0] == "Resources" and path[2] == "Properties":
        path = [*path[:2], "Type", *path[3:]]
    return "/" + "/".join(path)


def _at(event: Any) -> TemplateInvalid:
    return _malformed("YAML", event.start_mark.line + 1, event.start_mark.column + 1)


def _too_deep() -> TemplateInvalid:
    return TemplateInvalid(f"Template format error: nested deeper than {MAX_DEPTH} levels")


def _refuse_depth(tree: Any) -> None:
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for value in level for child in children(value)]
        if not level:
            return
    raise _too_deep()


def children(value: Any) -> list[Any]:
    """What is one level below."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

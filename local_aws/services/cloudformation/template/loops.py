"""AWS::LanguageExtensions: loops written out, and functions where plain CloudFormation has none.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.functions import evaluated
from local_aws.services.cloudformation.template.logic import holds
from local_aws.services.cloudformation.template.model import Template
from local_aws.services.cloudformation.template.references import is_loop
from local_aws.services.cloudformation.template.scalars import text_of

LOOPED = ("Conditions", "Resources", "Outputs")
"""Sections in which loops may stand."""
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
NAMES = frozenset(["Ref", "Fn::GetAtt"])
"""Functions whose names may themselves be functions here."""
MAX_VALUES = 100_000
"""Values that loops may write out: loops in loops could make more than any memory."""
NO_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


def provisional(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its loops and computed policies, whose parameters are not known yet."""
    return {
        section: {name: _without_functions(of) for name, of in members.items() if not is_loop(name)}
        if section in LOOPED and isinstance(members, dict)
        else members
        for section, members in tree.items()
    }


def _without_functions(of: Any) -> Any:
    if not isinstance(of, dict):
        return of
    return {
        key: value for key, value in of.items() if not (key in POLICIES and isinstance(value, dict))
    }


def expanded(template: Template, known: Mapping[str, Any]) -> dict[str, Any]:
    """The document as plain CloudFormation would have it; `known` is what ``Ref`` gives by name.

    Raises TemplateInvalid.
    """
    writing = _Expansion(_Known(template, known))
    tree = dict(template.tree)
    for section in LOOPED:
        if section in tree:
            tree[section] = writing.part(tree[section], {})
    tree["Resources"] = {name: writing.policies(of) for name, of in tree["Resources"].items()}
    return tree


class _Known:
    """Functions over parameters alone, before there are any resources."""

    def __init__(self, template: Template, known: Mapping[str, Any]) -> None:
        self.template = template
        self.known = known
        self.lookup = self
        self.region = str(known.get("AWS::Region", ""))
        self.deciding: list[str] = []

    def value(self, part: Any) -> Any:
        return evaluated(part, self)

    def ref(self, name: str) -> Any:
        if not isinstance(name, str) or name not in self.known:
            raise TemplateInvalid(
                f"Transform AWS::LanguageExtensions failed with: {name} cannot be resolved"
            )
        return self.known[name]

    def attribute(self, logical_id: str, name: str) -> Any:
        return self.ref(f"{logical_id}.{name}")

    def imported(self, name: str) -> Any:
        return self.ref(name)

    def condition(self, name: str) -> bool:
        """A condition, of which nobody has checked that it is there, or not in a circle."""
        if name not in self.template.conditions or name in self.deciding:
            raise TemplateInvalid(
                f"Transform AWS::LanguageExtensions failed with: condition {name} cannot be decided"
            )
        self.deciding.append(name)
        found = holds(self.template.conditions[name], self)
        self.deciding.pop()
        return found


class _Expansion:
    """Writes a document out, and counts what it writes."""

    def __init__(self, known: _Known) -> None:
        self.known = known
        self.left = MAX_VALUES

    def part(self, part: Any, bound: Mapping[str, str]) -> Any:
        self.left -= 1
        if self.left < 0:
            raise TemplateInvalid(
                f"Transform AWS::LanguageExtensions failed with: more than {MAX_VALUES} values"
            )
        if isinstance(part, str):
            return _filled(part, bound)
        if isinstance(part, list):
            return [self.part(item, bound) for item in part]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and isinstance(name := part.get("Ref"), str) and name in bound:
            return bound[name]
        return self.mapping(part, bound)

    def mapping(self, part: Mapping[str, Any], bound: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in self.members(part, bound):
            if key in found:
                raise TemplateInvalid(
                    f"Transform AWS::LanguageExtensions failed with: duplicate key {key}"
                )
            found[key] = value
        if len(found) == 1 and (function := next(iter(found))) in NAMES:
            found[function] = self.named(found[function])
        return found

    def members(
        self, part: Mapping[str, Any], bound: Mapping[str, str]
    ) -> Iterator[tuple[str, Any]]:
        for key, value in part.items():
            if not is_loop(key):
                yield _filled(key, bound), self.part(value, bound)
                continue
            identifier, items, body = self.loop(key, value, bound)
            for item in items:
                yield from self.mapping(body, {**bound, identifier: item}).items()

    def loop(
        self, name: str, argument: Any, bound: Mapping[str, str]
    ) -> tuple[str, list[str], Mapping[str, Any]]:
        """A loop's identifier, the values that it takes, and what is written for each."""
        if not (
            isinstance(argument, list)
            and len(argument) == 3
            and isinstance(argument[0], str)
            and isinstance(argument[2], dict)
        ):
            raise _malformed(name)
        items = self.known.value(self.part(argument[1], bound))
        if not isinstance(items, list) or any(isinstance(it, dict | list) for it in items):
            raise _malformed(name)
        return argument[0], [text_of(it) for it in items], argument[2]

    def named(self, argument: Any) -> Any:
        """A name that is a function, or a list of such, as plain texts."""
        items = argument if isinstance(argument, list) else [argument]
        return self.known.value(argument) if any(isinstance(it, dict) for it in items) else argument

    def policies(self, of: Any) -> Any:
        if not isinstance(of, dict):
            return of
        computed = {name: of[name] for name in POLICIES if isinstance(of.get(name), dict)}
        return {**of, **{name: self.known.value(value) for name, value in computed.items()}}


def _filled(text: str, bound: Mapping[str, str]) -> str:
    """A text with each loop's value in its place; ``&{Name}`` takes its letters and digits only."""
    for name, value in bound.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(f"&{{{name}}}", NO_ALPHANUMERIC.sub("", value))
    return text


def _malformed(name: str) -> TemplateInvalid:
    return TemplateInvalid(
        f"Transform AWS::LanguageExtensions failed with: {name} must be a list of an identifier, "
        "a collection of strings and a map"
    )

"""How a resource is other than its template says.

Only what the template gives is looked at, as on AWS
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.services.cloudformation.stacks.blueprint import HIDDEN

ADD, REMOVE, NOT_EQUAL = "ADD", "REMOVE", "NOT_EQUAL"
OWN_TAG = "aws:"


@dataclass(frozen=True)
class Difference:
    """`path` begins with ``/``; a value that is not there is None."""

    path: str
    expected: Any
    actual: Any
    kind: str

    def told(self) -> dict[str, str]:
        """As AWS tells it, values as texts."""
        return {
            "PropertyPath": self.path,
            "ExpectedValue": text(self.expected),
            "ActualValue": text(self.actual),
            "DifferenceType": self.kind,
        }


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[Difference]:
    """From what is expected to what is there."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name, value in expected.items():
            if name in actual:
                yield from differences(value, actual[name], f"{path}/{name}")
            else:
                yield Difference(f"{path}/{name}", value, None, REMOVE)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _of_lists(expected, actual, path)
    elif not _same(expected, actual):
        yield Difference(path, expected, actual, NOT_EQUAL)


def _of_lists(expected: list[Any], actual: list[Any], path: str) -> Iterator[Difference]:
    """The order of a list is not what drifts: services give theirs in an order of their own."""
    left = list(actual)
    for index, item in enumerate(expected):
        same = next((one for one in left if not list(differences(item, one))), None)
        if same is None:
            yield Difference(f"{path}/{index}", item, None, REMOVE)
        else:
            left.remove(same)
    for item in left:
        yield Difference(f"{path}/{actual.index(item)}", None, item, ADD)


def _same(expected: Any, actual: Any) -> bool:
    """A template may write a number or a boolean as a text."""
    return expected == actual or text(expected).lower() == text(actual).lower()


def text(value: Any) -> str:
    if value is None:
        return "null"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def without_stack_tags(actual: Mapping[str, Any], stack: Mapping[str, str]) -> dict[str, Any]:
    """The properties without the tags that are the stack's, or AWS's."""
    found = dict(actual)
    tags = found.get("Tags")
    if isinstance(tags, list):
        found["Tags"] = [one for one in tags if not _is_stacks(one.get("Key"), one, stack)]
    elif isinstance(tags, Mapping):
        found["Tags"] = {
            key: value
            for key, value in tags.items()
            if not key.startswith(OWN_TAG) and stack.get(key) != value
        }
    return found


def _is_stacks(key: Any, tag: Mapping[str, Any], stack: Mapping[str, str]) -> bool:
    return str(key).startswith(OWN_TAG) or stack.get(str(key)) == tag.get("Value")


def hidden(value: Any, expected: Any, shown: Any) -> Any:
    """A value as it may be told: `shown` is what is shown of `expected`, which it compares to."""
    if isinstance(expected, Mapping) and isinstance(shown, Mapping) and isinstance(value, Mapping):
        return {
            name: hidden(one, expected.get(name), shown.get(name)) for name, one in value.items()
        }
    if expected == shown or shown is None:
        return value
    return shown if value == expected else HIDDEN

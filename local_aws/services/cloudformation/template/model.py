"""What a template holds. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What change sets show of a value of a resource that is not made yet."""
PSEUDO_PARAMETERS = frozenset(
    [
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    ]
)


@dataclass(frozen=True)
class Parameter:
    """One of a template's parameters. Limits and `default` are texts, as they are compared."""

    name: str
    type_name: str
    default: str | None = None
    description: str = ""
    no_echo: bool = False
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str | None = None
    constraint_description: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_value: float | None = None
    max_value: float | None = None


@dataclass(frozen=True)
class Resource:
    """One resource; `properties` with their functions still in them.

    `attributes` are those of its further attributes that change how it is made (CreationPolicy,
    UpdatePolicy), as they are written.
    """

    logical_id: str
    type_name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Output:
    """One output; `value` and `export` (the name other stacks import it by) unresolved."""

    name: str
    value: Any
    description: str = ""
    condition: str | None = None
    export: Any = None


@dataclass(frozen=True)
class Template:
    """A template that was read and found well-formed. `tree` is all of it, as plain values."""

    body: str
    tree: Mapping[str, Any]
    description: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    transforms: tuple[str, ...] = ()

    @property
    def extended(self) -> bool:
        """Whether it may use what the transform AWS::LanguageExtensions adds."""
        return LANGUAGE_EXTENSIONS in self.transforms

"""One type's schema, read from the files of the installed cfn-lint without importing it.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

CUSTOM = "Custom::"
"""Types that a Lambda function of the account makes: they take and give anything."""


@dataclass(frozen=True)
class Schema:
    """A type's schema. `body` is JSON Schema, with AWS's own members beside it."""

    type_name: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schemas of the type's properties by their names."""
        found: Mapping[str, Any] = self.body["properties"]
        return found

    @property
    def primary_identifier(self) -> tuple[str, ...]:
        """The properties that tell one resource of the type from all others."""
        return tuple(self.paths("primaryIdentifier"))

    def paths(self, of: str) -> list[str]:
        """What a list such as ``readOnlyProperties`` names, as ``Destination/Bucket``.

        A ``*`` stands for every item of a list.
        """
        return [path.removeprefix("/properties/") for path in self.body.get(of, [])]

    def below(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A part of the schema, its reference to a definition followed."""
        seen = 0
        while "$ref" in schema and seen < MAX_REFERENCES:
            schema = self.defined(schema["$ref"])
            seen += 1
        return schema

    def defined(self, reference: str) -> Mapping[str, Any]:
        """What ``#/definitions/Name`` stands for."""
        found: Any = self.body
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)

    def attributes(self) -> Iterator[str]:
        """The names that ``Fn::GetAtt`` knows; one with dots is a member of an object."""
        yield from (path.replace("/", ".") for path in self.paths("readOnlyProperties"))
        yield from ATTRIBUTES.get(self.type_name, ())
        if self.type_name.split("::")[1] not in CHECKED:
            yield from self.properties


MAX_REFERENCES = 20
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "AWS::Events::EventBus": ("Name",),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SQS::Queue": ("QueueName",),
    "AWS::SSM::Parameter": ("Type", "Value"),
}
"""Properties that are attributes too."""
CHECKED = frozenset(
    [
        *["Athena", "DataBrew", "Events", "Glue", "IAM", "KMS", "Logs", "QuickSight", "S3"],
        *["SNS", "SQS", "SSM", "SecretsManager"],
    ]
)
"""Services of which ATTRIBUTES is whole. Of others any property may be asked for: which of them
AWS gives differs from type to type, and no schema tells."""


def is_known(type_name: str) -> bool:
    """Whether CloudFormation has a type."""
    return type_name in _files() or is_custom(type_name)


def is_custom(type_name: str) -> bool:
    """Whether a type is made by a Lambda function of the account's."""
    return type_name.startswith(CUSTOM) or type_name == "AWS::CloudFormation::CustomResource"


def has_attribute(type_name: str, name: str) -> bool:
    """Whether ``Fn::GetAtt`` of a type may ask for an attribute."""
    if is_custom(type_name) or type_name == "AWS::CloudFormation::Stack":
        return True
    schema = schema_of(type_name)
    if schema is None:
        return False
    first = name.split(".")[0]
    return any(it in (name, first) or it.startswith(f"{name}.") for it in schema.attributes())


@cache
def schema_of(type_name: str) -> Schema | None:
    """None where CloudFormation has no such type, or one that takes anything."""
    name = _files().get(type_name)
    if name is None:
        return None
    text = (_folder() / "resources" / f"{name}.json").read_bytes()
    return Schema(type_name, json.loads(text))


@cache
def _files() -> Mapping[str, str]:
    """The names of the files by type, as us-east-1 has them."""
    found: dict[str, str] = json.loads((_folder() / "providers" / "us-east-1.json").read_bytes())
    return found


@cache
def _folder() -> Path:
    return Path(str(distribution("cfn-lint").locate_file("cfnlint/data/schemas")))

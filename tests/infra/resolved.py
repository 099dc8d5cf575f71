"""Templates as a deploy resolves them, without a deploy: what their names and policies come to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from cfnlint.decode import cfn_yaml

from local_aws.services.cloudformation.template import document, parameters
from local_aws.services.cloudformation.template.resolve import Pseudo, Resolver

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
NAMES = sorted(path.stem for path in INFRA.glob("*.yaml"))
ACCOUNT, REGION = "123456789012", "us-east-1"
# What each template takes that has no default, and dev's names for all of them.
GIVEN = {
    name: {"Lake": "tarn", "Env": "dev"} for name in ("lake", "quicksight", "security", "airflow")
} | {
    "guardrails": {"Lake": "tarn", "Env": "dev"},
    "oidc": {
        "Lake": "tarn",
        "Env": "dev",
        "Repository": "somebody/lake",
        "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/tarn-dev-boundary",
    },
}
GLOBAL = f"arn:aws:iam::{ACCOUNT}"
LOCAL = f"{REGION}:{ACCOUNT}"
ARNS = {
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{}"),
    "AWS::IAM::Role": ("RoleName", GLOBAL + ":role/{}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", GLOBAL + ":policy/{}"),
    "AWS::SNS::Topic": ("TopicName", f"arn:aws:sns:{LOCAL}:{{}}"),
    "AWS::Logs::LogGroup": ("LogGroupName", f"arn:aws:logs:{LOCAL}:log-group:{{}}:*"),
}
NAMED = {"AWS::S3::Bucket", "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::Athena::WorkGroup"}
"""Whose Ref is the name, where it is no ARN."""


@dataclass
class MadeUp:
    """Physical ids and ARNs of what no one has made: by the names that the template gives."""

    resolver: Resolver | None = None

    def ref(self, logical_id: str) -> Any:
        kind, properties = self._of(logical_id)
        if kind in NAMED:
            return properties[ARNS[kind][0]] if kind in ARNS else properties["Name"]
        return self.attribute(logical_id, "Arn") if kind in ARNS else f"id-of-{logical_id}"

    def attribute(self, logical_id: str, name: str) -> Any:
        kind, properties = self._of(logical_id)
        if name != "Arn":
            return f"{name}-of-{logical_id}"
        if kind == "AWS::KMS::Key":
            return f"arn:aws:kms:{LOCAL}:key/id-of-{logical_id}"
        member, form = ARNS.get(kind, ("", f"arn:aws:other:{LOCAL}:{logical_id}"))
        return form.format(properties[member]) if member else form

    def _of(self, logical_id: str) -> tuple[str, dict[str, Any]]:
        assert self.resolver is not None
        found = self.resolver.active_resources()[logical_id]
        member = ARNS.get(found.type_name, ("Name", ""))[0]
        # Of the one property alone: the others may refer back.
        named = {member: found.properties.get(member, "")}
        return found.type_name, self.resolver.value(named) if member in found.properties else {}

    def imported(self, name: str) -> str:
        # Every stack exports under Lake-Env-Output, and imports of those before it.
        output = name.rpartition("-")[2]
        lake = stack("lake").outputs
        return lake[output] if output in lake else stack("security").outputs[output]

    def dynamic(self, reference: str) -> str:
        raise AssertionError(f"no template of ours looks {reference} up")


@dataclass(frozen=True)
class Stack:
    """A template with its values: the types and properties of what it makes, by logical id."""

    name: str
    types: dict[str, str]
    properties: dict[str, dict[str, Any]]
    outputs: dict[str, str] = field(default_factory=dict)

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: self.properties[name] for name, found in self.types.items() if found == kind}


@cache
def text(name: str) -> str:
    return (INFRA / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def raw(name: str) -> dict[str, Any]:
    """The template as JSON, with functions by their long names: what linters read."""
    loaded: dict[str, Any] = json.loads(json.dumps(cfn_yaml.loads(text(name))))
    return loaded


def resolve(name: str, **given: str) -> Stack:
    template = document.parse(text(name))
    values = parameters.values(template, GIVEN[name] | given, {})
    lookup = MadeUp()
    pseudo = Pseudo(ACCOUNT, REGION, f"arn:aws:cloudformation:{LOCAL}:stack/{name}/1", name)
    resolver = lookup.resolver = Resolver(template, values, pseudo, lookup)
    active = resolver.active_resources()
    return Stack(
        name,
        {logical_id: found.type_name for logical_id, found in active.items()},
        {logical_id: resolver.properties(logical_id) for logical_id in active},
        {output: resolver.output(output) for output in resolver.active_outputs()},
    )


@cache
def stack(name: str) -> Stack:
    return resolve(name)


@dataclass(frozen=True)
class Document:
    """One policy: where it is, what it hangs on, and what it says."""

    template: str
    logical_id: str
    kind: str  # identity, trust, bucket, key, topic, endpoint
    body: dict[str, Any]

    @property
    def statements(self) -> list[dict[str, Any]]:
        return list(self.body["Statement"])

    def __str__(self) -> str:
        return f"{self.template}:{self.logical_id}:{self.kind}"


MEMBERS = {
    "AWS::IAM::ManagedPolicy": ("PolicyDocument", "identity"),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", "trust"),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "bucket"),
    "AWS::KMS::Key": ("KeyPolicy", "key"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "topic"),
    "AWS::EC2::VPCEndpoint": ("PolicyDocument", "endpoint"),
}
EVERYTHING = {"oidc": {"Host": "gitlab.com"}, "security": {"Endpoints": "all"}}
"""Values under which more of a template is there than with its defaults."""


def _documents(of: Stack) -> Iterator[Document]:
    for logical_id, properties in of.properties.items():
        member, kind = MEMBERS.get(of.types[logical_id], ("", ""))
        if member and member in properties:
            yield Document(of.name, logical_id, kind, properties[member])
        for policy in properties.get("Policies", []):
            yield Document(of.name, logical_id, "identity", policy["PolicyDocument"])


@cache
def documents() -> tuple[Document, ...]:
    """Every policy of every template, with the defaults and with all that may be turned on."""
    found = [one for name in NAMES for one in _documents(stack(name))]
    found += [
        one for name, given in EVERYTHING.items() for one in _documents(resolve(name, **given))
    ]
    return tuple(found)


def lists(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def policies_of(role: str) -> list[dict[str, Any]]:
    """A role's own policies and those attached to it, by the role's name."""
    managed = {
        _arn_of(properties): properties["PolicyDocument"]
        for name in NAMES
        for properties in stack(name).of_type("AWS::IAM::ManagedPolicy").values()
    }
    for name in NAMES:
        for properties in stack(name).of_type("AWS::IAM::Role").values():
            if properties["RoleName"] == role:
                own = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
                return own + [managed[arn] for arn in properties.get("ManagedPolicyArns", [])]
    raise AssertionError(f"there is no role {role}")


def _arn_of(policy: dict[str, Any]) -> str:
    return f"{GLOBAL}:policy/{policy['ManagedPolicyName']}"


def plain_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))

"""From resources to a CloudFormation template, which makes them in any account and Region.

A resource that the template has is referred to by ``Fn::GetAtt``, so that it is made first;
another one by its ARN in whichever account and Region the stack is.
https://docs.aws.amazon.com/quicksight/latest/developerguide/assetbundle-export.html
"""

import datetime as dt
import json
import re
from typing import Any

from local_aws.services.quicksight.bundles.export import find, request_of
from local_aws.services.quicksight.bundles.kinds import KINDS, Kind
from local_aws.services.quicksight.model import Store
from local_aws.wire.models import Shape

ACCOUNT = {"Ref": "AWS::AccountId"}
PLACE = "arn:${AWS::Partition}:quicksight:${AWS::Region}:${AWS::AccountId}"
CAPITALISED = "FieldFolder"
"""The one structure whose members are in lower case in the API, and not in a template."""


def template(store: Store, arns: list[str], permissions: bool, tags: bool) -> bytes:
    """The resources as a template's JSON. Raises ResourceNotFound."""
    made = Template(store)
    for arn in arns:
        made.add(arn, permissions, tags)
    body = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": made.resources}
    return json.dumps(body, indent=1).encode()


class Template:
    """A template's resources, each after those that it needs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.resources: dict[str, Any] = {}
        self.logical: dict[str, str] = {}

    def add(self, arn: str, permissions: bool, tags: bool) -> None:
        """One resource more; what it refers to and is there already is made before it."""
        kind, resource = find(self.store, arn)
        request = request_of(self.store, kind, resource)
        if permissions and (held := self.store.permissions(arn)):
            request["Permissions"] = held
        if tags and (given := self.store.tags(arn)):
            request["Tags"] = given
        shape = kind.input_of("Create")
        known = {name: part for name, part in request.items() if name in shape.members}
        properties = {"AwsAccountId": ACCOUNT} | self._value(shape, known)
        name = self._name(kind, resource)
        self.resources[name] = {
            "Type": f"AWS::QuickSight::{kind.noun}",
            "Properties": properties,
        }
        self.logical[arn] = name

    def _name(self, kind: Kind, resource: str) -> str:
        """A logical id is letters and digits; two ids may have the same of those."""
        name = stem = kind.noun + re.sub("[^A-Za-z0-9]", "", resource)[:200]
        number = 1
        while name in self.resources:
            number += 1
            name = f"{stem}{number}"
        return name

    def _value(self, shape: Shape, value: Any, name: str = "") -> Any:
        """A request's value as a template has it."""
        kind = shape.type_name
        if kind == "structure" and isinstance(value, dict):
            capital = str.title if shape.name == CAPITALISED else str
            return {
                capital(key): self._value(shape.members[key], inner, key)
                for key, inner in value.items()
                if key in shape.members
            }
        if kind == "list" and isinstance(value, list):
            return [self._value(shape.member, item, name) for item in value]
        if kind == "map" and isinstance(value, dict):
            return {key: self._value(shape.value, item) for key, item in value.items()}
        if kind == "timestamp":
            return _moment(value)
        return self._reference(value) if name.endswith("Arn") else value

    def _reference(self, arn: str) -> Any:
        if arn in self.logical:
            return {"Fn::GetAtt": [self.logical[arn], "Arn"]}
        for kind in KINDS:
            prefix = self.store.arn(kind.name, "")
            if arn.startswith(prefix):
                return {"Fn::Sub": f"{PLACE}:{kind.name}/{_plain(arn.removeprefix(prefix))}"}
        return arn


def _plain(text: str) -> str:
    """A text in which ``Fn::Sub`` finds nothing of its own."""
    return text.replace("${", "${!")


def _moment(value: Any) -> Any:
    """A definition's times are kept in seconds."""
    if isinstance(value, int | float):
        value = dt.datetime.fromtimestamp(value, dt.UTC)
    return value.isoformat() if isinstance(value, dt.datetime) else value

"""One type's schema, read from the files of the installed cfn-lint without importing it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Schema:
    """A type's schema. Its paths are written as AWS writes them: ``/properties/Name``."""

    type_name: str
    body: Mapping[str, Any]

    def paths(self, of: str) -> frozenset[str]:
        """The paths below ``/properties/`` in a list such as ``readOnlyProperties``."""
        return frozenset(path.removeprefix("/properties/") for path in self.body.get(of, []))


def is_known(type_name: str) -> bool:
    """Whether CloudFormation has a type."""
    return type_name in _files()


@cache
def schema_of(type_name: str) -> Schema | None:
    """None where CloudFormation has no such type."""
    name = _files().get(type_name)
    if name is None:
        return None
    text = (_folder() / "resources" / f"{name}.json").read_bytes()
    return Schema(type_name, json.loads(text))


@cache
def _files() -> Mapping[str, str]:
    """The names of the files by type. us-east-1 has every type that any other region has."""
    found: dict[str, str] = json.loads((_folder() / "providers" / "us-east-1.json").read_bytes())
    return found


@cache
def _folder() -> Path:
    return Path(str(distribution("cfn-lint").locate_file("cfnlint/data/schemas")))

"""docker-compose.yml as `docker compose` reads it: files laid over each other, variables put in.

https://docs.docker.com/reference/compose-file/merge/
"""

import os
import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

import yaml

from laptop.home import ROOT

BASE = "docker-compose.yml"
LOCAL, AWS, DEVELOP = "compose/local.yml", "compose/aws.yml", "compose/develop.yml"
REPLACED = frozenset({"command", "test", "entrypoint"})
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


class Missing(Exception):
    """A variable that has to be given, and is not."""


def compose(*overrides: str, given: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The document of docker-compose.yml and what lies over it. Raises Missing."""
    given = os.environ if given is None else given
    documents = (yaml.safe_load((ROOT / name).read_text()) for name in (BASE, *overrides))
    merged: dict[str, Any] = reduce(_merged, documents)
    return {key: _put_in(part, given) for key, part in merged.items() if not key.startswith("x-")}


def _merged(under: Any, over: Any, key: str = "") -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return under | {k: _merged(under[k], v, k) if k in under else v for k, v in over.items()}
    if isinstance(under, list) and isinstance(over, list) and key not in REPLACED:
        return under + [one for one in over if one not in under]
    return over


def _put_in(part: Any, given: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _put_in(value, given) for key, value in part.items()}
    if isinstance(part, list):
        return [_put_in(value, given) for value in part]
    return VARIABLE.sub(lambda m: _value(m, given), part) if isinstance(part, str) else part


def _value(found: re.Match[str], given: Mapping[str, str]) -> str:
    dollar, name, kind, rest = found.groups()
    if dollar:
        return "$"
    if value := given.get(name):
        return value
    if kind == "?":
        raise Missing(f"{name}: {rest}")
    return rest or ""


def image_environment() -> dict[str, str]:
    """What the Dockerfile's ENV gives every container."""
    instruction = (ROOT / "Dockerfile").read_text().partition("\nENV ")[2]
    lines = re.match(r"(?:.*\\\n)*.*", instruction)
    assert lines
    return dict(re.findall(r"(\w+)=(\S+)", lines[0]))

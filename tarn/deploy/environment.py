"""An environment: infra/environments/<env>.yaml says its stacks in order, their parameters, tags.

    protected: true                # nobody deletes these stacks by a slip
    tags: {project: tarn}          # of every stack, and so of what it makes
    stacks:
      - name: lake                 # infra/lake.yaml, deployed as <lake>-<env>-lake
        parameters: {LogDays: 90}

In a parameter `${account}` stands for the account's number. What the settings say already (names
of the lake, its databases) is given to each template that declares a parameter for it, so that it
stands in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarn.contracts.contract import ContractError, Problem
from tarn.contracts.located import Located, NotYaml, read_yaml
from tarn.errors import Terminal
from tarn.settings import Settings, variable

KEYS = ("protected", "tags", "stacks")
STACK_KEYS = ("name", "parameters")
NAME = re.compile(r"[a-z][a-z0-9-]*")
ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
ACCESS_KEY = re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{12,}\b")


@dataclass(frozen=True)
class Stack:
    """One stack of an environment. template: the file below infra/ that it is made from."""

    name: str  # on AWS: tarn-dev-lake
    template: Path
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Environment:
    name: str
    stacks: tuple[Stack, ...]
    tags: Mapping[str, str]
    protected: bool = False

    def stack(self, kind: str) -> Stack | None:
        """The stack that is made from infra/<kind>.yaml, where the environment has it."""
        return next((stack for stack in self.stacks if stack.template.stem == kind), None)


def refuse_odd_names(settings: Settings) -> None:
    """Raise Terminal for a lake or environment whose name cannot begin those of its buckets."""
    for field, most in (("lake", 16), ("env", 8)):
        name = getattr(settings, field)
        if not re.fullmatch(f"[a-z][a-z0-9]{{1,{most - 1}}}", name):
            raise Terminal(
                f"{variable(field)} is {name!r}. Use 2 to {most} small letters and digits, "
                "a letter first."
            )


def read_environment(settings: Settings) -> Environment:
    """The environment of the settings; raises ContractError with what is wrong in its file."""
    path = settings.root / "infra" / "environments" / f"{settings.env}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.yaml"))) or "none"
        raise Terminal(
            f"There is no environment {settings.env!r}: {path} is missing. Declared: {known}."
        )
    file = f"infra/environments/{settings.env}.yaml"
    try:
        document = read_yaml(path)
    except NotYaml as error:
        problem = Problem(error.line, f"{error.problem}.", "Mend the YAML.")
        raise ContractError(file, [problem]) from None
    if problems := list(_problems(document, settings)):
        raise ContractError(file, problems)
    return _environment(document, settings)


def _environment(document: Located, settings: Settings) -> Environment:
    stacks = tuple(
        Stack(
            f"{settings.prefix}-{item['name']}",
            _template(item["name"], settings),
            {name: _text(value) for name, value in (item.get("parameters") or {}).items()},
        )
        for item in document["stacks"]
    )
    tags = {name: _text(value) for name, value in (document.get("tags") or {}).items()}
    return Environment(settings.env, stacks, tags, bool(document.get("protected", False)))


def _template(name: str, settings: Settings) -> Path:
    return settings.root / "infra" / f"{name}.yaml"


def _text(value: Any) -> str:
    """A parameter as CloudFormation takes it: text. A list is CommaDelimitedList's."""
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problems(document: Any, settings: Settings) -> Iterator[Problem]:
    if not isinstance(document, Located):
        yield Problem(1, "This is no mapping.", f"Give it the keys {', '.join(KEYS)}.")
        return
    yield from _unknown(document, KEYS)
    if not isinstance(document.get("protected", False), bool):
        yield Problem(document.line_of("protected"), "protected is no true or false.", "Say which.")
    yield from _texts(document, "tags")
    stacks = document.get("stacks")
    if not isinstance(stacks, list) or not stacks:
        yield Problem(document.line_of("stacks"), "stacks is no list.", "Name a stack at least.")
        return
    seen: set[str] = set()
    for item in stacks:
        yield from _stack_problems(item, seen, document.line_of("stacks"), settings)


def _stack_problems(item: Any, seen: set[str], line: int, settings: Settings) -> Iterator[Problem]:
    if not isinstance(item, Located) or not isinstance(item.get("name"), str):
        yield Problem(getattr(item, "line", line), "A stack has no name.", "Write `- name: lake`.")
        return
    name = item["name"]
    yield from _unknown(item, STACK_KEYS)
    if not NAME.fullmatch(name):
        yield Problem(item.line, f"{name!r} names no stack.", "Use a-z, 0-9 and -.")
    elif not _template(name, settings).is_file():
        yield Problem(item.line, f"infra/{name}.yaml is missing.", "Write it, or mend the name.")
    if name in seen:
        yield Problem(item.line, f"The stack {name} is there twice.", "Keep one.")
    seen.add(name)
    yield from _texts(item, "parameters")


def _unknown(item: Located, keys: tuple[str, ...]) -> Iterator[Problem]:
    for key in item.keys() - set(keys):
        yield Problem(item.line_of(key), f"{key} is not known.", f"Use {', '.join(keys)}.")


def _texts(item: Located, key: str) -> Iterator[Problem]:
    """What is wrong in a mapping of names to plain values that holds nobody's account or key."""
    values = item.get(key)
    if values is None:
        return
    if not isinstance(values, Located):
        yield Problem(item.line_of(key), f"{key} is no mapping.", "Write `name: value` lines.")
        return
    for name, value in values.items():
        line = values.line_of(name)
        items = value if isinstance(value, list) else [value]
        if any(item is None or isinstance(item, dict | list) for item in items):
            yield Problem(line, f"{name} has no plain value.", "Give text, a number or a list.")
        elif ACCOUNT.search(_text(value)):
            yield Problem(
                line, f"{name} holds an account's number.", "Write ${account} in its place."
            )
        elif ACCESS_KEY.search(_text(value)):
            yield Problem(line, f"{name} holds an access key.", "Take it away, and deactivate it.")

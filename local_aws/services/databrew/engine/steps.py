"""A recipe's step as it is written: DataBrew's JSON, CloudFormation's, a console export.

https://docs.aws.amazon.com/databrew/latest/dg/recipes.html#recipes.structure
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption

if TYPE_CHECKING:
    from local_aws.services.databrew.engine.frame import Frame

MISSING: Any = object()


@dataclass(frozen=True)
class Step:
    """One action: its operation, its parameters and the conditions that limit its rows."""

    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    conditions: tuple[dict[str, Any], ...] = ()
    # The tables beside the recipe's own: what a JOIN or a UNION reads.
    inputs: tuple[Frame, ...] = ()

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> Step:
        """Read one element of a recipe."""
        step = _capitalised(raw)
        action = _capitalised(step.get("Action") or step.get("RecipeAction") or {})
        parameters = {_lower_first(k): v for k, v in (action.get("Parameters") or {}).items()}
        conditions = tuple(_capitalised(c) for c in step.get("ConditionExpressions") or ())
        return cls(str(action.get("Operation", "")), parameters, conditions)

    def has(self, name: str) -> bool:
        """Whether the parameter says something."""
        return self.parameters.get(name) not in (None, "")

    def text(self, name: str, default: Any = MISSING) -> str:
        """A parameter as text."""
        value = self.parameters.get(name)
        if value is None:
            if default is MISSING:
                raise InvalidStep(f"{self.operation} needs the parameter {name}")
            return str(default)
        return value if isinstance(value, str) else json.dumps(value)

    def flag(self, name: str) -> bool:
        """A parameter as true or false."""
        return self.text(name, "false").strip().lower() == "true"

    def integer(self, name: str, default: Any = MISSING) -> int:
        """A parameter as a whole number."""
        value = self.text(name, default)
        try:
            return int(float(value))
        except ValueError as error:
            raise InvalidStep(f"{self.operation}: {name} is no whole number: {value}") from error

    def json(self, name: str) -> Any:
        """A parameter that is JSON inside the string, or a true list or map."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise InvalidStep(f"{self.operation}: {name} is no JSON: {value}") from error

    def listed(self, name: str) -> list[Any]:
        """A parameter that is a list."""
        value = self.json(name) if self.has(name) else None
        if not isinstance(value, list):
            raise InvalidStep(f"{self.operation}: {name} is no list: {self.text(name)}")
        return value

    def choice(self, name: str, choices: Collection[str], default: Any = MISSING) -> str:
        """A parameter that is one of the documented words."""
        value = self.text(name, default)
        if value not in choices:
            raise InvalidStep(
                f"{self.operation}: {name} must be one of {', '.join(choices)}, got {value}"
            )
        return value

    def refuse(self, *names: str) -> None:
        """Refuse documented parameters that are not done."""
        for name in names:
            if self.has(name):
                raise UnsupportedOption(f"{self.operation} with {name}")

    def sources(self) -> list[str]:
        """The columns that it reads: documented ``sourceColumn``, exported ``sourceColumns``."""
        if self.has("sourceColumns"):
            return [str(name) for name in self.listed("sourceColumns")]
        return [self.text("sourceColumn")]


def _capitalised(raw: dict[str, Any]) -> dict[str, Any]:
    return {key[:1].upper() + key[1:]: value for key, value in raw.items()}


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]

"""A recipe: steps, one after the other, become one query.

A step that fails is named by its number and its operation.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from local_aws.services.databrew.engine.errors import (
    AnalysisException,
    InvalidStep,
    MissingColumn,
    UnsupportedOperation,
)
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations import REGISTRY, find
from local_aws.services.databrew.engine.steps import Step


def read(file: Path) -> list[dict[str, Any]]:
    """A recipe's steps. ValueError for what is no list of objects."""
    steps = json.loads(file.read_text())
    if not (isinstance(steps, list) and all(isinstance(step, dict) for step in steps)):
        raise ValueError("a recipe is a list of steps, each with an Action")
    return steps


def unsupported(steps: Sequence[dict[str, Any]]) -> list[str]:
    """The operations of a recipe that this engine has not, each once."""
    names = [Step.parse(raw).operation for raw in steps]
    return list(dict.fromkeys(name for name in names if name not in REGISTRY))


def apply(frame: Frame, steps: Sequence[dict[str, Any]]) -> Frame:
    """Lay the steps on the frame. Nothing is computed yet."""
    for number, raw in enumerate(steps, 1):
        step = Step.parse(raw)
        try:
            frame = find(step.operation)(frame, step)
        except MissingColumn as error:
            raise _at(number, step, str(error), error) from error
        except (InvalidStep, UnsupportedOperation) as error:
            raise InvalidStep(f"Step {number} ({step.operation}): {error}") from error
        except duckdb.Error as error:
            raise AnalysisException(f"Step {number} ({step.operation}): {error}") from error
    return frame


def _at(number: int, step: Step, message: str, error: MissingColumn) -> AnalysisException:
    plain = message.removeprefix("AnalysisException: ")
    named = AnalysisException(f"{plain} (step {number}, {step.operation})")
    named.__cause__ = error
    return named

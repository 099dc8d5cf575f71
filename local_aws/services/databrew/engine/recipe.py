"""A recipe: steps, one after the other, become one query.

A step that fails is named by its number and its operation.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from local_aws.services.databrew.engine.errors import (
    AnalysisException,
    InvalidStep,
    RunFailed,
    UnsupportedOperation,
    UnsupportedOption,
)
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations import REGISTRY, find
from local_aws.services.databrew.engine.sql import identifier
from local_aws.services.databrew.engine.steps import Step

Steps = Sequence[dict[str, Any]]
# The second inputs of a step, by the step's number, which counts from 1.
Inputs = Mapping[int, Sequence[Frame]]
NO_INPUTS: Inputs = {}


def read(file: Path) -> list[dict[str, Any]]:
    """A recipe's steps. ValueError for what is no list of objects."""
    steps = json.loads(file.read_text())
    if not (isinstance(steps, list) and all(isinstance(step, dict) for step in steps)):
        raise ValueError("a recipe is a list of steps, each with an Action")
    return steps


def unsupported(steps: Steps) -> list[str]:
    """The operations of a recipe that this engine has not, each once."""
    names = [Step.parse(raw).operation for raw in steps]
    return list(dict.fromkeys(name for name in names if name not in REGISTRY))


def apply(frame: Frame, steps: Steps, inputs: Inputs = NO_INPUTS) -> Frame:
    """Lay the steps on the frame. Little is computed yet: the columns that depend on the data."""
    for _, _, after in each(frame, steps, inputs):
        frame = after
    return frame


def blame(frame: Frame, steps: Steps, inputs: Inputs, error: duckdb.Error) -> RunFailed:
    """The step and the column of an error that showed only when the rows were computed.

    Steps are computed one after the other, and of the first that fails each column: that takes
    time, after a run that has failed anyway.
    """
    for number, step, after in each(frame, steps, inputs):
        if _fails(after, after.names):
            columns = [name for name in after.names if _fails(after, [name])]
            where = f", column `{columns[0]}`" if columns else ""
            kind = type(error).__name__
            return RunFailed(f"Step {number} ({step.operation}){where}: {kind}: {error}")
    return RunFailed(f"{type(error).__name__}: {error}")


def _fails(frame: Frame, names: Sequence[str]) -> bool:
    values = ", ".join(map(identifier, names))
    try:
        frame.rows({"computed": f"max(hash({values}))"})
    except duckdb.Error:
        return True
    return False


def each(frame: Frame, steps: Steps, inputs: Inputs) -> Iterator[tuple[int, Step, Frame]]:
    """Every step with its number and the frame after it."""
    for number, raw in enumerate(steps, 1):
        step = replace(Step.parse(raw), inputs=tuple(inputs.get(number, ())))
        frame = _one(number, step, frame)
        yield number, step, frame


def _one(number: int, step: Step, frame: Frame) -> Frame:
    try:
        return find(step.operation)(frame, step)
    except AnalysisException as error:
        raise _at(number, step, error) from error
    except UnsupportedOption as error:
        raise UnsupportedOption(f"Step {number} ({step.operation}): {error.option}") from error
    except (InvalidStep, UnsupportedOperation) as error:
        raise InvalidStep(f"Step {number} ({step.operation}): {error}") from error
    except duckdb.Error as error:
        raise AnalysisException(f"Step {number} ({step.operation}): {error}") from error


def _at(number: int, step: Step, error: AnalysisException) -> AnalysisException:
    plain = str(error).removeprefix("AnalysisException: ")
    return AnalysisException(f"{plain} (step {number}, {step.operation})")

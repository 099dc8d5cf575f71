"""The JsonPath of custom classifiers.

AWS takes ``$``, ``.name``, ``['name']``, ``[number]`` and ``*`` in place of a name or a number:
https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json.
"""

import re
from collections.abc import Iterable
from typing import Any

from local_aws.services.glue.errors import InvalidInputException

Step = str | int | None  # a member, an element, or None for all of them

_STEP = re.compile(r"\.(?P<dotted>\*|[^.\[\]\s*]+)|\[(?:'(?P<quoted>[^']*)'|(?P<index>\d+)|\*)\]")


def parse(path: str) -> tuple[Step, ...]:
    """Raises InvalidInputException, naming what is not understood."""
    if not path.startswith("$"):
        raise InvalidInputException(f"The JsonPath {path!r} does not begin with $")
    steps: list[Step] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise InvalidInputException(
                f"The JsonPath {path!r} is not understood from {path[position:]!r} on"
            )
        steps.append(_step(found))
        position = found.end()
    return tuple(steps)


def selected(value: Any, steps: tuple[Step, ...]) -> Iterable[Any]:
    """What the path leads to in the value."""
    values: list[Any] = [value]
    for step in steps:
        values = [below for above in values for below in _below(above, step)]
    return values


def _step(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return int(found["index"])
    if found["quoted"] is not None:
        return found["quoted"]
    return None if found["dotted"] in (None, "*") else found["dotted"]


def _below(value: Any, step: Step) -> Iterable[Any]:
    if isinstance(value, dict):
        if step is None:
            return value.values()
        return [value[step]] if isinstance(step, str) and step in value else []
    if isinstance(value, list):
        if step is None:
            return value
        return value[step : step + 1] if isinstance(step, int) else []
    return []

"""Every recipe operation that works: its name and the small function that does it."""

from collections.abc import Callable

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.errors import UnsupportedOperation
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import literal, number, text, timestamp
from local_aws.services.databrew.engine.steps import Step

Operation = Callable[[Frame, Step], Frame]
Value = tuple[str, str]

TIME_ALONE = r"^\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$"
REGISTRY: dict[str, Operation] = {}


def operation(*names: str) -> Callable[[Operation], Operation]:
    """Register a function under DataBrew's names for it."""

    def register(function: Operation) -> Operation:
        for name in names:
            REGISTRY[name] = function
        return function

    return register


def find(name: str) -> Operation:
    """The function of an operation, or a refusal that names it."""
    if name not in REGISTRY:
        raise UnsupportedOperation(name)
    return REGISTRY[name]


def update(frame: Frame, step: Step, name: str, expression: str) -> Frame:
    """Change a column, on the rows that the step's conditions leave it."""
    column, sql_type = frame.column(name)
    changed = frame.select({**frame.same(), frame.resolve(name): expression})
    condition = all_conditions(frame, step)
    if not condition:
        return changed
    # What stays must be of the type that the others become.
    kept = text(column, sql_type) if changed.column(name)[1] == "VARCHAR" else column
    expression = f"CASE WHEN {condition} THEN {expression} ELSE {kept} END"
    return frame.select({**frame.same(), frame.resolve(name): expression})


def add(frame: Frame, step: Step, expression: str, name: str | None = None) -> Frame:
    """Add a column at the end; NULL on the rows that the step's conditions exclude."""
    target = name or step.text("targetColumn")
    condition = all_conditions(frame, step)
    if condition:
        expression = f"CASE WHEN {condition} THEN {expression} END"
    columns = frame.same()
    existing = {column.lower(): column for column in columns}.get(target.lower(), target)
    return frame.select({**columns, existing: expression})


def source(frame: Frame, step: Step, suffix: str = "") -> Value:
    """What a function computes on: ``sourceColumn`` or the text ``value``."""
    if step.has(f"sourceColumn{suffix}"):
        return frame.column(step.text(f"sourceColumn{suffix}"))
    return literal(step.text(f"value{suffix}")), "VARCHAR"


def text_source(frame: Frame, step: Step, suffix: str = "") -> str:
    """The same as text."""
    return text(*source(frame, step, suffix))


def number_source(frame: Frame, step: Step, suffix: str = "") -> str:
    """The same as a number."""
    return number(*source(frame, step, suffix))


def time_source(frame: Frame, step: Step, suffix: str = "") -> str:
    """The same as a point in time; a text that is a time alone, ``22:10:47``, is today's, as Spark
    reads it."""
    value, sql_type = source(frame, step, suffix)
    read = timestamp(value, sql_type)
    if sql_type != "VARCHAR":
        return read
    alone = f"regexp_matches({value}, {literal(TIME_ALONE)})"
    today = timestamp(f"(strftime(current_date, '%Y-%m-%d ') || trim({value}))", "VARCHAR")
    return f"CASE WHEN {alone} THEN {today} ELSE {read} END"


def numbers(frame: Frame, step: Step) -> list[str]:
    """``sourceColumns`` as numbers."""
    return [number(*frame.column(name)) for name in step.sources()]


def texts(frame: Frame, step: Step) -> list[str]:
    """``sourceColumns`` as text."""
    return [text(*frame.column(name)) for name in step.sources()]

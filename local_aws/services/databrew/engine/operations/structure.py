"""Column structure: merge, split, flag.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.column-structure.html
"""

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    operation,
    text_source,
    texts,
)
from local_aws.services.databrew.engine.sql import literal, missing
from local_aws.services.databrew.engine.steps import Step


@operation("MERGE")
def merge(frame: Frame, step: Step) -> Frame:
    """Missing values leave no delimiter behind."""
    delimiter = literal(step.text("delimiter", ""))
    return add(frame, step, f"concat_ws({delimiter}, {', '.join(texts(frame, step))})")


def _place(frame: Frame, step: Step, parts: list[str]) -> Frame:
    """Each part in its column: ``<source>_1``, ``<source>_2`` and so on."""
    name = frame.resolve(step.text("sourceColumn"))
    for index, part in enumerate(parts, 1):
        frame = add(frame, step, part, f"{name}_{index}")
    return frame


@operation("SPLIT_COLUMN_SINGLE_DELIMITER")
def split_column_single_delimiter(frame: Frame, step: Step) -> Frame:
    """``limit`` splits make limit + 1 columns; the last one holds the rest."""
    limit = step.integer("limit", 1)
    pattern = step.text("pattern")
    if not 1 <= limit <= 20:
        raise InvalidStep(f"{step.operation}: limit must be between 1 and 20, got {limit}")
    kept = literal(pattern) if step.flag("includeInSplit") else "''"
    value, quoted = text_source(frame, step), literal(pattern)
    pieces = f"string_split({value}, {quoted})"
    parts = [
        f"CASE WHEN len({pieces}) > {i} THEN {pieces}[{i}] || {kept} ELSE {pieces}[{i}] END"
        for i in range(1, limit + 1)
    ]
    rest = f"nullif(array_to_string({pieces}[{limit + 1}:], {quoted}), '')"
    return _place(frame, step, [*parts, rest])


@operation("SPLIT_COLUMN_FROM_START")
def split_column_from_start(frame: Frame, step: Step) -> Frame:
    value, position = text_source(frame, step), step.integer("position")
    return _place(frame, step, [f"left({value}, {position})", f"substr({value}, {position + 1})"])


@operation("SPLIT_COLUMN_FROM_END")
def split_column_from_end(frame: Frame, step: Step) -> Frame:
    value, position = text_source(frame, step), step.integer("position")
    first = f"left({value}, greatest(length({value}) - {position}, 0))"
    return _place(frame, step, [first, f"right({value}, {position})"])


@operation("SPLIT_COLUMN_BETWEEN_POSITIONS")
def split_column_between_positions(frame: Frame, step: Step) -> Frame:
    start, end = step.integer("startPosition"), step.integer("endPosition")
    value = text_source(frame, step)
    middle = f"substr({value}, {start + 1}, {end - start})"
    return _place(frame, step, [f"left({value}, {start})", middle, f"substr({value}, {end + 1})"])


@operation("FLAG_COLUMN_FROM_NULL")
def flag_column_from_null(frame: Frame, step: Step) -> Frame:
    empty = missing(*frame.column(step.text("sourceColumn")))
    return add(frame, step, _flag(step, empty))


@operation("FLAG_COLUMN_FROM_PATTERN")
def flag_column_from_pattern(frame: Frame, step: Step) -> Frame:
    value, pattern = text_source(frame, step), literal(step.text("pattern"))
    return add(frame, step, _flag(step, f"coalesce(regexp_matches({value}, {pattern}), false)"))


def _flag(step: Step, condition: str) -> str:
    true, false = (literal(step.text(f"{w}String", w.capitalize())) for w in ("true", "false"))
    return f"CASE WHEN {condition} THEN {true} ELSE {false} END"

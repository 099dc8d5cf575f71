"""Column structure: merge, split, flag.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.column-structure.html
"""

import re
from dataclasses import dataclass
from typing import Any

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    operation,
    text_source,
    texts,
)
from local_aws.services.databrew.engine.sql import literal, missing
from local_aws.services.databrew.engine.steps import Step

MOST_PARTS = 1000


@operation("MERGE")
def merge(frame: Frame, step: Step) -> Frame:
    """Missing values leave no delimiter behind."""
    delimiter = literal(step.text("delimiter", ""))
    return add(frame, step, f"concat_ws({delimiter}, {', '.join(texts(frame, step))})")


def _place(frame: Frame, step: Step, parts: list[str]) -> Frame:
    """Each part in its column: ``<source>_1``, ``<source>_2`` and so on."""
    name = frame.resolve(step.text("sourceColumn"))
    condition = all_conditions(frame, step)
    columns = {
        f"{name}_{i}": f"CASE WHEN {condition} THEN {part} END" if condition else part
        for i, part in enumerate(parts, 1)
    }
    taken = {column.lower() for column in frame.names} & {column.lower() for column in columns}
    if taken:
        raise InvalidStep(f"{step.operation}: there is a column `{min(taken)}` already")
    return frame.select({**frame.same(), **columns})


@dataclass(frozen=True)
class Delimiter:
    """Characters at which a column is split, and whether the part before keeps them."""

    pattern: str
    kept: bool = False

    @classmethod
    def parse(cls, step: Step, raw: Any) -> "Delimiter":
        if not isinstance(raw, dict) or not isinstance(raw.get("pattern"), str):
            raise InvalidStep(f"{step.operation}: a delimiter needs a pattern: {raw}")
        if not raw["pattern"]:
            raise InvalidStep(f"{step.operation}: a delimiter is empty")
        return cls(raw["pattern"], str(raw.get("includeInSplit", False)).lower() == "true")


def _limit(step: Step) -> int:
    limit = step.integer("limit", 1)
    if not 1 <= limit <= 20:
        raise InvalidStep(f"{step.operation}: limit must be between 1 and 20, got {limit}")
    return limit


def _split(value: str, delimiters: list[Delimiter], limit: int) -> list[str]:
    """The parts before the first ``limit`` delimiters, and the rest; NULL where there are fewer.

    ``(.*?)(delimiter|$)`` skips whole parts and never crosses a delimiter: the parts are shortest.
    """
    cut = "|".join(re.escape(delimiter.pattern) for delimiter in delimiters)
    kept = [literal(delimiter.pattern) for delimiter in delimiters if delimiter.kept]
    parts = []
    for i in range(limit):
        skip = f"(?s)^(?:.*?(?:{cut})){{{i}}}"
        whole = literal(f"{skip}(.*?)({cut}|$)")
        part = f"regexp_extract({value}, {whole}, 1)"
        if kept:
            end = f"regexp_extract({value}, {whole}, 2)"
            part = f"{part} || CASE WHEN {end} IN ({', '.join(kept)}) THEN {end} ELSE '' END"
        there = f"regexp_matches({value}, {literal(skip)})"
        parts.append(f"CASE WHEN {there} THEN {part} END" if i else f"({part})")
    rest = literal(f"(?s)^(?:.*?(?:{cut})){{{limit}}}(.*)$")
    there = f"regexp_matches({value}, {rest})"
    return [*parts, f"CASE WHEN {there} THEN regexp_extract({value}, {rest}, 1) END"]


@operation("SPLIT_COLUMN_SINGLE_DELIMITER")
def split_column_single_delimiter(frame: Frame, step: Step) -> Frame:
    """``limit`` splits make limit + 1 columns; the last one holds the rest.

    Exports say ``isText``: the delimiter is characters. What another value means has no page.
    """
    if step.text("isText", "true").lower() != "true":
        raise UnsupportedOption(f"{step.operation} with isText {step.text('isText')}")
    delimiter = {"pattern": step.text("pattern"), "includeInSplit": step.flag("includeInSplit")}
    found = Delimiter.parse(step, delimiter)
    return _place(frame, step, _split(text_source(frame, step), [found], _limit(step)))


@operation("SPLIT_COLUMN_MULTIPLE_DELIMITER")
def split_column_multiple_delimiter(frame: Frame, step: Step) -> Frame:
    """Any of the delimiters splits; of two that start together the one listed first."""
    found = [Delimiter.parse(step, raw) for raw in step.listed("patternOptions")]
    if not found:
        raise InvalidStep(f"{step.operation}: patternOptions is empty")
    return _place(frame, step, _split(text_source(frame, step), found, _limit(step)))


@operation("SPLIT_COLUMN_BETWEEN_DELIMITER")
def split_column_between_delimiter(frame: Frame, step: Step) -> Frame:
    """What is before the first delimiter, between it and the second after it, and behind that.

    A delimiter that is included stays at the end of the part before it, as in the other splits.
    Without the first delimiter all is the first part; without the second, the rest is the middle.
    """
    names = ("patternOption1", "patternOption2")
    one, two = (Delimiter.parse(step, step.json(name)) for name in names)
    value = text_source(frame, step)
    first, rest = _split(value, [one], 1)
    return _place(frame, step, [first, *_split(f"({rest})", [two], 1)])


@operation("SPLIT_COLUMN_WITH_INTERVALS")
def split_column_with_intervals(frame: Frame, step: Step) -> Frame:
    """The first ``startPosition`` characters, then pieces of ``interval`` characters.

    As many columns as the longest value needs; the page does not say how many there are.
    """
    start, interval = step.integer("startPosition"), step.integer("interval")
    if start < 0 or interval < 1:
        raise InvalidStep(f"{step.operation}: interval must be at least 1, startPosition 0")
    value = text_source(frame, step)
    ((longest,),) = frame.rows({"longest": f"coalesce(max(length({value})), 0)"})
    cuts = range(start, max(longest, start + 1), interval)
    if len(cuts) > MOST_PARTS:
        raise InvalidStep(f"{step.operation}: {len(cuts)} columns, at most {MOST_PARTS} are made")
    first = [f"left({value}, {start})"] if start else []
    pieces = [f"nullif(substr({value}, {cut + 1}, {interval}), '')" for cut in cuts]
    return _place(frame, step, [*first, *pieces])


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
    _check_flag_type(step, "Null values")
    empty = missing(*frame.column(step.text("sourceColumn")))
    return add(frame, step, _flag(step, empty))


@operation("FLAG_COLUMN_FROM_PATTERN")
def flag_column_from_pattern(frame: Frame, step: Step) -> Frame:
    _check_flag_type(step, "Pattern")
    value, pattern = text_source(frame, step), literal(step.text("pattern"))
    return add(frame, step, _flag(step, f"coalesce(regexp_matches({value}, {pattern}), false)"))


def _flag(step: Step, condition: str) -> str:
    true, false = (literal(step.text(f"{w}String", w.capitalize())) for w in ("true", "false"))
    return f"CASE WHEN {condition} THEN {true} ELSE {false} END"


def _check_flag_type(step: Step, wanted: str) -> None:
    """The page knows one value for each operation."""
    step.choice("flagType", (wanted,), wanted)

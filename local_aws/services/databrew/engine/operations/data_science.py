"""Data science: columns made ready for a model.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-science.html
"""

import math
import re
from itertools import pairwise
from typing import Any

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    number_source,
    operation,
    text_source,
)
from local_aws.services.databrew.engine.operations.words import CONTRACTIONS, STOP_WORDS
from local_aws.services.databrew.engine.sql import convert, identifier, literal, text
from local_aws.services.databrew.engine.steps import Step

MOST_VALUES = 10
SKEWS = ("ROOT", "LOG", "SQUARE")


@operation("BINARIZATION")
def binarization(frame: Frame, step: Step) -> Frame:
    """1 above the threshold, else 0; ``flip`` turns them round. What is no number stays NULL."""
    value, threshold = number_source(frame, step), double(step, step.text("threshold"))
    above, below = (0, 1) if step.flag("flip") else (1, 0)
    compared = f"WHEN {value} > {threshold} THEN {above} WHEN {value} IS NOT NULL THEN {below}"
    return add(frame, step, f"CASE {compared} END")


@operation("BUCKETIZATION")
def bucketization(frame: Frame, step: Step) -> Frame:
    """The name of the bucket that a number falls in; outside of all buckets there is none.

    A bucket holds its lower bound and not its upper one, but for the last: Spark's Bucketizer.
    With ``percentage`` each bucket holds that share of the values. Without ``bucketNames`` they
    are numbered from 0.
    """
    value = f"CAST({number_source(frame, step)} AS DOUBLE)"
    if step.has("percentage"):
        return _by_percentage(frame, step, value)
    splits = [double(step, str(split)) for split in step.listed("splits")]
    return add(frame, step, _buckets(step, value, splits))


def real(step: Step, said: str) -> float:
    """A number of a step; ``Infinity`` is one."""
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise InvalidStep(f"{step.operation}: {said} is no number")
    return value


def double(step: Step, said: str) -> str:
    """The same as SQL."""
    return f"CAST({literal(repr(real(step, said)))} AS DOUBLE)"


def _by_percentage(frame: Frame, step: Step, value: str) -> Frame:
    """The bounds are percentiles of the column, in a step before: they need all rows."""
    share = real(step, step.text("percentage"))
    if not 1 <= share <= 100:
        raise InvalidStep(f"{step.operation}: percentage must be between 1 and 100, got {share:g}")
    shares = [min(share * i / 100, 1.0) for i in range(math.ceil(100 / share) + 1)]
    bounds = frame.free("bounds")
    wide = frame.select({**frame.same(), bounds: f"quantile_cont({value}, {shares}) OVER ()"})
    column = identifier(bounds)
    splits = [f"{column}[{i}]" for i in range(1, len(shares) + 1)]
    made = add(wide, step, _buckets(step, value, splits))
    return made.select({name: sql for name, sql in made.same().items() if name != bounds})


def _buckets(step: Step, value: str, splits: list[str]) -> str:
    count = len(splits) - 1
    given = step.listed("bucketNames") if step.has("bucketNames") else range(count)
    names = [literal(str(name)) for name in given]
    if count < 1 or len(names) != count:
        raise InvalidStep(f"{step.operation}: {len(names)} bucket names for {count} buckets")
    inside = [f"{value} >= {low} AND {value} < {high}" for low, high in pairwise(splits)]
    inside[-1] = f"{value} >= {splits[-2]} AND {value} <= {splits[-1]}"
    whens = (f"WHEN {test} THEN {name}" for test, name in zip(inside, names, strict=True))
    return f"CASE {' '.join(whens)} END"


@operation("CATEGORICAL_MAPPING")
def categorical_mapping(frame: Frame, step: Step) -> Frame:
    """Values by ``categoryMap``; the others go, stay, become ``other`` or are missing.

    ``mappingOption`` says how the console chose the values of the map and changes nothing.
    ``mapType`` NUMERIC makes a column of numbers, if all that it maps to are numbers and no
    text stays as it was.
    """
    mapping = _mapping(step)
    step.choice("mappingOption", ("ALL_VALUES", "TOP_X_VALUES"), "ALL_VALUES")
    value = text(*frame.column(step.text("sourceColumn")))
    known = ", ".join(map(literal, mapping))
    if step.flag("deleteOtherRows"):
        chosen = all_conditions(frame, step)
        mapped = f"coalesce({value} IN ({known}), false)"
        frame = frame.where(f"{mapped} OR NOT ({chosen})" if chosen else mapped)
    whens = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in mapping.items())
    others = value if step.flag("keepOthers") else "NULL"
    if step.has("other"):
        others = literal(step.text("other"))
    expression = f"CASE {value} {whens} ELSE {others} END"
    made = add(frame, step, expression)
    return _as_numbers(made, step) if step.text("mapType", "TEXT").upper() == "NUMERIC" else made


def _mapping(step: Step) -> dict[str, str]:
    found = step.json("categoryMap")
    if not isinstance(found, dict) or not found:
        raise InvalidStep(f"{step.operation}: categoryMap is no map: {step.text('categoryMap')}")
    return {str(key): str(value) for key, value in found.items()}


def _as_numbers(frame: Frame, step: Step) -> Frame:
    """Whole numbers where all are, else numbers; text where one is none."""
    said = [*_mapping(step).values(), *([step.text("other")] if step.has("other") else [])]
    target = frame.resolve(step.text("targetColumn"))
    column, sql_type = frame.column(target)
    if step.flag("keepOthers") and not step.has("other"):
        return frame
    kind = "int" if all(re.fullmatch(r"\s*-?\d{1,9}\s*", item) for item in said) else "double"
    return frame.select({**frame.same(), target: convert(column, sql_type, kind)})


@operation("ONE_HOT_ENCODING")
def one_hot_encoding(frame: Frame, step: Step) -> Frame:
    """A column ``<source>_<value>`` of 0 and 1 for each value, in the values' order.

    A missing value has no column and is 0 in all of them. More than ten values are refused.
    """
    name = frame.resolve(step.text("sourceColumn"))
    value = text(*frame.column(name))
    found = frame.rows({"v": value}, f"GROUP BY v ORDER BY v LIMIT {MOST_VALUES + 2}")
    values = [item for (item,) in found if item not in (None, "")]
    if len(values) > MOST_VALUES:
        raise InvalidStep(f"{step.operation}: `{name}` has more than {MOST_VALUES} distinct values")
    condition = all_conditions(frame, step)
    hot = {f"{name}_{item}": _hot(value, item, condition) for item in values}
    taken = {column.lower() for column in frame.names}
    for column in hot:
        if column.lower() in taken:
            raise InvalidStep(f"{step.operation}: there is a column `{column}` already")
    return frame.select({**frame.same(), **hot})


def _hot(value: str, item: Any, condition: str) -> str:
    hot = f"CASE WHEN {value} = {literal(str(item))} THEN 1 ELSE 0 END"
    return f"CASE WHEN {condition} THEN {hot} END" if condition else hot


@operation("SKEWNESS")
def skewness(frame: Frame, step: Step) -> Frame:
    kind = step.choice("skewFunction", SKEWS)
    return add(frame, step, unskewed(step, number_source(frame, step), kind))


def unskewed(step: Step, value: str, kind: str) -> str:
    """A number's root, logarithm or square, as ``skewFunction`` says; NULL where it has none.

    ``value`` is the root or the base: 2 and e unless said. A negative number has odd roots only.
    """
    number = f"CAST({value} AS DOUBLE)"
    if kind == "SQUARE":
        return f"({number} * {number})"
    said = step.text("value", "2" if kind == "ROOT" else str(math.e))
    argument = double(step, said)
    if kind == "LOG":
        if real(step, said) <= 0 or real(step, said) == 1:
            raise InvalidStep(f"{step.operation}: {said} is no base of a logarithm")
        return f"CASE WHEN {number} > 0 THEN ln({number}) / ln({argument}) END"
    if real(step, said) == 0:
        raise InvalidStep(f"{step.operation}: there is no root 0")
    root = f"power(abs({number}), 1 / {argument})"
    if real(step, said) % 2 == 1:
        return f"sign({number}) * {root}"
    return f"CASE WHEN {number} >= 0 THEN {root} END"


@operation("TOKENIZATION")
def tokenization(frame: Frame, step: Step) -> Frame:
    """The words in lower case with ``delimiter`` between them, without what is not wanted.

    A word is letters, digits and apostrophes inside. The lists of contractions and stop words are
    this engine's: the page shows none. Stemming is not done.
    """
    step.refuse("stemmingMode", "tokenizerPattern")
    value = f"lower(replace({text_source(frame, step)}, '’', ''''))"
    if step.text("expandContractions", "DISABLED").upper() == "ENABLED":
        for short, full in CONTRACTIONS:
            value = f"regexp_replace({value}, {literal(short)}, {literal(full)}, 'g')"
    words = f"regexp_extract_all({value}, '[\\pL\\pN]+(?:''[\\pL\\pN]+)*')"
    unwanted = _stop_words(step)
    if unwanted:
        listed = ", ".join(map(literal, unwanted))
        words = f"list_filter({words}, lambda w: w NOT IN ({listed}))"
    delimiter = literal(step.text("delimiter", " "))
    return add(frame, step, f"array_to_string({words}, {delimiter})")


def _stop_words(step: Step) -> list[str]:
    """``stopWordRemovalMode``: DEFAULT, CUSTOM or none."""
    mode = step.text("stopWordRemovalMode", step.text("stopWordsMode", "NONE")).upper()
    if mode not in ("DEFAULT", "CUSTOM", "NONE", ""):
        raise InvalidStep(f"{step.operation}: the stopWordRemovalMode {mode} is unknown")
    custom = step.listed("customStopWords") if step.has("customStopWords") else []
    words = [*(STOP_WORDS if mode == "DEFAULT" else ()), *(str(word).lower() for word in custom)]
    return words if mode in ("DEFAULT", "CUSTOM") else []

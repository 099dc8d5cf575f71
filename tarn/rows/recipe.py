"""What a DataBrew recipe may do to rows: which it may drop, and what of a record it leaves alone.

From a recipe's steps alone, without running it. What an operation may do is taken from its page;
one that is not known here counts as one that may do anything.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.settings import Settings

Step = Mapping[str, Any]


def _operations(names: str) -> frozenset[str]:
    return frozenset(names.split())


# A row leaves the data, and those that stay are as they were.
DROPPING = _operations(
    "REMOVE_MISSING REMOVE_INVALID REMOVE_VALUES REMOVE_DUPLICATES DELETE_DUPLICATE_ROWS "
    "REMOVE_OUTLIERS ADVANCED_DATATYPE_FILTER CATEGORICAL_MAPPING"
)
ARRANGING = _operations("MOVE_AFTER MOVE_BEFORE MOVE_TO_END MOVE_TO_INDEX MOVE_TO_START SORT")
# A value is kept, perhaps in another type, or becomes NULL.
CASTING = _operations(
    "CHANGE_DATA_TYPE TO_BOOLEAN_COLUMN TO_DOUBLE_COLUMN TO_NUMBER_COLUMN TO_STRING_COLUMN"
)
# Values change in the columns that the parameters name; each row stays one row.
CHANGING = _operations(
    "CAPITAL_CASE FORMAT_DATE LOWER_CASE UPPER_CASE SENTENCE_CASE ADD_DOUBLE_QUOTES ADD_PREFIX "
    "ADD_SINGLE_QUOTES ADD_SUFFIX EXTRACT_BETWEEN_DELIMITERS EXTRACT_BETWEEN_POSITIONS "
    "EXTRACT_PATTERN EXTRACT_VALUE REPLACE_BETWEEN_DELIMITERS REPLACE_BETWEEN_POSITIONS "
    "REPLACE_TEXT FILL_WITH_AVERAGE FILL_WITH_CUSTOM FILL_WITH_EMPTY FILL_WITH_LAST_VALID "
    "FILL_WITH_MEDIAN FILL_WITH_MODE FILL_WITH_MOST_FREQUENT FILL_WITH_SUM FLAG_DUPLICATE_ROWS "
    "FLAG_DUPLICATES_IN_COLUMN REPLACE_WITH_AVERAGE REPLACE_WITH_CUSTOM REPLACE_WITH_EMPTY "
    "REPLACE_WITH_LAST_VALID REPLACE_WITH_MEDIAN REPLACE_WITH_MODE REPLACE_WITH_MOST_FREQUENT "
    "REPLACE_WITH_NULL REPLACE_WITH_SUM CRYPTOGRAPHIC_HASH MASK_CUSTOM MASK_DATE MASK_DELIMITER "
    "MASK_RANGE SHUFFLE_ROWS FLAG_OUTLIERS REPLACE_OUTLIERS BOOLEAN_OPERATION CASE_OPERATION "
    "FLAG_COLUMN_FROM_NULL FLAG_COLUMN_FROM_PATTERN MERGE NUMBER_FORMAT FORMAT_PHONE_NUMBER "
    "BINARIZATION BUCKETIZATION ABSOLUTE ADD CEILING DEGREES DIVIDE EXPONENT FLOOR IS_EVEN IS_ODD "
    "LN LOG MOD MULTIPLY NEGATE PI POWER RADIANS ROUND SIGN SQUARE_ROOT SUBTRACT ANY AVERAGE COUNT "
    "MAX MEDIAN MIN MODE STANDARD_DEVIATION SUM VARIANCE CHAR ENDS_WITH LEFT LEN LOWER PROPER "
    "REMOVE_SYMBOLS REMOVE_WHITESPACE REPEAT_STRING RIGHT STARTS_WITH SUBSTRING TRIM UNICODE UPPER "
    "DATE DATE_ADD DATE_DIFF DATE_FORMAT DATE_TIME DAY HOUR MILLISECOND MINUTE MONTH MONTH_NAME "
    "QUARTER SECOND TIME UNIX_TIME UNIX_TIME_FORMAT WEEK_DAY WEEK_NUMBER YEAR NEXT PREV "
    "ROLLING_AVERAGE ROLLING_MAX ROLLING_MIN ROLLING_SUM ROW_NUMBER COALESCE"
)
HARMLESS_FLAGS = frozenset({"removeLeadingAndTrailingWhitespace", "collapseConsecutiveWhitespace"})


@dataclass(frozen=True)
class Origin:
    """Where a clean column's values come from: a column of the source.

    cast: the type that it was last cast to, or "". emptied: the texts that the recipe makes NULL;
    None: it may make any of them NULL. Whitespace apart, a value that is there is the source's.
    """

    source: str
    cast: str = ""
    emptied: frozenset[str] | None = frozenset()


@dataclass
class Trail:
    """What became of a record on its way through a recipe."""

    origins: dict[str, Origin]  # of the clean columns that hold what a source column held
    needed: list[Origin] = field(default_factory=list)  # REMOVE_MISSING drops rows without it
    dropping: list[str] = field(default_factory=list)  # operations that may drop rows
    mixing: str = ""  # the first operation after which a row may be of no one record

    @property
    def countable(self) -> bool:
        """Whether the records that the recipe may drop can be told from their texts."""
        return not self.mixing and len(self.needed) == len(self.dropping)


def follow(steps: Iterable[Step], source_columns: Sequence[str]) -> Trail:
    """The trail of a record with these columns through the steps."""
    trail = Trail({name: Origin(name) for name in source_columns})
    for step in steps:
        action = step["Action"]
        operation, parameters = action["Operation"], action.get("Parameters") or {}
        HANDLERS.get(operation, partial(_mix, operation))(
            trail, parameters, list(step.get("ConditionExpressions") or [])
        )
    return trail


Parameters = Mapping[str, Any]
Conditions = list[Mapping[str, Any]]
Handler = Callable[[Trail, Parameters, Conditions], None]


def _texts(value: Any) -> list[str]:
    """A parameter's texts: one, or a list, which may be JSON in a string."""
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    return [str(text) for text in value] if isinstance(value, list) else [str(value)]


def _names(value: Any) -> list[str]:
    """A parameter's column names; Spark does not tell `Origin` from `origin`."""
    return [text.lower() for text in _texts(value)]


def _sources(parameters: Parameters) -> list[str]:
    return _names(parameters.get("sourceColumns") or parameters.get("sourceColumn") or [])


def _mix(operation: str, trail: Trail, _parameters: Parameters, _conditions: Conditions) -> None:
    trail.mixing = trail.mixing or operation
    trail.origins.clear()


def _leave(_trail: Trail, _parameters: Parameters, _conditions: Conditions) -> None:
    """Values and rows stay as they are."""


def _change(trail: Trail, parameters: Parameters, _conditions: Conditions) -> None:
    for key, value in parameters.items():
        if key.startswith(("sourceColumn", "targetColumn")):
            for name in _names(value):
                trail.origins.pop(name, None)


def _cast(trail: Trail, parameters: Parameters, conditions: Conditions) -> None:
    if parameters.get("targetColumn"):
        return _change(trail, parameters, conditions)
    target = str(parameters.get("columnDataType", "other"))
    for name in _sources(parameters):
        if origin := trail.origins.get(name):
            # Cast twice: what came through the first cast is not worked out here.
            emptied = None if origin.cast else origin.emptied
            trail.origins[name] = replace(origin, cast=target, emptied=emptied)
    return None


def _combine(trail: Trail, parameters: Parameters, conditions: Conditions) -> None:
    """REMOVE_COMBINED, which may take more away than whitespace."""
    flags = {key for key, value in parameters.items() if str(value).lower() == "true"}
    if not flags <= HARMLESS_FLAGS:
        _change(trail, parameters, conditions)


def _empty(trail: Trail, parameters: Parameters, conditions: Conditions) -> None:
    """FILL_WITH_NULL, of the values that its one condition lists or of any."""
    for name in _sources(parameters):
        if origin := trail.origins.get(name):
            listed = _listed(name, conditions)
            known = listed is not None and origin.emptied is not None
            emptied = (origin.emptied or frozenset()) | (listed or frozenset()) if known else None
            trail.origins[name] = replace(origin, emptied=emptied)


def _listed(name: str, conditions: Conditions) -> frozenset[str] | None:
    if len(conditions) != 1 or conditions[0].get("Condition") != "IS":
        return None
    if _names(conditions[0].get("TargetColumn")) != [name]:
        return None
    return frozenset(_texts(conditions[0].get("Value") or []))


def _rename(trail: Trail, parameters: Parameters, _conditions: Conditions) -> None:
    [old], [new] = _names(parameters["sourceColumn"]), _names(parameters["targetColumn"])
    if origin := trail.origins.pop(old, None):
        trail.origins[new] = origin


def _duplicate(trail: Trail, parameters: Parameters, _conditions: Conditions) -> None:
    [name] = _names(parameters["sourceColumn"])
    if name in trail.origins:
        [copy] = _names(parameters.get("targetColumn") or f"{name}_copy")
        trail.origins[copy] = trail.origins[name]


def _delete(trail: Trail, parameters: Parameters, _conditions: Conditions) -> None:
    for name in _sources(parameters):
        trail.origins.pop(name, None)


def _drop(operation: str, trail: Trail, parameters: Parameters, conditions: Conditions) -> None:
    if operation == "REMOVE_OUTLIERS" and parameters.get("removeType") == "CLEAR":
        return _change(trail, parameters, conditions)
    if operation == "CATEGORICAL_MAPPING":
        _change(trail, parameters, conditions)
        if str(parameters.get("deleteOtherRows", "false")).lower() != "true":
            return None
    trail.dropping.append(operation)
    if operation == "REMOVE_MISSING":
        trail.needed += filter(None, map(trail.origins.get, _sources(parameters)))
    return None


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(ARRANGING, _leave),
    **dict.fromkeys(CHANGING, _change),
    **dict.fromkeys(CASTING, _cast),
    **{operation: partial(_drop, operation) for operation in DROPPING},
    "DELETE": _delete,
    "DUPLICATE": _duplicate,
    "FILL_WITH_NULL": _empty,
    "REMOVE_COMBINED": _combine,
    "RENAME": _rename,
}


# -- the recipes themselves


def declared_steps(dataset: str, settings: Settings) -> list[dict[str, Any]]:
    """The steps of recipes/<dataset>.json."""
    path = settings.root / "recipes" / f"{dataset}.json"
    if not path.is_file():
        raise Terminal(f"The dataset {dataset} has no recipe: write recipes/{dataset}.json.")
    steps: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return steps


def published_steps(dataset: str, version: str, aws: Aws) -> list[dict[str, Any]]:
    """The steps of a published version, whatever has been published since."""
    name = aws.settings.databrew(dataset)
    described = aws.databrew.describe_recipe(Name=name, RecipeVersion=version)
    return [dict(step) for step in described.get("Steps", [])]


def digest(steps: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of a recipe's steps as JSON with sorted keys and no blanks."""
    text = json.dumps(steps, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""Data cleaning: letter case, patterns, what to add, extract, remove and replace in text.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-cleaning.html
"""

from calendar import month_name

from local_aws.services.databrew.engine import macros
from local_aws.services.databrew.engine.dates import strftime
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    operation,
    text_source,
    update,
)
from local_aws.services.databrew.engine.sql import literal, text, timestamp
from local_aws.services.databrew.engine.steps import Step

PUNCTUATION = r"[!-/:-@\[-`{-~]"
IN_NUMBERS = r"^(\d{2})[-/](\d{2})[-/](\d{4})$"
IN_WORDS = r"^(\d{2}) ([A-Z][a-z]+) (\d{4})$"
QUOTES = r"""['"]"""


def proper(value: str) -> str:
    """The first letter of each word upper, the others lower."""
    words = f"list_transform(string_split({value}, ' '), "
    return f"array_to_string({words}lambda w: upper(left(w, 1)) || lower(substr(w, 2))), ' ')"


def _change(frame: Frame, step: Step, template: str) -> Frame:
    for name in step.sources():
        value = text(*frame.column(name))
        frame = update(frame, step, name, template.replace("{}", value))
    return frame


@operation("UPPER_CASE")
def upper_case(frame: Frame, step: Step) -> Frame:
    return _change(frame, step, "upper({})")


@operation("LOWER_CASE")
def lower_case(frame: Frame, step: Step) -> Frame:
    return _change(frame, step, "lower({})")


@operation("CAPITAL_CASE")
def capital_case(frame: Frame, step: Step) -> Frame:
    return _change(frame, step, proper("{}"))


@operation("SENTENCE_CASE")
def sentence_case(frame: Frame, step: Step) -> Frame:
    return _change(frame, step, "(upper(left({}, 1)) || lower(substr({}, 2)))")


@operation("ADD_SINGLE_QUOTES")
def add_single_quotes(frame: Frame, step: Step) -> Frame:
    return _change(frame, step, "('''' || {} || '''')")


@operation("ADD_DOUBLE_QUOTES")
def add_double_quotes(frame: Frame, step: Step) -> Frame:
    return _change(frame, step, "('\"' || {} || '\"')")


@operation("ADD_PREFIX")
def add_prefix(frame: Frame, step: Step) -> Frame:
    value = text_source(frame, step)
    return update(
        frame, step, step.text("sourceColumn"), f"({literal(step.text('pattern'))} || {value})"
    )


@operation("ADD_SUFFIX")
def add_suffix(frame: Frame, step: Step) -> Frame:
    value = text_source(frame, step)
    return update(
        frame, step, step.text("sourceColumn"), f"({value} || {literal(step.text('pattern'))})"
    )


@operation("FORMAT_DATE")
def format_date(frame: Frame, step: Step) -> Frame:
    """A second one reads what the first wrote. Exports write the month as ``MM``, which elsewhere
    is the minute: without an hour there is none."""
    name, pattern = step.text("sourceColumn"), step.text("targetDateFormat")
    if "hh" not in pattern.lower():
        pattern = pattern.replace("MM", "mm")
    column, sql_type = frame.column(name)
    value = timestamp(column, sql_type)
    if sql_type == "VARCHAR":
        value = f"coalesce({value}, {', '.join(_written(column))})"
    return update(frame, step, name, f"strftime({value}, {literal(strftime(pattern))})")


def _written(column: str) -> list[str]:
    """The points in time of the formats that are whole dates: with the month in numbers, in words.

    By plain functions, which Spark and Athena have too, and not by DuckDB's parser of dates.
    """
    in_numbers = f"regexp_replace({column}, {literal(IN_NUMBERS)}, '\\3-\\1-\\2', 'g')"
    day, month, year = (f"regexp_extract({column}, {literal(IN_WORDS)}, {i})" for i in (1, 2, 3))
    names = " ".join(f"WHEN {literal(month_name[i])} THEN '{i:02}'" for i in range(1, 13))
    in_words = f"({year} || '-' || CASE {month} {names} END || '-' || {day})"
    return [timestamp(in_numbers, "VARCHAR"), timestamp(in_words, "VARCHAR")]


@operation("EXTRACT_PATTERN")
def extract_pattern(frame: Frame, step: Step) -> Frame:
    value, pattern = text_source(frame, step), literal(step.text("pattern"))
    return add(frame, step, f"nullif(regexp_extract({value}, {pattern}), '')")


@operation("EXTRACT_BETWEEN_DELIMITERS")
def extract_between_delimiters(frame: Frame, step: Step) -> Frame:
    pattern = literal(f"(?:{step.text('startPattern')})(.*?)(?:{step.text('endPattern')})")
    return add(frame, step, f"nullif(regexp_extract({text_source(frame, step)}, {pattern}, 1), '')")


@operation("EXTRACT_BETWEEN_POSITIONS")
def extract_between_positions(frame: Frame, step: Step) -> Frame:
    """Positions count from 1; both ends belong to the result, as in SUBSTRING's example."""
    start, end = step.integer("startPosition"), step.integer("endPosition")
    return add(frame, step, f"substr({text_source(frame, step)}, {start}, {end - start + 1})")


@operation("REPLACE_TEXT")
def replace_text(frame: Frame, step: Step) -> Frame:
    """``pattern`` is a regular expression; every match is replaced."""
    pattern, value = literal(step.text("pattern")), literal(step.text("value", ""))
    return _change(frame, step, f"regexp_replace({{}}, {pattern}, {value}, 'g')")


@operation("REPLACE_BETWEEN_DELIMITERS")
def replace_between_delimiters(frame: Frame, step: Step) -> Frame:
    pattern = literal(f"({step.text('startPattern')}).*?({step.text('endPattern')})")
    value = literal("\\1" + step.text("value", "").replace("\\", "\\\\") + "\\2")
    return _change(frame, step, f"regexp_replace({{}}, {pattern}, {value}, 'g')")


@operation("REPLACE_BETWEEN_POSITIONS")
def replace_between_positions(frame: Frame, step: Step) -> Frame:
    start, end = step.integer("startPosition"), step.integer("endPosition")
    value = literal(step.text("value", ""))
    return _change(frame, step, f"(left({{}}, {start - 1}) || {value} || substr({{}}, {end + 1}))")


# REMOVE_COMBINED's switches and what each removes, in the order in which they act; the whitespace
# around what is left goes last.
REMOVALS = {
    "removeAllPunctuation": PUNCTUATION,
    "removeAllQuotes": QUOTES,
    "removeSpecialCharacters": PUNCTUATION,
    "removeLetters": r"\pL",
    "removeNumbers": r"\pN",
    "removeAllWhitespace": r"\s",
    "removeLeadingAndTrailingPunctuation": f"^{PUNCTUATION}+|{PUNCTUATION}+$",
    "removeLeadingAndTrailingQuotes": f"^{QUOTES}+|{QUOTES}+$",
}


@operation("REMOVE_COMBINED")
def remove_combined(frame: Frame, step: Step) -> Frame:
    expression = "{}"
    if step.flag("removeCustomValue"):
        expression = f"replace({expression}, {literal(step.text('customValue', ''))}, '')"
    if step.flag("removeCustomCharacters"):
        characters = literal(step.text("customCharacters", ""))
        expression = f"translate({expression}, {characters}, '')"
    for switch, pattern in REMOVALS.items():
        if step.flag(switch):
            expression = f"regexp_replace({expression}, {literal(pattern)}, '', 'g')"
    if step.flag("removeLeadingAndTrailingWhitespace"):
        alone = expression == "{}"
        expression = (macros.call if alone else macros.plainly)("stripped", expression)
    if step.flag("collapseConsecutiveWhitespace"):
        expression = f"regexp_replace({expression}, '\\s+', ' ', 'g')"
    return _change(frame, step, expression)
